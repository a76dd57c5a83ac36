#include "web_api/www/hook_cache.hpp"

#include <fcntl.h>

#include "base/file.hpp"
#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "web_api/www/www_path.hpp"

namespace otklik::web_api {
namespace {

constexpr std::size_t hook_size_limit = 64 * 1024;
constexpr std::size_t most_entries = 4096;

void log_broken(const std::string& file, std::string_view why) {
  std::string quoted;
  append_json_string(quoted, file);
  log::error("www: the hook {} is broken: {}", quoted, why);
}

}  // namespace

Result<std::shared_ptr<const Hook>> HookCache::find(const std::string& name) {
  std::string file = name;
  file += hook_suffix;
  struct stat about{};
  // A look, nothing more: what is read is opened by the folder itself, which lets no link lead out.
  if (::fstatat(folder_.fd(), file.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return fail(ErrorCode::not_found);
  const FileMark mark = FileMark::of(about);
  {
    const std::lock_guard lock(mutex_);
    if (const auto at = entries_.find(file); at != entries_.end() && at->second.mark == mark) {
      if (!at->second.hook) return fail(ErrorCode::failed, "The page is out of order");
      return at->second.hook;
    }
  }
  const Time now = clock_.now();
  auto loaded = load(file, mark);
  if (!loaded) return fail(ErrorCode::not_found);
  Entry& entry = *loaded;
  auto hook = entry.hook;
  {
    const std::lock_guard lock(mutex_);
    if (!entry.mark.is_settled(now)) {
      entries_.erase(file);
    } else {
      if (entries_.size() >= most_entries) entries_.clear();
      entries_.insert_or_assign(std::move(file), std::move(entry));
    }
  }
  if (!hook) return fail(ErrorCode::failed, "The page is out of order");
  return hook;
}

std::optional<HookCache::Entry> HookCache::load(const std::string& file, const FileMark& seen) const {
  Entry entry{seen, nullptr};
  const auto fd = folder_.open_file(file);
  if (!fd) {
    struct stat about{};
    if (::fstatat(folder_.fd(), file.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;  // taken away
    log_broken(file, "it cannot be read, or is a link or no plain file");
    return entry;
  }
  struct stat about{};
  if (::fstat(fd->get(), &about) == 0) entry.mark = FileMark::of(about);
  const auto text = read_whole(fd->get(), hook_size_limit);
  if (!text) {
    log_broken(file, text.error().code == ErrorCode::too_large ? "it is larger than 64 KiB" : "it cannot be read");
    return entry;
  }
  auto hook = parse_hook(*text);
  if (!hook) {
    log_broken(file, hook.error().message);
    return entry;
  }
  entry.hook = std::make_shared<const Hook>(std::move(*hook));
  return entry;
}

}  // namespace otklik::web_api
