#include "plugins/one_line.hpp"

#include "base/text.hpp"

namespace otklik::plugins {

std::string one_line(std::string_view text, std::size_t most) {
  const bool is_cut = text.size() > most;
  if (is_cut) {
    std::size_t end = most;
    while (end > 0 && most - end < 3 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end);  // never half a character
  }
  std::string out;
  out.reserve(text.size() + 3);
  for_each_code_point(text, [&out](char32_t c) {
    const bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
    append_utf8(out, is_control ? U' ' : c);
  });
  if (is_cut) out += "…";
  return out;
}

}  // namespace otklik::plugins
