#include "core/calls/states.hpp"

#include <array>

namespace otklik::core {
namespace {

template <class State, class Step>
using Row = Transition<State, Step>;

using L = LegState;
using LS = LegStep;
constexpr std::array leg_rows = std::to_array<Row<L, LS>>({
    {L::none, LS::is_offered, L::offered, "leg_began"},
    {L::none, LS::is_placed, L::placed, "leg_began"},
    {L::offered, LS::answers, L::open, "leg_answered"},
    {L::offered, LS::ends, L::gone, "leg_ended"},
    {L::placed, LS::rings, L::ringing, "ring_started"},
    {L::placed, LS::answers, L::open, "leg_answered"},
    {L::placed, LS::ends, L::gone, "leg_ended"},
    {L::ringing, LS::answers, L::open, "ring_stopped leg_answered"},
    {L::ringing, LS::ends, L::gone, "ring_stopped leg_ended user_missed_call"},
    {L::open, LS::is_joined, L::talking, "commutation_began recording_started"},
    {L::open, LS::is_held, L::held, "hold_began"},
    {L::open, LS::ends, L::gone, "leg_ended"},
    {L::talking, LS::is_parted, L::open, "commutation_ended"},
    {L::talking, LS::ends, L::gone, "commutation_ended leg_ended"},
    {L::held, LS::is_released, L::open, "hold_ended"},
    {L::held, LS::ends, L::gone, "hold_ended leg_ended"},
});

using C = CallState;
using CS = CallStep;
constexpr std::array call_rows = std::to_array<Row<C, CS>>({
    {C::none, CS::begins, C::seeking, "call_began"},
    {C::seeking, CS::rings, C::ringing, "leg_began"},
    {C::seeking, CS::waits, C::waiting, "queue_entered"},
    {C::seeking, CS::is_answered, C::answered, "call_ended"},
    {C::seeking, CS::fails, C::failed, "call_ended"},
    {C::ringing, CS::goes_on, C::seeking, ""},
    {C::ringing, CS::is_answered, C::answered, "call_ended"},
    {C::ringing, CS::fails, C::failed, "call_ended"},
    {C::waiting, CS::rings, C::served, "leg_began"},
    {C::waiting, CS::is_answered, C::answered, "queue_left call_ended"},
    {C::waiting, CS::fails, C::failed, "queue_left call_ended"},
    {C::served, CS::goes_on, C::waiting, ""},
    {C::served, CS::is_answered, C::answered, "queue_left call_ended"},
    {C::served, CS::fails, C::failed, "queue_left call_ended"},
});

using A = AutocallState;
using AS = AutocallStep;
constexpr std::array autocall_rows = std::to_array<Row<A, AS>>({
    {A::none, AS::calls_party, A::calling_party, "autocall_started"},
    {A::none, AS::calls_line, A::calling_line, "autocall_started"},
    {A::none, AS::consults, A::consulting, "autocall_started"},
    {A::calling_party, AS::connects, A::over, "autocall_ended"},
    {A::calling_party, AS::fails, A::over, "autocall_ended"},
    {A::calling_line, AS::connects, A::over, "autocall_ended"},
    {A::calling_line, AS::fails, A::over, "autocall_ended"},
    {A::consulting, AS::connects, A::over, "autocall_ended"},
    {A::consulting, AS::fails, A::over, "autocall_ended"},
});

using H = ChainState;
using HS = ChainStep;
constexpr std::array chain_rows = std::to_array<Row<H, HS>>({
    {H::none, HS::begins, H::beginning, "chain_began"},
    {H::beginning, HS::talks, H::talked, ""},
    {H::beginning, HS::ends, H::ended, "chain_ended"},
    {H::talked, HS::talks, H::talked, ""},
    {H::talked, HS::ends, H::ended, "chain_ended"},
});

using R = RecordingState;
using RS = RecordingStep;
constexpr std::array recording_rows = std::to_array<Row<R, RS>>({
    {R::none, RS::starts, R::running, "recording_started"},
    {R::running, RS::stops, R::ending, ""},
    {R::running, RS::is_finished, R::finished, "recording_finished"},
    {R::ending, RS::is_finished, R::finished, "recording_finished"},
});

template <class State, class Step, std::size_t n>
constexpr std::optional<State> look_up(const std::array<Row<State, Step>, n>& rows, State from, Step step) noexcept {
  for (const auto& row : rows) {
    if (row.from == from && row.step == step) return row.to;
  }
  return std::nullopt;
}

/// No state has two rows for one step, and `ends`-like states have none.
template <class State, class Step, std::size_t n>
constexpr bool is_sound(const std::array<Row<State, Step>, n>& rows, State last) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    if (rows[i].from == last) return false;
    for (std::size_t j = i + 1; j < n; ++j) {
      if (rows[i].from == rows[j].from && rows[i].step == rows[j].step) return false;
    }
  }
  return true;
}
static_assert(is_sound(leg_rows, L::gone));
static_assert(is_sound(call_rows, C::answered) && is_sound(call_rows, C::failed));
static_assert(is_sound(autocall_rows, A::over));
static_assert(is_sound(chain_rows, H::ended));
static_assert(is_sound(recording_rows, R::finished));

