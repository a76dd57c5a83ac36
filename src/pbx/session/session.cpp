#include "pbx/session/session.hpp"

#include <algorithm>
#include <cstring>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "pbx/session/codecs.hpp"

namespace otklik::pbx {
namespace {

namespace sdp = sip::sdp;

constexpr std::string_view plain_profile = "RTP/AVP";
constexpr std::string_view secure_profile = "RTP/SAVP";

std::uint64_t fresh_id() {
  const auto random = Uuid::random();
  std::uint64_t id = 0;
  std::memcpy(&id, random.bytes.data(), sizeof id);
  return id & 0x7fff'ffff'ffff'ffffULL;  // some phones read it as a signed number
}

/// Session parameters, MKI and suites that the engine does not know: such a line is passed over (RFC 4568 7.1.1).
void drop_unusable_keys(sdp::Session& session) {
  for (auto& media : session.media) {
    std::erase_if(media.crypto, [](const sdp::Crypto& line) {
      const auto suite = media::srtp_suite(line.suite);
      if (!suite || !line.mki.empty() || !line.parameters.empty()) return true;
      const auto key = from_base64(line.key);
      return !key || key->size() != media::srtp_key_length(*suite);
    });
  }
}

sdp::Media* audio_of(sdp::Session& session) {
  const auto* found = session.audio();
  return found == nullptr ? nullptr : &session.media[static_cast<std::size_t>(found - session.media.data())];
}

bool holds(std::span<const media::Codec> codecs, const media::Codec& codec) {
  return std::ranges::any_of(codecs, [&](const auto& one) { return media::is_same_codec(one, codec); });
}

}  // namespace

Session::Session(SessionRules rules) : rules_(std::move(rules)), id_(fresh_id()) {}

const std::vector<sdp::Crypto>& Session::keys() {
  if (!keys_.empty()) return keys_;
  std::uint32_t tag = 0;
  for (const auto suite : media::supported_srtp_suites()) {
    sdp::Crypto line;
    line.tag = ++tag;
    line.suite = std::string(media::name(suite));
    line.key = base64(media::make_srtp_key(suite));
    keys_.push_back(std::move(line));
  }
  return keys_;
}

sdp::Ours Session::ours(std::vector<media::Codec> codecs) const {
  sdp::Ours ours;
  ours.address = rules_.address.text();
  ours.port = place_.rtp_port;
  for (const auto& codec : codecs) ours.codecs.push_back(to_sdp(codec));
  // Events of each clock rate in use (RFC 4733 2.1).
  for (const auto& events : media::supported_codecs()) {
    if (!iequals_ascii(events.name, "telephone-event")) continue;
    const bool is_used =
        std::ranges::any_of(codecs, [&](const auto& one) { return one.clock_rate == events.clock_rate; });
    if (is_used) ours.codecs.push_back(to_sdp(events));
  }
  ours.rtcp_mux = true;
  return ours;
}

/// What the negotiation does not know of: RTCP somewhere else than the port after RTP (RFC 3605).
void Session::finish(sdp::Session& session) const {
  for (auto& media : session.media) {
    if (media.port == place_.rtp_port && place_.rtcp_port != 0 && place_.rtcp_port != place_.rtp_port + 1) {
      media.rtcp_port = place_.rtcp_port;
    }
  }
}

std::string Session::say(sdp::Session session) {
  finish(session);
  said_ = sdp::write(session);
  return said_;
}

std::string Session::offer(const OtherLeg& other) {
  OtherLeg first = other;
  if (remote_) first.uses = remote_->send;
  auto ours = this->ours(order_for_offer(rules_.codecs, first));
  if (rules_.protects || rules_.insists) {
    ours.protection = sdp::Protection::sdes;
    ours.crypto = keys();
  }
  auto session = sdp::make_offer(ours, id_, ++version_);
  if (rules_.protects && !rules_.insists) {
    // Keys beside plain RTP: who can do SRTP takes them, who cannot passes over an attribute that he does not know.
    if (auto* audio = audio_of(session); audio != nullptr) audio->protocol = plain_profile;
  }
  finish(session);
  our_offer_ = session;
  their_offer_.reset();
  return say(std::move(session));
}

Result<> Session::take_answer(std::string_view text) {
  if (!our_offer_) return fail(ErrorCode::state_not_allowed, "an answer to no offer");
  auto answer = sdp::parse(text);
  if (!answer) return std::unexpected(answer.error());
  auto offered = *our_offer_;
  const auto* theirs = answer->audio();
  if (theirs == nullptr) return fail(ErrorCode::bad_request, "the answer refuses our audio");
  auto ours = this->ours(rules_.codecs);
  const bool has_keys = !theirs->crypto.empty();
  if ((rules_.protects || rules_.insists) && (has_keys || rules_.insists)) {
    ours.protection = sdp::Protection::sdes;
    ours.crypto = keys();
    if (auto* audio = audio_of(offered); audio != nullptr) audio->protocol = theirs->protocol;
  } else if (auto* audio = audio_of(offered); audio != nullptr) {
    audio->crypto.clear();
  }
  const auto agreed = sdp::read_answer(offered, *answer, ours);
  if (!agreed) return std::unexpected(agreed.error());
  auto remote = remote_from(*agreed, *our_offer_);
  if (!remote) return std::unexpected(remote.error());
  remote_ = std::move(*remote);  // the offer stays: several phones of a line may answer it, one after the other
  return {};
}

Result<> Session::take_offer(std::string_view text) {
  auto offer = sdp::parse(text);
  if (!offer) return std::unexpected(offer.error());
  drop_unusable_keys(*offer);
  const auto* audio = offer->audio();
  if (audio == nullptr || !audio->is_rtp()) return fail(ErrorCode::bad_request, "no audio is offered");
  if (!choose_for_answer(rules_.codecs, audio_codecs(*audio), {})) {
    return fail(ErrorCode::bad_request, "no codec in common");
  }
  const bool secured = audio->protocol.find("SAVP") != std::string::npos;
  if (secured && audio->crypto.empty()) return fail(ErrorCode::bad_request, "no key for SRTP that can be used");
  peer_insists_ = secured;
  their_offer_ = std::move(*offer);
  our_offer_.reset();
  return {};
}

Result<std::string> Session::answer(const OtherLeg& other) {
  if (!their_offer_) return fail(ErrorCode::state_not_allowed, "nothing was offered");
  const auto* audio = their_offer_->audio();
  const auto offered = audio_codecs(*audio);
  OtherLeg rather = other;
  // What is in use stays in use: the other leg, and a recording, go on undisturbed.
  if (remote_ && holds(offered, remote_->send)) rather = {.uses = remote_->send};
  auto chosen = choose_for_answer(rules_.codecs, offered, rather);
  if (!chosen) return fail(ErrorCode::bad_request, "no codec in common");
  for (const auto& own : rules_.codecs) {
    if (media::is_same_codec(own, *chosen)) chosen->fmtp = own.fmtp;  // what we can do, not what was wished
  }
  auto ours = this->ours({*chosen});
  auto offer = *their_offer_;
  auto* offered_audio = audio_of(offer);
  const std::string profile = offered_audio->protocol;
  if (peer_insists_ || (rules_.protects && !offered_audio->crypto.empty())) {
    ours.protection = sdp::Protection::sdes;
    ours.crypto = keys();
    // Keys under the plain profile mean "if you can" (RFC 8643): we can, and answer under the profile of the offer.
    if (!peer_insists_) offered_audio->protocol = secure_profile;
  }
  auto made = sdp::make_answer(offer, ours, id_, version_ + 1);
  if (made && made->agreed.line < made->session.media.size()) made->session.media[made->agreed.line].protocol = profile;
  if (!made) return std::unexpected(made.error());
  auto remote = remote_from(made->agreed, made->session);
  if (!remote) return std::unexpected(remote.error());
  ++version_;
  remote_ = std::move(*remote);
  their_offer_.reset();
  return say(std::move(made->session));
}

Result<media::Remote> Session::remote_from(const sdp::Agreed& agreed, const sdp::Session& our_description) const {
  const auto address = Address::parse(agreed.address);
  if (!address) return fail(ErrorCode::bad_request, "the peer's audio address is none");
  media::Remote remote;
  remote.rtp = {*address, agreed.port};
  if (agreed.rtcp_port && !agreed.rtcp_mux) remote.rtcp = media::SocketAddress{*address, *agreed.rtcp_port};
  remote.rtcp_mux = agreed.rtcp_mux;
  remote.send = from_sdp(agreed.codec);
  if (agreed.line < our_description.media.size()) remote.receive = receivable(our_description.media[agreed.line]);
  if (agreed.events) {
    remote.send_events = media::Codec{.name = "telephone-event",
                                      .clock_rate = remote.send.clock_rate,
                                      .payload_type = *agreed.events,
                                      .channels = 1,
                                      .fmtp = "0-15"};
  }
  remote.packet_time = std::chrono::milliseconds(agreed.ptime);
  remote.direction = static_cast<media::Direction>(agreed.direction == sip::Direction::send_receive   ? 3
                                                   : agreed.direction == sip::Direction::receive_only ? 2
                                                   : agreed.direction == sip::Direction::send_only    ? 1
                                                                                                      : 0);
  if (agreed.protection == sdp::Protection::sdes) {
    const auto suite = media::srtp_suite(agreed.send.suite);
    const auto local = from_base64(agreed.send.key);
    const auto theirs = from_base64(agreed.receive.key);
    if (!suite || !local || !theirs || theirs->size() != media::srtp_key_length(*suite) ||
        agreed.send.suite != agreed.receive.suite) {
      return fail(ErrorCode::bad_request, "the SRTP keys do not fit");
    }
    remote.srtp = media::SrtpKeys{.suite = *suite, .local = *local, .remote = *theirs};
  }
  return remote;
}

OtherLeg Session::as_other() const {
  if (remote_) return {.uses = remote_->send};
  if (their_offer_) return {.can_use = audio_codecs(*their_offer_->audio())};
  return {};
}

std::optional<bool> Session::has_events() const {
  if (remote_) return remote_->send_events.has_value();
  if (!their_offer_) return std::nullopt;
  return std::ranges::any_of(their_offer_->audio()->codecs,
                             [](const sdp::Codec& codec) { return codec.is("telephone-event"); });
}

}  // namespace otklik::pbx
