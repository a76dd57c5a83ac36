#include <lame/lame.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "media/record/sound_file.hpp"

namespace otklik::media {
namespace {

struct Release {
  void operator()(lame_global_flags* state) const noexcept { lame_close(state); }
};

/// Frames of one bit rate, each of which can be played by itself: a file that breaks off anywhere is a file.
class Mp3File final : public SoundFile {
 public:
  Mp3File(int fd, const SoundFileOptions& options) : fd_(fd), channels_(options.channels), state_(lame_init()) {
    if (!state_) return;
    lame_set_in_samplerate(state_.get(), static_cast<int>(options.rate));
    lame_set_out_samplerate(state_.get(), static_cast<int>(options.rate));
    lame_set_num_channels(state_.get(), options.channels);
    lame_set_mode(state_.get(), options.channels == 1 ? MONO : STEREO);
    // MPEG 2 and 2.5, which these sample rates are, have 8 to 160 kbit/s.
    lame_set_brate(state_.get(), std::clamp(options.bit_rate * options.channels / 1000, 8, 160));
    lame_set_quality(state_.get(), 7);       // of 0 (best) to 9: this is speech of a telephone
    lame_set_bWriteVbrTag(state_.get(), 0);  // it would be written over at the end: a file that breaks off has no end
    lame_set_errorf(state_.get(), nullptr);
    lame_set_msgf(state_.get(), nullptr);
    lame_set_debugf(state_.get(), nullptr);
    ready_ = lame_init_params(state_.get()) >= 0;
  }
  [[nodiscard]] bool is_ready() const { return ready_; }

  Result<> write(std::span<const std::int16_t> samples) override {
    const auto frames = static_cast<int>(samples.size() / channels_);
    out_.resize(static_cast<std::size_t>(frames) * 5 / 4 + 7200);  // lame.h: the most that can come
    // It takes what it is not to change as if it might.
    auto* in = const_cast<short*>(samples.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    const int size =
        channels_ == 1
            ? lame_encode_buffer(state_.get(), in, in, frames, out_.data(), static_cast<int>(out_.size()))
            : lame_encode_buffer_interleaved(state_.get(), in, frames, out_.data(), static_cast<int>(out_.size()));
    return put(size);
  }
  Result<> checkpoint() override { return {}; }
  Result<> finish() override {
    out_.resize(7200);
    return put(lame_encode_flush(state_.get(), out_.data(), static_cast<int>(out_.size())));
  }

 private:
  Result<> put(int size) {
    if (size < 0) return fail(ErrorCode::failed, "The MP3 encoder failed");
    return write_all(fd_, {reinterpret_cast<const char*>(out_.data()), static_cast<std::size_t>(size)});  // NOLINT
  }

  int fd_;
  std::size_t channels_;
  std::unique_ptr<lame_global_flags, Release> state_;
  std::vector<unsigned char> out_;
  bool ready_ = false;
};

}  // namespace

Result<std::unique_ptr<SoundFile>> make_mp3_file(int fd, const SoundFileOptions& options) {
  auto file = std::make_unique<Mp3File>(fd, options);
  if (!file->is_ready()) return fail(ErrorCode::failed, "The MP3 encoder does not start");
  return file;
}

}  // namespace otklik::media
