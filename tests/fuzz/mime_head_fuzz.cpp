// Headers of parts: any bytes. What is read is UTF-8, and what is UTF-8 and plain is read the same again.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "net/mime/encoded_word.hpp"
#include "net/mime/part_head.hpp"

namespace {

using namespace otklik;
using namespace otklik::net::mime;

void check(const HeaderValue& header) {
  if (!is_utf8(header.value)) __builtin_trap();
  for (const auto& [name, value] : header.parameters) {
    if (!is_utf8(name) || !is_utf8(value) || header.parameter(name) != value) __builtin_trap();
    std::string quoted;
    for (const char c : value) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    const auto again = parse_header_value("x; p=\"" + quoted + "\"");
    // An encoded word in it would be decoded once more.
    if (!value.contains("=?") && again.parameter("p") != value) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT
  check(parse_header_value(text));
  const auto head = parse_part_head(text);
  if (head) {
    check(head->disposition);
    check(head->type);
    static_cast<void>(head->field_name());
    static_cast<void>(head->file_name());
  }
  const auto words = decode_encoded_words(to_utf8(text));
  if (!is_utf8(words)) __builtin_trap();
  return 0;
}
