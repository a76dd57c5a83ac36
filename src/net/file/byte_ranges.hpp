#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace otklik::net {

/// Bytes `first` to `last` of a representation, both included.
struct ByteRange {
  std::uint64_t first = 0, last = 0;
  [[nodiscard]] std::uint64_t length() const noexcept { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

/// What a Range header asks of a representation.
struct RangeRequest {
  enum class Verdict : std::uint8_t {
    whole,         ///< no range, another unit, or malformed: to be ignored, RFC 9110 14.2
    partial,       ///< `ranges` in the order asked for, at least one
    unsatisfiable  ///< none of them lies within, or they are abuse: 416
  };
  Verdict verdict = Verdict::whole;
  std::vector<ByteRange> ranges;
};

/// Reads the value of a Range header against a representation of `size` bytes, RFC 9110 14.1.2. Parts that reach past
/// the end are cut, parts behind it left out. More than 32 parts, or parts that together are longer than the
/// representation (which only overlapping ones can be), are refused: RFC 9110 15.5.17 has 416 for that.
RangeRequest parse_ranges(std::string_view header, std::uint64_t size);

}  // namespace otklik::net
