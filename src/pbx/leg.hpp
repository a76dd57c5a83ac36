#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.hpp"
#include "core/ports/licensing.hpp"
#include "core/ports/telephony.hpp"
#include "media/facts.hpp"
#include "pbx/session/session.hpp"

namespace otklik::pbx {

/// How far a leg has got. One that has ended is no leg any more.
enum class LegState : std::uint8_t {
  offered,   ///< it came to us, and has heard nothing but 100 or 180
  early,     ///< it came to us, and hears something before the answer (183)
  placed,    ///< we call
  answered,  ///< either way
};
std::string_view name(LegState state) noexcept;

/// What an order does to a leg in a state. An order that does nothing has crossed with what the other side did, or asks
/// for what that side cannot give; it is passed over in silence (core/ports/telephony.hpp).
enum class Effect : std::uint8_t { nothing, acts };

/// By the order's place in the variant Order; orders about a commutation or a recording go by that of their legs.
Effect effect(const core::telephony::Order& order, LegState state) noexcept;

/// One party's dialog with us. Its id is that of the dialog and of the core's leg.
struct Leg {
  Uuid id;
  LegState state = LegState::offered;
  bool placed = false;
  Uuid line;   ///< whose; nil: a trunk's
  Uuid trunk;  ///< nil: a line's
  Session session;
  media::LegPlace place;  ///< LegId::none until it needs audio
  media::LegOptions audio;
  std::optional<media::Remote> given;  ///< what the engine was told last
  core::HeldSeat seat;
  std::vector<Uuid> recordings;  ///< begun while it was in them; some may be over
  Uuid other;                    ///< the leg that it will talk with, as far as is known; nil: nobody yet

  bool wants_early_media = false;
  bool told_ringing = false;
  bool told_early_media = false;
  bool held_by_phone = false;
  bool asked_to_answer = false;
  bool lost = false;                          ///< MediaLost was told, and MediaBack not yet
  std::optional<std::uint32_t> transfer;      ///< REFER that has not come to its end
  std::string redirected_to;                  ///< by a 302, before its end
  media::PlayId music = media::PlayId::none;  ///< which may turn out to be none
  std::chrono::milliseconds since{0};         ///< in this state, by the switchboard's steady time
};

}  // namespace otklik::pbx
