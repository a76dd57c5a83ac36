#include "plugins/sandbox/child.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

// Between clone and exec this shares the memory of a program with many threads, any of which may hold any lock: system
// calls only, no allocation, nothing of the C++ library. The system calls that change ids are made directly, since the
// C library would change them for all threads.
#define OTKLIK_CHILD __attribute__((no_sanitize("address", "thread", "undefined")))

namespace otklik::plugins {
namespace {

constexpr int most_signals = 64;
constexpr int last_capability = 63;

OTKLIK_CHILD bool reached(ChildPlan& plan, ChildStep step, long result) {
  if (result >= 0) return true;
  plan.step = step;
  plan.error = errno;
  return false;
}

OTKLIK_CHILD bool write_text(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  std::size_t size = 0;
  while (text[size] != '\0') ++size;
  const bool done = ::write(fd, text, size) == static_cast<ssize_t>(size);
  const int error = errno;
  ::close(fd);
  errno = error;
  return done;
}

/// Makes every folder of an absolute path below the base. `path` is the child's own copy.
OTKLIK_CHILD bool make_folders(char* path, std::size_t from) {
  for (std::size_t i = from; path[i] != '\0'; ++i) {
    if (path[i] != '/' || i == from) continue;
    path[i] = '\0';
    const bool made = ::mkdir(path, 0755) == 0 || errno == EEXIST || errno == EROFS;
    path[i] = '/';
    if (!made) return false;
  }
  return true;
}

OTKLIK_CHILD bool signals_as_new() {
  struct sigaction as_new;
  std::memset(&as_new, 0, sizeof as_new);
  as_new.sa_handler = SIG_DFL;
  for (int signal = 1; signal <= most_signals; ++signal) ::sigaction(signal, &as_new, nullptr);
  sigset_t none;
  sigemptyset(&none);
  return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

OTKLIK_CHILD bool enter_user_namespace(ChildPlan& plan) {
  // user_namespaces(7): without privileges, groups are mapped only once setgroups is denied.
  return (reached(plan, ChildStep::user_namespace, write_text("/proc/self/setgroups", "deny") ? 0 : -1)) &&
         (reached(plan, ChildStep::user_namespace, write_text("/proc/self/uid_map", plan.user_map) ? 0 : -1)) &&
         (reached(plan, ChildStep::user_namespace, write_text("/proc/self/gid_map", plan.group_map) ? 0 : -1));
}

OTKLIK_CHILD bool set_up_streams(ChildPlan& plan) {
  // Our own ends are above 2: the server has its standard streams open.
  return reached(plan, ChildStep::streams, ::dup2(plan.input, STDIN_FILENO)) &&
         reached(plan, ChildStep::streams, ::dup2(plan.output, STDOUT_FILENO)) &&
         reached(plan, ChildStep::streams, ::dup2(plan.errors, STDERR_FILENO));
}

OTKLIK_CHILD bool close_everything_else() { return ::syscall(SYS_close_range, 3U, ~0U, 0U) == 0; }

OTKLIK_CHILD bool open_places(ChildPlan& plan) {
  for (std::size_t i = 0; i < plan.place_count; ++i) {
    ChildPlace& place = plan.places[i];
    place.fd = -1;
    if (place.kind == TreeStep::Kind::link || place.kind == TreeStep::Kind::temporary ||
        place.kind == TreeStep::Kind::processes) {
      continue;
    }
    place.fd = static_cast<int>(
        ::syscall(SYS_open_tree, AT_FDCWD, place.source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
    if (!reached(plan, ChildStep::tree_open, place.fd)) return false;
    mount_attr attributes;
    std::memset(&attributes, 0, sizeof attributes);
    attributes.attr_set = place.attributes;
    if (!reached(
            plan, ChildStep::tree_open,
            ::syscall(SYS_mount_setattr, place.fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes))) {
      return false;
    }
  }
  return true;
}

OTKLIK_CHILD bool put_place(ChildPlan& plan, ChildPlace& place) {
  char path[4096 + 512];
  std::size_t base = 0;
  for (; plan.tree_base[base] != '\0'; ++base) path[base] = plan.tree_base[base];
  std::size_t size = base;
  for (std::size_t i = 0; place.target[i] != '\0'; ++i) {
    if (size + 1 >= sizeof path) {
      errno = ENAMETOOLONG;
      return false;
    }
    path[size++] = place.target[i];
  }
  path[size] = '\0';
  if (!make_folders(path, base)) return false;
  switch (place.kind) {
    case TreeStep::Kind::link:
      return ::symlink(place.source, path) == 0;
    case TreeStep::Kind::temporary:
      if (::mkdir(path, 0755) != 0 && errno != EEXIST) return false;
      return ::mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, plan.temporary_options) == 0;
    case TreeStep::Kind::processes:
      if (::mkdir(path, 0555) != 0 && errno != EEXIST) return false;
      // Where the outer /proc is covered in places, the kernel gives no whole one: then there is none.
      static_cast<void>(::mount("proc", path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, nullptr));
      return true;
    case TreeStep::Kind::folder:
    case TreeStep::Kind::writable:
      if (::mkdir(path, 0755) != 0 && errno != EEXIST) return false;
      break;
    case TreeStep::Kind::file:
    case TreeStep::Kind::device: {
      const int fd = ::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0444);
      if (fd < 0) return false;
      ::close(fd);
      break;
    }
  }
  return ::syscall(SYS_move_mount, place.fd, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

OTKLIK_CHILD bool build_tree(ChildPlan& plan) {
  ::umask(022);  // the server's own is 077, and the plugin is another user: it must pass through the folders made here
  if (!reached(plan, ChildStep::tree_private, ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr))) return false;
  if (!open_places(plan)) return false;
  if (!reached(plan, ChildStep::tree_base,
               ::mount("tmpfs", plan.tree_base, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m"))) {
    return false;
  }
  for (std::size_t i = 0; i < plan.place_count; ++i) {
    if (!reached(plan, ChildStep::tree_place, put_place(plan, plan.places[i]) ? 0 : -1)) return false;
  }
  return reached(plan, ChildStep::tree_pivot, ::chdir(plan.tree_base)) &&
         reached(plan, ChildStep::tree_pivot, ::syscall(SYS_pivot_root, ".", ".")) &&
         reached(plan, ChildStep::tree_pivot, ::umount2(".", MNT_DETACH)) &&
         reached(plan, ChildStep::tree_pivot, ::chdir("/")) &&
         reached(plan, ChildStep::tree_pivot,
                 ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr));
}

OTKLIK_CHILD bool drop_privileges(ChildPlan& plan) {
  if (!reached(plan, ChildStep::privileges, ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))) return false;
  for (unsigned long capability = 0; capability <= last_capability; ++capability) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);  // refused where it has none to drop, and past the last one
  }
  if (plan.user != 0) {
    if (!reached(plan, ChildStep::user, ::syscall(SYS_setgroups, 0, nullptr)) ||
        !reached(plan, ChildStep::user, ::syscall(SYS_setresgid, plan.user, plan.user, plan.user)) ||
        !reached(plan, ChildStep::user, ::syscall(SYS_setresuid, plan.user, plan.user, plan.user))) {
      return false;
    }
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2];
  std::memset(none, 0, sizeof none);
  return reached(plan, ChildStep::privileges, ::syscall(SYS_capset, &header, none));
}

OTKLIK_CHILD bool lock_in(ChildPlan& plan) {
  if (plan.landlock <= 0) return true;
  struct {
    std::uint64_t files, network, scoped;
  } attributes{plan.landlock_files, plan.landlock_network, plan.landlock_scoped};
  const std::size_t size = plan.landlock >= 6 ? 24 : plan.landlock >= 4 ? 16 : 8;
  const int ruleset = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
  if (!reached(plan, ChildStep::landlock, ruleset)) return false;
  for (std::size_t i = 0; i < plan.rule_count; ++i) {
    const ChildRule& rule = plan.rules[i];
    const int fd = ::open(rule.path, O_PATH | O_CLOEXEC);
    if (fd < 0) continue;  // what is not there need not be allowed
    struct stat about;
    std::memset(&about, 0, sizeof about);
    static_cast<void>(::fstat(fd, &about));
    landlock_path_beneath_attr beneath;
    std::memset(&beneath, 0, sizeof beneath);
    beneath.allowed_access = S_ISDIR(about.st_mode) ? rule.access : rule.access_of_file;
    beneath.parent_fd = fd;
    const auto added = ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    const int error = errno;
    ::close(fd);
    errno = error;
    if (!reached(plan, ChildStep::landlock_rule, added)) return false;
  }
  return reached(plan, ChildStep::landlock, ::syscall(SYS_landlock_restrict_self, ruleset, 0));
}

OTKLIK_CHILD bool set_limits(ChildPlan& plan) {
  for (std::size_t i = 0; i < plan.limit_count; ++i) {
    const rlimit limit{plan.limits[i].most, plan.limits[i].most};
    const auto resource = static_cast<__rlimit_resource_t>(plan.limits[i].resource);
    if (::setrlimit(resource, &limit) == 0) continue;
    rlimit now{};
    if (::getrlimit(resource, &now) == 0 && now.rlim_max < limit.rlim_max) {
      now.rlim_cur = now.rlim_max;  // the server itself may not have so much: then it is less
      if (::setrlimit(resource, &now) == 0) continue;
    }
    return reached(plan, ChildStep::limits, -1);
  }
  return true;
}

/// Whether anybody has the other end of a pipe.
OTKLIK_CHILD bool has_reader(int pipe) {
  pollfd end{pipe, 0, 0};
  return ::poll(&end, 1, 0) == 0 || (end.revents & POLLERR) == 0;
}

OTKLIK_CHILD bool prepare(ChildPlan& plan) {
  if (!reached(plan, ChildStep::begin, signals_as_new() ? 0 : -1)) return false;
  static_cast<void>(::setsid());  // a session and a group of its own
  if (plan.cgroup_procs >= 0 && !reached(plan, ChildStep::cgroup, ::write(plan.cgroup_procs, "0", 1))) return false;
  if (plan.user_namespace && !enter_user_namespace(plan)) return false;
  if (!set_up_streams(plan)) return false;
  static_cast<void>(write_text("/proc/self/oom_score_adj", "500"));  // when memory runs out, it goes before the server
  if (plan.own_tree && !build_tree(plan)) return false;
  if (!reached(plan, ChildStep::folder, ::chdir(plan.folder))) return false;
  if (plan.nice != 0) static_cast<void>(::syscall(SYS_setpriority, 0, 0, plan.nice));
  ::umask(077);
  if (!reached(plan, ChildStep::streams, close_everything_else() ? 0 : -1)) return false;
  if (!drop_privileges(plan)) return false;
  if (!set_limits(plan)) return false;
  static_cast<void>(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));  // the server's death is its own
  if (!has_reader(STDOUT_FILENO)) ::_exit(127);                    // it has died before that
  if (!lock_in(plan)) return false;
  return plan.filter.len == 0 ||
         reached(plan, ChildStep::filter, ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &plan.filter));
}

}  // namespace

