#include "sip/sdp/negotiation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace otklik::sip::sdp {
namespace {

constexpr std::string_view events_name = "telephone-event";

bool is_events(const Codec& codec) { return codec.is(events_name); }

/// The same coding, whatever the payload type. Opus always says 48000/2 (RFC 7587 7), and G722 is known to be said to
/// have 16000 by some.
bool same_coding(const Codec& a, const Codec& b) {
  if (!iequals_ascii(a.name, b.name)) return false;
  return a.rate == b.rate || a.is("G722");
}

bool has_feedback(std::string_view protocol) { return protocol.ends_with("AVPF"); }

std::optional<Protection> protection_of(const Media& media) {
  if (media.protocol == "RTP/AVP" || media.protocol == "RTP/AVPF") {
    // Some phones offer keys under the plain profile and mean "if you can" (RFC 8643).
    return Protection::none;
  }
  if (media.protocol == "RTP/SAVP" || media.protocol == "RTP/SAVPF") {
    return media.crypto.empty() && !media.fingerprints.empty() ? Protection::dtls : Protection::sdes;
  }
  if (media.protocol == "UDP/TLS/RTP/SAVPF" || media.protocol == "UDP/TLS/RTP/SAVP") return Protection::dtls;
  return std::nullopt;
}

std::string protocol_of(Protection protection) {
  switch (protection) {
    case Protection::none:
      return "RTP/AVP";
    case Protection::sdes:
      return "RTP/SAVP";
    case Protection::dtls:
      return "UDP/TLS/RTP/SAVPF";
  }
  return "RTP/AVP";
}

/// The first of theirs, in their order, whose suite we can do; with our key for that suite.
std::optional<std::pair<Crypto, Crypto>> matching_keys(const std::vector<Crypto>& theirs,
                                                       const std::vector<Crypto>& ours) {
  for (const auto& their : theirs) {
    // What would have to be done otherwise (unencrypted streams, a key with an index) is not taken: RFC 4568 6.3.
    if (their.parameters.find("UNENCRYPTED") != std::string::npos || !their.mki.empty()) continue;
    for (const auto& our : ours) {
      if (our.suite == their.suite) return std::pair{their, our};
    }
  }
  return std::nullopt;
}

std::optional<std::uint8_t> events_for(const std::vector<Codec>& codecs, std::uint32_t rate) {
  std::optional<std::uint8_t> found;
  for (const auto& codec : codecs) {
    if (!is_events(codec)) continue;
    if (codec.rate == rate) return codec.payload;
    if (!found && codec.rate == 8000) found = codec.payload;
  }
  return found;
}

void set_formats(Media& media) {
  media.formats.clear();
  for (const auto& codec : media.codecs) media.formats.push_back(std::to_string(codec.payload));
}

Media refused(const Media& offered) {
  Media media;
  media.kind = offered.kind;
  media.port = 0;
  media.protocol = offered.protocol;
  media.formats = offered.formats;
  media.mid = offered.mid;
  return media;
}

/// Why an audio line cannot be taken; nothing when `into` and `agreed` have been filled in.
std::optional<std::string_view> take_audio(const Media& offered, const Ours& ours, Media& into, Agreed& agreed) {
  const auto protection = protection_of(offered);
  if (!protection || *protection != ours.protection) return "protection of the media does not fit";
  Media media;
  media.kind = offered.kind;
  media.protocol = offered.protocol;
  media.port = ours.port;
  media.address = ours.address;
  media.mid = offered.mid;
  // In the caller's order of preference, each with the payload type that the caller has given it (RFC 3264 6.1).
  for (const auto& codec : offered.codecs) {
    if (is_events(codec)) continue;
    for (const auto& own : ours.codecs) {
      if (!is_events(own) && same_coding(codec, own)) {
        Codec taken = codec;
        taken.parameters = own.parameters;
        media.codecs.push_back(std::move(taken));
        break;
      }
    }
  }
  if (media.codecs.empty()) return "no codec fits";
  const bool with_events = std::any_of(ours.codecs.begin(), ours.codecs.end(), is_events);
  agreed.codec = media.codecs.front();
  if (with_events) {
    agreed.events = events_for(offered.codecs, agreed.codec.rate);
    for (const auto& codec : offered.codecs) {
      if (is_events(codec) && std::any_of(media.codecs.begin(), media.codecs.end(), [&](const Codec& c) {
            return !is_events(c) && (c.rate == codec.rate || codec.rate == 8000);
          })) {
        Codec events = codec;
        events.parameters = "0-16";
        media.codecs.push_back(std::move(events));
      }
    }
  }
  set_formats(media);
  if (ours.protection == Protection::sdes) {
    const auto keys = matching_keys(offered.crypto, ours.crypto);
    if (!keys) return "no suite of keys fits";
    agreed.receive = keys->first;
    agreed.send = keys->second;
    agreed.send.tag = keys->first.tag;
    media.crypto.push_back(agreed.send);
  }
  if (ours.protection == Protection::dtls) {
    if (offered.fingerprints.empty()) return "there is no fingerprint";
    media.ice_user = ours.ice_user;
    media.ice_password = ours.ice_password;
    media.candidates = ours.candidates;
    media.end_of_candidates = !ours.candidates.empty();
    media.fingerprints = {ours.fingerprint};
    media.setup = offered.setup == Setup::passive ? Setup::active : Setup::passive;
  }
  media.rtcp_mux = offered.rtcp_mux && (ours.rtcp_mux || ours.protection == Protection::dtls);
  media.ptime = ours.ptime;
  media.direction = narrowed(ours.direction, reversed(offered.direction));
  agreed.address = offered.address;
  agreed.port = offered.port;
  agreed.rtcp_port = offered.rtcp_port;
  agreed.rtcp_mux = media.rtcp_mux;
  agreed.ptime = offered.ptime == 0 ? 20 : offered.ptime;
  agreed.direction = media.direction;
  agreed.protection = ours.protection;
  agreed.profile_with_feedback = has_feedback(offered.protocol);
  into = std::move(media);
  return std::nullopt;
}

}  // namespace

