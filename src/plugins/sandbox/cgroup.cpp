#include "plugins/sandbox/cgroup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <thread>

#include "base/file.hpp"

namespace otklik::plugins {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::string_view leaf_prefix = "plugin-";
constexpr long cgroup2_magic = 0x63677270;  // linux/magic.h

Result<> put(const std::string& path, std::string_view text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(last_system_error("open " + path));
  return write_all(fd.get(), text);
}

/// `memory pids` holds the word `pids`.
bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto end = list.find_first_of(" \n");
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  return false;
}

bool is_cgroup2(const std::string& path) {
  struct statfs about{};
  return ::statfs(path.c_str(), &about) == 0 && about.f_type == cgroup2_magic;
}

bool is_delegated(const std::string& path) {
  char value[4] = "";
  for (const char* name : {"trusted.delegate", "user.delegate"}) {
    if (::getxattr(path.c_str(), name, value, sizeof value) == 1 && value[0] == '1') return true;
  }
  return false;
}

Result<std::string> own_cgroup() {
  const auto text = read_file("/proc/self/cgroup", most_bytes);
  if (!text) return fail(ErrorCode::failed, "/proc/self/cgroup cannot be read");
  const std::string_view all = *text;
  const auto at = all.starts_with("0::") ? 0 : all.find("\n0::");
  if (at == std::string_view::npos) return fail(ErrorCode::failed, "the machine has no cgroups of version 2");
  const auto begin = all.find("::", at) + 2;
  std::string name(all.substr(begin, all.find('\n', begin) - begin));
  if (name == "/") name.clear();
  for (const char* mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    if (is_cgroup2(mount)) return mount + name;
  }
  return fail(ErrorCode::failed, "no cgroups of version 2 are mounted");
}

}  // namespace

Cgroup::~Cgroup() {
  if (path_.empty()) return;
  kill();
  // A killed process leaves its cgroup a moment after it was waited for.
  for (int i = 0; i < 100 && ::rmdir(path_.c_str()) != 0 && errno == EBUSY; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void Cgroup::kill() noexcept { static_cast<void>(put(path_ + "/cgroup.kill", "1")); }

std::uint64_t Cgroup::killed_for_memory() const {
  const auto text = read_file(path_ + "/memory.events", most_bytes);
  if (!text) return 0;
  const auto at = text->find("oom_kill ");
  if (at == std::string::npos) return 0;
  std::uint64_t count = 0;
  const char* begin = text->data() + at + std::string_view("oom_kill ").size();
  std::from_chars(begin, text->data() + text->size(), count);
  return count;
}

Result<CgroupRoot> CgroupRoot::find(const std::string& chosen) {
  if (!chosen.empty()) {
    if (!is_cgroup2(chosen)) return fail(ErrorCode::failed, chosen + " is no cgroup of version 2");
    if (::access((chosen + "/cgroup.procs").c_str(), W_OK) != 0) {
      return fail(ErrorCode::failed, chosen + " does not belong to this server");
    }
    CgroupRoot root(chosen);
    root.remove_leftovers();
    root.enable_controllers();
    return root;
  }
  auto own = own_cgroup();
  if (!own) return std::unexpected(own.error());
  if (!is_delegated(*own)) return fail(ErrorCode::failed, "no cgroup is handed over to the service (Delegate=yes)");
  // No process may stay in the middle of a tree whose controllers are on: the server becomes a leaf.
  const auto leaf = *own + "/server";
  if (::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) return std::unexpected(last_system_error("make " + leaf));
  if (auto moved = put(leaf + "/cgroup.procs", "0"); !moved) return std::unexpected(moved.error());
  CgroupRoot root(std::move(*own));
  root.remove_leftovers();
  root.enable_controllers();
  return root;
}

void CgroupRoot::enable_controllers() {
  const auto known = read_file(path_ + "/cgroup.controllers", most_bytes);
  if (!known) return;
  const auto enable = [&](const char* name) {
    return has_word(*known, name) && put(path_ + "/cgroup.subtree_control", std::string("+") + name).has_value();
  };
  memory_ = enable("memory");
  processes_ = enable("pids");
  cpu_ = enable("cpu");
}

void CgroupRoot::remove_leftovers() const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
    if (entry.path().filename().native().starts_with(leaf_prefix)) ::rmdir(entry.path().c_str());  // not one in use
  }
}

Result<Cgroup> CgroupRoot::make(std::string_view name, const CgroupLimits& limits) const {
  static std::atomic<std::uint64_t> number = 0;
  auto path = fmt::format("{}/{}{}-{}-{}", path_, leaf_prefix, name, ::getpid(), ++number);
  if (::mkdir(path.c_str(), 0755) != 0) return std::unexpected(last_system_error("make " + path));
  UniqueFd procs(::open((path + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (!procs) {
    auto error = last_system_error("open " + path);
    ::rmdir(path.c_str());
    return std::unexpected(std::move(error));
  }
  Cgroup made(path, std::move(procs));
  if (memory_) {
    if (auto set = put(path + "/memory.max", fmt::format("{}", limits.memory)); !set)
      return std::unexpected(set.error());
    static_cast<void>(put(path + "/memory.swap.max", "0"));  // no such file without swap accounting
    static_cast<void>(put(path + "/memory.oom.group", "1"));
  }
  if (processes_) {
    if (auto set = put(path + "/pids.max", fmt::format("{}", limits.processes)); !set) {
      return std::unexpected(set.error());
    }
  }
  if (cpu_ && limits.cpu != 0) {
    if (auto set = put(path + "/cpu.max", fmt::format("{} 100000", limits.cpu * 1000)); !set) {
      return std::unexpected(set.error());
    }
  }
  return made;
}

}  // namespace otklik::plugins
