#pragma once
#include <string>
#include <string_view>

#include "core/calls/views.hpp"

/// How a party and what it waits for are spelt in every answer about calls.
namespace otklik::web_api {

/// Empty where there is none.
std::string guid(const Uuid& id);
/// The line of an inner party, of an outside one his trunk.
const Uuid& line_of(const core::Party& party) noexcept;
/// What `party.name` is where he is a user; empty for others, whose name came with the call.
std::string_view user_name(const core::Party& party) noexcept;
/// What people read: the name, else the number, else the number of the line.
std::string_view shown(const core::Party& party) noexcept;
/// qsLineLogic, …
std::string_view name(core::QueueSource source) noexcept;

}  // namespace otklik::web_api
