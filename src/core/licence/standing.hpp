#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/licence/terms.hpp"

namespace otklik::core {

/// Why a certificate does not hold.
struct CertificateFault {
  enum class Kind : std::uint8_t {
    unreadable,     ///< the file is there and cannot be read
    too_large,      ///< larger than any certificate
    broken,         ///< not the XML of a certificate
    bad_field,      ///< a field is missing, unknown, twice or no value of its kind
    foreign_key,    ///< signed by a key that this server does not trust
    bad_signature,  ///< the signature does not belong to what the certificate says
    other_product,
    other_version,
    too_new,  ///< this version was built after the last date of updates
    other_machine,
    not_yet_valid,
    expired,
  };
  Kind kind = Kind::broken;
  std::string about;  ///< a date, a field, a line: see explain()

  bool operator==(const CertificateFault&) const = default;
};

/// `broken`, `expired`, …: in answers, events and metrics.
std::string_view name(CertificateFault::Kind kind) noexcept;

/// A sentence for people, in the two languages of the product.
struct FaultText {
  std::string en, ru;
};
FaultText explain(const CertificateFault& fault);

/// Which licence holds on this server, and why. Immutable once it is published.
struct Standing {
  enum class Kind : std::uint8_t {
    open,         ///< there is no certificate
    certificate,  ///< there is one, and it holds
    refused,      ///< there is one that does not hold: the open licence holds instead
  };
  Kind kind = Kind::open;
  Terms terms;                            ///< what holds
  std::string issuer;                     ///< whose key has signed it; empty without a certificate that holds
  std::optional<CertificateFault> fault;  ///< of a refused one
  bool confirmation_is_due = false;       ///< the date of confirmation has passed; the certificate holds all the same
  std::string machine;                    ///< the mark of this machine, for who issues; empty: it has none

  bool operator==(const Standing&) const = default;
};

/// `open`, `certificate`, `refused`.
std::string_view name(Standing::Kind kind) noexcept;
inline constexpr std::array all_standings{Standing::Kind::open, Standing::Kind::certificate, Standing::Kind::refused};

}  // namespace otklik::core
