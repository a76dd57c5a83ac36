#include "files/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/beneath.hpp"

namespace otklik::files {
namespace {

constexpr std::size_t most_compared = 50'000;
constexpr int deepest = 8;

struct Search {
  struct stat wanted{};
  std::size_t left = most_compared;

  /// True: found, or given up, which has to count as found.
  [[nodiscard]] bool is_at(int folder, const char* name) {
    if (left == 0) return true;
    --left;
    struct stat there{};
    return ::fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_dev == wanted.st_dev &&
           there.st_ino == wanted.st_ino;
  }

  [[nodiscard]] bool is_below(const Folder& folder, int depth) {
    if (depth == 0) return true;
    const auto entries = folder.entries(left);
    if (!entries) return entries.error().code == ErrorCode::too_large;
    for (const auto& entry : *entries) {
      if (is_at(folder.fd(), entry.name.c_str())) return true;
      if (entry.kind != FileFacts::Kind::folder) continue;
      const auto below = folder.open_folder(entry.name);
      if (below && is_below(*below, depth - 1)) return true;
    }
    return false;
  }
};

}  // namespace

Result<> refuse_secret_file(int fd, const std::string& data_folder, const Resolver& resolver) {
  const auto refused = [] { return fail(ErrorCode::forbidden, "The path lies outside of the open folders"); };
  Search search;
  if (::fstat(fd, &search.wanted) != 0) return refused();
  if (search.wanted.st_nlink <= 1) return {};

  if (const auto data = Folder::open(data_folder)) {
    const auto entries = data->entries(most_compared);
    if (!entries) return refused();
    for (const auto& entry : *entries) {
      if (!resolver.is_secret(data_folder + "/" + entry.name)) continue;
      if (search.is_at(data->fd(), entry.name.c_str())) return refused();
      if (entry.kind != FileFacts::Kind::folder) continue;
      const auto below = data->open_folder(entry.name);
      if (below && search.is_below(*below, deepest)) return refused();
    }
  }
  for (const auto& path : resolver.secret_paths()) {
    if (search.is_at(AT_FDCWD, path.c_str())) return refused();
    const auto folder = Folder::open(path);
    if (folder && search.is_below(*folder, deepest)) return refused();
  }
  return {};
}

}  // namespace otklik::files
