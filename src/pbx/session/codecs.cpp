#include "pbx/session/codecs.hpp"

namespace otklik::pbx {

media::Codec from_sdp(const sip::sdp::Codec& codec) {
  return {.name = codec.name,
          .clock_rate = codec.rate,
          .payload_type = codec.payload,
          .channels = codec.channels,
          .fmtp = codec.parameters};
}

sip::sdp::Codec to_sdp(const media::Codec& codec) {
  return {.payload = codec.payload_type,
          .name = codec.name,
          .rate = codec.clock_rate,
          .channels = codec.channels,
          .parameters = codec.fmtp};
}

std::vector<media::Codec> receivable(const sip::sdp::Media& media) {
  std::vector<media::Codec> found;
  for (const auto& codec : media.codecs) {
    if (auto known = from_sdp(codec); media::is_supported(known)) found.push_back(std::move(known));
  }
  return found;
}

std::vector<media::Codec> audio_codecs(const sip::sdp::Media& media) {
  auto found = receivable(media);
  std::erase_if(found, [](const media::Codec& codec) { return !media::is_audio(codec); });
  return found;
}

}  // namespace otklik::pbx
