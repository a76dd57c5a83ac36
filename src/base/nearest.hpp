#pragma once
#include <string_view>
#include <vector>

namespace otklik {

/// The name among `known` that a mistyped one was probably meant to be; empty when none is near. For messages.
std::string_view nearest_name(std::string_view wanted, const std::vector<std::string_view>& known);

}  // namespace otklik
