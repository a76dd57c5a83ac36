#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/uuid.hpp"

/// What people ask of calls, by HTTP, WebSocket or the console. Who asks has been let in, and the line been found
/// (core/plan/naming.hpp), before it comes here.
namespace otklik::core::commands {

/// `direction` of wp_autocallstart.
enum class Where : std::uint8_t { by_plan, inside, outside };

/// `sequence` of wp_autocallstart; the wire's names mislead, these do not.
enum class Sequence : std::uint8_t {
  party_first,  ///< `direct`, `abonent`: the number is called, and the line called back when it has answered
  line_first,   ///< `back`, `user`: the line rings, and when it is lifted the number is called on its behalf
};

/// wp_autocallstart, pbxautocallstart. A line in a talk puts its party on hold and consults on the open line.
struct Autocall {
  Uuid line{};
  std::string number{};
  Where where = Where::by_plan;
  Sequence sequence = Sequence::party_first;
  bool intercom = false;  ///< the called phone is asked to answer by itself; the sequence is line_first then
};
/// wp_switchcall: hands the current party to the number; a line without a talk does as Autocall.
struct SwitchCall {
  Uuid line{};
  std::string number{};
  Where where = Where::by_plan;
  Sequence sequence = Sequence::party_first;
};
/// pbxmaketransfer: likewise, but never an autocall. An empty number joins the held and the current party.
struct TransferCall {
  Uuid line{};
  std::string number{};
};
/// wp_autocallstop, pbxautocallabort: while it has not come to a call of the line's own.
struct StopAutocall {
  Uuid line{};
};

enum class FlashMode : std::uint8_t { abort, switch_over, next };
/// wp_flash, pbxmakeflash.
struct Flash {
  Uuid line{};
  FlashMode mode = FlashMode::switch_over;
};
/// wp_declinecall: what rings at the line; also stops an autocall.
struct DeclineCall {
  Uuid line{};
};
/// wp_answercall: the phone is made to answer.
struct AnswerCall {
  Uuid line{};
};
/// wp_abortcall: as if the line hung up. With somebody on hold and somebody on the line the two are joined.
struct AbortCall {
  Uuid line{};
};
/// Takes what rings elsewhere. `number`: an internal number or line number; empty: whatever rings in a group of one's
/// own. The line's phone rings (or is asked to answer), and is connected when it does.
struct PickUp {
  Uuid line{};
  std::string number{};
};
/// A free field of the chain that the line is in (`customfield`).
struct SetCustomField {
  Uuid line{};
  std::string text{};
};
/// The administrator ends a chain whatever it is in.
struct EndChain {
  Uuid chain{};
};

using Command = std::variant<Autocall, SwitchCall, TransferCall, StopAutocall, Flash, DeclineCall, AnswerCall,
                             AbortCall, PickUp, SetCustomField, EndChain>;

/// Why a command cannot apply now. The names are on the wire: `X-Action-Result: no_call`.
enum class Refusal : std::uint8_t {
  unknown_line,    ///< no such line, or it is not enabled
  unknown_number,  ///< nobody can be called by that
  not_permitted,   ///< the line may not call there
  limit,           ///< too many calls outside
  not_reachable,   ///< no phone of the line is there
  no_call,         ///< the line is in no call
  not_talking,     ///< it is, and with nobody
  nothing_rings,
  nobody_held,
  held_by_phone,  ///< the phone itself holds: only it can take back
  no_autocall,
  line_busy,             ///< the line is in a call that does not allow it
  already_there,         ///< the number is the current party
  answer_not_supported,  ///< the phone cannot be made to answer
  bad_parameter,
  unknown_chain,
  storage_full,
  stopping,  ///< the server is
  too_many,  ///< the core's queue is full
};
inline constexpr std::array all_refusals{Refusal::unknown_line,  Refusal::unknown_number,       Refusal::not_permitted,
                                         Refusal::limit,         Refusal::not_reachable,        Refusal::no_call,
                                         Refusal::not_talking,   Refusal::nothing_rings,        Refusal::nobody_held,
                                         Refusal::held_by_phone, Refusal::no_autocall,          Refusal::line_busy,
                                         Refusal::already_there, Refusal::answer_not_supported, Refusal::bad_parameter,
                                         Refusal::unknown_chain, Refusal::storage_full,         Refusal::stopping,
                                         Refusal::too_many};
std::string_view name(Refusal refusal) noexcept;
/// English, for people.
std::string_view text(Refusal refusal) noexcept;
std::string_view name(const Command& command) noexcept;

/// Accepted: what comes of it shows in events and snapshots.
struct Accepted {
  Uuid chain{};  ///< of the call it acts on or began
};
using Outcome = std::expected<Accepted, Refusal>;

}  // namespace otklik::core::commands
