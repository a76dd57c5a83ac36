#include <png.h>

#include <csetjmp>

#include "pictures/encode.hpp"

namespace otklik::pictures {
namespace {

/// As in jpeg_decoder.cpp, the longjmp stays within guarded().
class PngWriter {
 public:
  PngWriter() = default;
  ~PngWriter() { ::png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  Result<std::string> write(const Picture& picture) {
    picture_ = &picture;
    is_opaque_ = picture.is_opaque();
    bytes_.reserve(picture.bytes().size());
    const bool written = guarded([](PngWriter& self) {
      self.png_ =
          ::png_create_write_struct(PNG_LIBPNG_VER_STRING, &self, on_error, [](png_structp, png_const_charp) {});
      if (self.png_ == nullptr) self.leave();
      self.info_ = ::png_create_info_struct(self.png_);
      if (self.info_ == nullptr) self.leave();
      ::png_set_write_fn(self.png_, &self, on_write, [](png_structp) {});
      const Size size = self.picture_->size();
      ::png_set_IHDR(self.png_, self.info_, size.width, size.height, 8,
                     self.is_opaque_ ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE,
                     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
      ::png_set_compression_level(self.png_, 9);
      ::png_write_info(self.png_, self.info_);
      if (self.is_opaque_) ::png_set_filler(self.png_, 0, PNG_FILLER_AFTER);
      for (std::uint32_t y = 0; y < size.height; ++y) ::png_write_row(self.png_, self.picture_->row(y).data());
      ::png_write_end(self.png_, nullptr);
    });
    if (!written) return fail(ErrorCode::failed, "The picture could not be encoded");
    return std::move(bytes_);
  }

 private:
  static void on_error(png_structp png, png_const_charp) { static_cast<PngWriter*>(::png_get_error_ptr(png))->leave(); }
  static void on_write(png_structp png, png_bytep from, std::size_t count) {
    static_cast<PngWriter*>(::png_get_io_ptr(png))->bytes_.append(reinterpret_cast<const char*>(from), count);
  }

  bool guarded(void (*step)(PngWriter&)) {
    if (setjmp(jump_) != 0) return false;  // NOLINT(cert-err52-cpp,modernize-avoid-setjmp-longjmp): libpng's way
    step(*this);
    return true;
  }
  [[noreturn]] void leave() { std::longjmp(jump_, 1); }  // NOLINT(cert-err52-cpp,modernize-avoid-setjmp-longjmp)

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_{};
  std::string bytes_;
  const Picture* picture_ = nullptr;
  bool is_opaque_ = false;
};

}  // namespace

Result<std::string> encode_png(const Picture& picture) { return PngWriter().write(picture); }

}  // namespace otklik::pictures
