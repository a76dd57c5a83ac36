#include "plugins/sandbox/launch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "plugins/sandbox/child.hpp"

namespace otklik::plugins {
namespace {

// Landlock's rights by ABI, for a kernel that is newer than the headers we are compiled with.
constexpr std::uint64_t execute = 1ULL << 0, write_file = 1ULL << 1, read_file = 1ULL << 2, read_folder = 1ULL << 3;
constexpr std::uint64_t all_of_abi_1 = (1ULL << 13) - 1;
constexpr std::uint64_t refer = 1ULL << 13, truncate = 1ULL << 14, ioctl_device = 1ULL << 15;
constexpr std::uint64_t make_device_nodes = (1ULL << 6) | (1ULL << 11);  // character and block devices
constexpr std::uint64_t bind_tcp = 1ULL << 0;
constexpr std::uint64_t scoped_sockets_and_signals = 3;

std::uint64_t file_rights(int abi) noexcept {
  std::uint64_t rights = all_of_abi_1;
  if (abi >= 2) rights |= refer;
  if (abi >= 3) rights |= truncate;
  if (abi >= 5) rights |= ioctl_device;
  return rights;
}

std::uint64_t rights_of(PathRule::Access access, int abi) noexcept {
  const auto known = file_rights(abi);
  switch (access) {
    case PathRule::Access::read:
      return known & (read_file | read_folder);
    case PathRule::Access::run:
      return known & (read_file | read_folder | execute);
    case PathRule::Access::device:
      return known & (read_file | write_file | ioctl_device);
    case PathRule::Access::write:
      return known & ~(execute | make_device_nodes | ioctl_device);
  }
  return 0;
}

std::uint64_t attributes_of(TreeStep::Kind kind) noexcept {
  switch (kind) {
    case TreeStep::Kind::writable:
      return MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    case TreeStep::Kind::device:
      return MOUNT_ATTR_NOSUID;
    default:
      return MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  }
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const auto& text : texts)
    out.push_back(const_cast<char*>(text.c_str()));  // execve takes them so, and only reads
  out.push_back(nullptr);
  return out;
}

/// Both ends closed at exec, and none of them a standard stream.
struct Pipe {
  UniqueFd read, write;

  static Result<Pipe> make() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(last_system_error("make a pipe"));
    Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
    for (auto* end : {&pipe.read, &pipe.write}) {
      if (end->get() > STDERR_FILENO) continue;
      UniqueFd higher(::fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
      if (!higher) return std::unexpected(last_system_error("make a pipe"));
      *end = std::move(higher);
    }
    return pipe;
  }
};

bool set_non_blocking(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

/// The child's stack: a mapping of its own with a guard page below.
class Stack {
 public:
  static constexpr std::size_t size = 256 * 1024;

  Stack() : base_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
    if (base_ != MAP_FAILED) ::mprotect(base_, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), PROT_NONE);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() {
    if (base_ != MAP_FAILED) ::munmap(base_, size);
  }
  explicit operator bool() const noexcept { return base_ != MAP_FAILED; }
  [[nodiscard]] void* top() const noexcept { return static_cast<char*>(base_) + size; }

 private:
  void* base_;
};

/// The child's change of user makes the memory undumpable that it shares with us: no core, no /proc of our own.
class DumpableKept {
 public:
  DumpableKept() : before_(::prctl(PR_GET_DUMPABLE)) {}
  DumpableKept(const DumpableKept&) = delete;
  DumpableKept& operator=(const DumpableKept&) = delete;
  ~DumpableKept() {
    if (before_ == 1) ::prctl(PR_SET_DUMPABLE, 1);
  }

 private:
  int before_;
};

/// No signal may run a handler of ours in the child, which shares our memory.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

int clone_flags(const LaunchPlan& plan) noexcept {
  int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  if (plan.user_namespace) flags |= CLONE_NEWUSER;
  if (plan.process_namespace) flags |= CLONE_NEWPID;
  if (plan.network_namespace) flags |= CLONE_NEWNET;
  if (plan.ipc_namespace) flags |= CLONE_NEWIPC | CLONE_NEWUTS;
  if (plan.own_tree) flags |= CLONE_NEWNS;
  return flags;
}

}  // namespace

