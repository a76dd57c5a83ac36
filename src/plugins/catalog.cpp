#include "plugins/catalog.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

/// The names in a folder, sorted, without hidden ones. Nothing when it is no folder, or a link to one.
std::optional<std::set<std::string>> names_in(const std::string& path, std::size_t most) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const OpenFolder folder(::fdopendir(fd));
  if (!folder) {
    ::close(fd);
    return std::nullopt;
  }
  std::set<std::string> names;
  // Nobody else reads this stream.
  while (const dirent* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe)
    if (entry->d_name[0] == '.') continue;
    if (names.size() == most) break;
    names.emplace(entry->d_name);
  }
  return names;
}

void add_stamp(std::string& out, const std::string& path, std::string_view name) {
  struct stat about{};
  if (::lstat(path.c_str(), &about) != 0) return;
  fmt::format_to(std::back_inserter(out), "{}/{}/{}/{}.{}/{}.{};", name, about.st_ino, about.st_size,
                 about.st_mtim.tv_sec, about.st_mtim.tv_nsec, about.st_ctim.tv_sec, about.st_ctim.tv_nsec);
}

}  // namespace

std::string folder_stamp(const std::string& folder, std::string_view program) {
  const auto names = names_in(folder, most_entries);
  if (!names) return {};
  std::string out = "folder;";
  for (const auto& name : *names) {
    if (name != "data") add_stamp(out, folder + "/" + name, name);
  }
  if (program.starts_with("./") && program.find('/', 2) != std::string_view::npos) {
    add_stamp(out, folder + std::string(program.substr(1)), program);
  }
  return out;
}

Result<Manifest> read_manifest(const std::string& folder) {
  const auto text = read_file(folder + "/manifest.json", Manifest::most_bytes);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return fail(ErrorCode::not_found, "manifest.json is missing");
    return fail(ErrorCode::bad_request, "manifest.json: " + text.error().message);
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
  // The program may lie deeper in the folder: from now on it belongs to the stamp.
  folder.seen = folder.taken = folder_stamp(path, fresh->program);
}

Catalog::Changes Catalog::look(bool at_once) {
  Changes changes;
  Content content = *content_.take();
  auto names = names_in(folder_, most_folders).value_or(std::set<std::string>{});
  for (const auto& [name, folder] : folders_) names.insert(name);
  for (const auto& name : names) {
    auto& folder = folders_[name];
    std::string program;
    if (folder.id) {
      const auto& plugin = content.plugins.at(*folder.id);
      const std::lock_guard lock(plugin->mutex);
      program = plugin->manifest->program;
    }
    auto stamp = folder_stamp(folder_ + "/" + name, program);
    const bool settled = at_once || stamp == folder.seen;
    folder.seen = std::move(stamp);
    if (!settled) {
      changes.unsettled = true;
    } else if (folder.seen.empty()) {
      remove(folder, content, changes);
      folder.trouble.clear();
    } else if (folder.seen != folder.taken) {
      take(name, folder, content, changes);
    }
  }
  std::erase_if(folders_, [](const auto& each) { return each.second.seen.empty() && !each.second.id; });
  publish(std::move(content));
  return changes;
}

void Catalog::publish(Content content) {
  content.troubles.clear();
  for (const auto& [name, folder] : folders_) {
    if (!folder.trouble.empty()) content.troubles.push_back({name, folder.trouble});
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
