#include <csetjmp>
#include <cstddef>  // jpeglib.h needs size_t and FILE and includes neither
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include "pictures/encode.hpp"

namespace otklik::pictures {
namespace {

/// As in jpeg_decoder.cpp, the longjmp stays within guarded().
class JpegWriter {
 public:
  JpegWriter() {
    info_.err = ::jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = [](j_common_ptr common) {
      // NOLINTNEXTLINE(cert-err52-cpp,modernize-avoid-setjmp-longjmp): libjpeg's way
      std::longjmp(static_cast<JpegWriter*>(common->client_data)->jump_, 1);
    };
    errors_.emit_message = [](j_common_ptr, int) {};
  }
  ~JpegWriter() {
    ::jpeg_destroy_compress(&info_);
    std::free(bytes_);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocated it so
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  Result<std::string> write(const Picture& picture, int quality) {
    picture_ = &picture;
    quality_ = quality;
    const bool written = guarded([](JpegWriter& self) {
      auto& info = self.info_;
      ::jpeg_create_compress(&info);
      ::jpeg_mem_dest(&info, &self.bytes_, &self.length_);
      info.image_width = self.picture_->size().width;
      info.image_height = self.picture_->size().height;
      info.input_components = static_cast<int>(Picture::bytes_per_pixel);
      info.in_color_space = JCS_EXT_RGBX;
      ::jpeg_set_defaults(&info);
      ::jpeg_set_quality(&info, self.quality_, TRUE);
      info.optimize_coding = TRUE;
      // Half the colour resolution shows in pictures as small as ours.
      info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
      ::jpeg_start_compress(&info, TRUE);
      while (info.next_scanline < info.image_height) {
        // libjpeg's interface knows no const; it only reads.
        auto* row = const_cast<JSAMPROW>(self.picture_->row(info.next_scanline).data());  // NOLINT
        ::jpeg_write_scanlines(&info, &row, 1);
      }
      ::jpeg_finish_compress(&info);
    });
    if (!written) return fail(ErrorCode::failed, "The picture could not be encoded");
    return std::string(reinterpret_cast<const char*>(bytes_), length_);
  }

 private:
  bool guarded(void (*step)(JpegWriter&)) {
    if (setjmp(jump_) != 0) return false;  // NOLINT(cert-err52-cpp,modernize-avoid-setjmp-longjmp): libjpeg's way
    step(*this);
    return true;
  }

  jpeg_compress_struct info_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf jump_{};
  unsigned char* bytes_ = nullptr;
  unsigned long length_ = 0;  // NOLINT(google-runtime-int): libjpeg's type
  const Picture* picture_ = nullptr;
  int quality_ = 0;
};

}  // namespace

Result<std::string> encode_jpeg(const Picture& picture, int quality) { return JpegWriter().write(picture, quality); }

}  // namespace otklik::pictures
