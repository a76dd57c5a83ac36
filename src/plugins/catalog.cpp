#include "plugins/catalog.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/file.hpp"
#include "base/log.hpp"

namespace otklik::plugins {
namespace {

constexpr std::size_t most_folders = 1000;
constexpr std::size_t most_entries = 4096;

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

/// The names in a folder, sorted, without hidden ones.
struct Names {
  bool is_there = false;  ///< else there is nothing of that name, or no folder, or a link to one
  bool is_whole = true;   ///< else there are more
  std::set<std::string> names{};
};

/// Errors: `failed`, it cannot be looked at.
Result<Names> names_in(const std::string& path, std::size_t most) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    // ENOTDIR for a link too, where both flags are given; ELOOP in other kernels' minds.
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return Names{};
    return std::unexpected(last_system_error("look at the folder"));
  }
  const OpenFolder folder(::fdopendir(fd));
  if (!folder) {
    const auto error = last_system_error("look at the folder");
    ::close(fd);
    return std::unexpected(error);
  }
  Names out{.is_there = true};
  for (;;) {
    errno = 0;
    // Nobody else reads this stream.
    const dirent* entry = ::readdir(folder.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) {
      if (errno != 0) return std::unexpected(last_system_error("read the folder"));
      return out;
    }
    if (entry->d_name[0] == '.') continue;
    if (out.names.size() == most) {
      out.is_whole = false;
      return out;
    }
    out.names.emplace(entry->d_name);
  }
}

/// Errors: `failed`. An entry that has gone meanwhile is none.
Result<> add_stamp(std::string& out, const std::string& path, std::string_view name) {
  struct stat about{};
  if (::lstat(path.c_str(), &about) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return std::unexpected(last_system_error("look at an entry of the folder"));
  }
  fmt::format_to(std::back_inserter(out), "{}/{}/{}/{}.{}/{}.{};", name, about.st_ino, about.st_size,
                 about.st_mtim.tv_sec, about.st_mtim.tv_nsec, about.st_ctim.tv_sec, about.st_ctim.tv_nsec);
  return {};
}

}  // namespace

Result<FolderStamp> folder_stamp(const std::string& folder, std::string_view program) {
  auto found = names_in(folder, most_entries);
  if (!found) return std::unexpected(found.error());
  FolderStamp out;
  if (!found->is_there) return out;
  out.text = "folder;";
  auto& names = found->names;
  if (!found->is_whole) {
    out.unseen = fmt::format("it has more than {} entries: changes of the others are not seen", most_entries);
    names.emplace("manifest.json");
  }
  // The program may lie deeper in the folder, or among the entries passed over.
  if (program.starts_with("./")) names.emplace(program.substr(2));
  names.erase("data");
  for (const auto& name : names) {
    if (auto added = add_stamp(out.text, folder + "/" + name, name); !added) return std::unexpected(added.error());
  }
  return out;
}

Result<Manifest> read_manifest(const std::string& folder) {
  const auto text = read_file(folder + "/manifest.json", Manifest::most_bytes);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return fail(ErrorCode::not_found, "manifest.json is missing");
    const auto code = text.error().code == ErrorCode::too_large ? ErrorCode::bad_request : ErrorCode::failed;
    return fail(code, "manifest.json: " + text.error().message);
  }
  return parse_manifest(*text, "manifest.json");
}

void Catalog::remove(Folder& folder, Content& content, Changes& changes) {
  if (!folder.id) return;
  const auto found = content.plugins.find(*folder.id);
  if (found != content.plugins.end()) {
    changes.removed.push_back(found->second);
    content.plugins.erase(found);
  }
  folder.id.reset();
  for (auto& [name, other] : folders_) {
    if (!other.trouble.empty()) other.taken.clear();  // it may have been in the way of another one
  }
}

