#include "scenario/message.hpp"

#include <charconv>

#include "base/text.hpp"

namespace otklik::scenario {

std::string clean_message(std::string_view message) {
  constexpr std::size_t most = 1000;
  std::string out;
  for_each_code_point(message.substr(0, most), [&out](char32_t c) {
    if (c == 0xFFFD) return;  // half a letter at a cut
    append_utf8(out, c < 0x20 || c == 0x7F ? U' ' : c);
  });
  return out;
}

int line_of(std::string_view message) noexcept {
  for (std::size_t at = message.find(':'); at != std::string_view::npos; at = message.find(':', at + 1)) {
    int line = 0;
    const char* begin = message.data() + at + 1;
    const char* end = message.data() + message.size();
    const auto [stop, error] = std::from_chars(begin, end, line);
    if (error == std::errc{} && stop != end && *stop == ':') return line;
  }
  return 0;
}

}  // namespace otklik::scenario