/// Whatever a thing is in, it can end from there.
template <class State, class Step, std::size_t n>
constexpr bool always_ends(const std::array<Row<State, Step>, n>& rows, State last) noexcept {
  for (const auto& row : rows) {
    if (row.to == last) continue;
    bool found = false;
    for (const auto& way : rows) found = found || (way.from == row.to && way.to == last);
    if (!found) return false;
  }
  return true;
}
static_assert(always_ends(leg_rows, L::gone));
static_assert(always_ends(autocall_rows, A::over));
static_assert(always_ends(chain_rows, H::ended));
static_assert(always_ends(recording_rows, R::finished));

}  // namespace

std::span<const Transition<LegState, LegStep>> leg_table() noexcept { return leg_rows; }
std::span<const Transition<CallState, CallStep>> call_table() noexcept { return call_rows; }
std::span<const Transition<AutocallState, AutocallStep>> autocall_table() noexcept { return autocall_rows; }
std::span<const Transition<ChainState, ChainStep>> chain_table() noexcept { return chain_rows; }
std::span<const Transition<RecordingState, RecordingStep>> recording_table() noexcept { return recording_rows; }

std::optional<LegState> next(LegState from, LegStep step) noexcept { return look_up(leg_rows, from, step); }
std::optional<CallState> next(CallState from, CallStep step) noexcept { return look_up(call_rows, from, step); }
std::optional<AutocallState> next(AutocallState from, AutocallStep step) noexcept {
  return look_up(autocall_rows, from, step);
}
std::optional<ChainState> next(ChainState from, ChainStep step) noexcept { return look_up(chain_rows, from, step); }
std::optional<RecordingState> next(RecordingState from, RecordingStep step) noexcept {
  return look_up(recording_rows, from, step);
}

std::string_view name(LegState state) noexcept {
  switch (state) {
    case L::none:
      return "none";
    case L::offered:
      return "offered";
    case L::placed:
      return "placed";
    case L::ringing:
      return "ringing";
    case L::open:
      return "open";
    case L::talking:
      return "talking";
    case L::held:
      return "held";
    case L::gone:
      return "gone";
  }
  return {};
}
std::string_view name(LegStep step) noexcept {
  switch (step) {
    case LS::is_offered:
      return "is offered";
    case LS::is_placed:
      return "is placed";
    case LS::rings:
      return "rings";
    case LS::answers:
      return "answers";
    case LS::is_joined:
      return "is joined";
    case LS::is_parted:
      return "is parted";
    case LS::is_held:
      return "is held";
    case LS::is_released:
      return "is released";
    case LS::ends:
      return "ends";
  }
  return {};
}
std::string_view name(CallState state) noexcept {
  switch (state) {
    case C::none:
      return "none";
    case C::seeking:
      return "seeking";
    case C::ringing:
      return "ringing";
    case C::waiting:
      return "waiting";
    case C::served:
      return "served";
    case C::answered:
      return "answered";
    case C::failed:
      return "failed";
  }
  return {};
}
std::string_view name(CallStep step) noexcept {
  switch (step) {
    case CS::begins:
      return "begins";
    case CS::rings:
      return "rings";
    case CS::goes_on:
      return "goes on";
    case CS::waits:
      return "waits";
    case CS::is_answered:
      return "is answered";
    case CS::fails:
      return "fails";
  }
  return {};
}
std::string_view name(AutocallState state) noexcept {
  switch (state) {
    case A::none:
      return "none";
    case A::calling_party:
      return "calling_party";
    case A::calling_line:
      return "calling_line";
    case A::consulting:
      return "consulting";
    case A::over:
      return "over";
  }
  return {};
}
std::string_view name(AutocallStep step) noexcept {
  switch (step) {
    case AS::calls_party:
      return "calls the party";
    case AS::calls_line:
      return "calls the line";
    case AS::consults:
      return "consults";
    case AS::connects:
      return "connects";
    case AS::fails:
      return "fails";
  }
  return {};
}
std::string_view name(ChainState state) noexcept {
  switch (state) {
    case H::none:
      return "none";
    case H::beginning:
      return "beginning";
    case H::talked:
      return "talked";
    case H::ended:
      return "ended";
  }
  return {};
}
std::string_view name(ChainStep step) noexcept {
  switch (step) {
    case HS::begins:
      return "begins";
    case HS::talks:
      return "talks";
    case HS::ends:
      return "ends";
  }
  return {};
}
std::string_view name(RecordingState state) noexcept {
  switch (state) {
    case R::none:
      return "none";
    case R::running:
      return "running";
    case R::ending:
      return "ending";
    case R::finished:
      return "finished";
  }
  return {};
}
std::string_view name(RecordingStep step) noexcept {
  switch (step) {
    case RS::starts:
      return "starts";
    case RS::stops:
      return "stops";
    case RS::is_finished:
      return "is finished";
  }
  return {};
}

}  // namespace otklik::core
