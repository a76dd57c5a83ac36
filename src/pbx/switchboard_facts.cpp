#include "base/log.hpp"
#include "pbx/causes.hpp"
#include "pbx/sounds.hpp"
#include "pbx/switchboard.hpp"

// What signalling and the media engine tell.
namespace otklik::pbx {

namespace telephony = core::telephony;
using core::Cause;

namespace {

constexpr int not_acceptable_here = 488;
constexpr int request_pending = 491;
constexpr int no_such_dialog = 481;
constexpr std::string_view all_digits = "0123456789*#ABCD";

}  // namespace

struct Switchboard::HearSignalling {
  Switchboard& board;

  Leg* leg(const Uuid& dialog) const {
    Leg* found = board.find(dialog);
    if (found == nullptr) board.passed_over();
    return found;
  }

  void operator()(sip::Invited& call) const { board.begin_offered(std::move(call)); }
  void operator()(const sip::Ringing& fact) const {
    Leg* leg = this->leg(fact.dialog);
    if (leg == nullptr || std::exchange(leg->told_ringing, true)) return;
    board.parts_.tell(telephony::LegRinging{fact.dialog});
  }
  void operator()(const sip::EarlyMedia& fact) const {
    Leg* leg = this->leg(fact.dialog);
    if (leg == nullptr || leg->state != LegState::placed || fact.browser) return;
    // What cannot be understood before the answer need not end the call: the answer will say it again.
    if (const auto taken = leg->session.take_answer(fact.sdp); !taken) {
      log::info("early media cannot be heard: {}", taken.error().message);
      return;
    }
    if (const auto given = board.give_remote(*leg); !given) {
      log::info("early media cannot be heard: {}", given.error().message);
      return;
    }
    if (!leg->wants_early_media || std::exchange(leg->told_early_media, true)) return;
    board.parts_.tell(telephony::LegEarlyMedia{fact.dialog});
  }
  void operator()(const sip::Answered& fact) const {
    Leg* leg = this->leg(fact.dialog);
    if (leg == nullptr || leg->state != LegState::placed) return;
    if (!fact.sdp.empty() || !leg->session.remote()) {
      board.take_answer(*leg, fact.sdp);
      leg = board.find(fact.dialog);
      if (leg == nullptr) return;
    }
    board.enter(*leg, LegState::answered);
    ++board.figures_.legs_answered;
    board.parts_.tell(telephony::LegAnswered{fact.dialog});
  }
  void operator()(const sip::Redirected& fact) const {
    Leg* leg = this->leg(fact.dialog);
    if (leg == nullptr || fact.to.empty()) return;
    leg->redirected_to = fact.to.front().number;
  }
  void operator()(const sip::Confirmed& fact) const {
    Leg* leg = this->leg(fact.dialog);
    if (leg != nullptr && !fact.sdp.empty()) board.take_answer(*leg, fact.sdp);
  }
  void operator()(const sip::Ended& fact) const {
    Leg* leg = board.find(fact.dialog);
    if (leg == nullptr) return;  // the core ended it, and this is the answer
    auto known = fact;
    known.answered = known.answered || leg->state == LegState::answered;
    telephony::LegEnded ended{.leg = fact.dialog,
                              .cause = cause_of(known, {.placed = leg->placed, .to_trunk = !leg->trunk.is_nil()})};
    if (ended.cause == Cause::redirected) {
      ended.redirected_to = leg->redirected_to;
      if (ended.redirected_to.empty()) ended.cause = Cause::not_reachable;
    }
    board.forget(*leg);
    board.parts_.tell(std::move(ended));
  }

