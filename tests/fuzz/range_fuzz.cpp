// Range, dates and entity tags of conditional requests: any bytes; what is granted lies within the file.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "net/file/byte_ranges.hpp"
#include "net/file/conditional.hpp"
#include "net/http/http_date.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik::net;
  std::uint64_t length = 0;
  if (size < sizeof length + 1) return 0;
  std::memcpy(&length, data, sizeof length);
  length >>= data[sizeof length] % 64;
  const std::string_view text(reinterpret_cast<const char*>(data) + sizeof length + 1,
                              size - sizeof length - 1);  // NOLINT

  const auto wanted = parse_ranges(text, length);
  std::uint64_t sum = 0;
  for (const auto& range : wanted.ranges) {
    if (range.first > range.last || range.last >= length) __builtin_trap();
    sum += range.length();
  }
  if (sum > length || wanted.ranges.size() > 32) __builtin_trap();
  if ((wanted.verdict == RangeRequest::Verdict::partial) == wanted.ranges.empty()) __builtin_trap();

  if (const auto date = parse_http_date(text)) {
    if (parse_http_date(http_date(*date)) != date) __builtin_trap();
  }
  const Validators validators{"\"1-2\"", std::chrono::sys_seconds(std::chrono::seconds(1'000'000)), true};
  for (const char* name : {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"}) {
    const std::vector<HeaderField> headers{{name, text}};
    RequestHead head;
    head.headers = headers;
    evaluate_preconditions(head, validators);
    range_applies(head, validators);
  }
  return 0;
}
