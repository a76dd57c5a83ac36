#include "web_api/user_state_names.hpp"

namespace otklik::web_api {

std::string_view wire_name(core::UserState state) noexcept {
  switch (state) {
    case core::UserState::disconnected: return "usDisconnected";
    case core::UserState::ready: return "usReady";
    case core::UserState::on_break: return "usLunch";
    case core::UserState::away: return "usAway";
    case core::UserState::busy: return "usFullbusy";
    case core::UserState::reserved: return "usReserved";
    case core::UserState::no_phone: return "usNoPhone";
  }
  return {};
}

}  // namespace otklik::web_api