int landlock_abi() noexcept {
  const auto abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

Result<Launched> launch(const LaunchPlan& plan) {
  auto input = Pipe::make();
  auto output = Pipe::make();
  auto errors = Pipe::make();
  if (!input || !output || !errors) {
    return std::unexpected((!input ? input : !output ? output : errors).error());
  }
  const Stack stack;
  if (!stack) return std::unexpected(last_system_error("make a stack"));

  auto arguments = pointers(plan.arguments);
  auto environment = pointers(plan.environment);
  std::vector<ChildPlace> places;
  for (const auto& step : plan.tree) {
    places.push_back({step.kind, step.source.c_str(), step.target.c_str(), attributes_of(step.kind), -1});
  }
  std::vector<ChildRule> rules;
  const auto of_files = execute | write_file | read_file | truncate | ioctl_device;
  for (const auto& rule : plan.rules) {
    const auto rights = rights_of(rule.access, plan.landlock);
    rules.push_back({rule.path.c_str(), rights, rights & of_files});
  }

  ChildPlan child{};
  child.program = plan.program.c_str();
  child.arguments = arguments.data();
  child.environment = environment.data();
  child.folder = plan.folder.c_str();
  child.input = input->read.get();
  child.output = output->write.get();
  child.errors = errors->write.get();
  child.user_namespace = plan.user_namespace;
  *fmt::format_to_n(child.user_map, sizeof child.user_map - 1, "{0} {0} 1", ::geteuid()).out = '\0';
  *fmt::format_to_n(child.group_map, sizeof child.group_map - 1, "{0} {0} 1", ::getegid()).out = '\0';
  child.own_tree = plan.own_tree;
  child.tree_base = plan.tree_base.c_str();
  child.places = places.data();
  child.place_count = places.size();
  *fmt::format_to_n(child.temporary_options, sizeof child.temporary_options - 1, "mode=1777,size={}",
                    plan.temporary_size)
       .out = '\0';
  child.landlock = plan.landlock;
  child.landlock_files = file_rights(plan.landlock);
  child.landlock_network = plan.landlock_network ? bind_tcp : 0;
  child.landlock_scoped = scoped_sockets_and_signals;
  child.rules = rules.data();
  child.rule_count = rules.size();
  child.filter = {static_cast<unsigned short>(plan.filter.size()), const_cast<sock_filter*>(plan.filter.data())};
  child.user = plan.user;
  child.limits = plan.limits.data();
  child.limit_count = plan.limits.size();
  child.nice = plan.nice;
  child.cgroup_procs = plan.cgroup_procs;
  child.only_try = plan.only_try;

  int pidfd = -1;
  pid_t pid = -1;
  int clone_error = 0;
  {
    const SignalsBlocked blocked;
    const DumpableKept dumpable;
    pid = ::clone(child_main, stack.top(), clone_flags(plan), &child, &pidfd, nullptr, nullptr);
    clone_error = errno;
  }
  if (pid < 0) return fail(ErrorCode::failed, fmt::format("start a process: {}", std::strerror(clone_error)));
  Launched launched{pid, UniqueFd(pidfd), std::move(input->write), std::move(output->read), std::move(errors->read)};
  if (child.error != 0) {
    static_cast<void>(reap(launched.pidfd));
    return fail(ErrorCode::failed, fmt::format("{}: {}", name(child.step), std::strerror(child.error)));
  }
  for (const auto* end : {&launched.input, &launched.output, &launched.errors}) {
    if (!set_non_blocking(end->get())) return std::unexpected(last_system_error("prepare a pipe"));
  }
  return launched;
}

std::string reap(const UniqueFd& pidfd) {
  siginfo_t about{};
  while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd.get()), &about, WEXITED) != 0) {
    if (errno != EINTR) return "cannot be waited for";
  }
  if (about.si_code == CLD_EXITED) return fmt::format("exited with {}", about.si_status);
  return fmt::format("was killed by signal {}", about.si_status);
}

}  // namespace otklik::plugins