  void operator()(const sip::Reoffered& fact) const {
    if (Leg* leg = this->leg(fact.dialog)) board.reoffered(*leg, fact);
  }
  void operator()(const sip::Held& fact) const {
    Leg* leg = this->leg(fact.dialog);
    if (leg == nullptr || std::exchange(leg->held_by_phone, true)) return;
    board.parts_.tell(telephony::LegHeldByPhone{fact.dialog});
  }
  void operator()(const sip::Resumed& fact) const {
    Leg* leg = this->leg(fact.dialog);
    if (leg == nullptr || !std::exchange(leg->held_by_phone, false)) return;
    board.parts_.tell(telephony::LegResumedByPhone{fact.dialog});
  }
  void operator()(const sip::ReofferAnswered& fact) const {
    Leg* leg = this->leg(fact.dialog);
    if (leg == nullptr) return;
    if (const auto taken = leg->session.take_answer(fact.sdp); !taken) {
      log::info("a phone's answer to a new offer is passed over: {}", taken.error().message);
      return;
    }
    if (const auto given = board.give_remote(*leg); !given) log::warn("{}", given.error().message);
  }
  void operator()(const sip::ReofferRefused& fact) const {
    log::debug("a new offer was refused: {} {}", fact.status, fact.reason);
  }
  void operator()(const sip::Refused& fact) const {
    log::debug("signalling refused {}: {} {}", fact.command, fact.status, fact.reason);
    Leg* leg = board.find(fact.dialog);
    if (leg == nullptr || fact.command != "press_key" || !std::exchange(leg->asked_to_answer, false)) return;
    board.parts_.tell(telephony::AnswerNotSupported{fact.dialog});
  }
  void operator()(const sip::DigitsCame& fact) const {
    if (leg(fact.dialog) != nullptr) board.digits_came(fact.dialog, fact.digits);
  }
  void operator()(const sip::TransferAsked& fact) const {
    if (Leg* leg = this->leg(fact.dialog)) board.transfer_asked(*leg, fact);
  }
  void operator()(const sip::TransferProgressed&) const {}  // we ask nobody to transfer
  void operator()(const sip::Replaced&) const {}            // Ended follows, and says so

  void operator()(const sip::Registered& fact) const {
    switch (board.lines_.registered(fact)) {
      case Lines::Came::first:
        board.parts_.tell_line({.line = fact.line, .connected = &fact});
        break;
      case Lines::Came::another:
        break;
      case Lines::Came::refused:
        log::warn("the phone at {} is not let in as {}: the licence allows no further internal line",
                  fact.received.text(), fact.aor);
        static_cast<void>(board.parts_.signalling.post(sip::DropContact{.aor = fact.aor, .contact = fact.contact}));
        break;
    }
  }
  void operator()(const sip::Unregistered& fact) const {
    if (board.lines_.unregistered(fact)) {
      board.parts_.tell_line({.line = fact.line, .reason = Lines::reason(fact.why)});
    }
  }
  void operator()(const sip::SubscriptionOpened&) const {}  // lamps: nobody lights them yet
  void operator()(const sip::SubscriptionClosed&) const {}

