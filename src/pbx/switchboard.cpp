#include "pbx/switchboard.hpp"

#include "base/log.hpp"
#include "pbx/causes.hpp"
#include "pbx/sounds.hpp"

// Here: what the core's orders do. How legs come and go: switchboard_legs.cpp; what is heard: switchboard_facts.cpp.
namespace otklik::pbx {

namespace telephony = core::telephony;

Switchboard::Switchboard(Parts parts, std::size_t most_legs)
    : parts_(std::move(parts)), most_legs_(most_legs), lines_(parts_.licensing) {}

Switchboard::~Switchboard() = default;

Leg* Switchboard::find(const Uuid& id) {
  const auto found = legs_.find(id);
  return found == legs_.end() ? nullptr : &found->second;
}

Leg* Switchboard::find(media::LegId id) {
  const auto found = by_audio_.find(id);
  return found == by_audio_.end() ? nullptr : find(found->second);
}

struct Switchboard::CarryOut {
  Switchboard& board;
  const telephony::Order& order;

  /// The leg, where the order does something to it now.
  Leg* on(const Uuid& id) const {
    Leg* leg = board.find(id);
    if (leg != nullptr && effect(order, leg->state) == Effect::acts) return leg;
    board.passed_over();
    return nullptr;
  }

  void operator()(const telephony::PlaceLeg& place) const { board.begin_placed(place); }
  void operator()(const telephony::RingLeg& ring) const {
    if (on(ring.leg) != nullptr)
      static_cast<void>(board.parts_.signalling.post(sip::Ring{.dialog = ring.leg, .sdp = {}}));
  }
  void operator()(const telephony::AnswerLeg& answer) const {
    if (Leg* leg = on(answer.leg)) board.answer(*leg);
  }
  void operator()(const telephony::EndLeg& end) const {
    if (Leg* leg = on(end.leg)) board.end_by_core(*leg, end.cause);
  }
  void operator()(const telephony::AskToAnswer& ask) const {
    Leg* leg = on(ask.leg);
    if (leg == nullptr) return;
    leg->asked_to_answer = true;
    if (!board.parts_.signalling.post(sip::PressKey{.dialog = leg->id, .talk = true})) {
      board.parts_.tell(telephony::AnswerNotSupported{ask.leg});
    }
  }

  void operator()(const telephony::PlaySound& play) const {
    Leg* leg = on(play.leg);
    if (leg == nullptr) return;
    if (leg->state == LegState::offered) board.make_early(*leg);
    leg = board.find(play.leg);
    if (leg == nullptr || leg->place.leg == media::LegId::none) return;
    const auto playing = board.parts_.audio.play(leg->place.leg, pbx::playing(play.sound, board.parts_.options->music));
    leg->music = playing && play.sound == telephony::Sound::music ? *playing : media::PlayId::none;
    if (!playing) log::warn("a leg hears no {}: {}", telephony::name(play.sound), playing.error().message);
  }
  void operator()(const telephony::StopSound& stop) const {
    Leg* leg = on(stop.leg);
    if (leg == nullptr || leg->place.leg == media::LegId::none) return;
    static_cast<void>(board.parts_.audio.stop_playing(leg->place.leg));
  }

  void operator()(const telephony::Join& join) const {
    for (const auto& id : {join.a, join.b}) {
      Leg* leg = on(id);
      if (leg == nullptr) return;
      if (leg->state == LegState::offered) board.make_early(*leg);
    }
    Leg* a = board.find(join.a);
    Leg* b = board.find(join.b);
    if (a == nullptr || b == nullptr) return;
    a->other = b->id;
    b->other = a->id;
    board.talks_[join.commutation] = {join.a, join.b};
    for (Leg* leg : {a, b}) {
      static_cast<void>(board.parts_.audio.stop_playing(leg->place.leg));
      leg->music = media::PlayId::none;
    }
    if (auto joined = board.parts_.audio.join(a->place.leg, b->place.leg); !joined) {
      log::error("two legs could not be joined: {}", joined.error().message);
      board.fail_leg(*a, core::Cause::congestion);
      if (Leg* other = board.find(join.b)) board.fail_leg(*other, core::Cause::congestion);
    }
  }
  void operator()(const telephony::Part& part) const {
    const auto talk = board.talks_.extract(part.commutation);
    if (talk.empty()) return board.passed_over();
    for (const auto& id : {talk.mapped().a, talk.mapped().b}) {
      Leg* leg = board.find(id);
      if (leg == nullptr) continue;
      leg->other = {};
      static_cast<void>(board.parts_.audio.part(leg->place.leg));
    }
  }

  void operator()(const telephony::StartRecording& start) const {
    Leg* a = board.find(start.a);
    Leg* b = board.find(start.b);
    if (a == nullptr || b == nullptr || a->place.leg == media::LegId::none || b->place.leg == media::LegId::none) {
      return board.parts_.recorder.not_begun(start);
    }
    board.recorded_.insert(start.recording);
    a->recordings.push_back(start.recording);
    b->recordings.push_back(start.recording);
    board.parts_.recorder.start(start, a->place.leg, b->place.leg);
  }
  void operator()(const telephony::StopRecording& stop) const {
    if (board.recorded_.erase(stop.recording) == 0) return board.passed_over();
    board.parts_.recorder.stop(stop.recording);
  }

  void operator()(const telephony::EchoLeg& echo) const {
    Leg* leg = on(echo.leg);
    if (leg == nullptr || leg->place.leg == media::LegId::none) return;
    if (auto done = board.parts_.audio.echo(leg->place.leg); !done) {
      log::warn("a leg is not played back what it says: {}", done.error().message);
    }
  }

  void operator()(const telephony::SendDigits& send) const {
    Leg* leg = on(send.leg);
    if (leg == nullptr || leg->place.leg == media::LegId::none) return;
    if (auto sent = board.parts_.audio.send_digits(leg->place.leg, send.digits); !sent) {
      log::warn("digits could not be sent: {}", sent.error().message);
    }
  }

  void operator()(const telephony::AcceptTransfer& accept) const {
    Leg* leg = on(accept.leg);
    if (leg == nullptr || !leg->transfer) return;
    static_cast<void>(board.parts_.signalling.post(sip::AcceptTransfer{.dialog = leg->id, .transfer = *leg->transfer}));
  }
  void operator()(const telephony::FinishTransfer& finish) const {
    Leg* leg = on(finish.leg);
    if (leg == nullptr || !leg->transfer) return;
    const int status = finish.failed ? core::info(*finish.failed).sip : 200;
    static_cast<void>(board.parts_.signalling.post(
        sip::TellTransfer{.dialog = leg->id, .transfer = *leg->transfer, .status = status}));
    leg->transfer.reset();
  }
  void operator()(const telephony::RefuseTransfer& refuse) const {
    Leg* leg = on(refuse.leg);
    if (leg == nullptr || !leg->transfer) return;
    static_cast<void>(board.parts_.signalling.post(
        sip::RefuseTransfer{.dialog = leg->id, .transfer = *leg->transfer, .status = core::info(refuse.cause).sip}));
    leg->transfer.reset();
  }
};

void Switchboard::carry_out(std::span<const telephony::Order> orders) {
  // Who will talk with whom is known before anybody is answered, so that both can be given one codec.
  for (const auto& order : orders) {
    const auto* join = std::get_if<telephony::Join>(&order);
    if (join == nullptr) continue;
    if (Leg* a = find(join->a)) a->other = join->b;
    if (Leg* b = find(join->b)) b->other = join->a;
  }
  for (const auto& order : orders) std::visit(CarryOut{*this, order}, order);
}

}  // namespace otklik::pbx
