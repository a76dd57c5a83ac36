// Any bytes become well-formed UTF-8, by to_utf8 as by the JSON writer, and what was UTF-8 stays as it is.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json_writer.hpp"
#include "base/text.hpp"

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape

  const std::string text = to_utf8(input);
  require(is_utf8(text));
  if (is_utf8(input)) require(text == input);
  require(windows_1251_from_utf8(utf8_from_windows_1251(input)) == input);

  std::string copied;
  bool malformed = false;
  for_each_code_point(input, [&](char32_t c) {
    malformed = malformed || c == 0xFFFD;
    append_utf8(copied, c);
  });
  require(is_utf8(copied));
  if (!malformed) require(copied == input);

  require(is_utf8(lower_utf8(input)));
  require(lower_utf8(lower_utf8(input)) == lower_utf8(input));
  require(trim(trim(input)) == trim(input));

  std::string json;
  append_json_string(json, input);
  require(is_utf8(json) && json.size() >= 2 && json.front() == '"' && json.back() == '"');
  for (const char c : json) require(static_cast<unsigned char>(c) >= 0x20);
  return 0;
}
