#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/error.hpp"

namespace otklik::pictures {

/// In pixels.
struct Size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;

  [[nodiscard]] std::uint64_t pixels() const noexcept { return std::uint64_t{width} * height; }
  [[nodiscard]] std::uint32_t shorter() const noexcept { return width < height ? width : height; }
  bool operator==(const Size&) const = default;
};

/// A part of a picture, in pixels from its upper left corner.
struct Region {
  std::uint32_t left = 0;
  std::uint32_t top = 0;
  Size size;
};

/// Decoded pixels: red, green, blue and alpha of 8 bits each, in sRGB, not premultiplied; rows from top to bottom with
/// no gap between them. What colour space a file claims is not looked at: it counts as sRGB, as nearly all pictures on
/// the web are and as browsers take the ones that say nothing.
class Picture {
 public:
  static constexpr std::size_t bytes_per_pixel = 4;

  Picture() = default;
  /// Its pixels are not set yet. Errors: `too_large` when the machine has no memory for it.
  static Result<Picture> of_size(Size size);

  [[nodiscard]] Size size() const noexcept { return size_; }
  [[nodiscard]] std::span<std::uint8_t> row(std::uint32_t y) noexcept { return {at(y), row_bytes()}; }
  [[nodiscard]] std::span<const std::uint8_t> row(std::uint32_t y) const noexcept { return {at(y), row_bytes()}; }
  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return {rgba_.get(), row_bytes() * size_.height}; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept {
    return {rgba_.get(), row_bytes() * size_.height};
  }

  /// Whether nothing shines through anywhere.
  [[nodiscard]] bool is_opaque() const noexcept;

 private:
  [[nodiscard]] std::size_t row_bytes() const noexcept { return std::size_t{size_.width} * bytes_per_pixel; }
  [[nodiscard]] std::uint8_t* at(std::uint32_t y) const noexcept { return rgba_.get() + row_bytes() * y; }

  Size size_;
  std::unique_ptr<std::uint8_t[]> rgba_;
};

}  // namespace otklik::pictures
