#include <unistd.h>

#include <bit>
#include <cerrno>
#include <string>

#include "base/file.hpp"
#include "media/record/sound_file.hpp"
#include "media/sound/wav.hpp"

namespace otklik::media {
namespace {

static_assert(std::endian::native == std::endian::little, "samples are written as they lie in memory");

/// The header is put right at each checkpoint, so that a player of a file whose writer was killed hears all but the
/// last second.
class WavFile final : public SoundFile {
 public:
  WavFile(int fd, const SoundFileOptions& options) : fd_(fd), options_(options) {}

  Result<> begin() { return write_all(fd_, {header().data(), wav_header_size}); }

  Result<> write(std::span<const std::int16_t> samples) override {
    buffer_.append(reinterpret_cast<const char*>(samples.data()), samples.size_bytes());  // NOLINT
    if (buffer_.size() < most_buffered) return {};
    return flush();
  }
  Result<> checkpoint() override {
    if (auto flushed = flush(); !flushed) return flushed;
    const auto head = header();
    if (::pwrite(fd_, head.data(), head.size(), 0) != static_cast<ssize_t>(head.size())) {
      return std::unexpected(last_system_error("writing a recording"));
    }
    return {};
  }
  Result<> finish() override { return checkpoint(); }

 private:
  static constexpr std::size_t most_buffered = 64UL * 1024;

  [[nodiscard]] std::array<char, wav_header_size> header() const {
    return wav_header(options_.rate, options_.channels, size_);
  }
  Result<> flush() {
    if (buffer_.empty()) return {};
    if (auto written = write_all(fd_, buffer_); !written) return written;
    size_ += buffer_.size();
    buffer_.clear();
    return {};
  }

  int fd_;
  SoundFileOptions options_;
  std::string buffer_;
  std::uint64_t size_ = 0;
};

}  // namespace

Result<std::unique_ptr<SoundFile>> make_wav_file(int fd, const SoundFileOptions& options) {
  auto file = std::make_unique<WavFile>(fd, options);
  if (auto begun = file->begin(); !begun) return std::unexpected(begun.error());
  return file;
}

}  // namespace otklik::media
