#include "store/event_log/recovery.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include "base/file.hpp"
#include "base/log.hpp"

namespace otklik::store {
namespace {

std::unexpected<Error> failed_with(std::string_view doing, const std::string& folder) {
  auto error = last_system_error(fmt::format("the event log in {}: {}", folder, doing));
  return std::unexpected(std::move(error));
}

Result<UniqueFd> lock_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed_with("make the folder", folder);
  UniqueFd lock(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return failed_with("open the lock", folder);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed_with("lock", folder);
    const auto holder = read_whole(lock.get(), 100);
    return fail(ErrorCode::conflict, fmt::format("the event log in {} is in use by another server (process {})", folder,
                                                 holder && !holder->empty() ? *holder : "unknown"));
  }
  // Who holds it, for the message above; no harm if it cannot be written.
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), pid.data(), pid.size(), 0) < 0) errno = 0;
  return lock;
}

/// Segments that were never finished: the crash came before their first record.
void remove_unfinished(const std::string& folder) {
  const std::unique_ptr<DIR, decltype([](DIR* open) { ::closedir(open); })> open(::opendir(folder.c_str()));
  if (!open) return;
  while (const dirent* entry = ::readdir(open.get())) {  // NOLINT(concurrency-mt-unsafe): this DIR is ours alone
    const std::string_view name = entry->d_name;
    if (!name.ends_with(".new") || !first_sequence_of(name.substr(0, name.size() - 4))) continue;
    ::unlink((folder + "/" + entry->d_name).c_str());
  }
}

std::optional<SegmentHeader> header_of(int fd) {
  std::string bytes(SegmentHeader::size, '\0');
  const ssize_t n = ::pread(fd, bytes.data(), bytes.size(), 0);
  return n < 0 ? std::nullopt : decode_header(std::string_view(bytes).substr(0, static_cast<std::size_t>(n)));
}

/// The older segments, known by name, size and header only: reading them all would make every start as long as the log.
Result<> look_at_older(const std::string& folder, std::uint64_t first, Recovered& out) {
  const std::string name = segment_name(first);
  const UniqueFd fd(::open((folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return failed_with("open " + name, folder);
  struct stat about{};
  if (::fstat(fd.get(), &about) != 0) return failed_with("look at " + name, folder);
  const auto header = header_of(fd.get());
  if (!header) out.report.damages.push_back({.segment = name, .offset = 0, .what = "the header is damaged"});
  if (header) out.log = header->log;
  out.segments.push_back({.first_sequence = first,
                          .bytes = static_cast<std::uint64_t>(about.st_size),
                          .begun = header ? header->created : Time{}});
  return {};
}

/// What is cut off stays beside the segment, so that nothing ever vanishes by our own doing.
void keep_torn(const std::string& path, std::string_view bytes, std::uint64_t offset, Recovery& report) {
  report.torn_bytes = bytes.size();
  const std::string kept = fmt::format("{}.torn-{}", path, offset);
  const auto written = write_atomically(kept, bytes);
  if (written) report.torn_kept_in = kept.substr(kept.rfind('/') + 1);
  log::warn("event log: the last {} bytes of {} were torn by a crash and are cut off at byte {}; {}", bytes.size(),
            path.substr(path.rfind('/') + 1), offset,
            written ? "they are kept in " + report.torn_kept_in : std::string("there was no room to keep them"));
}

Result<> make_ready(const std::string& folder, std::uint64_t first, Recovered& out) {
  const std::string name = segment_name(first);
  const std::string path = folder + "/" + name;
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return failed_with("open " + name, folder);
  auto bytes = read_segment(fd.get());
  if (!bytes) return std::unexpected(bytes.error());
  const Scan scan = scan_segment(*bytes, first);
  out.report.next_sequence = scan.next_sequence;
  if (scan.header) out.log = scan.header->log;

  if (scan.records == 0 && !scan.header) {
    // Nothing in it can be read, and its name is the one that the next segment must have.
    const std::string aside = fmt::format("{}.damaged-{}", path, ::time(nullptr));
    if (::rename(path.c_str(), aside.c_str()) != 0) return failed_with("move aside " + name, folder);
    out.report.damages.push_back(
        {.segment = name, .offset = 0, .what = "nothing in it can be read; it is moved aside"});
    return {};
  }
  for (const auto& damage : scan.damages) out.report.damages.push_back(damage);
  if (scan.end < bytes->size()) {
    if (scan.torn > 0) {
      keep_torn(path, std::string_view(*bytes).substr(scan.end, scan.torn), scan.end, out.report);
    }
    if (::ftruncate(fd.get(), static_cast<off_t>(scan.end)) != 0) return failed_with("cut the torn end off", folder);
    if (::fsync(fd.get()) != 0) return failed_with("sync", folder);
  }
  out.segments.push_back(
      {.first_sequence = first, .bytes = scan.end, .begun = scan.header ? scan.header->created : Time{}});
  // A damaged segment is left as it is for whoever looks into it, unless the next one would need its name.
  if (scan.damages.empty() || scan.next_sequence == first) out.newest = std::move(fd);
  return {};
}

}  // namespace

Result<Recovered> recover(const std::string& folder) {
  auto lock = lock_folder(folder);
  if (!lock) return std::unexpected(lock.error());
  Recovered out{.lock = std::move(*lock)};
  remove_unfinished(folder);
  const auto firsts = list_segments(folder);
  if (!firsts) return std::unexpected(firsts.error());
  for (std::size_t i = 0; i < firsts->size(); ++i) {
    const auto done =
        i + 1 < firsts->size() ? look_at_older(folder, (*firsts)[i], out) : make_ready(folder, (*firsts)[i], out);
    if (!done) return std::unexpected(done.error());
  }
  if (out.log.is_nil()) out.log = Uuid::random();
  for (const auto& damage : out.report.damages) log::error("event log is damaged: {}", damage.text());
  return out;
}

Result<EventsCheck> check_events(const std::string& folder) {
  const auto firsts = list_segments(folder);
  if (!firsts) return std::unexpected(firsts.error());
  EventsCheck out;
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < firsts->size(); ++i) {
    const std::uint64_t first = (*firsts)[i];
    const std::string name = segment_name(first);
    const UniqueFd fd(::open((folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
      if (errno == ENOENT && out.segments == 0) continue;  // the oldest, deleted since we looked
      return failed_with("open " + name, folder);
    }
    const auto bytes = read_segment(fd.get());
    if (!bytes) return std::unexpected(bytes.error());
    auto scan = scan_segment(*bytes, first);
    ++out.segments;
    out.records += scan.records;
    if (expected != 0 && first > expected) {
      out.damages.push_back({.segment = name,
                             .offset = 0,
                             .what = "the segment before it ends too early",
                             .missing_from = expected,
                             .missing_to = first - 1});
    } else if (expected != 0 && first < expected) {
      out.damages.push_back({.segment = name, .offset = 0, .what = "it begins before the segment in front of it ends"});
    }
    for (auto& damage : scan.damages) out.damages.push_back(std::move(damage));
    if (i + 1 == firsts->size()) {
      out.torn_bytes = scan.torn;
    } else if (scan.torn > 0) {
      out.damages.push_back(
          {.segment = name, .offset = scan.end, .what = fmt::format("the last {} bytes are damaged", scan.torn)});
    }
    if (scan.records > 0) {
      if (out.first_sequence == 0) out.first_sequence = first;
      out.last_sequence = scan.next_sequence - 1;
    }
    expected = scan.next_sequence;
  }
  return out;
}

}  // namespace otklik::store
