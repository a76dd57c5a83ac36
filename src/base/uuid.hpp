#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace otklik {

/// A GUID as the wire knows it: read in any case, with or without braces; written lower-case with hyphens.
/// All zeros means "none" (an external line, no user, no number).
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  static std::optional<Uuid> parse(std::string_view text) noexcept;
  /// Random, version 4, from the operating system's generator (buffered for each thread).
  static Uuid random();

  [[nodiscard]] bool is_nil() const noexcept { return *this == Uuid{}; }
  [[nodiscard]] std::string text() const;
  /// Appends the 36 characters of text().
  void append_to(std::string& out) const;

  auto operator<=>(const Uuid&) const = default;
};

}  // namespace otklik

template <>
struct std::hash<otklik::Uuid> {
  std::size_t operator()(const otklik::Uuid& id) const noexcept {
    std::size_t h = 1469598103934665603ULL;
    for (auto b : id.bytes) h = (h ^ b) * 1099511628211ULL;
    return h;
  }
};
