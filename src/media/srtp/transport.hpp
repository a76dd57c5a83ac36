#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/error.hpp"
#include "media/description.hpp"

namespace otklik::media {

/// What is between a leg's packets and its socket when they do not go plain. SDES now; DTLS and ICE, which bring keys
/// and datagrams of their own, come in here. Belongs to one media thread.
class Transport {
 public:
  /// Room that must lie behind a packet that is protected.
  static constexpr std::size_t room = 32;

  virtual ~Transport() = default;
  /// In place; the new size, or 0: it failed, nothing is to be sent.
  virtual std::size_t protect_rtp(std::uint8_t* bytes, std::size_t size) noexcept = 0;
  virtual std::size_t protect_rtcp(std::uint8_t* bytes, std::size_t size) noexcept = 0;
  /// In place; the new size, or 0: wrong key, a replay, damaged.
  virtual std::size_t unprotect_rtp(std::uint8_t* bytes, std::size_t size) noexcept = 0;
  virtual std::size_t unprotect_rtcp(std::uint8_t* bytes, std::size_t size) noexcept = 0;
};

/// Errors: `bad_request` (keys of the wrong length), `failed` (the library does not have the suite).
Result<std::unique_ptr<Transport>> make_sdes_transport(const SrtpKeys& keys);

}  // namespace otklik::media
