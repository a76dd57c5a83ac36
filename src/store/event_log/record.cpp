#include "store/event_log/record.hpp"

#include <bit>
#include <cassert>
#include <cstring>

#include "store/event_log/crc32c.hpp"

namespace otklik::store {
namespace {

static_assert(std::endian::native == std::endian::little);

template <class Number>
void put(char* at, Number number) noexcept {
  std::memcpy(at, &number, sizeof number);
}

template <class Number>
Number get(const char* at) noexcept {
  Number number{};
  std::memcpy(&number, at, sizeof number);
  return number;
}

Time time_of(std::int64_t microseconds) noexcept { return Time(std::chrono::microseconds(microseconds)); }

// Offsets in the segment header.
constexpr std::size_t version_at = 8, size_at = 12, first_at = 16, created_at = 24, log_at = 32, header_crc_at = 60;
// Offsets in a record's header.
constexpr std::size_t length_at = 0, crc_at = 4, sequence_at = 8, time_at = 16, name_length_at = 24, reserved_at = 26;

/// Over the length and over everything behind the checksum itself.
std::uint32_t checksum(std::string_view record) noexcept {
  return crc32c(record.substr(sequence_at), crc32c(record.substr(length_at, 4)));
}

bool is_plausible_length(std::uint32_t length) noexcept {
  return length > RecordView::header_size && length <= RecordView::max_size;
}

}  // namespace

std::string encode(const SegmentHeader& header) {
  std::string out(SegmentHeader::size, '\0');
  out.replace(0, SegmentHeader::magic.size(), SegmentHeader::magic);
  put(out.data() + version_at, SegmentHeader::version);
  put(out.data() + size_at, static_cast<std::uint32_t>(SegmentHeader::size));
  put(out.data() + first_at, header.first_sequence);
  put(out.data() + created_at, static_cast<std::int64_t>(header.created.time_since_epoch().count()));
  std::memcpy(out.data() + log_at, header.log.bytes.data(), header.log.bytes.size());
  put(out.data() + header_crc_at, crc32c(std::string_view(out).substr(0, header_crc_at)));
  return out;
}

std::optional<SegmentHeader> decode_header(std::string_view bytes) noexcept {
  if (bytes.size() < SegmentHeader::size || !bytes.starts_with(SegmentHeader::magic)) return std::nullopt;
  if (get<std::uint32_t>(bytes.data() + version_at) != SegmentHeader::version) return std::nullopt;
  if (get<std::uint32_t>(bytes.data() + size_at) != SegmentHeader::size) return std::nullopt;
  if (get<std::uint32_t>(bytes.data() + header_crc_at) != crc32c(bytes.substr(0, header_crc_at))) return std::nullopt;
  SegmentHeader header;
  std::memcpy(header.log.bytes.data(), bytes.data() + log_at, header.log.bytes.size());
  header.first_sequence = get<std::uint64_t>(bytes.data() + first_at);
  header.created = time_of(get<std::int64_t>(bytes.data() + created_at));
  if (header.first_sequence == 0) return std::nullopt;
  return header;
}

std::size_t begin_record(std::string& out, std::string_view type) {
  const std::size_t begin = out.size();
  char header[RecordView::header_size] = {};
  put(header + name_length_at, static_cast<std::uint16_t>(type.size()));
  out.append(header, sizeof header).append(type);
  return begin;
}

void end_record(std::string& out, std::size_t begin, std::uint64_t sequence, Time at) noexcept {
  char* const record = out.data() + begin;
  const std::size_t size = out.size() - begin;
  assert(is_plausible_length(static_cast<std::uint32_t>(size)));
  put(record + length_at, static_cast<std::uint32_t>(size));
  put(record + sequence_at, sequence);
  put(record + time_at, static_cast<std::int64_t>(at.time_since_epoch().count()));
  put(record + crc_at, checksum({record, size}));
}

Decoded decode_record(std::string_view bytes) noexcept {
  using Kind = Decoded::Kind;
  if (bytes.empty()) return {.kind = Kind::end, .record = {}};
  if (bytes.size() < 4) return {.kind = Kind::short_, .record = {}};
  const auto length = get<std::uint32_t>(bytes.data() + length_at);
  if (length == 0) return {.kind = Kind::blank, .record = {}};
  if (!is_plausible_length(length)) return {.kind = Kind::bad, .record = {}};
  if (bytes.size() < length) return {.kind = Kind::short_, .record = {}};
  bytes = bytes.substr(0, length);
  if (get<std::uint32_t>(bytes.data() + crc_at) != checksum(bytes)) return {.kind = Kind::bad, .record = {}};
  const auto name_length = get<std::uint16_t>(bytes.data() + name_length_at);
  const auto reserved = get<std::uint16_t>(bytes.data() + reserved_at);
  const auto sequence = get<std::uint64_t>(bytes.data() + sequence_at);
  if (name_length == 0 || name_length > length - RecordView::header_size || reserved != 0 || sequence == 0) {
    return {.kind = Kind::bad, .record = {}};
  }
  return {.kind = Kind::record,
          .record = {.sequence = sequence,
                     .at = time_of(get<std::int64_t>(bytes.data() + time_at)),
                     .type = bytes.substr(RecordView::header_size, name_length),
                     .payload = bytes.substr(RecordView::header_size + name_length),
                     .size = length}};
}

std::optional<std::size_t> find_record(std::string_view bytes, std::size_t from, std::uint64_t after) noexcept {
  // So many records at most can have stood in the bytes that we skip, so a sequence number past that is chance.
  const std::uint64_t most = after + bytes.size() / (RecordView::header_size + 1) + 1;
  for (std::size_t at = from; at + RecordView::header_size < bytes.size(); ++at) {
    const auto sequence = get<std::uint64_t>(bytes.data() + at + sequence_at);
    if (sequence <= after || sequence > most) continue;  // cheap, and nearly always enough to go on
    if (decode_record(bytes.substr(at)).kind == Decoded::Kind::record) return at;
  }
  return std::nullopt;
}

}  // namespace otklik::store
