#include "media/record/sound_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.hpp"

namespace otklik::media {

Result<std::unique_ptr<SoundFile>> make_sound_file(RecordingFormat format, int fd, const SoundFileOptions& options) {
  switch (format) {
    case RecordingFormat::wav:
      return make_wav_file(fd, options);
    case RecordingFormat::ogg_opus:
      return make_ogg_opus_file(fd, options);
    case RecordingFormat::mp3:
      return make_mp3_file(fd, options);
  }
  return fail(ErrorCode::bad_request, "There is no such format of recordings");
}

namespace {

/// Those above `path` that are missing; whether it worked shows when the file is made.
void make_folders(const std::string& path) {
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    ::mkdir(path.substr(0, slash).c_str(), 0700);
  }
}

}  // namespace

Result<UniqueFd> create_unfinished(const std::string& path) {
  const std::string name = path + std::string(unfinished_suffix);
  constexpr int how = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  UniqueFd fd(::open(name.c_str(), how, 0640));
  if (!fd && errno == ENOENT) {
    make_folders(path);
    fd.reset(::open(name.c_str(), how, 0640));
  }
  if (fd) return fd;
  if (errno == EEXIST) return fail(ErrorCode::conflict, "An unfinished recording of that name lies there");
  return std::unexpected(last_system_error("creating a recording"));
}

Result<> publish(int fd, const std::string& path) {
  if (::fsync(fd) != 0) return std::unexpected(last_system_error("syncing a recording"));
  const std::string name = path + std::string(unfinished_suffix);
  if (::renameat2(AT_FDCWD, name.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return fail(ErrorCode::conflict, "A recording of that name exists");
    if (errno != EINVAL) return std::unexpected(last_system_error("naming a recording"));
    // A file system without RENAME_NOREPLACE: a second name instead, which never replaces either.
    if (::link(name.c_str(), path.c_str()) != 0) {
      if (errno == EEXIST) return fail(ErrorCode::conflict, "A recording of that name exists");
      return std::unexpected(last_system_error("naming a recording"));
    }
    ::unlink(name.c_str());
  }
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const UniqueFd handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle || ::fsync(handle.get()) != 0)
    return std::unexpected(last_system_error("syncing the folder of a recording"));
  return {};
}

}  // namespace otklik::media
