#include <csetjmp>
#include <cstddef>  // jpeglib.h needs size_t and FILE and includes neither
#include <cstdio>
#include <limits>

#include <jpeglib.h>

#include <jerror.h>

#include "pictures/decoders.hpp"
#include "pictures/orientation.hpp"

namespace otklik::pictures {
namespace {

/// libjpeg with its ways of failing. It knows no error values: on an error it must be left by longjmp. That jump stays
/// within guarded(), between whose two ends nothing has a destructor; all that has one lives here, outside of it.
class JpegReader {
 public:
  JpegReader(std::string_view bytes, const Limits& limits, const Patience& patience)
      : limits_(limits), patience_(patience) {
    info_.err = ::jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr common) { of(common).leave(Trouble::damaged); };
    errors_.output_message = [](j_common_ptr) {};
    errors_.emit_message = [](j_common_ptr, int) {};  // telephones' files are full of small oddities

    source_.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
    source_.bytes_in_buffer = bytes.size();
    source_.init_source = [](j_decompress_ptr) {};
    source_.term_source = [](j_decompress_ptr) {};
    source_.resync_to_restart = ::jpeg_resync_to_restart;
    // All bytes are there from the start: who wants more has a file that was cut short.
    source_.fill_input_buffer = [](j_decompress_ptr info) -> boolean {
      of(info).leave(Trouble::damaged);
      return FALSE;
    };
    source_.skip_input_data = [](j_decompress_ptr info, long count) {
      if (count <= 0) return;
      auto& source = *info->src;
      if (static_cast<std::size_t>(count) > source.bytes_in_buffer) of(info).leave(Trouble::damaged);
      source.next_input_byte += count;
      source.bytes_in_buffer -= static_cast<std::size_t>(count);
    };
    progress_.progress_monitor = [](j_common_ptr common) { of(common).check_progress(); };
  }
  ~JpegReader() { ::jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Result<Size> read_header() {
    const bool read = guarded([](JpegReader& self) {
      ::jpeg_create_decompress(&self.info_);
      self.info_.src = &self.source_;
      self.info_.progress = &self.progress_;
      ::jpeg_save_markers(&self.info_, JPEG_APP0 + 1, 0xFFFF);
      ::jpeg_read_header(&self.info_, TRUE);
    });
    if (!read) return std::unexpected(error());
    return Size{info_.image_width, info_.image_height};
  }

  [[nodiscard]] Orientation orientation() const noexcept {
    for (auto* marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      const std::string_view content(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (content.starts_with("Exif")) return orientation_in_exif(content);
    }
    return Orientation::upright;
  }

  /// The size that will come out.
  Result<Size> prepare(unsigned reduction) {
    info_.scale_num = 1;
    info_.scale_denom = reduction;
    const bool inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = inks ? JCS_CMYK : JCS_EXT_RGBA;
    if (!guarded([](JpegReader& self) { ::jpeg_calc_output_dimensions(&self.info_); })) {
      return std::unexpected(error());
    }
    return Size{info_.output_width, info_.output_height};
  }

  /// What libjpeg may take for itself: the coefficients of a progressive picture.
  void limit_memory(std::size_t bytes) noexcept { info_.mem->max_memory_to_use = static_cast<long>(bytes); }

  Result<> read_into(Picture& picture) {
    target_ = picture.bytes().data();
    target_row_bytes_ = picture.row(0).size();
    const bool read = guarded([](JpegReader& self) {
      auto& info = self.info_;
      ::jpeg_start_decompress(&info);  // a progressive one is read whole here; check_progress() watches it
      while (info.output_scanline < info.output_height) {
        if (self.patience_.is_over()) self.leave(Trouble::patience);
        JSAMPROW row = self.target_ + self.target_row_bytes_ * info.output_scanline;
        ::jpeg_read_scanlines(&info, &row, 1);
      }
      ::jpeg_finish_decompress(&info);
    });
    if (!read) return std::unexpected(error());
    if (info_.out_color_space == JCS_CMYK) inks_to_light(picture);
    return {};
  }

 private:
  enum class Trouble : std::uint8_t { damaged, patience, scans };

  static JpegReader& of(void* info) { return *static_cast<JpegReader*>(static_cast<j_common_ptr>(info)->client_data); }

  /// False when `step` was left by leave(). The one place with a setjmp: `step` holds plain calls only.
  bool guarded(void (*step)(JpegReader&)) {
    if (setjmp(jump_) != 0) return false;  // NOLINT(cert-err52-cpp,modernize-avoid-setjmp-longjmp): libjpeg's way
    step(*this);
    return true;
  }

  [[noreturn]] void leave(Trouble trouble) {
    trouble_ = trouble;
    std::longjmp(jump_, 1);  // NOLINT(cert-err52-cpp,modernize-avoid-setjmp-longjmp): libjpeg's way
  }

  void check_progress() {
    if (patience_.is_over()) leave(Trouble::patience);
    if (static_cast<std::uint32_t>(info_.input_scan_number) > limits_.scans) leave(Trouble::scans);
  }

  [[nodiscard]] Error error() const {
    switch (trouble_) {
      case Trouble::patience:
        return patience_.error();
      case Trouble::scans:
        return {ErrorCode::too_large, "The picture is stored in too many passes"};
      case Trouble::damaged:
        break;
    }
    switch (errors_.msg_code) {
      case JERR_NO_BACKING_STORE:  // it wanted to move what exceeds its memory to a file
      case JERR_OUT_OF_MEMORY:
        return too_much_memory().error();
      case JERR_IMAGE_TOO_BIG:
        return {ErrorCode::too_large, "The picture has too many pixels"};
      default:
        return damaged().error();
    }
  }

  /// Adobe's programs store inks inverted and say so by their marker.
  void inks_to_light(Picture& picture) const noexcept {
    const bool inverted = info_.saw_Adobe_marker != FALSE;
    auto all = picture.bytes();
    for (std::size_t i = 0; i < all.size(); i += Picture::bytes_per_pixel) {
      const unsigned flip = inverted ? 0 : 255;
      const unsigned key = all[i + 3] ^ flip;
      for (std::size_t c = i; c < i + 3; ++c) all[c] = static_cast<std::uint8_t>(((all[c] ^ flip) * key + 127) / 255);
      all[i + 3] = 255;
    }
  }

  const Limits& limits_;
  const Patience& patience_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  Trouble trouble_ = Trouble::damaged;
  std::uint8_t* target_ = nullptr;
  std::size_t target_row_bytes_ = 0;
};

unsigned reduction_for(Size size, std::uint32_t shorter_side) noexcept {
  if (shorter_side == 0) return 1;
  unsigned reduction = 1;
  while (reduction < 8 && size.shorter() / (reduction * 2) >= shorter_side) reduction *= 2;
  return reduction;
}

}  // namespace

Result<Picture> decode_jpeg(std::string_view bytes, const DecodeOptions& options, const Patience& patience) {
  JpegReader reader(bytes, options.limits, patience);
  const auto size = reader.read_header();
  if (!size) return std::unexpected(size.error());
  if (auto fits = check_size(*size, options.limits); !fits) return std::unexpected(fits.error());
  const auto reduced = reader.prepare(reduction_for(*size, options.shorter_side));
  if (!reduced) return std::unexpected(reduced.error());

  const Orientation orientation = reader.orientation();
  const std::size_t pixels = reduced->pixels() * Picture::bytes_per_pixel;
  const std::size_t own = orientation == Orientation::upright ? pixels : 2 * pixels;  // turning takes a second one
  if (own >= options.limits.memory) return too_much_memory();
  reader.limit_memory(options.limits.memory - own);

  auto picture = Picture::of_size(*reduced);
  if (!picture) return picture;
  if (auto read = reader.read_into(*picture); !read) return std::unexpected(read.error());
  return turned_upright(std::move(*picture), orientation);
}

}  // namespace otklik::pictures
