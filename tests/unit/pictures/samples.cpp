#include "unit/pictures/samples.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <gif_lib.h>
#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>
#include <zlib.h>

namespace otklik::pictures::samples {
namespace {

constexpr std::array palette{red, green, blue, white, nothing};

std::uint8_t index_of(const Colour& colour) {
  const auto* found = std::ranges::find(palette, colour);
  if (found == palette.end()) throw std::invalid_argument("no colour of the palette");
  return static_cast<std::uint8_t>(found - palette.begin());
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}
std::string little_endian(std::uint32_t value, std::size_t length) {
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

std::uint8_t grey_of(const Colour& c) {
  return static_cast<std::uint8_t>((c.red * 299 + c.green * 587 + c.blue * 114) / 1000);
}

}  // namespace

Picture painted(Size size, const std::function<Colour(std::uint32_t, std::uint32_t)>& paint) {
  auto picture = Picture::of_size(size).value();
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      const Colour c = paint(x, y);
      auto* pixel = &picture.row(y)[std::size_t{x} * 4];
      pixel[0] = c.red, pixel[1] = c.green, pixel[2] = c.blue, pixel[3] = c.alpha;
    }
  }
  return picture;
}

Picture quarters(Size size) {
  return painted(size, [size](std::uint32_t x, std::uint32_t y) {
    const bool right = x >= size.width / 2;
    if (y < size.height / 2) return right ? green : red;
    return right ? white : blue;
  });
}

Colour at(const Picture& picture, std::uint32_t x, std::uint32_t y) {
  const auto* pixel = &picture.row(y)[std::size_t{x} * 4];
  return {pixel[0], pixel[1], pixel[2], pixel[3]};
}

int difference_of_quarters(const Picture& picture) {
  const Size size = picture.size();
  int most = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const Colour is = at(picture, size.width * (1 + 2 * (i % 2)) / 4, size.height * (1 + 2 * (i / 2)) / 4);
    const Colour should = palette[i];
    for (const int d : {is.red - should.red, is.green - should.green, is.blue - should.blue, is.alpha - should.alpha}) {
      most = std::max(most, std::abs(d));
    }
  }
  return most;
}

std::string exif(std::uint16_t orientation, bool little) {
  const auto number = [little](std::uint32_t value, std::size_t length) {
    std::string out = little_endian(value, length);
    if (!little) std::ranges::reverse(out);
    return out;
  };
  std::string out("Exif\0\0", 6);
  out += little ? "II" : "MM";
  out += number(42, 2) + number(8, 4) + number(2, 2);
  out += number(271, 2) + number(2, 2) + number(1, 4) + number(0, 4);  // the camera's maker
  out += number(274, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + number(0, 2);
  return out + number(0, 4);
}

std::string jpeg(const Picture& picture, const JpegShape& shape) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = ::jpeg_std_error(&errors);
  ::jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long length = 0;
  ::jpeg_mem_dest(&info, &bytes, &length);
  const bool inks = shape.inks || shape.plain_inks;
  info.image_width = picture.size().width;
  info.image_height = picture.size().height;
  info.input_components = shape.grey ? 1 : 4;
  info.in_color_space = shape.grey ? JCS_GRAYSCALE : inks ? JCS_CMYK : JCS_EXT_RGBX;
  ::jpeg_set_defaults(&info);
  if (shape.inks) ::jpeg_set_colorspace(&info, JCS_YCCK);  // brings Adobe's marker
  if (shape.plain_inks) info.write_Adobe_marker = FALSE;
  ::jpeg_set_quality(&info, 95, TRUE);
  if (!shape.halved_colour) info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
  if (shape.progressive) ::jpeg_simple_progression(&info);
  ::jpeg_start_compress(&info, TRUE);
  if (shape.orientation) {
    const std::string content = exif(static_cast<std::uint16_t>(*shape.orientation), shape.little_endian);
    ::jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(content.data()),
                        static_cast<unsigned>(content.size()));
  }
  std::vector<std::uint8_t> row(std::size_t{picture.size().width} * 4);
  while (info.next_scanline < info.image_height) {
    for (std::uint32_t x = 0; x < picture.size().width; ++x) {
      const Colour c = at(picture, x, info.next_scanline);
      auto* to = &row[std::size_t{x} * (shape.grey ? 1 : 4)];
      if (shape.grey) {
        *to = grey_of(c);
      } else if (inks) {  // no black: the other inks are the light that is missing
        const std::uint8_t flip = shape.inks ? 0 : 255;
        to[0] = c.red ^ flip, to[1] = c.green ^ flip, to[2] = c.blue ^ flip, to[3] = 255 ^ flip;
      } else {
        to[0] = c.red, to[1] = c.green, to[2] = c.blue;
      }
    }
    JSAMPROW pointer = row.data();
    ::jpeg_write_scanlines(&info, &pointer, 1);
  }
  ::jpeg_finish_compress(&info);
  std::string out(reinterpret_cast<const char*>(bytes), length);
  ::jpeg_destroy_compress(&info);
  std::free(bytes);
  return out;
}

