#include <opus/opus.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "media/codec/codecs.hpp"

namespace otklik::media {
namespace {

constexpr int rate = 16000;
constexpr int usual_bit_rate = 24'000;  // wide-band speech (RFC 7587 3.1.1)
constexpr int complexity = 5;           // of 10: twice as quick as 10, hardly to be heard with speech
constexpr int expected_loss = 5;        // per cent: how much redundancy goes in

struct Release {
  void operator()(OpusDecoder* state) const noexcept { opus_decoder_destroy(state); }
  void operator()(OpusEncoder* state) const noexcept { opus_encoder_destroy(state); }
};

/// A number among `name=value; …`.
std::optional<int> parameter(std::string_view fmtp, std::string_view wanted) {
  while (!fmtp.empty()) {
    const auto end = std::min(fmtp.find(';'), fmtp.size());
    std::string_view one = fmtp.substr(0, end);
    fmtp.remove_prefix(std::min(end + 1, fmtp.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    const auto equals = one.find('=');
    if (equals == std::string_view::npos || one.substr(0, equals) != wanted) continue;
    one.remove_prefix(equals + 1);
    int value = 0;
    if (std::from_chars(one.data(), one.data() + one.size(), value).ec == std::errc{}) return value;
  }
  return std::nullopt;
}

class OpusSpeechDecoder final : public Decoder {
 public:
  explicit OpusSpeechDecoder(OpusDecoder* state) : state_(state) {}
  std::size_t decode(Bytes payload, std::span<std::int16_t, most_frame_samples> out) override {
    if (payload.empty()) return 0;
    concealed_ = 0;
    const int count = opus_decode(state_.get(), payload.data(), static_cast<opus_int32>(payload.size()), out.data(),
                                  static_cast<int>(out.size()), 0);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  void conceal(std::size_t samples, Bytes next, std::int16_t* out) override {
    // Its own making up goes on as noise for a while; a talk that is broken off shall be silent.
    concealed_ += samples;
    int count = -1;
    if (concealed_ <= rate / 5) {
      const auto size = static_cast<int>(samples);
      if (!next.empty())
        count = opus_decode(state_.get(), next.data(), static_cast<opus_int32>(next.size()), out, size, 1);
      if (count <= 0) count = opus_decode(state_.get(), nullptr, 0, out, size, 0);
    }
    const std::size_t made = count > 0 ? static_cast<std::size_t>(count) : 0;
    if (made < samples) std::fill(out + made, out + samples, std::int16_t{0});
  }

 private:
  std::unique_ptr<OpusDecoder, Release> state_;
  std::size_t concealed_ = 0;
};

class OpusSpeechEncoder final : public Encoder {
 public:
  explicit OpusSpeechEncoder(OpusEncoder* state) : state_(state) {}
  std::size_t encode(std::span<const std::int16_t> samples, std::span<std::uint8_t> out) override {
    const auto room = static_cast<opus_int32>(std::min(out.size(), most_payload_size));
    const opus_int32 size =
        opus_encode(state_.get(), samples.data(), static_cast<int>(samples.size()), out.data(), room);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }

 private:
  std::unique_ptr<OpusEncoder, Release> state_;
};

}  // namespace

std::unique_ptr<Decoder> make_opus_decoder() {
  int error = OPUS_OK;
  auto* state = opus_decoder_create(rate, 1, &error);
  if (error != OPUS_OK || state == nullptr) return nullptr;
  return std::make_unique<OpusSpeechDecoder>(state);
}

std::unique_ptr<Encoder> make_opus_encoder(std::string_view fmtp) {
  int error = OPUS_OK;
  auto* state = opus_encoder_create(rate, 1, OPUS_APPLICATION_VOIP, &error);
  if (error != OPUS_OK || state == nullptr) return nullptr;
  const int most = std::clamp(parameter(fmtp, "maxaveragebitrate").value_or(usual_bit_rate), 6'000, 510'000);
  opus_encoder_ctl(state, OPUS_SET_BITRATE(std::min(most, usual_bit_rate)));
  opus_encoder_ctl(state, OPUS_SET_COMPLEXITY(complexity));
  opus_encoder_ctl(state, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  opus_encoder_ctl(state, OPUS_SET_DTX(parameter(fmtp, "usedtx").value_or(0) != 0 ? 1 : 0));
  opus_encoder_ctl(state, OPUS_SET_VBR(parameter(fmtp, "cbr").value_or(0) != 0 ? 0 : 1));
  if (parameter(fmtp, "useinbandfec").value_or(0) != 0) {
    opus_encoder_ctl(state, OPUS_SET_INBAND_FEC(1));
    opus_encoder_ctl(state, OPUS_SET_PACKET_LOSS_PERC(expected_loss));
  }
  return std::make_unique<OpusSpeechEncoder>(state);
}

}  // namespace otklik::media
