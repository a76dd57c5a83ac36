// Recovery of a segment: whatever the bytes, it reads no others, ends, and what it keeps can be appended to.
// An even first byte: the rest is a segment. An odd one: the rest are edits of a good segment, three bytes each, so
// that the fuzzer need not guess checksums.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "store/event_log/event_json.hpp"
#include "store/event_log/segments.hpp"

namespace {

using namespace otklik;
using namespace otklik::store;

void append_event(std::string& out, std::uint64_t sequence) {
  const core::EventBody body = core::DirectoryChanged{.what = "user.add", .key = std::to_string(sequence), .by = {}};
  const auto begin = begin_record(out, name(body));
  append_json(out, body);
  end_record(out, begin, sequence, Time{});
}

const std::string& good_segment() {
  static const std::string segment = [] {
    std::string out = encode(SegmentHeader{.log = {}, .first_sequence = 10, .created = {}});
    for (std::uint64_t sequence = 10; sequence < 20; ++sequence) append_event(out, sequence);
    return out;
  }();
  return segment;
}

std::string edited(std::string_view edits) {
  std::string out = good_segment();
  for (; edits.size() >= 3; edits.remove_prefix(3)) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(edits[i]); };
    const std::size_t at = (byte(0) * 256U + byte(1)) % (out.size() + 1);
    switch (byte(2) % 4) {
      case 0:
        out.resize(at);
        break;
      case 1:
        out.insert(at, 1 + byte(2) / 4, '\0');
        break;
      case 2:
        out.erase(at, 1 + byte(2) / 4);
        break;
      default:
        if (at < out.size()) out[at] = static_cast<char>(out[at] ^ byte(2));
    }
  }
  return out;
}

void require(bool right) {
  if (!right) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1,
                              size - 1);  // NOLINT: bytes as libFuzzer has them
  const std::string segment = data[0] % 2 == 0 ? std::string(rest) : edited(rest);

  const auto scan = scan_segment(segment, 10);
  require(scan.end <= segment.size());
  require(scan.next_sequence >= 10);
  require(scan.records <= scan.next_sequence - 10);
  if (data[0] % 2 == 1 && segment == good_segment()) require(scan.records == 10 && scan.damages.empty());
  if (segment.size() < SegmentHeader::size) return 0;

  // Cut where recovery cuts, append what comes next: all of it is there, and nothing new is wrong.
  std::string cut = segment.substr(0, scan.end);
  append_event(cut, scan.next_sequence);
  const auto again = scan_segment(cut, 10);
  require(again.end == cut.size());
  require(again.records == scan.records + 1);
  require(again.next_sequence == scan.next_sequence + 1);
  require(again.damages.size() == scan.damages.size());
  return 0;
}
