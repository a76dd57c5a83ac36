#include "scenario/library/find_bytes.hpp"

#include <cstring>

namespace otklik::scenario {

std::size_t find_bytes(std::string_view text, std::string_view wanted, std::size_t from) noexcept {
  constexpr auto nowhere = std::string_view::npos;
  if (wanted.empty()) return from;
  for (int false_starts = 0; false_starts < 16; ++false_starts) {
    if (text.size() - from < wanted.size()) return nowhere;
    const void* first = std::memchr(text.data() + from, wanted[0], text.size() - from - wanted.size() + 1);
    if (first == nullptr) return nowhere;
    from = static_cast<std::size_t>(static_cast<const char*>(first) - text.data());
    if (std::memcmp(first, wanted.data(), wanted.size()) == 0) return from;
    ++from;
  }
  const void* found = ::memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  return found == nullptr ? nowhere : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace otklik::scenario
