#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// The state machines of a call as tables: code looks steps up here, and docs/call-lifecycle.md is printed from them
/// (description.hpp).
namespace otklik::core {

enum class LegState : std::uint8_t {
  none,
  offered,  ///< came to us; we have not answered
  placed,   ///< we call; no sign of life yet
  ringing,  ///< we call, and it rings there
  open,     ///< answered, and connected to nobody: dialling, waiting, hearing a tone
  talking,
  held,  ///< its party has put it on hold
  gone,
};
enum class LegStep : std::uint8_t {
  is_offered,
  is_placed,
  rings,
  answers,
  is_joined,
  is_parted,
  is_held,
  is_released,
  ends
};

enum class CallState : std::uint8_t {
  none,
  seeking,  ///< nobody rings yet
  ringing,
  waiting,  ///< in line: all are busy
  served,   ///< in line, and somebody rings for it
  answered,
  failed,
};
enum class CallStep : std::uint8_t { begins, rings, goes_on, waits, is_answered, fails };

enum class AutocallState : std::uint8_t {
  none,
  calling_party,  ///< the number first, the line is reserved
  calling_line,   ///< the line first
  consulting,     ///< on the open line
  over,
};
enum class AutocallStep : std::uint8_t { calls_party, calls_line, consults, connects, fails };

enum class ChainState : std::uint8_t { none, beginning, talked, ended };
enum class ChainStep : std::uint8_t { begins, talks, ends };

enum class RecordingState : std::uint8_t { none, running, ending, finished };
enum class RecordingStep : std::uint8_t { starts, stops, is_finished };

/// One row: in `from`, `step` leads to `to`, and `events` come out.
template <class State, class Step>
struct Transition {
  using state = State;
  State from;
  Step step;
  State to;
  std::string_view events;  ///< for people; names of events with blanks between
};

std::span<const Transition<LegState, LegStep>> leg_table() noexcept;
std::span<const Transition<CallState, CallStep>> call_table() noexcept;
std::span<const Transition<AutocallState, AutocallStep>> autocall_table() noexcept;
std::span<const Transition<ChainState, ChainStep>> chain_table() noexcept;
std::span<const Transition<RecordingState, RecordingStep>> recording_table() noexcept;

/// Nothing: that step cannot be taken there.
std::optional<LegState> next(LegState from, LegStep step) noexcept;
std::optional<CallState> next(CallState from, CallStep step) noexcept;
std::optional<AutocallState> next(AutocallState from, AutocallStep step) noexcept;
std::optional<ChainState> next(ChainState from, ChainStep step) noexcept;
std::optional<RecordingState> next(RecordingState from, RecordingStep step) noexcept;

std::string_view name(LegState) noexcept;
std::string_view name(LegStep) noexcept;
std::string_view name(CallState) noexcept;
std::string_view name(CallStep) noexcept;
std::string_view name(AutocallState) noexcept;
std::string_view name(AutocallStep) noexcept;
std::string_view name(ChainState) noexcept;
std::string_view name(ChainStep) noexcept;
std::string_view name(RecordingState) noexcept;
std::string_view name(RecordingStep) noexcept;

}  // namespace otklik::core
