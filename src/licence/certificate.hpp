#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/licence/standing.hpp"
#include "core/licence/terms.hpp"

namespace otklik::licence {

/// A licence as somebody has issued and signed it.
struct Certificate {
  core::Terms terms;      ///< `not_before` is always there
  std::string issuer;     ///< id of the key it is signed with (PublicKey::id)
  std::string signature;  ///< 64 bytes, Ed25519 over signed_bytes()

  bool operator==(const Certificate&) const = default;
};

/// What is signed: a first line that names the form, then a line for each field in the order of the document,
/// `key length value`, the length in bytes. Every field is there, and its length says where it ends, so no two
/// certificates have the same bytes; and nothing in a document that is read lies outside of them but white space and
/// the signature itself. See docs/adr/0024.
std::string signed_bytes(const Certificate& certificate);

/// As `licence.xml` holds it.
std::string certificate_text(const Certificate& certificate);

/// Exactly the fields of certificate_text(), in their order, each in the one spelling of its value. Says nothing of
/// whether it holds: that is judge()'s. Faults: `too_large`, `broken`, `bad_field`.
std::expected<Certificate, core::CertificateFault> read_certificate(std::string_view text);

/// Whether terms may be written into a certificate at all: the same rules that the reader has.
/// Errors: `bad_request` that names the field.
Result<> check_terms(const core::Terms& terms);

}  // namespace otklik::licence
