#pragma once
#include <cstddef>
#include <string_view>

namespace otklik::scenario {

/// Where `wanted` first stands in `text` at or after `from` (which is within it), or std::string_view::npos. Quick
/// where the first byte is rare, and linear however the two repeat themselves; std::string_view::find is not.
std::size_t find_bytes(std::string_view text, std::string_view wanted, std::size_t from) noexcept;

}  // namespace otklik::scenario