std::vector<Codec> usual_codecs() {
  return {{8, "PCMA", 8000, 1, {}},
          {0, "PCMU", 8000, 1, {}},
          {9, "G722", 8000, 1, {}},
          {107, "opus", 48000, 2, "useinbandfec=1"},
          {101, std::string(events_name), 8000, 1, "0-16"},
          {110, std::string(events_name), 48000, 1, "0-16"}};
}

Session make_offer(const Ours& ours, std::uint64_t id, std::uint64_t version) {
  Session session;
  session.id = id;
  session.version = version;
  session.origin_address = ours.address;
  Media media;
  media.kind = "audio";
  media.port = ours.port;
  media.protocol = protocol_of(ours.protection);
  media.address = ours.address;
  media.codecs = ours.codecs;
  set_formats(media);
  media.ptime = ours.ptime;
  media.direction = ours.direction;
  media.rtcp_mux = ours.rtcp_mux || ours.protection == Protection::dtls;
  if (ours.protection == Protection::sdes) {
    media.crypto = ours.crypto;
    std::uint32_t tag = 1;
    for (auto& line : media.crypto) line.tag = tag++;
  }
  if (ours.protection == Protection::dtls) {
    session.ice_lite = true;
    session.bundle = "0";
    media.mid = "0";
    media.ice_user = ours.ice_user;
    media.ice_password = ours.ice_password;
    media.candidates = ours.candidates;
    media.end_of_candidates = !ours.candidates.empty();
    media.fingerprints = {ours.fingerprint};
    media.setup = Setup::actpass;
  }
  session.media.push_back(std::move(media));
  return session;
}

Result<MadeAnswer> make_answer(const Session& offer, const Ours& ours, std::uint64_t id, std::uint64_t version) {
  MadeAnswer made;
  made.session.id = id;
  made.session.version = version;
  made.session.origin_address = ours.address;
  made.session.ice_lite = ours.protection == Protection::dtls;
  std::string_view why = "there is no audio in it";
  bool taken = false;
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const Media& offered = offer.media[i];
    Media media;
    if (!taken && offered.is_audio() && !offered.is_refused()) {
      if (const auto problem = take_audio(offered, ours, media, made.agreed)) {
        why = *problem;
      } else {
        taken = true;
        made.agreed.line = i;
        if (!offer.bundle.empty() && !media.mid.empty()) made.session.bundle = media.mid;
        made.session.media.push_back(std::move(media));
        continue;
      }
    }
    made.session.media.push_back(refused(offered));
  }
  if (!taken) return fail(ErrorCode::bad_request, fmt::format("The offer cannot be accepted: {}", why));
  return made;
}

Result<Agreed> read_answer(const Session& offer, const Session& answer, const Ours& ours) {
  if (answer.media.size() != offer.media.size()) {
    return fail(ErrorCode::bad_request, "The answer has another number of media than the offer");
  }
  for (std::size_t i = 0; i < answer.media.size(); ++i) {
    const Media& theirs = answer.media[i];
    const Media& own = offer.media[i];
    if (theirs.kind != own.kind) return fail(ErrorCode::bad_request, "The answer has its media in another order");
    if (!own.is_audio() || own.is_refused() || theirs.is_refused()) continue;
    if (protection_of(theirs) != protection_of(own)) {
      return fail(ErrorCode::bad_request, "The answer protects its media otherwise than the offer");
    }
    Agreed agreed;
    agreed.line = i;
    bool found = false;
    for (const auto& codec : theirs.codecs) {
      if (is_events(codec)) continue;
      for (const auto& offered : own.codecs) {
        if (!is_events(offered) && same_coding(codec, offered)) {
          agreed.codec = codec;  // with the payload type that the answerer wants to receive
          found = true;
          break;
        }
      }
      if (found) break;
    }
    if (!found) return fail(ErrorCode::bad_request, "The answer has no codec of the offer");
    agreed.events = events_for(theirs.codecs, agreed.codec.rate);
    agreed.address = theirs.address;
    agreed.port = theirs.port;
    agreed.rtcp_port = theirs.rtcp_port;
    agreed.rtcp_mux = own.rtcp_mux && theirs.rtcp_mux;
    agreed.ptime = theirs.ptime == 0 ? ours.ptime : theirs.ptime;
    agreed.direction = narrowed(own.direction, reversed(theirs.direction));
    agreed.protection = ours.protection;
    agreed.profile_with_feedback = has_feedback(theirs.protocol);
    if (ours.protection == Protection::sdes) {
      bool keyed = false;
      for (const auto& line : own.crypto) {
        if (theirs.crypto.empty() || line.tag != theirs.crypto.front().tag) continue;
        if (line.suite != theirs.crypto.front().suite) break;
        agreed.send = line;
        agreed.receive = theirs.crypto.front();
        keyed = true;
      }
      if (!keyed) return fail(ErrorCode::bad_request, "The answer has no key that fits the offer");
    }
    if (ours.protection == Protection::dtls && theirs.fingerprints.empty()) {
      return fail(ErrorCode::bad_request, "The answer has no fingerprint");
    }
    return agreed;
  }
  return fail(ErrorCode::bad_request, "The answer refuses the audio");
}

void version_after(const Session& before, Session& next) {
  next.id = before.id;
  next.version = before.version;
  if (next != before) ++next.version;
}

}  // namespace otklik::sip::sdp
