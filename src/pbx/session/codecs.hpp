#pragma once
#include <vector>

#include "media/description.hpp"
#include "sip/sdp/session.hpp"

namespace otklik::pbx {

media::Codec from_sdp(const sip::sdp::Codec& codec);
sip::sdp::Codec to_sdp(const media::Codec& codec);
/// The formats of a media line that the engine can receive: audio, telephone-event, comfort noise.
std::vector<media::Codec> receivable(const sip::sdp::Media& media);
/// Audio formats only.
std::vector<media::Codec> audio_codecs(const sip::sdp::Media& media);

}  // namespace otklik::pbx
