#include "licence/judge.hpp"

#include <algorithm>
#include <cassert>

#include "base/build_info.hpp"

namespace otklik::licence {
namespace {

using Kind = core::CertificateFault::Kind;

std::unexpected<core::CertificateFault> refuse(Kind kind, std::string about = {}) {
  return std::unexpected(core::CertificateFault{kind, std::move(about)});
}

bool covers(std::string_view versions, std::string_view version) {
  return versions == "*" || version == versions ||
         (version.starts_with(versions) && version.substr(versions.size()).starts_with('.'));
}

/// Of `yyMMdd`, as builds are dated.
core::Date build_date() {
  const std::string_view text = build::date;
  const std::string spelt =
      std::string(text.substr(4, 2)) + "." + std::string(text.substr(2, 2)) + ".20" + std::string(text.substr(0, 2));
  const auto date = core::parse_date(spelt);
  assert(date);
  return *date;
}

}  // namespace

Place this_place(std::string machine, core::Date today) {
  return {.product = core::Terms{}.product,
          .version = build::version,
          .built = build_date(),
          .machine = std::move(machine),
          .today = today};
}

std::expected<Certificate, core::CertificateFault> judge(std::string_view text, std::span<const PublicKey> trusted,
                                                         const Place& place) {
  auto certificate = read_certificate(text);
  if (!certificate) return certificate;
  const auto key = std::ranges::find(trusted, certificate->issuer, &PublicKey::id);
  if (key == trusted.end()) return refuse(Kind::foreign_key, certificate->issuer);
  if (!key->verifies(signed_bytes(*certificate), certificate->signature)) return refuse(Kind::bad_signature);

  const auto& terms = certificate->terms;
  if (terms.product != place.product) return refuse(Kind::other_product, terms.product);
  if (!covers(terms.versions, place.version)) return refuse(Kind::other_version, terms.versions);
  if (place.built > terms.update_limit) return refuse(Kind::too_new, core::date_text(terms.update_limit));
  if (!terms.machine.empty() && terms.machine != place.machine) return refuse(Kind::other_machine, terms.machine);
  if (place.today < *terms.not_before) return refuse(Kind::not_yet_valid, core::date_text(*terms.not_before));
  if (place.today > terms.not_after) return refuse(Kind::expired, core::date_text(terms.not_after));
  return certificate;
}

}  // namespace otklik::licence
