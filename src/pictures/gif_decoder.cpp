#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "pictures/decoders.hpp"

namespace otklik::pictures {
namespace {

class GifReader {
 public:
  GifReader(std::string_view bytes, const DecodeOptions& options, const Patience& patience)
      : left_(bytes), limits_(options.limits), patience_(patience) {
    int ignored = 0;
    gif_ = ::DGifOpen(this, on_read, &ignored);
  }
  ~GifReader() {
    if (gif_ != nullptr) ::DGifCloseFile(gif_, nullptr);
  }
  GifReader(const GifReader&) = delete;
  GifReader& operator=(const GifReader&) = delete;

  /// The first frame on its canvas; what follows is looked through, so that a file that was cut short is told.
  Result<Picture> read() {
    if (gif_ == nullptr) return damaged();
    Picture picture;
    for (std::uint32_t frames = 0;;) {
      if (patience_.is_over()) return std::unexpected(patience_.error());
      GifRecordType record = UNDEFINED_RECORD_TYPE;
      if (::DGifGetRecordType(gif_, &record) == GIF_ERROR) return damaged();
      Result<> done;
      switch (record) {
        case TERMINATE_RECORD_TYPE:
          if (frames == 0) return damaged();
          return picture;
        case EXTENSION_RECORD_TYPE:
          done = read_extension();
          break;
        case IMAGE_DESC_RECORD_TYPE:
          if (++frames > limits_.frames) return fail(ErrorCode::too_large, "The picture has too many frames");
          if (::DGifGetImageDesc(gif_) == GIF_ERROR) return damaged();
          done = frames == 1 ? read_frame(picture) : pass_over_frame();
          break;
        default:
          return damaged();
      }
      if (!done) return std::unexpected(done.error());
    }
  }

 private:
  static int on_read(GifFileType* gif, GifByteType* into, int count) {
    auto& self = *static_cast<GifReader*>(gif->UserData);
    const std::size_t length = std::min(self.left_.size(), static_cast<std::size_t>(std::max(count, 0)));
    std::memcpy(into, self.left_.data(), length);
    self.left_.remove_prefix(length);
    return static_cast<int>(length);
  }

  /// Graphic control says which colour of the palette is none; the last one before the frame counts.
  Result<> read_extension() {
    int code = 0;
    GifByteType* content = nullptr;
    if (::DGifGetExtension(gif_, &code, &content) == GIF_ERROR) return damaged();
    GraphicsControlBlock control{};
    if (code == GRAPHICS_EXT_FUNC_CODE && content != nullptr &&
        ::DGifExtensionToGCB(content[0], content + 1, &control) == GIF_OK) {
      transparent_ = control.TransparentColor;
    }
    while (content != nullptr) {
      if (::DGifGetExtensionNext(gif_, &content) == GIF_ERROR) return damaged();
    }
    return {};
  }

  Result<> pass_over_frame() {
    int code_size = 0;
    GifByteType* block = nullptr;
    if (::DGifGetCode(gif_, &code_size, &block) == GIF_ERROR) return damaged();
    while (block != nullptr) {
      if (::DGifGetCodeNext(gif_, &block) == GIF_ERROR) return damaged();
    }
    return {};
  }

  /// The colours of the palette as pixels.
  [[nodiscard]] Result<std::array<std::uint32_t, 256>> read_palette() const {
    const ColorMapObject* map = gif_->Image.ColorMap != nullptr ? gif_->Image.ColorMap : gif_->SColorMap;
    if (map == nullptr) return damaged();
    std::array<std::uint32_t, 256> palette{};  // what is beyond the palette is transparent
    const int count = std::min(map->ColorCount, 256);
    for (int i = 0; i < count; ++i) {
      if (i == transparent_) continue;
      const GifColorType& colour = map->Colors[i];
      const std::array<std::uint8_t, 4> rgba{colour.Red, colour.Green, colour.Blue, 255};
      std::memcpy(&palette[static_cast<std::size_t>(i)], rgba.data(), rgba.size());
    }
    return palette;
  }

  Result<> read_frame(Picture& picture) {
    const GifImageDesc& frame = gif_->Image;
    if (frame.Width <= 0 || frame.Height <= 0 || frame.Left < 0 || frame.Top < 0) return damaged();
    // A frame that reaches beyond its canvas enlarges it, as in browsers.
    const Size canvas{static_cast<std::uint32_t>(std::max(gif_->SWidth, frame.Left + frame.Width)),
                      static_cast<std::uint32_t>(std::max(gif_->SHeight, frame.Top + frame.Height))};
    if (auto fits = check_whole_size(canvas, limits_); !fits) return fits;
    const auto palette = read_palette();
    if (!palette) return std::unexpected(palette.error());
    auto made = Picture::of_size(canvas);
    if (!made) return std::unexpected(made.error());
    picture = std::move(*made);
    std::ranges::fill(picture.bytes(), std::uint8_t{0});

    // GIF89a, appendix E: every eighth row from the first, then from the fifth, and so on.
    struct Pass {
      int first, step;
    };
    constexpr std::array<Pass, 4> interlaced{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    constexpr std::array<Pass, 1> in_order{{{0, 1}}};
    const std::span<const Pass> passes = frame.Interlace ? std::span<const Pass>(interlaced) : in_order;
    std::vector<GifPixelType> indices(static_cast<std::size_t>(frame.Width));
    for (const Pass& pass : passes) {
      for (int y = pass.first; y < frame.Height; y += pass.step) {
        if (patience_.is_over()) return std::unexpected(patience_.error());
        if (::DGifGetLine(gif_, indices.data(), frame.Width) == GIF_ERROR) return damaged();
        auto* target = &picture.row(
            static_cast<std::uint32_t>(frame.Top + y))[static_cast<std::size_t>(frame.Left) * Picture::bytes_per_pixel];
        for (const GifPixelType index : indices) {
          std::memcpy(target, &(*palette)[index], Picture::bytes_per_pixel);
          target += Picture::bytes_per_pixel;
        }
      }
    }
    return {};
  }

  std::string_view left_;
  const Limits& limits_;
  const Patience& patience_;
  GifFileType* gif_ = nullptr;
  int transparent_ = NO_TRANSPARENT_COLOR;
};

}  // namespace

Result<Picture> decode_gif(std::string_view bytes, const DecodeOptions& options, const Patience& patience) {
  return GifReader(bytes, options, patience).read();
}

}  // namespace otklik::pictures