void Catalog::take(const std::string& name, Folder& folder, Content& content, Changes& changes) {
  const auto path = folder_ + "/" + name;
  folder.taken = folder.seen;
  auto manifest = read_manifest(path);
  if (!manifest) {
    if (manifest.error().code == ErrorCode::failed) folder.taken.clear();  // perhaps it can be read the next time
    if (folder.trouble == manifest.error().message) return;
    folder.trouble = manifest.error().message;
    log::warn("plugin folder {}: {}{}", name, folder.trouble, folder.id ? "; the old one stays in force" : "");
    return;
  }
  const auto id = manifest->id;
  if (folder.id != id) {
    if (content.plugins.contains(id)) {
      folder.trouble = fmt::format("another folder holds the plugin {}", id.text());
      log::warn("plugin folder {}: {}", name, folder.trouble);
      return;
    }
    remove(folder, content, changes);
  }
  folder.trouble.clear();
  auto fresh = std::make_shared<const Manifest>(std::move(*manifest));
  if (folder.id == id) {
    const auto& plugin = content.plugins.at(id);
    {
      const std::lock_guard lock(plugin->mutex);
      plugin->manifest = fresh;
      plugin->forget_failures();
      plugin->trouble.clear();
    }
    changes.changed.push_back(plugin);
  } else {
    folder.id = id;
    auto plugin = std::make_shared<Plugin>(fresh, PluginPlace{path});
    content.plugins.emplace(id, plugin);
    changes.added.push_back(std::move(plugin));
  }
  // The program may lie deeper in the folder: from now on it belongs to the stamp. (Not seen now: taken once more.)
  if (auto stamp = folder_stamp(path, fresh->program)) folder.seen = folder.taken = std::move(stamp->text);
}

void Catalog::look_at(const std::string& name, bool at_once, Content& content, Changes& changes) {
  auto& folder = folders_[name];
  std::string program;
  if (folder.id) {
    const auto& plugin = content.plugins.at(*folder.id);
    const std::lock_guard lock(plugin->mutex);
    program = plugin->manifest->program;
  }
  auto stamp = folder_stamp(folder_ + "/" + name, program);
  auto unseen = stamp ? std::move(stamp->unseen) : std::move(stamp.error().message);
  if (unseen != folder.unseen && !unseen.empty()) log::warn("plugin folder {}: {}", name, unseen);
  folder.unseen = std::move(unseen);
  if (!stamp) return;  // what was found the last time stays in force
  const bool settled = at_once || stamp->text == folder.seen;
  folder.seen = std::move(stamp->text);
  if (!settled) {
    changes.unsettled = true;
  } else if (folder.seen.empty()) {
    remove(folder, content, changes);
    folder.trouble.clear();
  } else if (folder.seen != folder.taken) {
    take(name, folder, content, changes);
  }
}

Catalog::Changes Catalog::look(bool at_once) {
  Changes changes;
  Content content = *content_.take();
  auto found = names_in(folder_, most_folders);
  std::string trouble;
  if (!found) trouble = std::move(found.error().message);
  if (found && !found->is_whole) {
    trouble = fmt::format("it holds more than {} folders and files: the others are passed over", most_folders);
  }
  if (trouble != trouble_ && !trouble.empty()) log::warn("the folder of plugins: {}", trouble);
  trouble_ = std::move(trouble);
  auto names = found ? std::move(found->names) : std::set<std::string>{};
  for (const auto& [name, folder] : folders_) names.insert(name);
  for (const auto& name : names) look_at(name, at_once, content, changes);
  std::erase_if(folders_, [](const auto& each) {
    return each.second.seen.empty() && !each.second.id && each.second.unseen.empty();
  });
  publish(std::move(content));
  return changes;
}

void Catalog::publish(Content content) {
  content.troubles.clear();
  if (!trouble_.empty()) content.troubles.push_back({folder_.substr(folder_.rfind('/') + 1), trouble_});
  for (const auto& [name, folder] : folders_) {
    const auto& text = folder.trouble.empty() ? folder.unseen : folder.trouble;
    if (!text.empty()) content.troubles.push_back({name, text});
  }
  content_.publish(std::make_shared<const Content>(std::move(content)));
}

std::shared_ptr<Plugin> Catalog::find(std::string_view id_or_name) const {
  const auto content = content_.take();
  if (const auto id = Uuid::parse(id_or_name)) {
    const auto found = content->plugins.find(*id);
    return found == content->plugins.end() ? nullptr : found->second;
  }
  std::shared_ptr<Plugin> found;
  for (const auto& [id, plugin] : content->plugins) {
    const std::lock_guard lock(plugin->mutex);
    if (plugin->manifest->name != id_or_name) continue;
    if (found) return nullptr;  // two of that name: neither is meant
    found = plugin;
  }
  return found;
}

}  // namespace otklik::plugins
