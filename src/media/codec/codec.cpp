#include "media/codec/codec.hpp"

#include <opus/opus.h>

#include <algorithm>

#include "media/codec/codecs.hpp"
#include "media/codec/concealment.hpp"
#include "media/codec/g711.hpp"

namespace otklik::media {
namespace {

bool same_letters(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
           return low(x) == low(y);
         });
}

class G711Decoder final : public Decoder {
 public:
  explicit G711Decoder(bool alaw) : alaw_(alaw) {}
  std::size_t decode(Bytes payload, std::span<std::int16_t, most_frame_samples> out) override {
    const std::size_t count = std::min(payload.size(), out.size());
    alaw_ ? decode_alaw(payload.first(count), out.data()) : decode_ulaw(payload.first(count), out.data());
    concealment_.hear(out.data(), count);
    return count;
  }
  void conceal(std::size_t samples, Bytes, std::int16_t* out) override { concealment_.fill(out, samples); }

 private:
  bool alaw_;
  Concealment concealment_;
};

class G711Encoder final : public Encoder {
 public:
  explicit G711Encoder(bool alaw) : alaw_(alaw) {}
  std::size_t encode(std::span<const std::int16_t> samples, std::span<std::uint8_t> out) override {
    if (out.size() < samples.size()) return 0;
    alaw_ ? encode_alaw(samples, out.data()) : encode_ulaw(samples, out.data());
    return samples.size();
  }

 private:
  bool alaw_;
};

}  // namespace

Format format_of(const Codec& codec) noexcept {
  if (same_letters(codec.name, "PCMU") && codec.clock_rate == 8000 && codec.channels == 1) return Format::pcmu;
  if (same_letters(codec.name, "PCMA") && codec.clock_rate == 8000 && codec.channels == 1) return Format::pcma;
  if (same_letters(codec.name, "G722") && codec.clock_rate == 8000 && codec.channels == 1) return Format::g722;
  if (same_letters(codec.name, "opus") && codec.clock_rate == 48000 && codec.channels == 2) return Format::opus;
  if (same_letters(codec.name, "telephone-event") && (codec.clock_rate == 8000 || codec.clock_rate == 48000)) {
    return Format::telephone_event;
  }
  if (same_letters(codec.name, "CN") && codec.clock_rate == 8000 && codec.channels == 1) return Format::comfort_noise;
  return Format::none;
}

std::string_view name(Format format) noexcept {
  switch (format) {
    case Format::pcmu:
      return "PCMU";
    case Format::pcma:
      return "PCMA";
    case Format::g722:
      return "G722";
    case Format::opus:
      return "opus";
    case Format::telephone_event:
      return "telephone-event";
    case Format::comfort_noise:
      return "CN";
    case Format::none:
      break;
  }
  return "";
}

int sample_rate(Format format) noexcept { return format == Format::g722 || format == Format::opus ? 16000 : 8000; }
std::uint32_t rtp_clock_rate(Format format) noexcept { return format == Format::opus ? 48000 : 8000; }

std::uint32_t payload_span(Format format, Bytes payload) noexcept {
  switch (format) {
    case Format::pcmu:
    case Format::pcma:
    case Format::g722:  // 64 kbit/s too, and a clock that says 8000
      return static_cast<std::uint32_t>(payload.size());
    case Format::opus: {
      if (payload.empty()) return 0;
      const int samples = opus_packet_get_nb_samples(payload.data(), static_cast<opus_int32>(payload.size()), 48000);
      return samples > 0 ? static_cast<std::uint32_t>(samples) : 0;
    }
    default:
      return 0;
  }
}

std::unique_ptr<Decoder> make_decoder(Format format) {
  switch (format) {
    case Format::pcmu:
      return std::make_unique<G711Decoder>(false);
    case Format::pcma:
      return std::make_unique<G711Decoder>(true);
    case Format::g722:
      return make_g722_decoder();
    case Format::opus:
      return make_opus_decoder();
    default:
      return nullptr;
  }
}

std::unique_ptr<Encoder> make_encoder(Format format, std::string_view fmtp) {
  switch (format) {
    case Format::pcmu:
      return std::make_unique<G711Encoder>(false);
    case Format::pcma:
      return std::make_unique<G711Encoder>(true);
    case Format::g722:
      return make_g722_encoder();
    case Format::opus:
      return make_opus_encoder(fmtp);
    default:
      return nullptr;
  }
}

std::span<const Codec> supported_codecs() {
  static const Codec list[] = {
      {"opus", 48000, 96, 2, "minptime=10;useinbandfec=1;stereo=0"},
      {"G722", 8000, 9, 1, ""},
      {"PCMA", 8000, 8, 1, ""},
      {"PCMU", 8000, 0, 1, ""},
      {"telephone-event", 8000, 101, 1, "0-16"},
      {"telephone-event", 48000, 102, 1, "0-16"},
      {"CN", 8000, 13, 1, ""},
  };
  return list;
}

bool is_supported(const Codec& codec) noexcept { return format_of(codec) != Format::none; }
bool is_audio(const Codec& codec) noexcept { return is_audio(format_of(codec)); }
bool is_same_codec(const Codec& a, const Codec& b) noexcept {
  return same_letters(a.name, b.name) && a.clock_rate == b.clock_rate && a.channels == b.channels;
}

std::optional<Codec> static_codec(std::uint8_t payload_type) {
  switch (payload_type) {
    case 0:
      return Codec{"PCMU", 8000, 0, 1, ""};
    case 8:
      return Codec{"PCMA", 8000, 8, 1, ""};
    case 9:
      return Codec{"G722", 8000, 9, 1, ""};
    case 13:
      return Codec{"CN", 8000, 13, 1, ""};
    default:
      return std::nullopt;
  }
}

}  // namespace otklik::media
