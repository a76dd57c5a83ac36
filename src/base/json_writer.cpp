#include "base/json_writer.hpp"

#include <cstdint>

#include "base/text.hpp"

namespace otklik {

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // start of the bytes that go through as they are
  const auto flush = [&](std::size_t end) { out.append(text, plain, end - plain); };
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte >= 0x80) {
      char32_t c = 0;
      const int n = detail::decode_utf8(text.substr(i), c);
      if (n != 0) {
        i += static_cast<std::size_t>(n);
        continue;
      }
      flush(i);
      append_utf8(out, 0xFFFD);
      plain = ++i;
      continue;
    }
    if (byte >= 0x20 && byte != '"' && byte != '\\') {
      ++i;
      continue;
    }
    flush(i);
    switch (byte) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    plain = ++i;
  }
  flush(text.size());
  out += '"';
}

}  // namespace otklik
