#include "store/event_log/reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "base/file.hpp"
#include "store/event_log/segments.hpp"

namespace otklik::store {
namespace {

constexpr std::size_t read_together = 128 * 1024;

}  // namespace

std::string_view name(Gap::Why why) noexcept {
  switch (why) {
    case Gap::Why::deleted:
      return "deleted";
    case Gap::Why::damaged:
      return "damaged";
  }
  return {};
}

EventReader::EventReader(std::string folder, std::uint64_t from) : folder_(std::move(folder)), next_(from) {}

Result<EventReader::Next> EventReader::next() {
  for (;;) {
    if (!fd_) {
      const auto step = open_first();
      if (!step) return std::unexpected(step.error());
      if (*step == Step::nothing) return NothingYet{};
    }
    const auto [kind, record] = decode_record(std::string_view(window_).substr(at_));
    if (kind == Decoded::Kind::record) {
      if (record.sequence > next_) {
        const Gap gap{.from = next_, .to = record.sequence - 1, .why = why_};
        next_ = record.sequence;
        return gap;
      }
      at_ += record.size;
      if (record.sequence < next_) continue;
      why_ = Gap::Why::damaged;  // from here on in this segment, what is missing was there
      ++next_;
      return record;
    }
    const auto step = at_the_end(kind);
    if (!step) return std::unexpected(step.error());
    if (*step == Step::nothing) return NothingYet{};
  }
}

/// Opens the segment that holds the wanted event, or the first behind it.
Result<EventReader::Step> EventReader::open_first() {
  for (;;) {
    const auto firsts = list_segments(folder_);
    if (!firsts) return std::unexpected(firsts.error());
    if (firsts->empty()) return Step::nothing;
    auto chosen = std::upper_bound(firsts->begin(), firsts->end(), next_);
    if (chosen != firsts->begin()) --chosen;
    if (next_ == 0) next_ = *chosen;
    const auto opened = open(*chosen);
    if (!opened) return std::unexpected(opened.error());
    if (*opened) return Step::again;
    // deleted since we looked: look again
  }
}

/// False: there is no such file any more.
Result<bool> EventReader::open(std::uint64_t first) {
  UniqueFd fd(::open((folder_ + "/" + segment_name(first)).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return false;
  if (!fd) return std::unexpected(last_system_error("open a segment of the event log"));
  fd_ = std::move(fd);
  segment_ = first;
  newer_exists_ = false;
  why_ = first > next_ ? Gap::Why::deleted : Gap::Why::damaged;
  offset_ = SegmentHeader::size;  // its records say all that we need; check_events() looks at headers
  window_.clear();
  at_ = 0;
  return true;
}

/// Reads on; false: the file has no more bytes now.
Result<bool> EventReader::fill(std::size_t most) {
  window_.erase(0, at_);
  offset_ += std::exchange(at_, 0);
  const std::size_t had = window_.size();
  window_.resize(had + most);
  ssize_t n = 0;
  do {
    n = ::pread(fd_.get(), window_.data() + had, most, static_cast<off_t>(offset_ + had));
  } while (n < 0 && errno == EINTR);
  window_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (n < 0) return std::unexpected(last_system_error("read the event log"));
  return n > 0;
}

/// What comes next is read anew.
void EventReader::forget_window() {
  offset_ += std::exchange(at_, 0);
  window_.clear();
}

/// Goes to the next whole record that can be found in this segment; false: there is none.
Result<bool> EventReader::find_next() {
  // What lies further on may have been written after what we have was read, so a find counts only when what was in
  // front of it then is still no record.
  for (bool sure = false;; sure = true) {
    forget_window();
    for (;;) {
      const auto more = fill(read_together * 8);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
    }
    if (decode_record(window_).kind == Decoded::Kind::record) return true;  // it was being written
    const auto found = find_record(window_, 1, next_ - 1);
    if (!found) return false;
    if (!sure) continue;
    at_ = *found;
    why_ = Gap::Why::damaged;
    return true;
  }
}

/// There is no whole record at at_: read more of the file, find the next whole record, or go on to the next segment.
Result<EventReader::Step> EventReader::at_the_end(Decoded::Kind kind) {
  if (kind == Decoded::Kind::end || kind == Decoded::Kind::short_) {
    const auto more = fill(read_together);
    if (!more) return std::unexpected(more.error());
    if (*more) return Step::again;
  }
  // Behind room that was made ready and has not been written to comes nothing, unless a crash of the machine lost a
  // page of the middle; but then a newer segment was begun.
  const bool is_the_end = kind == Decoded::Kind::end || (kind == Decoded::Kind::blank && !newer_exists_);
  if (!is_the_end) {
    const auto found = find_next();
    if (!found) return std::unexpected(found.error());
    if (*found) return Step::again;
  }
  if (!newer_exists_) {
    const auto firsts = list_segments(folder_);
    if (!firsts) return std::unexpected(firsts.error());
    newer_exists_ = std::upper_bound(firsts->begin(), firsts->end(), segment_) != firsts->end();
    // What was begun here may have been finished before the newer one was made, so look once more. Bytes that make no
    // record are read anew each time: they may be cut off and others written in their place.
    forget_window();
    if (newer_exists_) return Step::again;
    window_.shrink_to_fit();
    return Step::nothing;
  }
  const bool was_damaged = kind != Decoded::Kind::end;
  for (;;) {
    const auto firsts = list_segments(folder_);
    if (!firsts) return std::unexpected(firsts.error());
    const auto following = std::upper_bound(firsts->begin(), firsts->end(), segment_);
    if (following == firsts->end()) return Step::nothing;
    const auto opened = open(*following);
    if (!opened) return std::unexpected(opened.error());
    if (!*opened) continue;
    if (was_damaged) why_ = Gap::Why::damaged;
    return Step::again;
  }
}

}  // namespace otklik::store
