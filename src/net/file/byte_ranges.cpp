#include "net/file/byte_ranges.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.hpp"
#include "net/http/characters.hpp"

namespace otklik::net {
namespace {

constexpr std::size_t most_ranges = 32;

// 1*DIGIT; a number too large for its type is as good as the largest: it lies behind every file's end.
std::optional<std::uint64_t> number(std::string_view digits) noexcept {
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (most - digit) / 10 ? most : value * 10 + digit;
  }
  return value;
}

}  // namespace

RangeRequest parse_ranges(std::string_view header, std::uint64_t size) {
  using Verdict = RangeRequest::Verdict;
  const auto equals = header.find('=');
  if (equals == std::string_view::npos || !iequals_ascii(trim_blanks(header.substr(0, equals)), "bytes")) return {};

  RangeRequest result;
  bool well_formed = true;
  std::size_t count = 0;
  std::uint64_t sum = 0;
  bool too_long = false;
  for_each_element(header.substr(equals + 1), [&](std::string_view spec) {
    const auto hyphen = spec.find('-');
    if (hyphen == std::string_view::npos) {
      well_formed = false;
      return;
    }
    ++count;
    const auto first_text = spec.substr(0, hyphen);
    const auto last_text = spec.substr(hyphen + 1);
    const auto first = number(first_text);
    const auto last = number(last_text);
    ByteRange range;
    if (first_text.empty() && last) {  // the last bytes
      if (*last == 0 || size == 0) return;
      range = {size - std::min(size, *last), size - 1};
    } else if (first && (last || last_text.empty()) && (!last || *last >= *first)) {
      if (*first >= size) return;
      range = {*first, last ? std::min(*last, size - 1) : size - 1};
    } else {
      well_formed = false;
      return;
    }
    if (result.ranges.size() > most_ranges) return;
    too_long = too_long || range.length() > size - sum;
    sum += too_long ? 0 : range.length();
    result.ranges.push_back(range);
  });
  if (!well_formed || count == 0) return {};
  if (result.ranges.empty() || count > most_ranges || too_long) return {Verdict::unsatisfiable, {}};
  result.verdict = Verdict::partial;
  return result;
}

}  // namespace otklik::net
