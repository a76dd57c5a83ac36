#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace otklik {

/// An IP address, IPv4 as an IPv4-mapped IPv6 address, so that one caller has one spelling.
struct Address {
  std::array<std::uint8_t, 16> bytes{};

  static std::optional<Address> parse(std::string_view text) noexcept;  ///< `192.0.2.1`, `2001:db8::1`, no port
  [[nodiscard]] std::string text() const;                               ///< IPv4 in its own dotted form
  [[nodiscard]] bool is_v4() const noexcept;
  [[nodiscard]] bool is_loopback() const noexcept;
  /// What counts as one caller when callers are limited: the address of IPv4, the /64 of IPv6.
  [[nodiscard]] Address subnet_key() const noexcept;

  auto operator<=>(const Address&) const = default;
};

/// `192.168.0.0/16`, `::1`: a list in the settings of whom to trust.
struct Network {
  Address address;
  int bits = 128;  ///< of the 128-bit form

  static std::optional<Network> parse(std::string_view text) noexcept;
  [[nodiscard]] bool contains(const Address& a) const noexcept;

  bool operator==(const Network&) const = default;
};

/// `host:port`, `[v6]:port`, `*:port` (every address, both families).
struct Endpoint {
  std::string host;  ///< without brackets; empty: every address
  std::uint16_t port = 0;
  static std::optional<Endpoint> parse(std::string_view text) noexcept;
  [[nodiscard]] std::string text() const;
};

}  // namespace otklik

template <>
struct std::hash<otklik::Address> {
  std::size_t operator()(const otklik::Address& a) const noexcept {
    std::size_t h = 1469598103934665603ULL;
    for (auto b : a.bytes) h = (h ^ b) * 1099511628211ULL;
    return h;
  }
};