const char* name(ChildStep step) noexcept {
  switch (step) {
    case ChildStep::begin:
      return "begin";
    case ChildStep::cgroup:
      return "enter its cgroup";
    case ChildStep::user_namespace:
      return "map its user";
    case ChildStep::streams:
      return "connect its streams";
    case ChildStep::tree_private:
      return "part its mounts from ours";
    case ChildStep::tree_open:
      return "open a folder for its tree";
    case ChildStep::tree_base:
      return "mount the base of its tree";
    case ChildStep::tree_place:
      return "build its tree";
    case ChildStep::tree_pivot:
      return "change to its tree";
    case ChildStep::folder:
      return "change to its folder";
    case ChildStep::limits:
      return "set its limits";
    case ChildStep::privileges:
      return "drop its privileges";
    case ChildStep::user:
      return "change its user";
    case ChildStep::landlock:
    case ChildStep::landlock_rule:
      return "set up Landlock";
    case ChildStep::filter:
      return "set up seccomp";
    case ChildStep::program:
      return "run the program";
  }
  return "";
}

OTKLIK_CHILD int child_main(void* given) noexcept {
  auto& plan = *static_cast<ChildPlan*>(given);
  if (!prepare(plan)) ::_exit(127);
  if (plan.only_try) ::_exit(0);
  ::execve(plan.program, plan.arguments, plan.environment);
  plan.step = ChildStep::program;
  plan.error = errno;
  ::_exit(127);
}

}  // namespace otklik::plugins
