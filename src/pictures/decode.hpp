#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "pictures/patience.hpp"
#include "pictures/picture.hpp"

namespace otklik::pictures {

/// What a picture may claim and cost. All of it is checked against the file's header, before a pixel is decoded.
struct Limits {
  std::uint64_t pixels = 50'000'000;  ///< width times height; telephones make 12 to 50 million
  /// Pixels of the longer side; not a setting: it bounds a row, and no camera comes near.
  std::uint32_t side = 16'384;
  /// Bytes that decoding may take, the pixels included. The code tables of a lossless WebP are not among them: their
  /// number stands in no header. See docs/adr/0020.
  std::size_t memory = 200UL * 1024 * 1024;
  /// Of a GIF, of which the first one counts; not a setting: the others are passed over, which `patience` bounds too.
  std::uint32_t frames = 1'000;
  /// Of a progressive JPEG: each goes over the whole picture again; not a setting: programs make about ten.
  std::uint32_t scans = 200;
  bool operator==(const Limits&) const = default;
};

/// How a picture is wanted.
struct DecodeOptions {
  Limits limits{};  ///< not a setting itself: its fields are
  /// A JPEG may be decoded at a half, a quarter or an eighth of its size, several times as fast, as long as its shorter
  /// side keeps this many pixels. 0: its whole size. The other formats have no such way. It follows from the sizes that
  /// are made, so it is not a setting: nothing is to choose.
  std::uint32_t shorter_side = 0;
};

/// The picture in a JPEG, PNG, WebP or GIF file, upright: the orientation that a camera wrote into a JPEG's EXIF is
/// applied. Of an animation the first frame, on its canvas. Grey, palette, 16-bit, CMYK and transparent ones all come
/// out as RGBA.
///
/// Errors, all with a text for the person whose picture it is: `bad_request` for bytes of no known format, damaged or
/// cut short; `too_large` past a limit; and what `patience` says. Blocks for the processor, up to seconds: never on a
/// loop. The files come from strangers: they are never trusted for a size.
Result<Picture> decode(std::string_view bytes, const DecodeOptions& options, const Patience& patience);

}  // namespace otklik::pictures
