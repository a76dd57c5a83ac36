#include "media/codec/resampler.hpp"

#include <speex/speex_resampler.h>

#include <new>

namespace otklik::media {
namespace {
constexpr int quality = 4;  // of 10: what VoIP programs use; 0.1 dB flat to 3.2 of 4 kHz
}

Resampler::Resampler(std::uint32_t from, std::uint32_t to) {
  int error = RESAMPLER_ERR_SUCCESS;
  state_ = speex_resampler_init(1, from, to, quality, &error);
  if (state_ == nullptr || error != RESAMPLER_ERR_SUCCESS) throw std::bad_alloc();
}

Resampler::~Resampler() { speex_resampler_destroy(state_); }

std::size_t Resampler::process(std::span<const std::int16_t> in, std::span<std::int16_t> out) noexcept {
  std::size_t read = 0;
  std::size_t written = 0;
  while (read < in.size() && written < out.size()) {
    auto in_count = static_cast<spx_uint32_t>(in.size() - read);
    auto out_count = static_cast<spx_uint32_t>(out.size() - written);
    if (speex_resampler_process_int(state_, 0, in.data() + read, &in_count, out.data() + written, &out_count) !=
        RESAMPLER_ERR_SUCCESS)
      break;
    if (in_count == 0 && out_count == 0) break;
    read += in_count;
    written += out_count;
  }
  return written;
}

std::vector<std::int16_t> resampled(std::span<const std::int16_t> samples, std::uint32_t from, std::uint32_t to) {
  if (from == to || samples.empty()) return {samples.begin(), samples.end()};
  int error = RESAMPLER_ERR_SUCCESS;
  auto* state = speex_resampler_init(1, from, to, quality, &error);
  if (state == nullptr || error != RESAMPLER_ERR_SUCCESS) throw std::bad_alloc();
  speex_resampler_skip_zeros(state);
  const std::size_t wanted = samples.size() * std::size_t{to} / from;
  std::vector<std::int16_t> out(wanted);
  std::size_t read = 0;
  std::size_t written = 0;
  const std::int16_t silence[64] = {};
  while (written < wanted) {
    const bool ended = read == samples.size();  // what is still in the filter is pushed out by silence
    auto in_count = static_cast<spx_uint32_t>(ended ? std::size(silence) : samples.size() - read);
    auto out_count = static_cast<spx_uint32_t>(wanted - written);
    if (speex_resampler_process_int(state, 0, ended ? silence : samples.data() + read, &in_count, out.data() + written,
                                    &out_count) != RESAMPLER_ERR_SUCCESS) {
      break;
    }
    if (in_count == 0 && out_count == 0) break;
    if (!ended) read += in_count;
    written += out_count;
  }
  speex_resampler_destroy(state);
  return out;
}

}  // namespace otklik::media
