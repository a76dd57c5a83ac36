#include "media/record/track.hpp"

#include <algorithm>
#include <cstdlib>

#include "media/codec/g711.hpp"

namespace otklik::media {
namespace {

constexpr std::size_t window_seconds = 4;
constexpr std::int64_t most_drift_us = 250'000;  // between time stamps and arrival, before arrival counts
constexpr std::size_t most_waiting = 256;

std::size_t to_rate(std::span<const std::int16_t> samples, int from, std::uint32_t to, std::int16_t* out) {
  if (static_cast<std::uint32_t>(from) == to) {
    std::copy(samples.begin(), samples.end(), out);
    return samples.size();
  }
  if (from == 8000) {  // a straight line between two: what is above 4 kHz is not in the recording's speech anyway
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const int next = i + 1 < samples.size() ? samples[i + 1] : samples[i];
      out[2 * i] = samples[i];
      out[2 * i + 1] = static_cast<std::int16_t>((samples[i] + next) / 2);
    }
    return samples.size() * 2;
  }
  for (std::size_t i = 0; i + 1 < samples.size(); i += 2)
    out[i / 2] = static_cast<std::int16_t>((samples[i] + samples[i + 1]) / 2);
  return samples.size() / 2;
}

}  // namespace

Track::Track(std::shared_ptr<Tap> tap, std::uint32_t rate, std::int64_t begin_us)
    : tap_(std::move(tap)), rate_(rate), begin_us_(begin_us), window_(rate * window_seconds) {}

void Track::take(std::int64_t now_us, bool to_the_end) {
  TappedPacket packet;
  std::array<std::uint8_t, most_payload_size>
      payload;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the tap
  while (tap_->take(packet, payload.data())) {
    const Bytes bytes(payload.data(), packet.size);
    if (packet.format == Format::pcma || packet.format == Format::pcmu) {
      decode(packet, bytes);  // each by itself: their order does not matter
      continue;
    }
    auto at = waiting_.end();
    while (at != waiting_.begin() && std::prev(at)->packet.ssrc == packet.ssrc &&
           static_cast<std::int16_t>(packet.sequence - std::prev(at)->packet.sequence) < 0) {
      --at;
    }
    waiting_.insert(at, Waiting{packet, {bytes.begin(), bytes.end()}});
    if (waiting_.size() > most_waiting) decode_waiting(waiting_[waiting_.size() / 2].packet.arrival_us);
  }
  decode_waiting(to_the_end ? INT64_MAX : now_us - order_us);
}

void Track::decode_waiting(std::int64_t before_us) {
  std::size_t done = 0;
  while (done < waiting_.size() && waiting_[done].packet.arrival_us < before_us) {
    decode(waiting_[done].packet, waiting_[done].payload);
    ++done;
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
}

std::int64_t Track::place(const TappedPacket& packet) {
  const std::int64_t arrival = (packet.arrival_us - begin_us_) * rate_ / 1'000'000;
  const auto clock = static_cast<std::int64_t>(rtp_clock_rate(packet.format));
  if (anchored_ && packet.ssrc == ssrc_ && packet.format == format_) {
    const std::int64_t position =
        anchor_position_ +
        std::int64_t{static_cast<std::int32_t>(packet.timestamp - anchor_timestamp_)} * rate_ / clock;
    if (std::abs(position - arrival) * 1'000'000 / rate_ <= most_drift_us) {
      if (position - anchor_position_ >
          std::int64_t{rate_} * 60) {  // the anchor follows, far from where 32 bits turn over
        anchor_position_ = position;
        anchor_timestamp_ = packet.timestamp;
      }
      return position;
    }
  }
  anchored_ = true;
  ssrc_ = packet.ssrc;
  format_ = packet.format;
  anchor_timestamp_ = packet.timestamp;
  anchor_position_ = std::max(arrival, end_);  // never over what was said before
  return anchor_position_;
}

void Track::decode(const TappedPacket& packet, Bytes payload) {
  std::array<std::int16_t, most_frame_samples> samples;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled next
  std::array<std::int16_t, 2 * most_frame_samples> at_rate;  // NOLINT(cppcoreguidelines-pro-type-member-init): likewise
  std::size_t count = 0;
  const std::int64_t position = place(packet);
  if (packet.format == Format::pcma || packet.format == Format::pcmu) {
    count = std::min(payload.size(), samples.size());
    packet.format == Format::pcma ? decode_alaw(payload.first(count), samples.data())
                                  : decode_ulaw(payload.first(count), samples.data());
  } else {
    auto& decoder = decoders_[static_cast<std::size_t>(packet.format)];
    if (!decoder) decoder = make_decoder(packet.format);
    if (!decoder) return;
    const std::int64_t missing = position - end_;
    if (missing > 0 && missing <= std::int64_t{rate_} * 60 / 1000) {  // up to 60 ms are made up, longer ones are silent
      const std::size_t hole =
          static_cast<std::size_t>(missing) * static_cast<std::size_t>(sample_rate(packet.format)) / rate_;
      decoder->conceal(hole, {}, samples.data());
      lay(end_, {at_rate.data(), to_rate({samples.data(), hole}, sample_rate(packet.format), rate_, at_rate.data())});
    }
    count = decoder->decode(payload, samples);
  }
  lay(position, {at_rate.data(), to_rate({samples.data(), count}, sample_rate(packet.format), rate_, at_rate.data())});
}

void Track::lay(std::int64_t position, std::span<const std::int16_t> samples) noexcept {
  const auto room = static_cast<std::int64_t>(window_.size());
  for (const auto sample : samples) {
    if (position >= read_ && position < read_ + room) window_[static_cast<std::size_t>(position % room)] = sample;
    ++position;
  }
  end_ = std::max(end_, position);
}

void Track::read(std::span<std::int16_t> out) noexcept {
  for (auto& sample : out) {
    auto& place = window_[static_cast<std::size_t>(read_++) % window_.size()];
    sample = place;
    place = 0;
  }
}

}  // namespace otklik::media
