#include "web_api/www/www.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/file.hpp"
#include "base/log.hpp"
#include "net/file/media_type.hpp"
#include "net/http/http_date.hpp"
#include "net/http/response.hpp"

namespace otklik::web_api {
namespace {

/// On a file system that does not tell cases apart a name has more spellings than any comparison of ours knows.
bool is_hook_by_its_real_name(int fd) {
  std::array<char, 4352> target{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  if (length <= 0) return false;
  const std::string_view path(target.data(), static_cast<std::size_t>(length));
  return could_be_hook(path.substr(path.rfind('/') + 1));
}

}  // namespace

Www::Www(const Live<Options>& options, const Clock& clock)
    : options_(options), clock_(clock), hooks_(folder_, clock), files_(options->file_cache_size) {
  if (options->www.empty()) return;
  auto folder = Folder::open(options->www);
  if (!folder) {
    log::error("www: the folder cannot be opened: no file is served");
    return;
  }
  folder_ = std::move(*folder);
  is_open_ = true;
}

Result<Www::Found> Www::find(std::string_view path) {
  const auto www_path = read_www_path(path);
  if (!www_path) return std::unexpected(www_path.error());
  if (!is_open_) return fail(ErrorCode::not_found);
  return www_path->is_folder ? find_in_folder(www_path->name) : find_named(www_path->name);
}

Result<std::shared_ptr<const Hook>> Www::find_hook(std::string_view path) {
  const auto www_path = read_www_path(path);
  if (!www_path) return std::unexpected(www_path.error());
  if (!is_open_) return fail(ErrorCode::not_found);
  if (!www_path->is_folder) return hooks_.find(www_path->name);
  for (const auto& index : options_->index_files) {
    auto hook = hooks_.find(www_path->name.empty() ? index : www_path->name + "/" + index);
    if (hook || hook.error().code != ErrorCode::not_found) return hook;
  }
  return fail(ErrorCode::not_found);
}

Result<Www::Found> Www::find_in_folder(const std::string& folder) {
  for (const auto& index : options_->index_files) {
    auto found = find_named(folder.empty() ? index : folder + "/" + index);
    if (found) {
      if (!std::holds_alternative<FolderFound>(*found)) return found;
    } else if (found.error().code != ErrorCode::not_found) {
      return found;
    }
  }
  return fail(ErrorCode::not_found);
}

Result<Www::Found> Www::find_named(const std::string& name) {
  auto hook = hooks_.find(name);
  if (hook) return HookFound{std::move(*hook)};
  if (hook.error().code != ErrorCode::not_found) return std::unexpected(hook.error());

  // A look, which saves opening what is absent or kept; it may run through a link, so what it finds is either opened by
  // the folder itself or has the very mark of a file that was.
  struct stat about{};
  if (::fstatat(folder_.fd(), name.c_str(), &about, 0) != 0) return fail(ErrorCode::not_found);
  if (S_ISDIR(about.st_mode)) {
    if (!folder_.open_folder(name)) return fail(ErrorCode::not_found);
    return FolderFound{name};
  }
  if (!S_ISREG(about.st_mode)) return fail(ErrorCode::not_found);
  const FileMark mark = FileMark::of(about);
  if (auto kept = files_.find(name, mark)) return FileFound{name, std::move(kept), nullptr, mark};
  return open_file(name);
}

Result<std::shared_ptr<const UniqueFd>> Www::reopen(const FileFound& file) const {
  auto fd = folder_.open_file(file.name);
  if (!fd) return std::unexpected(fd.error());
  return std::make_shared<const UniqueFd>(std::move(*fd));
}

Result<Www::Found> Www::open_file(const std::string& name) {
  const Options& options = *options_;
  const Time now = clock_.now();
  auto fd = folder_.open_file(name);
  // That a link lies there is nobody's business.
  if (!fd) return fail(fd.error().code == ErrorCode::too_many ? ErrorCode::unavailable : ErrorCode::not_found);
  struct stat about{};
  if (::fstat(fd->get(), &about) != 0 || is_hook_by_its_real_name(fd->get())) return fail(ErrorCode::not_found);
  const FileMark mark = FileMark::of(about);
  if (mark.size > options.cached_file_size || options.file_cache_size == 0 || !mark.is_settled(now)) {
    return FileFound{name, nullptr, std::make_shared<const UniqueFd>(std::move(*fd)), mark};
  }
  auto content = read_whole(fd->get(), options.cached_file_size);
  if (!content) return fail(ErrorCode::not_found);
  auto kept = std::make_shared<KeptFile>();
  kept->mark = mark;
  kept->validators = mark.facts().validators(now);
  net::Response type;
  type.add("Content-Type", net::media_type(name));
  net::Response validators;
  validators.add("ETag", kept->validators.etag);
  validators.add("Last-Modified", net::http_date(kept->validators.last_modified));
  validators.add("Accept-Ranges", "bytes");
  kept->headers = type.headers + validators.headers;
  kept->validator_headers = std::move(validators.headers);
  kept->content = std::make_shared<const std::string>(std::move(*content));
  // A file that shrank or grew while it was read is not the one of the mark.
  if (kept->content->size() == mark.size) files_.keep(name, kept);
  return FileFound{name, std::move(kept), nullptr, mark};
}

}  // namespace otklik::web_api
