#pragma once
#include <string>

namespace otklik::core {

/// docs/call-lifecycle.md, whole: the tables of states, the causes and the refusals, in English.
std::string call_lifecycle_page();

}  // namespace otklik::core
