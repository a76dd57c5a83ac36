// The names that commands, orders and facts have in logs and on the wire.
#include "core/calls/commands.hpp"
#include "core/ports/telephony.hpp"

namespace otklik::core {
namespace commands {

std::string_view name(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::unknown_line:
      return "unknown_line";
    case Refusal::unknown_number:
      return "unknown_number";
    case Refusal::not_permitted:
      return "not_permitted";
    case Refusal::limit:
      return "limit";
    case Refusal::not_reachable:
      return "not_reachable";
    case Refusal::no_call:
      return "no_call";
    case Refusal::not_talking:
      return "not_talking";
    case Refusal::nothing_rings:
      return "nothing_rings";
    case Refusal::nobody_held:
      return "nobody_held";
    case Refusal::held_by_phone:
      return "held_by_phone";
    case Refusal::no_autocall:
      return "no_autocall";
    case Refusal::line_busy:
      return "line_busy";
    case Refusal::already_there:
      return "already_there";
    case Refusal::answer_not_supported:
      return "answer_not_supported";
    case Refusal::bad_parameter:
      return "bad_parameter";
    case Refusal::unknown_chain:
      return "unknown_chain";
    case Refusal::storage_full:
      return "storage_full";
    case Refusal::stopping:
      return "stopping";
    case Refusal::too_many:
      return "too_many";
  }
  return {};
}

std::string_view text(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::unknown_line:
      return "there is no such line, or it is not enabled";
    case Refusal::unknown_number:
      return "nobody can be called by that number";
    case Refusal::not_permitted:
      return "the line may not call there";
    case Refusal::limit:
      return "too many calls outside";
    case Refusal::not_reachable:
      return "no phone of the line is registered";
    case Refusal::no_call:
      return "the line is in no call";
    case Refusal::not_talking:
      return "the line talks with nobody now";
    case Refusal::nothing_rings:
      return "nothing rings";
    case Refusal::nobody_held:
      return "nobody is on hold";
    case Refusal::held_by_phone:
      return "the phone itself holds: only it can take back";
    case Refusal::no_autocall:
      return "no autocall runs";
    case Refusal::line_busy:
      return "the line is in a call that does not allow it";
    case Refusal::already_there:
      return "the number is the party that the line talks with";
    case Refusal::answer_not_supported:
      return "the phone cannot be made to answer";
    case Refusal::bad_parameter:
      return "a parameter is missing, too long or not what it should be";
    case Refusal::unknown_chain:
      return "there is no such chain any more";
    case Refusal::storage_full:
      return "nothing can be recorded now, so nothing new begins";
    case Refusal::stopping:
      return "the server is stopping";
    case Refusal::too_many:
      return "too much is asked at once; later it may work";
  }
  return {};
}

namespace {
struct CommandName {
  std::string_view operator()(const Autocall&) const { return "autocall"; }
  std::string_view operator()(const SwitchCall&) const { return "switch_call"; }
  std::string_view operator()(const TransferCall&) const { return "transfer_call"; }
  std::string_view operator()(const StopAutocall&) const { return "stop_autocall"; }
  std::string_view operator()(const Flash&) const { return "flash"; }
  std::string_view operator()(const DeclineCall&) const { return "decline_call"; }
  std::string_view operator()(const AnswerCall&) const { return "answer_call"; }
  std::string_view operator()(const AbortCall&) const { return "abort_call"; }
  std::string_view operator()(const PickUp&) const { return "pick_up"; }
  std::string_view operator()(const SetCustomField&) const { return "set_custom_field"; }
  std::string_view operator()(const EndChain&) const { return "end_chain"; }
};
}  // namespace

std::string_view name(const Command& command) noexcept { return std::visit(CommandName{}, command); }

}  // namespace commands

namespace telephony {

std::string_view name(Sound sound) noexcept {
  switch (sound) {
    case Sound::ringback:
      return "ringback";
    case Sound::busy:
      return "busy";
    case Sound::congestion:
      return "congestion";
    case Sound::waiting:
      return "waiting";
    case Sound::music:
      return "music";
  }
  return {};
}

namespace {
struct OrderName {
  std::string_view operator()(const PlaceLeg&) const { return "place_leg"; }
  std::string_view operator()(const RingLeg&) const { return "ring_leg"; }
  std::string_view operator()(const AnswerLeg&) const { return "answer_leg"; }
  std::string_view operator()(const EndLeg&) const { return "end_leg"; }
  std::string_view operator()(const AskToAnswer&) const { return "ask_to_answer"; }
  std::string_view operator()(const PlaySound&) const { return "play_sound"; }
  std::string_view operator()(const StopSound&) const { return "stop_sound"; }
  std::string_view operator()(const Join&) const { return "join"; }
  std::string_view operator()(const Part&) const { return "part"; }
  std::string_view operator()(const StartRecording&) const { return "start_recording"; }
  std::string_view operator()(const StopRecording&) const { return "stop_recording"; }
  std::string_view operator()(const EchoLeg&) const { return "echo_leg"; }
  std::string_view operator()(const SendDigits&) const { return "send_digits"; }
  std::string_view operator()(const AcceptTransfer&) const { return "accept_transfer"; }
  std::string_view operator()(const FinishTransfer&) const { return "finish_transfer"; }
  std::string_view operator()(const RefuseTransfer&) const { return "refuse_transfer"; }
};
struct FactName {
  std::string_view operator()(const LegOffered&) const { return "leg_offered"; }
  std::string_view operator()(const LegRinging&) const { return "leg_ringing"; }
  std::string_view operator()(const LegEarlyMedia&) const { return "leg_early_media"; }
  std::string_view operator()(const LegAnswered&) const { return "leg_answered"; }
  std::string_view operator()(const LegEnded&) const { return "leg_ended"; }
  std::string_view operator()(const LegHeldByPhone&) const { return "leg_held_by_phone"; }
  std::string_view operator()(const LegResumedByPhone&) const { return "leg_resumed_by_phone"; }
  std::string_view operator()(const TransferAsked&) const { return "transfer_asked"; }
  std::string_view operator()(const DigitsCame&) const { return "digits_came"; }
  std::string_view operator()(const MediaLost&) const { return "media_lost"; }
  std::string_view operator()(const MediaBack&) const { return "media_back"; }
  std::string_view operator()(const AnswerNotSupported&) const { return "answer_not_supported"; }
  std::string_view operator()(const RecordingFinished&) const { return "recording_finished"; }
  std::string_view operator()(const TrunkUp&) const { return "trunk_up"; }
  std::string_view operator()(const TrunkDown&) const { return "trunk_down"; }
};
}  // namespace

std::string_view name(const Order& order) noexcept { return std::visit(OrderName{}, order); }
std::string_view name(const Fact& fact) noexcept { return std::visit(FactName{}, fact); }

}  // namespace telephony
}  // namespace otklik::core