  void tell_trunk(const Uuid& trunk, std::optional<bool> works) const {
    if (!works) return;
    if (*works) {
      board.parts_.tell(telephony::TrunkUp{trunk});
    } else {
      board.parts_.tell(telephony::TrunkDown{trunk});
    }
  }
  void operator()(const sip::TrunkRegistered& fact) const {
    log::info("trunk {} is registered for {} s", fact.trunk.text(), fact.expires.count());
    tell_trunk(fact.trunk, board.trunks_.registered(fact));
  }
  void operator()(const sip::TrunkFailed& fact) const {
    log::warn("trunk {} could not register: {} {}", fact.trunk.text(), fact.status, fact.reason);
    tell_trunk(fact.trunk, board.trunks_.failed(fact));
  }
  void operator()(const sip::TrunkUnregistered&) const {}
  void operator()(const sip::TrunkReachable& fact) const {
    log::info("trunk {} {}", fact.trunk.text(), fact.reachable ? "answers" : "does not answer");
    tell_trunk(fact.trunk, board.trunks_.reachable(fact));
  }
};

void Switchboard::heard(sip::Fact&& fact) { std::visit(HearSignalling{*this}, fact); }

void Switchboard::take_answer(Leg& leg, const std::string& sdp) {
  if (const auto taken = leg.session.take_answer(sdp); !taken) {
    log::info("a call fails: {}", taken.error().message);
    return fail_leg(leg, Cause::media_refused);
  }
  if (const auto given = give_remote(leg); !given) {
    log::warn("a call fails: {}", given.error().message);
    fail_leg(leg, Cause::media_refused);
  }
}

void Switchboard::reoffered(Leg& leg, const sip::Reoffered& fact) {
  if (fact.sdp.empty()) {
    static_cast<void>(
        parts_.signalling.post(sip::AnswerReoffer{.dialog = leg.id, .sdp = leg.session.offer(other_of(leg))}));
    return;
  }
  const auto taken = leg.session.take_offer(fact.sdp);
  if (!taken) {
    log::info("a new offer of a phone is refused: {}", taken.error().message);
    static_cast<void>(parts_.signalling.post(sip::RefuseReoffer{.dialog = leg.id, .status = not_acceptable_here}));
    return;
  }
  const auto sdp = leg.session.answer(other_of(leg));
  if (!sdp) {
    static_cast<void>(parts_.signalling.post(sip::RefuseReoffer{.dialog = leg.id, .status = not_acceptable_here}));
    return;
  }
  if (const auto given = give_remote(leg); !given) {
    log::warn("a call fails: {}", given.error().message);
    return fail_leg(leg, Cause::media_refused);
  }
  static_cast<void>(parts_.signalling.post(sip::AnswerReoffer{.dialog = leg.id, .sdp = *sdp}));
}

void Switchboard::transfer_asked(Leg& leg, const sip::TransferAsked& fact) {
  const auto refuse = [&](int status) {
    static_cast<void>(
        parts_.signalling.post(sip::RefuseTransfer{.dialog = leg.id, .transfer = fact.transfer, .status = status}));
  };
  if (leg.transfer) return refuse(request_pending);
  if (fact.unknown_replaces) return refuse(no_such_dialog);
  telephony::TransferAsked asked{.leg = leg.id, .to = telephony::ToNumber{fact.target.number}};
  if (fact.replaces) {
    if (find(*fact.replaces) == nullptr) return refuse(no_such_dialog);
    asked.to = telephony::ToPartyOf{*fact.replaces};
  }
  leg.transfer = fact.transfer;
  parts_.tell(std::move(asked));
}

void Switchboard::digits_came(const Uuid& leg, std::string_view digits) {
  std::string known;
  for (const char digit : digits) {
    if (all_digits.find(digit) != std::string_view::npos) known += digit;
  }
  if (!known.empty()) parts_.tell(telephony::DigitsCame{.leg = leg, .digits = std::move(known)});
}

struct Switchboard::HearAudio {
  Switchboard& board;

  void operator()(const media::DigitCame& fact) const {
    if (const Leg* leg = board.find(fact.leg)) board.digits_came(leg->id, std::string_view(&fact.digit, 1));
  }
  void operator()(const media::DigitsSent&) const {}
  void operator()(const media::MediaStarted&) const {}
  void operator()(const media::MediaLost& fact) const {
    Leg* leg = board.find(fact.leg);
    if (leg == nullptr || leg->state != LegState::answered || std::exchange(leg->lost, true)) return;
    ++board.figures_.media_lost;
    board.parts_.tell(telephony::MediaLost{leg->id});
  }
  void operator()(const media::MediaBack& fact) const {
    Leg* leg = board.find(fact.leg);
    if (leg == nullptr || !std::exchange(leg->lost, false)) return;
    board.parts_.tell(telephony::MediaBack{leg->id});
  }
  void operator()(const media::PlayEnded& fact) const {
    Leg* leg = board.find(fact.leg);
    if (leg == nullptr || leg->music != fact.play || fact.play == media::PlayId::none) return;
    leg->music = media::PlayId::none;
    if (fact.end != media::PlayEnd::failed) return;
    log::debug("no music can be played: {}", fact.error ? fact.error->message : std::string());
    static_cast<void>(board.parts_.audio.play(leg->place.leg, {.what = media::PlayCadence{made_tune()}}));
  }
  void operator()(media::RecordingEnded& fact) const { board.parts_.recorder.ended(std::move(fact)); }
  void operator()(const media::LegClosed&) const {}
};

void Switchboard::heard(media::Fact&& fact) { std::visit(HearAudio{*this}, fact); }

}  // namespace otklik::pbx
