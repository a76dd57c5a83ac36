#pragma once
#include <string_view>

#include "core/states/user_state.hpp"

namespace otklik::web_api {

/// `usReady`, …: what clients read beside the number. Note the spelling `usFullbusy`. Source: the vendor's description
/// and live clients; usAway, usReserved and usNoPhone are ours (oktell-domain 8.1).
std::string_view wire_name(core::UserState state) noexcept;

}  // namespace otklik::web_api