std::string png(const Picture& picture, const PngShape& shape) {
  std::string out;
  auto* png = ::png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  auto* info = ::png_create_info_struct(png);
  ::png_set_write_fn(
      png, &out,
      [](png_structp from, png_bytep bytes, std::size_t length) {
        static_cast<std::string*>(::png_get_io_ptr(from))->append(reinterpret_cast<char*>(bytes), length);
      },
      [](png_structp) {});
  const int type = shape.palette ? PNG_COLOR_TYPE_PALETTE
                   : shape.grey  ? (shape.alpha ? PNG_COLOR_TYPE_GRAY_ALPHA : PNG_COLOR_TYPE_GRAY)
                                 : (shape.alpha ? PNG_COLOR_TYPE_RGBA : PNG_COLOR_TYPE_RGB);
  const Size size = picture.size();
  ::png_set_IHDR(png, info, size.width, size.height, shape.depth, type,
                 shape.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
  if (shape.palette) {
    const auto count = static_cast<int>(shape.depth < 4 ? 4 : palette.size());
    std::array<png_color, palette.size()> colours{};
    std::array<png_byte, palette.size()> alphas{};
    for (std::size_t i = 0; i < palette.size(); ++i) {
      colours[i] = {palette[i].red, palette[i].green, palette[i].blue};
      alphas[i] = palette[i].alpha;
    }
    ::png_set_PLTE(png, info, colours.data(), count);
    if (shape.alpha) ::png_set_tRNS(png, info, alphas.data(), count, nullptr);
  }
  ::png_write_info(png, info);
  if (shape.palette && shape.depth < 8) ::png_set_packing(png);
  std::vector<std::vector<png_byte>> rows(size.height);
  for (std::uint32_t y = 0; y < size.height; ++y) {
    const auto put = [&](std::uint8_t value) {
      rows[y].push_back(value);
      if (shape.depth == 16) rows[y].push_back(value);  // 257 times the value
    };
    for (std::uint32_t x = 0; x < size.width; ++x) {
      const Colour c = at(picture, x, y);
      if (shape.palette) {
        rows[y].push_back(index_of(c));
        continue;
      }
      if (shape.grey) {
        put(grey_of(c));
      } else {
        put(c.red), put(c.green), put(c.blue);
      }
      if (shape.alpha) put(c.alpha);
    }
  }
  std::vector<png_bytep> pointers;
  pointers.reserve(rows.size());
  for (auto& row : rows) pointers.push_back(row.data());
  ::png_write_image(png, pointers.data());
  ::png_write_end(png, nullptr);
  ::png_destroy_write_struct(&png, &info);
  return out;
}

std::string png_chunk(const std::string& name, const std::string& content) {
  const std::string checked = name + content;
  const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return big_endian(static_cast<std::uint32_t>(content.size())) + checked + big_endian(static_cast<std::uint32_t>(sum));
}

std::string png_header(std::uint32_t width, std::uint32_t height, std::uint8_t depth, std::uint8_t colour_type,
                       bool interlaced) {
  return "\x89PNG\r\n\x1A\n" +
         png_chunk("IHDR", big_endian(width) + big_endian(height) + static_cast<char>(depth) +
                               static_cast<char>(colour_type) + std::string(2, '\0') + (interlaced ? '\1' : '\0'));
}

std::string deflated(const std::string& content) {
  uLongf length = ::compressBound(content.size());
  std::string out(length, '\0');
  ::compress2(reinterpret_cast<Bytef*>(out.data()), &length, reinterpret_cast<const Bytef*>(content.data()),
              content.size(), 9);
  out.resize(length);
  return out;
}

std::string deflated_run(char of, std::size_t length) {
  z_stream stream{};
  ::deflateInit(&stream, 9);
  std::array<Bytef, 65'536> in{};
  in.fill(static_cast<Bytef>(of));
  std::array<Bytef, 65'536> out{};
  std::string all;
  for (int status = Z_OK; status == Z_OK;) {
    const std::size_t piece = std::min(in.size(), length);
    length -= piece;
    stream.next_in = in.data();
    stream.avail_in = static_cast<uInt>(piece);
    do {
      stream.next_out = out.data();
      stream.avail_out = static_cast<uInt>(out.size());
      status = ::deflate(&stream, length == 0 ? Z_FINISH : Z_NO_FLUSH);
      all.append(reinterpret_cast<const char*>(out.data()), out.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  ::deflateEnd(&stream);
  return all;
}

std::string webp(const Picture& picture, bool lossless) {
  const auto width = static_cast<int>(picture.size().width);
  const auto height = static_cast<int>(picture.size().height);
  std::uint8_t* bytes = nullptr;
  const std::size_t length = lossless
                                 ? ::WebPEncodeLosslessRGBA(picture.row(0).data(), width, height, width * 4, &bytes)
                                 : ::WebPEncodeRGBA(picture.row(0).data(), width, height, width * 4, 95, &bytes);
  std::string out(reinterpret_cast<const char*>(bytes), length);
  ::WebPFree(bytes);
  return out;
}

std::vector<Placed> alone(Picture picture, std::uint32_t left, std::uint32_t top) {
  std::vector<Placed> frames;
  frames.push_back({std::move(picture), left, top});
  return frames;
}

std::string animated_webp(Size canvas, const std::vector<Placed>& frames) {
  const auto chunk = [](const std::string& name, const std::string& content) {
    return name + little_endian(static_cast<std::uint32_t>(content.size()), 4) + content +
           std::string(content.size() % 2, '\0');
  };
  constexpr char animation_and_alpha = 0x12;
  std::string chunks = chunk("VP8X", std::string{animation_and_alpha, 0, 0, 0} + little_endian(canvas.width - 1, 3) +
                                         little_endian(canvas.height - 1, 3));
  chunks += chunk("ANIM", std::string(6, '\0'));
  for (const auto& [picture, left, top] : frames) {
    chunks +=
        chunk("ANMF", little_endian(left / 2, 3) + little_endian(top / 2, 3) +
                          little_endian(picture.size().width - 1, 3) + little_endian(picture.size().height - 1, 3) +
                          little_endian(100, 3) + '\0' + webp(picture, true).substr(12));
  }
  return "RIFF" + little_endian(static_cast<std::uint32_t>(chunks.size() + 4), 4) + "WEBP" + chunks;
}

std::string gif(Size canvas, const std::vector<Placed>& frames, bool interlaced) {
  std::string out;
  int trouble = 0;
  auto* gif = ::EGifOpen(
      &out,
      [](GifFileType* to, const GifByteType* bytes, int length) {
        static_cast<std::string*>(to->UserData)
            ->append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
        return length;
      },
      &trouble);
  std::array<GifColorType, 8> colours{};
  for (std::size_t i = 0; i < palette.size(); ++i) colours[i] = {palette[i].red, palette[i].green, palette[i].blue};
  auto* map = ::GifMakeMapObject(static_cast<int>(colours.size()), colours.data());
  ::EGifSetGifVersion(gif, true);
  ::EGifPutScreenDesc(gif, static_cast<int>(canvas.width), static_cast<int>(canvas.height), 3, 0, map);
  for (const auto& [picture, left, top] : frames) {
    GraphicsControlBlock control{};
    control.TransparentColor = 4;
    std::array<GifByteType, 4> extension{};
    ::EGifGCBToExtension(&control, extension.data());
    ::EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, static_cast<int>(extension.size()), extension.data());
    const Size size = picture.size();
    ::EGifPutImageDesc(gif, static_cast<int>(left), static_cast<int>(top), static_cast<int>(size.width),
                       static_cast<int>(size.height), interlaced, nullptr);
    std::vector<std::uint32_t> order;
    const auto every = [&](std::uint32_t first, std::uint32_t step) {
      for (std::uint32_t y = first; y < size.height; y += step) order.push_back(y);
    };
    if (interlaced) {
      every(0, 8), every(4, 8), every(2, 4), every(1, 2);
    } else {
      every(0, 1);
    }
    for (const auto y : order) {
      std::vector<GifPixelType> row;
      row.reserve(size.width);
      for (std::uint32_t x = 0; x < size.width; ++x) row.push_back(index_of(at(picture, x, y)));
      ::EGifPutLine(gif, row.data(), static_cast<int>(row.size()));
    }
  }
  ::GifFreeMapObject(map);
  ::EGifCloseFile(gif, &trouble);
  return out;
}

}  // namespace otklik::pictures::samples
