#include "store/event_log/segments.hpp"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

#include "base/file.hpp"

namespace otklik::store {
namespace {

constexpr std::string_view suffix = ".events";
constexpr std::size_t digits = 20;  // of the largest 64-bit number: names sort as their numbers do
constexpr std::size_t most_damages = 1000;

}  // namespace

std::string segment_name(std::uint64_t first_sequence) { return fmt::format("{:020}{}", first_sequence, suffix); }

std::optional<std::uint64_t> first_sequence_of(std::string_view name) noexcept {
  if (name.size() != digits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  std::uint64_t first = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + digits, first);
  if (error != std::errc{} || end != name.data() + digits || first == 0) return std::nullopt;
  return first;
}

Result<std::vector<std::uint64_t>> list_segments(const std::string& folder) {
  const std::unique_ptr<DIR, decltype([](DIR* open) { ::closedir(open); })> open(::opendir(folder.c_str()));
  if (!open) return std::unexpected(last_system_error("open the folder of the event log"));
  std::vector<std::uint64_t> out;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());  // NOLINT(concurrency-mt-unsafe): this DIR is ours alone
    if (entry == nullptr) break;
    if (const auto first = first_sequence_of(entry->d_name)) out.push_back(*first);
  }
  if (errno != 0) return std::unexpected(last_system_error("read the folder of the event log"));
  std::sort(out.begin(), out.end());
  return out;
}

std::string Damage::text() const {
  std::string out = fmt::format("{} at byte {}: {}", segment, offset, what);
  if (missing_from != 0) out += fmt::format("; events {} to {} are missing", missing_from, missing_to);
  return out;
}

Scan scan_segment(std::string_view bytes, std::uint64_t first_sequence) {
  Scan scan{.header = decode_header(bytes), .next_sequence = first_sequence};
  const auto report = [&](std::uint64_t offset, std::string what, std::uint64_t found) {
    if (scan.damages.size() >= most_damages) return;
    Damage damage{.segment = segment_name(first_sequence), .offset = offset, .what = std::move(what)};
    if (found > scan.next_sequence) {
      damage.missing_from = scan.next_sequence;
      damage.missing_to = found - 1;
    }
    scan.damages.push_back(std::move(damage));
  };

  if (bytes.size() < SegmentHeader::size) {
    if (!bytes.empty()) report(0, "the header is not whole", 0);
    return scan;
  }
  if (!scan.header) {
    report(0, "the header is damaged", 0);
  } else if (scan.header->first_sequence != first_sequence) {
    report(0, "the header names another first event than the file's name", 0);
  }

  std::size_t at = SegmentHeader::size;
  scan.end = at;
  // What was made ready for the next records and got none is zeros; a record never ends with one (it is JSON).
  const std::size_t written = bytes.find_last_not_of('\0') + 1;
  for (;;) {
    const auto [kind, record] = decode_record(bytes.substr(at));
    if (kind == Decoded::Kind::record && record.sequence >= scan.next_sequence) {
      if (record.sequence > scan.next_sequence) report(at, "numbers are left out", record.sequence);
      scan.next_sequence = record.sequence + 1;
      ++scan.records;
      at += record.size;
      scan.end = at;
      continue;
    }
    if (at >= written) return scan;
    const auto found = find_record(bytes.substr(0, written), at + 1, scan.next_sequence - 1);
    if (!found) {  // nothing behind it: a torn tail
      scan.torn = written - at;
      return scan;
    }
    const auto next = decode_record(bytes.substr(*found)).record.sequence;
    report(at, fmt::format("{} bytes are damaged", *found - at), next);
    scan.next_sequence = next;  // told already
    at = *found;
  }
}

Result<std::string> read_segment(int fd) { return read_whole(fd, std::size_t{4} << 30); }

}  // namespace otklik::store
