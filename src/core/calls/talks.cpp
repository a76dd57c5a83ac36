// Commutations: who talks with whom, and what of it is recorded.
#include "core/calls/retrace.hpp"
#include "core/calls/work.hpp"

namespace otklik::core::calls {

/// Connects two legs that are open (or offered, then they are answered first). `b` comes into the chain of `a`.
/// `called`: when the attempt began that led to it.
void Work::join(Leg& a, Leg& b, std::string dialled, const Uuid& number_id, std::optional<Time> called) {
  answer(a);
  answer(b);
  if (a.state != LegState::open || b.state != LegState::open) return impossible();
  move(b, a.chain);
  const Uuid id = new_id();
  a.hears = b.hears = false;
  a.commutation = b.commutation = id;
  step(a, LegStep::is_joined);
  step(b, LegStep::is_joined);
  order(telephony::Join{.commutation = id, .a = a.id, .b = b.id});

  auto& its = chain(a.chain);
  its.state = next(its.state, ChainStep::talks).value_or(its.state);
  const bool recorded = turn_.around.is_recorded(a.party, b.party, number_id);
  auto& talk = state_.commutations[id];
  talk = {.id = id,
          .chain = a.chain,
          .a = a.id,
          .b = b.id,
          .a_party = a.party,
          .b_party = b.party,
          .dialled = std::move(dialled),
          .began = turn_.at,
          .recording = recorded ? new_id() : Uuid{}};
  ++state_.figures.talks;
  const auto type = connection_type(a.party, b.party);
  tell(CommutationBegan{.commutation = id,
                        .chain = a.chain,
                        .a_leg = a.id,
                        .b_leg = b.id,
                        .a = a.party,
                        .b = b.party,
                        .type = type,
                        .dialled = talk.dialled,
                        .recorded = recorded});
  trace(a.chain, {.kind = TraceElement::Kind::commutation,
                  .id = id,
                  .began = called.value_or(turn_.at),
                  .answered = turn_.at,
                  .a = a.party,
                  .b = b.party,
                  .number = talk.dialled,
                  .number_id = number_id,
                  .connection = type,
                  .recorded = recorded});
  if (!recorded) return;
  auto& recording = state_.recordings[talk.recording];
  recording = {.id = talk.recording,
               .chain = a.chain,
               .commutation = id,
               .state = *next(RecordingState::none, RecordingStep::starts),
               .began = turn_.at};
  ++state_.figures.recordings;
  tell(RecordingStarted{.recording = recording.id, .chain = a.chain, .commutation = id, .a = a.party, .b = b.party});
  order(telephony::StartRecording{.recording = recording.id,
                                  .chain = a.chain,
                                  .commutation = id,
                                  .a = a.id,
                                  .b = b.id,
                                  .a_line = a.party.line_number,
                                  .b_line = b.party.line_number,
                                  .began = turn_.at});
}

/// Both live on, open.
void Work::part(Commutation& talk, Cause cause) {
  if (talk.over) return impossible();
  talk.over = true;
  over_talks_.push_back(talk.id);
  if (const auto found = state_.recordings.find(talk.recording); found != state_.recordings.end()) {
    end_recording(found->second);
  }
  order(telephony::Part{talk.id});
  for (const auto& id : {talk.a, talk.b}) {
    auto& one = sure(id);
    one.commutation = {};
    step(one, LegStep::is_parted);
  }
  auto& its = chain(talk.chain);
  if (turn_.at > talk.began) its.talked += std::chrono::duration_cast<std::chrono::milliseconds>(turn_.at - talk.began);
  tell(CommutationEnded{.commutation = talk.id,
                        .chain = talk.chain,
                        .a_leg = talk.a,
                        .b_leg = talk.b,
                        .a = talk.a_party,
                        .b = talk.b_party,
                        .cause = cause,
                        .began = talk.began});
  retrace(talk.chain, TraceElement::Kind::commutation, talk.id, [&](TraceElement& element) {
    element.ended = turn_.at;
    element.cause = cause;
  });
}

void Work::end_recording(Recording& recording) {
  const auto to = next(recording.state, RecordingStep::stops);
  if (!to) return;
  recording.state = *to;
  order(telephony::StopRecording{recording.id});
  set_timer(Timer::recording, recording.id, state_.options.recording_patience);
}

void Work::trace(const Uuid& chain_id, TraceElement element) {
  auto& its = chain(chain_id);
  its.trace.push_back(std::make_shared<const TraceElement>(std::move(element)));
  if (its.trace.size() > state_.options.longest_trace) {
    its.trace.erase(its.trace.begin());
    its.trace_is_cut = true;
  }
  touch_chain(chain_id);
}

}  // namespace otklik::core::calls
