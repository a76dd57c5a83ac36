#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/random.hpp"
#include "media/record/ogg_page.hpp"
#include "media/record/sound_file.hpp"

namespace otklik::media {
namespace {

struct Release {
  void operator()(OpusEncoder* state) const noexcept { opus_encoder_destroy(state); }
};

constexpr std::size_t packets_a_page = 50;  // a second
constexpr std::uint32_t granules_a_second = 48'000;
constexpr std::uint8_t first_page = 2;
constexpr std::uint8_t last_page = 4;

void append_little(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

/// Opus in Ogg (RFC 7845), a page a second.
class OggOpusFile final : public SoundFile {
 public:
  OggOpusFile(int fd, const SoundFileOptions& options, OpusEncoder* state)
      : fd_(fd), options_(options), state_(state), frame_(std::size_t{options.rate} / 50 * options.channels) {
    std::array<std::uint8_t, 4> random{};
    random_bytes(random);
    serial_ = random[0] | random[1] << 8U | random[2] << 16U | std::uint32_t{random[3]} << 24U;
    opus_encoder_ctl(state, OPUS_SET_BITRATE(options.bit_rate * options.channels));
    opus_encoder_ctl(state, OPUS_SET_COMPLEXITY(5));
    opus_int32 ahead = 0;
    opus_encoder_ctl(state, OPUS_GET_LOOKAHEAD(&ahead));
    skip_ = static_cast<std::uint32_t>(ahead) * (granules_a_second / options.rate);
  }

  Result<> begin() {
    std::string head = "OpusHead";
    head += '\1';
    head += static_cast<char>(options_.channels);
    append_little(head, skip_, 2);
    append_little(head, options_.rate, 4);
    append_little(head, 0, 2);  // gain
    head += '\0';               // channel mapping family: mono or stereo
    std::string tags = "OpusTags";
    const std::string vendor = opus_get_version_string();
    append_little(tags, vendor.size(), 4);
    tags += vendor;
    append_little(tags, 0, 4);
    if (auto put = put_alone(head, first_page); !put) return put;
    return put_alone(tags, 0);
  }

  Result<> write(std::span<const std::int16_t> samples) override {
    count_ += samples.size() / options_.channels;
    while (!samples.empty()) {
      const std::size_t take = std::min(samples.size(), frame_ - waiting_.size());
      waiting_.insert(waiting_.end(), samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(take));
      samples = samples.subspan(take);
      if (waiting_.size() < frame_) break;
      if (auto encoded = encode(); !encoded) return encoded;
    }
    return {};
  }
  Result<> checkpoint() override { return {}; }  // each page is one

  Result<> finish() override {
    // The encoder is behind by its look-ahead: silence pushes the last of the sound out, and the last page says where
    // it ends.
    const std::uint64_t end = count_ * (granules_a_second / options_.rate) + skip_;
    while (granule_ < end || !waiting_.empty()) {
      waiting_.resize(frame_);
      if (auto encoded = encode(); !encoded) return encoded;
    }
    return put_page(last_page, end);
  }

 private:
  Result<> encode() {
    std::array<std::uint8_t, 1275> packet{};
    const int size = opus_encode(state_.get(), waiting_.data(), static_cast<int>(frame_ / options_.channels),
                                 packet.data(), static_cast<opus_int32>(packet.size()));
    waiting_.clear();
    if (size <= 0) return fail(ErrorCode::failed, "The Opus encoder failed");
    if (packets_ == packets_a_page || !add_ogg_lacing(static_cast<std::size_t>(size), lacing_)) {
      if (auto put = put_page(0, granule_); !put) return put;
      add_ogg_lacing(static_cast<std::size_t>(size), lacing_);
    }
    body_.append(reinterpret_cast<const char*>(packet.data()), static_cast<std::size_t>(size));  // NOLINT
    ++packets_;
    granule_ += granules_a_second / 50;
    return {};
  }
  Result<> put_alone(const std::string& packet, std::uint8_t flags) {
    add_ogg_lacing(packet.size(), lacing_);
    body_ = packet;
    return put_page(flags, 0);
  }
  Result<> put_page(std::uint8_t flags, std::uint64_t granule) {
    std::string page;
    append_ogg_page({flags, granule, serial_, number_++, lacing_, body_}, page);
    lacing_.clear();
    body_.clear();
    packets_ = 0;
    return write_all(fd_, page);
  }

  int fd_;
  SoundFileOptions options_;
  std::unique_ptr<OpusEncoder, Release> state_;
  std::size_t frame_;  // samples of all channels in 20 ms
  std::uint32_t skip_ = 0;
  std::uint32_t serial_ = 0;
  std::uint32_t number_ = 0;
  std::uint64_t granule_ = 0;
  std::uint64_t count_ = 0;
  std::size_t packets_ = 0;
  std::vector<std::int16_t> waiting_;
  std::string lacing_;
  std::string body_;
};

}  // namespace

Result<std::unique_ptr<SoundFile>> make_ogg_opus_file(int fd, const SoundFileOptions& options) {
  int error = OPUS_OK;
  auto* state =
      opus_encoder_create(static_cast<opus_int32>(options.rate), options.channels, OPUS_APPLICATION_VOIP, &error);
  if (error != OPUS_OK || state == nullptr) return fail(ErrorCode::failed, "The Opus encoder does not start");
  auto file = std::make_unique<OggOpusFile>(fd, options, state);
  if (auto begun = file->begin(); !begun) return std::unexpected(begun.error());
  return file;
}

}  // namespace otklik::media
