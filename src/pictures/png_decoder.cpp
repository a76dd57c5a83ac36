#include <png.h>

#include <csetjmp>
#include <cstring>

#include "pictures/decoders.hpp"

namespace otklik::pictures {
namespace {

/// libpng with its ways of failing, as jpeg_decoder.cpp has libjpeg's: the longjmp stays within guarded().
class PngReader {
 public:
  PngReader(std::string_view bytes, const Patience& patience) : left_(bytes), patience_(patience) {}
  ~PngReader() { ::png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Result<Size> read_header() {
    const bool read = guarded([](PngReader& self) {
      self.png_ = ::png_create_read_struct(PNG_LIBPNG_VER_STRING, &self, on_error, [](png_structp, png_const_charp) {});
      if (self.png_ == nullptr) self.leave(Trouble::damaged);
      self.info_ = ::png_create_info_struct(self.png_);
      if (self.info_ == nullptr) self.leave(Trouble::damaged);
      ::png_set_read_fn(self.png_, &self, on_read);
      self.forget_what_is_no_pixel();
      ::png_set_user_limits(self.png_, 0x7FFFFFFF, 0x7FFFFFFF);  // check_size() says it better
      ::png_read_info(self.png_, self.info_);
    });
    if (!read) return std::unexpected(error());
    return Size{::png_get_image_width(png_, info_), ::png_get_image_height(png_, info_)};
  }

  Result<> read_into(Picture& picture) {
    target_ = picture.bytes().data();
    target_row_bytes_ = picture.row(0).size();
    const bool read = guarded([](PngReader& self) {
      png_structp png = self.png_;
      ::png_set_expand(png);    // palettes, fewer than 8 bits, and tRNS to an alpha channel
      ::png_set_scale_16(png);  // 16 bits to 8, rounded
      ::png_set_gray_to_rgb(png);
      ::png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
      const int passes = ::png_set_interlace_handling(png);
      ::png_read_update_info(png, self.info_);
      if (::png_get_rowbytes(png, self.info_) != self.target_row_bytes_) self.leave(Trouble::damaged);
      const png_uint_32 rows = ::png_get_image_height(png, self.info_);
      for (int pass = 0; pass < passes; ++pass) {
        for (png_uint_32 y = 0; y < rows; ++y) {
          if (self.patience_.is_over()) self.leave(Trouble::patience);
          ::png_read_row(png, self.target_ + self.target_row_bytes_ * y, nullptr);
        }
      }
      ::png_read_end(png, nullptr);
    });
    if (!read) return std::unexpected(error());
    return {};
  }

 private:
  enum class Trouble : std::uint8_t { damaged, patience };

  bool guarded(void (*step)(PngReader&)) {
    if (setjmp(jump_) != 0) return false;  // NOLINT(cert-err52-cpp,modernize-avoid-setjmp-longjmp): libpng's way
    step(*this);
    return true;
  }
  [[noreturn]] void leave(Trouble trouble) {
    trouble_ = trouble;
    std::longjmp(jump_, 1);  // NOLINT(cert-err52-cpp,modernize-avoid-setjmp-longjmp): libpng's way
  }
  [[nodiscard]] Error error() const { return trouble_ == Trouble::patience ? patience_.error() : damaged().error(); }

  static void on_error(png_structp png, png_const_charp) {
    static_cast<PngReader*>(::png_get_error_ptr(png))->leave(Trouble::damaged);
  }
  static void on_read(png_structp png, png_bytep into, std::size_t count) {
    auto& self = *static_cast<PngReader*>(::png_get_io_ptr(png));
    // Behind the last row the library unpacks what is left, a piece of the file after the other, and asks nobody.
    if (self.patience_.is_over()) self.leave(Trouble::patience);
    if (count > self.left_.size()) self.leave(Trouble::damaged);
    std::memcpy(into, self.left_.data(), count);
    self.left_.remove_prefix(count);
  }

  /// Texts, profiles, dates: a few bytes of them may unpack into very many, and no pixel depends on them.
  void forget_what_is_no_pixel() {
    static constexpr char names[] =
        "cHRM\0gAMA\0iCCP\0sBIT\0sRGB\0bKGD\0hIST\0pHYs\0sPLT\0tIME\0tEXt\0zTXt\0iTXt\0eXIf\0oFFs\0pCAL\0sCAL\0sTER";
    static_assert(sizeof names % 5 == 0);
    ::png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
    ::png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, reinterpret_cast<png_const_bytep>(names),
                                  sizeof names / 5);
  }

  std::string_view left_;
  const Patience& patience_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_{};
  Trouble trouble_ = Trouble::damaged;
  std::uint8_t* target_ = nullptr;
  std::size_t target_row_bytes_ = 0;
};

}  // namespace

Result<Picture> decode_png(std::string_view bytes, const DecodeOptions& options, const Patience& patience) {
  PngReader reader(bytes, patience);
  const auto size = reader.read_header();
  if (!size) return std::unexpected(size.error());
  if (auto fits = check_whole_size(*size, options.limits); !fits) return std::unexpected(fits.error());
  auto picture = Picture::of_size(*size);
  if (!picture) return picture;
  if (auto read = reader.read_into(*picture); !read) return std::unexpected(read.error());
  return picture;
}

}  // namespace otklik::pictures
