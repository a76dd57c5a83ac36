#include "data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "base/file.hpp"

namespace otklik::app {
namespace {

Result<> make(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return std::unexpected(last_system_error("make " + folder));
}

}  // namespace

Result<DataFolder> DataFolder::open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (auto made = make(path); !made) return std::unexpected(made.error());
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return std::unexpected(last_system_error("look at " + path));
  if (!S_ISDIR(about.st_mode)) return fail(ErrorCode::failed, path + " is not a folder");
  if ((about.st_mode & 077) != 0 && ::chmod(path.c_str(), 0700) != 0) {
    return fail(ErrorCode::forbidden, path + " is open to other users of this machine: chmod 700 it");
  }
  const auto absolute = std::filesystem::canonical(path, error);
  if (error) return fail(ErrorCode::failed, path + ": " + error.message());
  DataFolder folder(absolute.string());
  for (const char* name :
       {"events", "www", "scenarios", "plugins", "LocalStorage", "LocalStorage/Shared", "LocalStorage/Avatars", "Temp",
        "Temp/UploadData", "Temp/ScriptData", "RecordedFiles", "Fax", "VoiceMail", "tls"}) {
    if (auto made = make(folder.path_ + "/" + name); !made) return std::unexpected(made.error());
  }
  return folder;
}

Result<> DataFolder::lock() {
  const std::string file = path_ + "/otklik.lock";
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return std::unexpected(last_system_error("open " + file));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(ErrorCode::conflict, "another server already works on " + path_);
    return std::unexpected(last_system_error("lock " + file));
  }
  lock_ = std::move(fd);
  return {};
}

}  // namespace otklik::app
