// What a killed program left of its recordings.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "media/record/mp3_frames.hpp"
#include "media/record/ogg_page.hpp"
#include "media/record/sound_file.hpp"
#include "media/sound/wav.hpp"

namespace otklik::media {
namespace {

constexpr std::size_t piece_size = 1UL << 20;

std::unexpected<Error> nothing_to_play() {
  return fail(ErrorCode::bad_request, "Nothing in the unfinished recording can be played");
}

Result<std::string> read_at(int fd, std::uint64_t at, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(at + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(last_system_error("reading an unfinished recording"));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Result<> write_at(int fd, std::uint64_t at, std::string_view bytes) {
  if (::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(bytes.size())) {
    return std::unexpected(last_system_error("repairing a recording"));
  }
  return {};
}

Result<> cut(int fd, std::uint64_t size) {
  if (::ftruncate(fd, static_cast<off_t>(size)) != 0)
    return std::unexpected(last_system_error("repairing a recording"));
  return {};
}

/// Each of them: the length of what can be played, after it was put right.
Result<std::chrono::milliseconds> repair_wav(int fd, std::uint64_t size, std::string_view begin) {
  auto layout = parse_wav(begin.substr(0, std::min<std::size_t>(begin.size(), wav_header_size)), size);
  if (!layout || layout->data_begin != wav_header_size || layout->bits != 16) return nothing_to_play();
  const std::uint64_t frame = layout->channels * 2U;
  const std::uint64_t sound = (size - wav_header_size) / frame * frame;
  if (sound == 0) return nothing_to_play();
  if (auto done = cut(fd, wav_header_size + sound); !done) return std::unexpected(done.error());
  const auto header = wav_header(layout->rate, layout->channels, sound);
  if (auto done = write_at(fd, 0, {header.data(), header.size()}); !done) return std::unexpected(done.error());
  return std::chrono::milliseconds(sound / frame * 1000 / layout->rate);
}

Result<std::chrono::milliseconds> repair_ogg(int fd, std::uint64_t size) {
  std::uint64_t at = 0;
  std::uint64_t last_at = 0;
  std::uint64_t pages = 0;
  OggPage last;
  std::string last_body;
  std::uint64_t skip = 0;
  while (at < size) {
    auto bytes = read_at(fd, at, 65'307);  // the longest page there can be
    if (!bytes) return std::unexpected(bytes.error());
    std::size_t length = 0;
    const auto page = parse_ogg_page(*bytes, length);
    if (!page) break;
    if (pages == 0 && page->body.size() >= 12)
      skip = static_cast<std::uint8_t>(page->body[10]) | std::uint64_t{static_cast<std::uint8_t>(page->body[11])} << 8;
    last = *page;
    last_body = page->body;
    last_at = at;
    at += length;
    ++pages;
  }
  if (pages < 3) return nothing_to_play();  // the two heads alone
  last.flags |= 4;                          // the stream ends here
  last.body = last_body;
  std::string rewritten;
  append_ogg_page(last, rewritten);
  if (auto done = write_at(fd, last_at, rewritten); !done) return std::unexpected(done.error());
  if (auto done = cut(fd, at); !done) return std::unexpected(done.error());
  return std::chrono::milliseconds((last.granule > skip ? last.granule - skip : 0) / 48);
}

Result<std::chrono::milliseconds> repair_mp3(int fd, std::uint64_t size) {
  std::uint64_t at = 0;
  std::uint64_t samples = 0;
  std::uint32_t rate = 0;
  std::string bytes;
  std::uint64_t bytes_at = 0;
  while (at + 4 <= size) {
    if (at + 4 > bytes_at + bytes.size()) {
      auto more = read_at(fd, at, piece_size);
      if (!more) return std::unexpected(more.error());
      bytes = std::move(*more);
      bytes_at = at;
    }
    const auto frame = parse_mp3_frame(std::string_view(bytes).substr(at - bytes_at));
    if (!frame || at + frame->size > size) break;
    at += frame->size;
    samples += frame->samples;
    rate = frame->rate;
  }
  if (samples == 0) return nothing_to_play();
  if (auto done = cut(fd, at); !done) return std::unexpected(done.error());
  return std::chrono::milliseconds(samples * 1000 / rate);
}

}  // namespace

Result<RecordedFile> repair_recording(const std::string& path) {
  if (!path.ends_with(unfinished_suffix))
    return fail(ErrorCode::bad_request, "An unfinished recording is called so at its end");
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  struct stat about{};
  if (!fd || ::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return fail(ErrorCode::not_found, "There is no such unfinished recording");
  const auto size = static_cast<std::uint64_t>(about.st_size);
  auto begin = read_at(fd.get(), 0, 64);
  if (!begin) return std::unexpected(begin.error());
  auto duration = begin->starts_with("RIFF")   ? repair_wav(fd.get(), size, *begin)
                  : begin->starts_with("OggS") ? repair_ogg(fd.get(), size)
                                               : repair_mp3(fd.get(), size);
  if (!duration) return std::unexpected(duration.error());
  RecordedFile file;
  file.path = path.substr(0, path.size() - unfinished_suffix.size());
  file.duration = *duration;
  if (auto done = publish(fd.get(), file.path); !done) return std::unexpected(done.error());
  ::fstat(fd.get(), &about);
  file.bytes = static_cast<std::uint64_t>(about.st_size);
  return file;
}

}  // namespace otklik::media
