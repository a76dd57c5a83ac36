#pragma once
#include <sys/fsuid.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace otklik::test {

/// While it lives, files are opened with the rights of somebody whom they do not belong to, though the tests run as
/// root, whom no mode stops. Of this thread only; nothing changes for who is not root: modes stop him as they are.
class WithoutRights {
 public:
  WithoutRights() {
    constexpr unsigned nobody = 65534;
    if (::geteuid() != 0) return;
    // setfsuid(2): with the id of root the right to pass over modes goes too.
    ::setfsuid(nobody);
  }
  ~WithoutRights() {
    if (::geteuid() == 0) ::setfsuid(0);
  }
  WithoutRights(const WithoutRights&) = delete;
  WithoutRights& operator=(const WithoutRights&) = delete;
};

/// Folders that everybody may walk through and read, and nobody write, while this lives; then their owner's again.
class ReadOnlyFolders {
 public:
  explicit ReadOnlyFolders(std::vector<std::string> folders) : folders_(std::move(folders)) {
    for (const auto& folder : folders_) std::filesystem::permissions(folder, static_cast<std::filesystem::perms>(0555));
  }
  ~ReadOnlyFolders() {
    std::error_code ignored;
    for (const auto& folder : folders_) {
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
    }
  }
  ReadOnlyFolders(const ReadOnlyFolders&) = delete;
  ReadOnlyFolders& operator=(const ReadOnlyFolders&) = delete;

 private:
  std::vector<std::string> folders_;
};

}  // namespace otklik::test
