#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace otklik::scenario {

/// A set of bytes: a character class of a pattern.
struct ByteSet {
  std::array<std::uint64_t, 4> words{};

  [[nodiscard]] constexpr bool has(std::uint8_t byte) const noexcept {
    return (words[byte >> 6] >> (byte & 63) & 1) != 0;
  }
  constexpr void add(std::uint8_t byte) noexcept { words[byte >> 6] |= std::uint64_t{1} << (byte & 63); }
  constexpr void add(std::uint8_t first, std::uint8_t last) noexcept {
    for (unsigned byte = first; byte <= last; ++byte) add(static_cast<std::uint8_t>(byte));
  }
  constexpr void add(const ByteSet& other) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] |= other.words[i];
  }
  constexpr void invert() noexcept {
    for (auto& word : words) word = ~word;
  }
};

/// The class that `%letter` names (`%a`, `%D`, …), in ASCII whatever the server's locale; nullptr when the letter
/// names none and stands for itself.
const ByteSet* class_named(char letter) noexcept;

}  // namespace otklik::scenario
