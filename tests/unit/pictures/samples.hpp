#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pictures/orientation.hpp"
#include "pictures/picture.hpp"

/// Picture files that tests make, by the libraries' own encoders, in every shape that the decoders promise to read.
namespace otklik::pictures::samples {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0, alpha = 255;
  bool operator==(const Colour&) const = default;
};
inline constexpr Colour red{220, 20, 30}, green{20, 200, 40}, blue{30, 40, 220}, white{255, 255, 255},
    nothing{0, 0, 0, 0};

Picture painted(Size size, const std::function<Colour(std::uint32_t x, std::uint32_t y)>& paint);
/// Upper left red, upper right green, lower left blue, lower right white: shows every turn and mirroring.
Picture quarters(Size size);
Colour at(const Picture& picture, std::uint32_t x, std::uint32_t y);
/// The greatest difference of a channel at the middle of each quarter from those of quarters().
int difference_of_quarters(const Picture& picture);

struct JpegShape {
  bool grey = false;
  bool inks = false;        ///< CMYK as Adobe stores it: inverted, with its marker
  bool plain_inks = false;  ///< CMYK without that marker
  bool progressive = false;
  bool halved_colour = false;
  std::optional<Orientation> orientation{};
  bool little_endian = true;
};
std::string jpeg(const Picture& picture, const JpegShape& shape = {});
/// An APP1 segment's content.
std::string exif(std::uint16_t orientation, bool little_endian);

struct PngShape {
  int depth = 8;  ///< 16 too; with a palette 1, 2, 4
  bool grey = false;
  bool palette = false;  ///< of the four colours of quarters(), and `nothing`
  bool alpha = false;
  bool interlaced = false;
};
std::string png(const Picture& picture, const PngShape& shape = {});
/// Any chunk, with its right checksum.
std::string png_chunk(const std::string& name, const std::string& content);
std::string png_header(std::uint32_t width, std::uint32_t height, std::uint8_t depth, std::uint8_t colour_type,
                       bool interlaced = false);
std::string deflated(const std::string& content);
/// Of one character many times over, without ever holding them.
std::string deflated_run(char of, std::size_t length);

std::string webp(const Picture& picture, bool lossless);
/// An animation of stills, each at a place on the canvas.
struct Placed {
  Picture picture;
  std::uint32_t left = 0, top = 0;
};
std::vector<Placed> alone(Picture picture, std::uint32_t left = 0, std::uint32_t top = 0);
std::string animated_webp(Size canvas, const std::vector<Placed>& frames);

/// Colours: those of quarters() and `nothing`, at most.
std::string gif(Size canvas, const std::vector<Placed>& frames, bool interlaced = false);

}  // namespace otklik::pictures::samples
