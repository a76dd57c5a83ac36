#include "media/engine/wire.hpp"

#include <fmt/format.h>

namespace otklik::media {
namespace {

std::unexpected<Error> wrong(std::string message) { return fail(ErrorCode::bad_request, std::move(message)); }

Result<> take_codecs(const Remote& remote, Wire& wire) {
  wire.send_format = format_of(remote.send);
  if (!is_audio(wire.send_format)) return wrong(fmt::format("The engine cannot send \"{}\"", remote.send.name));
  if (remote.send.payload_type > 127) return wrong("A payload type is past 127");
  wire.send_type = remote.send.payload_type;
  wire.send_fmtp = remote.send.fmtp;
  bool hears = false;
  for (const auto& codec : remote.receive) {
    const Format format = format_of(codec);
    if (format == Format::none) return wrong(fmt::format("The engine cannot receive \"{}\"", codec.name));
    if (codec.payload_type > 127) return wrong("A payload type is past 127");
    if (codec.payload_type >= 64 && codec.payload_type <= 95)
      return wrong("Payload types 64 to 95 are taken for RTCP");  // RFC 5761 4
    wire.receive[codec.payload_type] = format;
    hears = hears || is_audio(format);
    auto& decoder = wire.decoders[static_cast<std::size_t>(format)];
    if (is_audio(format) && !decoder) decoder = make_decoder(format);
    if (is_audio(format) && !decoder) return fail(ErrorCode::failed, "A decoder could not be made");
  }
  if (!hears) return wrong("A leg must be able to receive a codec of speech");
  if (remote.send_events) {
    if (format_of(*remote.send_events) != Format::telephone_event || remote.send_events->payload_type > 127) {
      return wrong("Digits are sent as telephone-event of 8000 or 48000 Hz only");
    }
    wire.event_type = remote.send_events->payload_type;
    wire.event_rate = remote.send_events->clock_rate;
  }
  if (remote.send_comfort_noise) {
    if (format_of(*remote.send_comfort_noise) != Format::comfort_noise ||
        remote.send_comfort_noise->payload_type > 127) {
      return wrong("Comfort noise is CN of 8000 Hz only");
    }
    wire.noise_type = remote.send_comfort_noise->payload_type;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Wire>> make_wire(const Remote& remote, int family, bool inband_digits) {
  auto wire = std::make_unique<Wire>();
  if (family == AF_INET && !remote.rtp.address.is_v4() && remote.rtp.address != Address{}) {
    return wrong("The far end's media address is IPv6, and the leg's is IPv4");
  }
  wire->rtp = kernel_address(remote.rtp, family);
  wire->rtcp_mux = remote.rtcp_mux;
  if (!remote.rtcp_mux && wire->rtp.is_set()) {
    if (remote.rtcp) {
      wire->rtcp = kernel_address(*remote.rtcp, family);
    } else if (remote.rtp.port < 0xFFFF) {
      wire->rtcp = kernel_address({remote.rtp.address, static_cast<std::uint16_t>(remote.rtp.port + 1)}, family);
    }
  }
  wire->direction = remote.direction;
  const auto ms = remote.packet_time.count();
  wire->packet_ms = ms >= 10 && ms <= 60 && ms % 10 == 0 ? static_cast<unsigned>(ms) : 20;
  if (auto taken = take_codecs(remote, *wire); !taken) return std::unexpected(taken.error());
  // Opus has frames of 10, 20, 40 and 60 ms.
  if (wire->send_format == Format::opus && (wire->packet_ms == 30 || wire->packet_ms == 50)) wire->packet_ms -= 10;
  wire->encoder = make_encoder(wire->send_format, wire->send_fmtp);
  if (!wire->encoder) return fail(ErrorCode::failed, "An encoder could not be made");
  if (inband_digits) wire->tones = ToneDetector::make();
  return wire;
}

void Wire::inherit(Wire& before) noexcept {
  if (before.send_format == send_format && before.send_fmtp == send_fmtp) std::swap(encoder, before.encoder);
  for (std::size_t i = 0; i < formats; ++i) {
    if (decoders[i] && before.decoders[i]) std::swap(decoders[i], before.decoders[i]);
  }
  if (tones && before.tones) std::swap(tones, before.tones);
}

}  // namespace otklik::media
