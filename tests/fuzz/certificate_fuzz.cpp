// Certificates, read and judged: whatever lies in licence.xml, it is refused with a sentence, or it is one that is
// written back as what was read and whose signed bytes are its own.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "licence/certificate.hpp"
#include "licence/document.hpp"
#include "licence/judge.hpp"

namespace {

using namespace otklik;

// RFC 8032 7.1, test 2: its private key has signed what the corpus holds.
constexpr std::string_view trusted =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
    "-----END PUBLIC KEY-----\n";

void check(bool good) {
  if (!good) std::abort();
}

void check_sentence(const core::CertificateFault& fault) {
  const auto text = core::explain(fault);
  check(!text.en.empty() && !text.ru.empty() && text.en.size() < 1000);
  check(text.en.find('\n') == std::string::npos && text.ru.find('\n') == std::string::npos);
}

licence::Place place() {
  licence::Place place;
  place.version = "0.1.0";
  place.today = core::Date(std::chrono::year(2026) / 11 / 24);
  place.built = place.today;
  return place;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto keys = *licence::read_public_keys(trusted);
  static const auto here = place();
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are bytes

  if (const auto properties = licence::read_document(text)) {
    check(licence::read_document(licence::write_document(*properties)) == properties);
  }
  const auto certificate = licence::read_certificate(text);
  const auto verdict = licence::judge(text, keys, here);
  if (!certificate) {
    check_sentence(certificate.error());
    check(!verdict && verdict.error() == certificate.error());
    return 0;
  }
  const auto again = licence::read_certificate(licence::certificate_text(*certificate));
  check(again == certificate);
  check(licence::signed_bytes(*again) == licence::signed_bytes(*certificate));
  check(licence::check_terms(certificate->terms).has_value());
  if (verdict) {
    check(*verdict == *certificate);
  } else {
    check_sentence(verdict.error());
  }
  return 0;
}
