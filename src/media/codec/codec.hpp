#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "media/description.hpp"
#include "media/rtp/packet.hpp"

namespace otklik::media {

/// What a payload is. Small, so that it travels beside packets.
enum class Format : std::uint8_t { none, pcmu, pcma, g722, opus, telephone_event, comfort_noise };
Format format_of(const Codec& codec) noexcept;
std::string_view name(Format format) noexcept;  ///< as SDP spells it
inline bool is_audio(Format f) noexcept { return f >= Format::pcmu && f <= Format::opus; }
/// Samples a second of the audio that decoders give and encoders take: 8000, or 16000 for G.722 and Opus.
int sample_rate(Format format) noexcept;
/// Of RTP time stamps.
std::uint32_t rtp_clock_rate(Format format) noexcept;
/// How much audio a payload holds, in units of its RTP clock; 0: cannot be told, it is damaged.
std::uint32_t payload_span(Format format, Bytes payload) noexcept;

inline constexpr std::size_t most_frame_samples =
    16000 * 120 / 1000;  ///< 120 ms, the most that Opus puts into a packet

/// One direction of one source: keeps what it needs from packet to packet. Nothing allocates after the making.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Samples written, at sample_rate() of its format; 0: the payload is damaged.
  virtual std::size_t decode(Bytes payload, std::span<std::int16_t, most_frame_samples> out) = 0;
  /// Makes up `samples` in place of something lost; `next`: the packet after it, if it is here (Opus may carry the lost
  /// one in it). Fades to silence when asked again and again.
  virtual void conceal(std::size_t samples, Bytes next, std::int16_t* out) = 0;
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// 10 to 60 ms of audio at sample_rate(); the bytes written into `out`; 0: it failed.
  virtual std::size_t encode(std::span<const std::int16_t> samples, std::span<std::uint8_t> out) = 0;
};

/// Nothing for formats that are no audio, or when the library has no memory.
std::unique_ptr<Decoder> make_decoder(Format format);
/// `fmtp`: what the receiver asks for (Opus: maxaveragebitrate, usedtx, useinbandfec, cbr).
std::unique_ptr<Encoder> make_encoder(Format format, std::string_view fmtp);

}  // namespace otklik::media
