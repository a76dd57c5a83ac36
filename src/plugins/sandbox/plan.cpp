#include "plugins/sandbox/plan.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "plugins/sandbox/filter.hpp"

namespace otklik::plugins {
namespace {

constexpr std::array program_folders{"/usr/local/bin", "/usr/bin", "/bin"};

// The system's runtime: what a program of any language may need to begin, and nothing that tells of this machine's
// users.
constexpr std::array runtime_folders{"/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin"};
constexpr std::array runtime_files{
    "/etc/ld.so.cache", "/etc/ld.so.conf",      "/etc/ld.so.conf.d", "/etc/localtime",  "/etc/timezone",
    "/etc/ssl/certs",   "/etc/ssl/openssl.cnf", "/etc/alternatives", "/etc/mime.types", "/etc/python3",
    "/etc/python3.11",  "/etc/java-17-openjdk", "/etc/perl",
};
constexpr std::array network_files{"/etc/resolv.conf", "/etc/hosts",     "/etc/nsswitch.conf", "/etc/gai.conf",
                                   "/etc/services",    "/etc/protocols", "/etc/host.conf",     "/etc/ca-certificates"};
constexpr std::array devices{"/dev/null", "/dev/full", "/dev/random", "/dev/urandom"};
constexpr const char* endless_memory =
    "/dev/zero";  // shared and mapped, it is memory that no limit of a process counts
constexpr std::uint64_t stack_size = std::uint64_t{8} << 20;  // the usual one; it is in no RLIMIT_DATA

bool can_run(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & 0111) != 0;
}

/// What a symbolic link says; empty when it is none.
std::string link_target(const std::string& path) {
  char target[PATH_MAX];
  const auto size = ::readlink(path.c_str(), target, sizeof target);
  return size > 0 && static_cast<std::size_t>(size) < sizeof target
             ? std::string(target, static_cast<std::size_t>(size))
             : std::string();
}

/// Adds one place of the system, if it is there.
void add_place(LaunchPlan& plan, const std::string& path, PathRule::Access access) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) return;
  plan.rules.push_back({path, access});
  const auto link = link_target(path);
  // A link into /usr is made again; one that leads elsewhere (a resolver's file in /run) is followed.
  const bool stays = link.starts_with("usr/") || link.starts_with("/usr/") || link.starts_with("../usr/");
  if (stays) {
    plan.tree.push_back({TreeStep::Kind::link, link, path});
  } else {
    const auto kind = S_ISDIR(about.st_mode)               ? TreeStep::Kind::folder
                      : access == PathRule::Access::device ? TreeStep::Kind::device
                                                           : TreeStep::Kind::file;
    plan.tree.push_back({kind, path, path});
  }
}

void add_limit(LaunchPlan& plan, int resource, std::uint64_t most) { plan.limits.push_back({resource, most}); }

}  // namespace

Result<std::string> find_program(const Manifest& manifest, const PluginPlace& place) {
  if (manifest.program.starts_with("./")) {
    auto path = place.folder + manifest.program.substr(1);
    if (can_run(path)) return path;
    return fail(ErrorCode::failed, "its program " + manifest.program + " is not there, or may not be run (chmod +x)");
  }
  for (const char* folder : program_folders) {
    auto path = std::string(folder) + "/" + manifest.program;
    if (can_run(path)) return path;
  }
  return fail(ErrorCode::failed, "its program " + manifest.program + " is not installed");
}

LaunchPlan make_plan(const Machine& machine, const Manifest& manifest, const PluginPlace& place, std::string program,
                     const Confinement& confinement, uid_t user) {
  LaunchPlan plan;
  plan.program = std::move(program);
  plan.arguments.push_back(manifest.program);
  plan.arguments.insert(plan.arguments.end(), manifest.arguments.begin(), manifest.arguments.end());
  plan.folder = place.folder;

  plan.user_namespace = machine.user_namespace;
  plan.process_namespace = machine.process_namespace;
  plan.network_namespace = machine.network_namespace && !confinement.network;
  plan.ipc_namespace = machine.ipc_namespace;
  plan.own_tree = machine.own_tree;
  plan.landlock = machine.landlock;
  plan.landlock_network = machine.landlock >= 4;
  const bool counted = machine.cgroup && machine.cgroup->has_memory();
  if (machine.filter) {
    plan.filter = make_filter({.network = confinement.network,
                               .shared_memory = counted,
                               .file_attributes = machine.own_tree,
                               .other_processes = machine.process_namespace});
  }
  if (machine.is_root && machine.own_tree) plan.user = user;

  for (const char* folder : runtime_folders) add_place(plan, folder, PathRule::Access::run);
  for (const char* file : runtime_files) add_place(plan, file, PathRule::Access::read);
  if (confinement.network) {
    for (const char* file : network_files) add_place(plan, file, PathRule::Access::read);
  }
  for (const char* device : devices) add_place(plan, device, PathRule::Access::device);
  if (counted) add_place(plan, endless_memory, PathRule::Access::device);
  if (plan.process_namespace && plan.own_tree) {
    plan.tree.push_back({TreeStep::Kind::processes, "", "/proc"});
    plan.rules.push_back({"/proc", PathRule::Access::read});
  }
  std::string temporary = place.data();
  if (plan.own_tree) {
    temporary = "/tmp";
    plan.tree.push_back({TreeStep::Kind::temporary, "", "/tmp"});
    plan.rules.push_back({"/tmp", PathRule::Access::write});
    plan.tree_base = place.folder.substr(0, place.folder.rfind('/'));
  }
  for (const auto& folder : confinement.folders) {
    plan.tree.push_back({folder.write ? TreeStep::Kind::writable : TreeStep::Kind::folder, folder.path, folder.path});
    plan.rules.push_back({folder.path, folder.write ? PathRule::Access::write : PathRule::Access::read});
  }
  plan.tree.push_back({TreeStep::Kind::folder, place.folder, place.folder});
  plan.tree.push_back({TreeStep::Kind::writable, place.data(), place.data()});
  plan.rules.push_back({place.folder, PathRule::Access::run});
  plan.rules.push_back({place.data(), PathRule::Access::write});

  add_limit(plan, RLIMIT_CORE, 0);
  add_limit(plan, RLIMIT_DATA, confinement.memory);
  add_limit(plan, RLIMIT_STACK, stack_size);
  add_limit(plan, RLIMIT_NPROC, confinement.processes);
  add_limit(plan, RLIMIT_NOFILE, confinement.open_files);
  add_limit(plan, RLIMIT_FSIZE, confinement.file_size);
  add_limit(plan, RLIMIT_MEMLOCK, std::uint64_t{64} << 10);
  add_limit(plan, RLIMIT_MSGQUEUE, 0);
  add_limit(plan, RLIMIT_SIGPENDING, 256);
  plan.nice = 5;

  plan.environment = {
      "PATH=/usr/local/bin:/usr/bin:/bin",
      "LANG=C.UTF-8",
      "HOME=" + place.data(),
      "TMPDIR=" + temporary,
      "OTKLIK_PLUGIN_ID=" + manifest.id.text(),
      "OTKLIK_PLUGIN_FOLDER=" + place.folder,
      "OTKLIK_PLUGIN_DATA=" + place.data(),
      "PYTHONDONTWRITEBYTECODE=1",
  };
  return plan;
}

}  // namespace otklik::plugins
