#pragma once
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "core/licence/standing.hpp"
#include "licence/certificate.hpp"
#include "licence/keys.hpp"

namespace otklik::licence {

/// Where a certificate is to hold.
struct Place {
  std::string product = "Otklik";
  std::string version;  ///< of the program: `0.1.0`
  core::Date built{};   ///< the date of its build
  std::string machine;  ///< machine_mark(); empty: none
  core::Date today{};   ///< UTC: a certificate holds from the first moment of its first day to the last of its last
};

/// The place that this program is, today.
Place this_place(std::string machine, core::Date today);

/// A certificate that holds at `place`, or the first reason why it does not. The signature comes before everything that
/// the certificate says.
std::expected<Certificate, core::CertificateFault> judge(std::string_view text, std::span<const PublicKey> trusted,
                                                         const Place& place);

}  // namespace otklik::licence
