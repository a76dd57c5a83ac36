#include <algorithm>

#include "base/log.hpp"
#include "pbx/accounts.hpp"
#include "pbx/causes.hpp"
#include "pbx/switchboard.hpp"

// How legs come, are answered and go.
namespace otklik::pbx {

namespace telephony = core::telephony;
using core::Cause;

namespace {

/// How long a call that we place may go unanswered, whatever the core does: the core's own limits are far shorter.
constexpr std::chrono::seconds longest_unanswered{900};

bool is_encrypted(const sip::Peer& peer) {
  return peer.transport == sip::Transport::tls || peer.transport == sip::Transport::wss;
}

}  // namespace

std::optional<sip::Peer> Switchboard::peer_of_trunk(const core::Trunk& trunk) const {
  const auto host = split_host_port(trunk.server).host;
  auto address = literal_address(host);
  if (!address && !trunk.sources.empty()) address = trunk.sources.front().address;
  if (!address) return std::nullopt;
  sip::Peer peer;
  peer.address = *address;
  peer.transport = trunk.transport == "tls" ? sip::Transport::tls : sip::Transport::udp;
  return peer;
}

SessionRules Switchboard::rules_for(const Leg& leg, const std::optional<sip::Peer>& peer, Address& bound) const {
  const AudioOptions& options = *parts_.options;
  std::vector<std::string> codecs;
  if (const auto* line = plan_->line(leg.line)) codecs = line->codecs;
  if (const auto* trunk = plan_->trunk(leg.trunk)) codecs = trunk->codecs;
  const auto local = local_addresses(options, peer ? std::optional(peer->address) : std::nullopt, parts_.towards);
  bound = local.bound;
  const auto insists = insists_on_srtp_.find(leg.line.is_nil() ? leg.trunk : leg.line);
  const bool encrypted = options.srtp && peer && is_encrypted(*peer);
  return {.codecs = codecs_named(codecs.empty() ? options.codecs : codecs),
          .protects = encrypted,
          .insists = encrypted && insists != insists_on_srtp_.end() && insists->second,
          .address = local.said};
}

void Switchboard::refuse(const Uuid& dialog, int status, Cause cause) {
  ++figures_.legs_refused;
  static_cast<void>(parts_.signalling.post(
      sip::Refuse{.dialog = dialog, .status = status, .cause = said_as(cause), .redirect_to = {}}));
}

void Switchboard::begin_offered(sip::Invited&& call) {
  if (closed_) return refuse(call.dialog, core::info(Cause::server_stopping).sip, Cause::server_stopping);
  if (overloaded_ || legs_.size() >= most_legs_) {
    log::warn("a call from {} is refused: too many at once", call.peer.text());
    return refuse(call.dialog, core::info(Cause::congestion).sip, Cause::congestion);
  }
  const bool of_line = !call.line.is_nil();
  auto seat = parts_.licensing.take(of_line ? core::Licensed::inner_lines : core::Licensed::outer_lines,
                                    of_line ? call.line : call.dialog);
  if (!seat) {
    log::warn("a call from {} is refused: the licence allows {} {}", call.peer.text(), seat.error().allowed,
              core::name(seat.error().what));
    return refuse(call.dialog, core::info(Cause::congestion).sip, Cause::congestion);
  }
  Address bound;
  Leg leg;
  leg.id = call.dialog;
  leg.line = call.line;
  leg.trunk = call.trunk;
  leg.session = Session(rules_for(leg, call.peer, bound));
  leg.seat = std::move(*seat);
  leg.since = now_;
  if (!call.sdp.empty()) {
    if (const auto taken = leg.session.take_offer(call.sdp); !taken) {
      log::info("a call from {} is refused: {}", call.peer.text(), taken.error().message);
      return refuse(call.dialog, core::info(Cause::media_refused).sip, Cause::media_refused);
    }
    insists_on_srtp_[of_line ? call.line : call.trunk] = leg.session.peer_insists_on_srtp();
  }
  const AudioOptions& options = *parts_.options;
  leg.audio = {.local_address = bound,
               .affinity = ++affinity_,
               .latching = options.follow_source ? media::Latching::follow : media::Latching::first,
               .rtcp = options.rtcp,
               .inband_digits = options.inband_digits && leg.session.has_events() == std::optional(false),
               .media_timeout = options.media_timeout,
               .jitter_least = options.jitter_least,
               .jitter_most = options.jitter_most};
  ++figures_.legs_offered;
  telephony::LegOffered offered{
      .leg = call.dialog, .from = telephony::FromLine{call.line}, .dialled = call.called.number, .caller = {}};
  if (!of_line) offered.from = telephony::FromTrunk{call.trunk};
  if (!call.anonymous) offered.caller = {.number = call.from.number, .name = call.from.display};
  if (call.replaces) offered.replaces = *call.replaces;
  legs_.emplace(call.dialog, std::move(leg));
  parts_.tell(std::move(offered));
}

void Switchboard::begin_placed(const telephony::PlaceLeg& order) {
  if (legs_.contains(order.leg)) return passed_over();
  const auto give_up = [&](Cause cause) { parts_.tell(telephony::LegEnded{.leg = order.leg, .cause = cause}); };
  const auto* to_line = std::get_if<telephony::ToLine>(&order.to);
  const auto* to_trunk = std::get_if<telephony::ToTrunk>(&order.to);
  const core::Line* line = to_line != nullptr ? plan_->line(to_line->line) : nullptr;
  const core::Trunk* trunk = to_trunk != nullptr ? plan_->trunk(to_trunk->trunk) : nullptr;
  if (line == nullptr && trunk == nullptr) return give_up(Cause::not_reachable);
  if (legs_.size() >= most_legs_) return give_up(Cause::congestion);
  auto seat = parts_.licensing.take(line != nullptr ? core::Licensed::inner_lines : core::Licensed::outer_lines,
                                    line != nullptr ? line->id : order.leg);
  if (!seat) {
    log::warn("a call is not placed: the licence allows {} {}", seat.error().allowed, core::name(seat.error().what));
    return give_up(Cause::congestion);
  }
  std::optional<sip::Peer> peer;
  if (line != nullptr) {
    const auto* phone = lines_.peer_of(line->id);
    if (phone == nullptr) return give_up(Cause::not_reachable);
    peer = *phone;
  } else {
    peer = peer_of_trunk(*trunk);
  }

  Address bound;
  Leg made;
  made.id = order.leg;
  made.state = LegState::placed;
  made.placed = true;
  if (line != nullptr) made.line = line->id;
  if (trunk != nullptr) made.trunk = trunk->id;
  made.session = Session(rules_for(made, peer, bound));
  made.seat = std::move(*seat);
  made.wants_early_media = order.early_media;
  made.since = now_;
  made.other = order.for_leg;
  // Whoever will talk with each other live on one media thread: joining them moves nothing.
  const Leg* waiting = find(order.for_leg);
  const AudioOptions& options = *parts_.options;
  made.audio = {.local_address = bound,
                .affinity = waiting != nullptr ? waiting->audio.affinity : ++affinity_,
                .latching = options.follow_source ? media::Latching::follow : media::Latching::first,
                .rtcp = options.rtcp,
                .media_timeout = options.media_timeout,
                .jitter_least = options.jitter_least,
                .jitter_most = options.jitter_most};
  Leg& leg = legs_.emplace(order.leg, std::move(made)).first->second;
  ++figures_.legs_placed;
  if (const auto opened = open_audio(leg); !opened) {
    log::error("a call is not placed: {}", opened.error().message);
    forget(leg);
    return give_up(Cause::congestion);
  }
  sip::Invite invite;
  invite.dialog = order.leg;
  invite.to =
      line != nullptr ? sip::Destination(sip::ToLine{line->sip_user}) : sip::Destination(sip::ToTrunk{trunk->id});
  invite.from = {.number = order.caller.number, .display = order.caller.name, .host = {}};
  invite.called.number = to_trunk != nullptr ? to_trunk->number : order.called.empty() ? line->number : order.called;
  invite.sdp = leg.session.offer(other_of(leg));
  invite.answer_at_once = order.auto_answer;
  invite.limit = longest_unanswered;
  if (!order.redirected_from.empty()) {
    invite.headers.push_back({"Diversion", "<sip:" + order.redirected_from + "@" + leg.session.address().text() + ">"});
  }
  if (!parts_.signalling.post(std::move(invite))) {
    forget(leg);
    give_up(Cause::congestion);
  }
}

OtherLeg Switchboard::other_of(const Leg& leg) {
  const Leg* other = find(leg.other);
  return other == nullptr ? OtherLeg{} : other->session.as_other();
}

Result<> Switchboard::open_audio(Leg& leg) {
  if (leg.place.leg != media::LegId::none) return {};
  const auto place = parts_.audio.create_leg(leg.audio);
  if (!place) return std::unexpected(place.error());
  leg.place = *place;
  leg.session.place(*place);
  by_audio_[place->leg] = leg.id;
  return {};
}

Result<> Switchboard::give_remote(Leg& leg) {
  const auto& remote = leg.session.remote();
  if (!remote || leg.place.leg == media::LegId::none) return {};
  // The engine goes on without a gap where nothing has changed, and so need not hear of it; a second answer of the
  // same content is usual (183, then 200).
  if (leg.given && leg.given->rtp == remote->rtp && leg.given->send == remote->send &&
      leg.given->direction == remote->direction && leg.given->srtp == remote->srtp &&
      leg.given->receive == remote->receive) {
    return {};
  }
  if (auto set = parts_.audio.set_remote(leg.place.leg, *remote); !set) return set;
  leg.given = *remote;
  return {};
}

void Switchboard::enter(Leg& leg, LegState state) {
  leg.state = state;
  leg.since = now_;
}

void Switchboard::make_early(Leg& leg) {
  if (const auto opened = open_audio(leg); !opened) {
    log::error("a call fails: {}", opened.error().message);
    return fail_leg(leg, Cause::congestion);
  }
  if (!leg.session.owes_answer()) return;  // it wants our offer, which only the answer may bring (no PRACK)
  const auto sdp = leg.session.answer(other_of(leg));
  if (!sdp) {
    log::info("a call fails: {}", sdp.error().message);
    return fail_leg(leg, Cause::media_refused);
  }
  if (const auto given = give_remote(leg); !given) {
    log::error("a call fails: {}", given.error().message);
    return fail_leg(leg, Cause::media_refused);
  }
  enter(leg, LegState::early);
  static_cast<void>(parts_.signalling.post(sip::Ring{.dialog = leg.id, .sdp = *sdp, .ringing = false}));
}

void Switchboard::answer(Leg& leg) {
  if (const auto opened = open_audio(leg); !opened) {
    log::error("a call fails: {}", opened.error().message);
    return fail_leg(leg, Cause::congestion);
  }
  std::string sdp;
  if (leg.session.owes_answer()) {
    auto answer = leg.session.answer(other_of(leg));
    if (!answer) {
      log::info("a call fails: {}", answer.error().message);
      return fail_leg(leg, Cause::media_refused);
    }
    sdp = std::move(*answer);
  } else if (leg.state == LegState::early) {
    sdp = leg.session.said();
  } else {
    sdp = leg.session.offer(other_of(leg));
  }
  if (const auto given = give_remote(leg); !given) {
    log::error("a call fails: {}", given.error().message);
    return fail_leg(leg, Cause::media_refused);
  }
  enter(leg, LegState::answered);
  ++figures_.legs_answered;
  if (!parts_.signalling.post(sip::Answer{.dialog = leg.id, .sdp = std::move(sdp)})) fail_leg(leg, Cause::congestion);
}

void Switchboard::end_by_core(Leg& leg, Cause cause) {
  if (!leg.placed && leg.state != LegState::answered) {
    static_cast<void>(parts_.signalling.post(
        sip::Refuse{.dialog = leg.id, .status = core::info(cause).sip, .cause = said_as(cause), .redirect_to = {}}));
  } else {
    static_cast<void>(parts_.signalling.post(
        sip::End{.dialog = leg.id, .cause = said_as(cause), .text = std::string(core::info(cause).text)}));
  }
  forget(leg);
}

void Switchboard::fail_leg(Leg& leg, Cause cause) {
  const Uuid id = leg.id;
  end_by_core(leg, cause);
  parts_.tell(telephony::LegEnded{.leg = id, .cause = cause});
}

void Switchboard::forget(Leg& leg) {
  const Uuid id = leg.id;
  for (const auto& recording : leg.recordings) {
    if (recorded_.erase(recording) != 0) parts_.recorder.stop(recording);
  }
  if (leg.place.leg != media::LegId::none) {
    by_audio_.erase(leg.place.leg);
    static_cast<void>(parts_.audio.close(leg.place.leg));
  }
  legs_.erase(id);
}

void Switchboard::tick(std::chrono::milliseconds now) {
  now_ = now;
  std::vector<Uuid> overdue;
  for (const auto& [id, leg] : legs_) {
    if (leg.state != LegState::answered && now - leg.since > 2 * longest_unanswered) overdue.push_back(id);
  }
  for (const auto& id : overdue) {
    Leg* leg = find(id);
    if (leg == nullptr) continue;
    ++figures_.watchdog;
    log::error("the watchdog ends a leg that was {} for too long", name(leg->state));
    fail_leg(*leg, Cause::lost);
  }
  std::erase_if(
      talks_, [this](const auto& entry) { return !legs_.contains(entry.second.a) && !legs_.contains(entry.second.b); });
}

}  // namespace otklik::pbx
