// Credentials and challenges as peers write them: never a crash, and what is read is written so that it reads the same.
#include <cstdlib>
#include <string_view>

#include "sip/digest/digest.hpp"
#include "sip/digest/nonces.hpp"

using namespace otklik::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT: as libFuzzer hands it
  if (const auto shown = digest::Credentials::parse(text)) {
    static_cast<void>(digest::response_for(*shown, "0123", "REGISTER"));
    static_cast<void>(shown->text());
  }
  if (const auto asked = digest::Challenge::parse(text)) {
    const auto made = digest::answer(*asked, "user", "password", "INVITE", "sip:a@b", 1);
    if (made.response.empty() || made.text().find('\n') != std::string::npos) std::abort();
  }
  static digest::Nonces nonces(1000);
  if (nonces.check(text, 0) == digest::Nonces::Verdict::good) std::abort();
  return 0;
}
