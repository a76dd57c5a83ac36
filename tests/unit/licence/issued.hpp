#pragma once
#include <string>

#include "licence/certificate.hpp"
#include "licence/keys.hpp"

namespace otklik::licence {

inline core::Date day(int year, unsigned month, unsigned number) {
  return core::Date(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(number));
}

/// Good from 2026 to the end of 2027.
inline core::Terms example_terms() {
  core::Terms terms;
  terms.registration = "1234567";
  terms.owner = "ООО «Ромашка & Co» <\"'>";
  terms.not_before = day(2026, 1, 1);
  terms.not_after = day(2027, 12, 31);
  terms.confirm = day(2027, 6, 1);
  terms.update_limit = day(2027, 3, 1);
  terms.limits[core::Licensed::users] = 3;
  terms.limits[core::Licensed::operators] = 2;
  terms.limits[core::Licensed::inner_lines] = 10;
  return terms;
}

/// Issues certificates for a test.
struct Issuer {
  PrivateKey key = PrivateKey::make();

  [[nodiscard]] Certificate certificate(core::Terms terms = example_terms()) const {
    Certificate made{std::move(terms), key.public_key().id(), {}};
    made.signature = key.sign(signed_bytes(made));
    return made;
  }
  [[nodiscard]] std::string text(core::Terms terms = example_terms()) const {
    return certificate_text(certificate(std::move(terms)));
  }
  [[nodiscard]] std::string pem() const { return key.public_key().pem(); }
  [[nodiscard]] std::vector<PublicKey> keys() const { return *read_public_keys(pem()); }
};

}  // namespace otklik::licence
