#pragma once
#include <array>
#include <memory>

#include "media/codec/codec.hpp"
#include "media/digits/tone_detector.hpp"
#include "media/engine/sockets.hpp"

namespace otklik::media {

/// What set_remote() said, worked out and with all that it needs, so that a media thread only has to take it.
struct Wire {
  static constexpr std::size_t formats = 8;

  KernelAddress rtp;
  KernelAddress rtcp;
  bool rtcp_mux = false;
  Direction direction = Direction::inactive;
  unsigned packet_ms = 20;

  std::array<Format, 128> receive{};  ///< by payload type
  Format send_format = Format::none;
  std::uint8_t send_type = 0;
  std::string send_fmtp;
  int event_type = -1;  ///< -1: the peer takes none
  std::uint32_t event_rate = 8000;
  int noise_type = -1;

  std::unique_ptr<Encoder> encoder;
  std::array<std::unique_ptr<Decoder>, formats> decoders;  ///< by Format
  std::unique_ptr<ToneDetector> tones;                     ///< where asked for

  [[nodiscard]] bool sends() const noexcept { return (static_cast<unsigned>(direction) & 1U) != 0 && rtp.is_set(); }
  [[nodiscard]] bool receives() const noexcept { return (static_cast<unsigned>(direction) & 2U) != 0; }
  [[nodiscard]] Decoder* decoder(Format format) const noexcept {
    return decoders[static_cast<std::size_t>(format)].get();
  }

  /// Takes over from the one before what means the same, so that codecs go on where they are.
  void inherit(Wire& before) noexcept;
};

/// Errors: `bad_request`, with what cannot be.
Result<std::unique_ptr<Wire>> make_wire(const Remote& remote, int family, bool inband_digits);

}  // namespace otklik::media
