#include "store/event_log/segment_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/file.hpp"
#include "base/log.hpp"
#include "store/event_log/segments.hpp"

namespace otklik::store {
namespace {

/// As much must be free before a full disk counts as usable again: a few hundred events.
constexpr std::size_t room_wanted = 64 * 1024;

/// What is made ready of the tail at once: little, because each sync brings it to the disk whether it was used or not,
/// and up to much, because each time costs a few system calls and a wake-up of the log's thread.
constexpr std::size_t smallest_tail = 16 * 1024, largest_tail = 1024 * 1024;

}  // namespace

SegmentWriter::SegmentWriter(const Live<EventLogOptions>& options, Recovered&& recovered, Disk& disk)
    : options_(options),
      disk_(disk),
      lock_(std::move(recovered.lock)),
      log_(recovered.log),
      segments_(std::move(recovered.segments)),
      fd_(std::move(recovered.newest)),
      tail_(disk),
      tail_size_(smallest_tail) {}

std::string SegmentWriter::path_of(std::uint64_t first_sequence) const {
  return options_->folder + "/" + segment_name(first_sequence);
}

std::uint64_t SegmentWriter::bytes() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& segment : segments_) sum += segment.bytes;
  return sum;
}

bool SegmentWriter::wants_next() const noexcept { return !fd_ || segments_.back().bytes >= options_->segment_bytes; }

SegmentWriter::Written SegmentWriter::write(std::string_view bytes) {
  Written out;
  while (out.bytes < bytes.size()) {
    const auto at = static_cast<off_t>(segments_.back().bytes + out.bytes);
    const ssize_t n = disk_.write(fd_.get(), bytes.substr(out.bytes), at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      if (n == 0) errno = ENOSPC;  // no file system should, but then there is no way on
      out.error = last_system_error("write the event log");
      break;
    }
    out.bytes += static_cast<std::size_t>(n);
  }
  return out;
}

void SegmentWriter::keep(std::size_t whole, const Written& written) {
  auto& end = segments_.back().bytes;
  end += whole;
  if (written.bytes == whole && !written.error) return;
  tail_.drop();
  // Should this fail, the next write goes over it, and a reader does not take half a record for one.
  if (disk_.truncate(fd_.get(), static_cast<off_t>(end)) != 0) {
    has_left_overs_ = true;
    log::warn("event log: half a record could not be taken back: {}", last_system_error("truncate").message);
  }
}

void SegmentWriter::prepare_tail() {
  if (wants_next() || has_left_overs_ || tail_refused_) return;
  const std::uint64_t at = segments_.back().bytes;
  const std::size_t room = tail_.room(at);
  if (room >= tail_size_ / 2) return;
  if (room > 0) tail_size_ = std::min(tail_size_ * 2, largest_tail);  // used up before the next sync
  tail_refused_ = !tail_.prepare(fd_.get(), at, tail_size_);
}

void SegmentWriter::copy(std::string_view records, std::span<const std::size_t> ends) noexcept {
  auto& at = segments_.back().bytes;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    tail_.copy(at + begin, records.substr(begin, end - begin));
    begin = end;
  }
  at += begin;
}

void SegmentWriter::sync_begins() noexcept {
  const std::uint64_t now = segments_.back().bytes;
  tail_size_ = std::clamp<std::size_t>((now - std::min(synced_bytes_, now)) / 4, smallest_tail, largest_tail);
  synced_bytes_ = now;
  tail_refused_ = false;
  tail_.cool();
}

void SegmentWriter::close() {
  tail_.drop();
  if (fd_ && disk_.truncate(fd_.get(), static_cast<off_t>(segments_.back().bytes)) != 0) {
    log::warn("event log: the end of the segment could not be cut: {}", last_system_error("truncate").message);
  }
}

Result<> SegmentWriter::probe() {
  if (!fd_) return {};  // the next segment is begun with the next event, and that will show
  const std::string zeros(room_wanted, '\0');
  const auto written = write(zeros);
  keep(0, written);
  if (written.error) return std::unexpected(*written.error);
  tail_refused_ = false;
  return {};
}

Result<> SegmentWriter::begin_next(std::uint64_t first_sequence, Time now) {
  const std::string path = path_of(first_sequence);
  const std::string unfinished = path + ".new";
  ::unlink(unfinished.c_str());
  UniqueFd fd(disk_.create(unfinished.c_str()));
  if (!fd) return std::unexpected(last_system_error("begin a segment of the event log"));
  const auto give_up = [&](Error error) -> Result<> {
    ::unlink(unfinished.c_str());
    return std::unexpected(std::move(error));
  };
  const std::string header = encode(SegmentHeader{.log = log_, .first_sequence = first_sequence, .created = now});
  const ssize_t n = disk_.write(fd.get(), header, 0);
  if (n >= 0 && static_cast<std::size_t>(n) != header.size()) errno = ENOSPC;
  if (n < 0 || static_cast<std::size_t>(n) != header.size())
    return give_up(last_system_error("write a segment's header"));
  if (disk_.sync(fd.get()) != 0) return give_up(last_system_error("sync a segment's header"));
  // Only a finished header gets the name, so recovery never meets half a one.
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return give_up(last_system_error("name a segment"));
  const UniqueFd folder(::open(options_->folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) {
    const auto error = last_system_error("sync the folder of the event log");
    ::unlink(path.c_str());
    return std::unexpected(error);
  }
  close();
  fd_ = std::move(fd);
  synced_bytes_ = 0;
  tail_refused_ = has_left_overs_ = false;
  segments_.push_back({.first_sequence = first_sequence, .bytes = header.size(), .begun = now});
  return {};
}

void SegmentWriter::prune(Time now) {
  std::uint64_t all = bytes();
  std::size_t gone = 0;
  for (; gone + 1 < segments_.size(); ++gone) {
    const auto& oldest = segments_[gone];
    const auto& after = segments_[gone + 1];
    const bool too_much = options_->keep_bytes != 0 && all > options_->keep_bytes;
    const bool too_old =
        options_->keep_for.count() != 0 && after.begun != Time{} && now - after.begun > options_->keep_for;
    if (!too_much && !too_old) break;
    if (::unlink(path_of(oldest.first_sequence).c_str()) != 0 && errno != ENOENT) {
      log::warn("event log: {} could not be deleted: {}", segment_name(oldest.first_sequence),
                last_system_error("delete").message);
      break;
    }
    log::info("event log: deleted {} with the events {} to {} ({} bytes): {}", segment_name(oldest.first_sequence),
              oldest.first_sequence, after.first_sequence - 1, oldest.bytes,
              too_much ? "the log is larger than it may be" : "they are older than they are kept");
    all -= oldest.bytes;
  }
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(gone));
}

Result<> SegmentWriter::sync() {
  if (!fd_) return {};
  sync_begins();
  if (disk_.sync(fd_.get()) != 0) return std::unexpected(last_system_error("sync the event log"));
  return {};
}

}  // namespace otklik::store
