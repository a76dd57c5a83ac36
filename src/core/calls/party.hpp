#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/uuid.hpp"

namespace otklik::core {

/// One side of a call, as whoever shows it wants to know it. A value: a user who is renamed during a call keeps the
/// name he had.
struct Party {
  Uuid line{};                ///< the internal line; nil: outside
  std::string line_number{};  ///< five digits; of an outside party, his trunk's
  Uuid user{};                ///< whose phone it is; nil: nobody's, or outside
  std::string login{};
  std::string name{};  ///< of the user, else what the other exchange sent; UTF-8
  std::string department{};
  std::string number{};  ///< by which others call him: the direct number, or his number outside
  Uuid trunk{};          ///< the way to him; nil: inside

  [[nodiscard]] bool is_outside() const noexcept { return !trunk.is_nil(); }
  [[nodiscard]] bool is_user() const noexcept { return !user.is_nil(); }
  bool operator==(const Party&) const = default;
};

/// `connectiontype` of a commutation, from A to B; the values are the wire's.
enum class ConnectionType : std::uint8_t {
  none = 0,
  inner_outer = 1,
  inner_ivr = 2,
  inner_inner = 3,
  outer_ivr = 4,
  outer_inner = 5,
  outer_outer = 6,
  ivr_outer = 7,
  ivr_inner = 8,
};
std::string_view name(ConnectionType type) noexcept;  ///< ctInnerOuter, …
ConnectionType connection_type(const Party& a, const Party& b) noexcept;

/// `currentlinestate`; the values are the wire's.
enum class LineState : std::uint16_t {
  disconnected = 1,
  off = 2,
  ready = 4,
  hook_up = 8,
  ringing = 16,
  commutated = 32,
  waiting = 64,
  flash = 128,
  busy = 512,
  undefined = 1024,
  reserved = 2048,
  reserved_by_task = 4096,
};
std::string_view name(LineState state) noexcept;  ///< lsDisconnected, …

}  // namespace otklik::core
