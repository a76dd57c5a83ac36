#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "media/description.hpp"
#include "media/engine.hpp"
#include "pbx/codec_choice.hpp"
#include "sip/sdp/negotiation.hpp"
#include "sip/sdp/session.hpp"

/// Session descriptions of legs: between the text that signalling carries and the values that the media engine takes.
namespace otklik::pbx {

/// What a leg may do, settled when it begins.
struct SessionRules {
  std::vector<media::Codec> codecs{};  ///< audio, in order of preference; codecs_named()
  bool protects = false;               ///< offers SRTP beside plain RTP; the signalling is encrypted
  bool insists = false;                ///< offers SRTP only: the peer was seen to take nothing else
  Address address{};                   ///< in c= and o=
};

/// How a leg and its peer describe themselves to each other, through offers and answers (RFC 3264), either side's.
/// Pure: makes and reads texts. A description that was refused leaves the session as it was.
class Session {
 public:
  explicit Session(SessionRules rules = {});

  /// Where the leg's sockets are. Before the first offer or answer.
  void place(const media::LegPlace& place) { place_ = place; }

  /// Our offer: the first, or a new one. What has been agreed stays first in it.
  std::string offer(const OtherLeg& other);
  /// The peer's answer to it. Errors: `bad_request` (no SDP, or none that fits), `state_not_allowed` (nothing was
  /// offered).
  Result<> take_answer(std::string_view text);

  /// The peer's offer. Errors: `bad_request`: no SDP; or no audio in it that we can take (488).
  Result<> take_offer(std::string_view text);
  /// Our answer to it; what it says holds from now on. Errors: `state_not_allowed`: nothing was offered.
  Result<std::string> answer(const OtherLeg& other);

  /// What we have said last: a 200 repeats the answer of the 183 before it.
  [[nodiscard]] const std::string& said() const noexcept { return said_; }
  /// The peer has offered, and we have not answered.
  [[nodiscard]] bool owes_answer() const noexcept { return their_offer_.has_value(); }
  /// Both sides have spoken: what the engine is to do. Nothing before.
  [[nodiscard]] const std::optional<media::Remote>& remote() const noexcept { return remote_; }
  /// What another leg may want to know of this one.
  [[nodiscard]] OtherLeg as_other() const;
  /// Whether the peer can send digits as events; nothing: not known yet.
  [[nodiscard]] std::optional<bool> has_events() const;
  [[nodiscard]] const Address& address() const noexcept { return rules_.address; }
  /// The peer offered nothing but SRTP.
  [[nodiscard]] bool peer_insists_on_srtp() const noexcept { return peer_insists_; }

 private:
  [[nodiscard]] sip::sdp::Ours ours(std::vector<media::Codec> codecs) const;
  void finish(sip::sdp::Session& session) const;
  [[nodiscard]] Result<media::Remote> remote_from(const sip::sdp::Agreed& agreed,
                                                  const sip::sdp::Session& our_description) const;
  std::string say(sip::sdp::Session session);

  SessionRules rules_;
  media::LegPlace place_;
  /// Ours, one for each suite: made when first needed, kept for the whole leg.
  const std::vector<sip::sdp::Crypto>& keys();
  std::vector<sip::sdp::Crypto> keys_;
  std::uint64_t id_;
  std::uint64_t version_ = 0;
  std::optional<sip::sdp::Session> our_offer_;
  std::optional<sip::sdp::Session> their_offer_;
  std::string said_;
  std::optional<media::Remote> remote_;
  bool peer_insists_ = false;
};

}  // namespace otklik::pbx
