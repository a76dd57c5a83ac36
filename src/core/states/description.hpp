#pragma once
#include <string>

namespace otklik::core {

/// docs/user-states.md, or its Russian twin, printed from the tables of transitions.hpp.
std::string user_states_page(bool in_russian);

}  // namespace otklik::core
