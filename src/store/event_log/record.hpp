#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/uuid.hpp"

/// The bytes of a segment: one header, then records. docs/events.md describes them for readers of other makes.
/// All numbers are little-endian.
namespace otklik::store {

/// Begins every segment; 64 bytes.
struct SegmentHeader {
  static constexpr std::size_t size = 64;
  static constexpr std::string_view magic = "OTKEVLOG";
  static constexpr std::uint32_t version = 1;

  Uuid log;                          ///< the same in all segments of one log: a cursor is (log, sequence)
  std::uint64_t first_sequence = 1;  ///< of the first record
  Time created{};
};

std::string encode(const SegmentHeader& header);
/// Nothing when the magic, the version or the checksum is not right, or it is too short.
std::optional<SegmentHeader> decode_header(std::string_view bytes) noexcept;

/// One record, seen where it lies.
struct RecordView {
  static constexpr std::size_t header_size = 28;
  static constexpr std::size_t max_size = std::size_t{1} << 20;  ///< header, name and payload

  std::uint64_t sequence = 0;
  Time at{};
  std::string_view type;
  std::string_view payload;  ///< a JSON object
  std::size_t size = 0;      ///< the whole record, in bytes
};

/// Room for the header is made in front, then the caller appends the payload, then end_record fills the header in.
/// Returns where the record begins.
std::size_t begin_record(std::string& out, std::string_view type);
/// `begin` as begin_record returned it; everything after it is the record.
void end_record(std::string& out, std::size_t begin, std::uint64_t sequence, Time at) noexcept;

struct Decoded {
  enum class Kind : std::uint8_t {
    record,  ///< whole and right
    end,     ///< there are no bytes
    blank,   ///< a length of zero: room that nothing has been written to yet
    short_,  ///< a record may begin here, but the bytes end before it does
    bad,     ///< no record
  };
  Kind kind = Kind::end;
  RecordView record;
};

/// What lies at the beginning of `bytes`.
Decoded decode_record(std::string_view bytes) noexcept;

/// Where, at or after `from`, the next whole and right record with a sequence number past `after` begins: how reading
/// goes on behind damage. A payload cannot pretend to be one: JSON has no byte 0, every record header has.
std::optional<std::size_t> find_record(std::string_view bytes, std::size_t from, std::uint64_t after) noexcept;

}  // namespace otklik::store
