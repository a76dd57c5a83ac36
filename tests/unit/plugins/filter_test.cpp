#include "plugins/sandbox/filter.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

namespace otklik::plugins {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t here = AUDIT_ARCH_X86_64;
constexpr std::uint32_t elsewhere = AUDIT_ARCH_I386;
#else
constexpr std::uint32_t here = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t elsewhere = AUDIT_ARCH_ARM;
#endif

/// What the kernel would say: the few instructions that the filter is made of.
std::uint32_t verdict(const std::vector<sock_filter>& program, const seccomp_data& call) {
  std::uint32_t a = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const auto& [code, if_true, if_false, k] = program[at];
    switch (code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&a, reinterpret_cast<const char*>(&call) + k, sizeof a);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += a == k ? if_true : if_false;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += a >= k ? if_true : if_false;
        break;
      case BPF_RET | BPF_K:
        return k;
      default:
        ADD_FAILURE() << "an instruction of another kind: " << code;
        return 0;
    }
  }
  ADD_FAILURE() << "the program has no end";
  return 0;
}

constexpr std::uint32_t allow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t refused(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }

std::uint32_t asked(const FilterOptions& options, long number, std::uint64_t first = 0, std::uint64_t fourth = 0) {
  seccomp_data call{};
  call.nr = static_cast<int>(number);
  call.arch = here;
  call.args[0] = first;
  call.args[3] = fourth;
  return verdict(make_filter(options), call);
}

TEST(Filter, lets_ordinary_calls_through) {
  for (const long number : {SYS_read, SYS_write, SYS_openat, SYS_futex, SYS_exit_group, SYS_execve, SYS_socketpair,
                            SYS_epoll_pwait, SYS_wait4, SYS_getrandom, SYS_prctl}) {
    EXPECT_EQ(asked({}, number), allow) << number;
  }
}

TEST(Filter, refuses_what_no_plugin_needs) {
  for (const long number : {SYS_ptrace, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_bpf, SYS_keyctl, SYS_unshare,
                            SYS_setns, SYS_reboot, SYS_perf_event_open, SYS_userfaultfd, SYS_process_vm_writev}) {
    EXPECT_EQ(asked({.network = true, .shared_memory = true}, number), refused(EPERM)) << number;
  }
  EXPECT_EQ(asked({}, SYS_io_uring_setup), refused(ENOSYS));
  EXPECT_EQ(asked({}, SYS_clone3), refused(ENOSYS));
}

TEST(Filter, lets_threads_and_children_be_made_but_no_namespace) {
  EXPECT_EQ(asked({}, SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD), allow);
  EXPECT_EQ(asked({}, SYS_clone, 17), allow);
  EXPECT_EQ(asked({}, SYS_clone, CLONE_NEWUSER | 17), refused(EPERM));
  EXPECT_EQ(asked({}, SYS_clone, CLONE_NEWNET | 17), refused(EPERM));
}

TEST(Filter, gives_sockets_only_with_the_network_and_only_of_the_internet) {
  for (const int family : {AF_INET, AF_INET6}) {
    EXPECT_EQ(asked({}, SYS_socket, static_cast<std::uint64_t>(family)), refused(EACCES));
    EXPECT_EQ(asked({.network = true}, SYS_socket, static_cast<std::uint64_t>(family)), allow);
  }
  for (const int family : {AF_UNIX, AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG}) {
    EXPECT_EQ(asked({}, SYS_socket, static_cast<std::uint64_t>(family)), refused(EACCES));
    EXPECT_EQ(asked({.network = true}, SYS_socket, static_cast<std::uint64_t>(family)), refused(EACCES));
  }
}

TEST(Filter, refuses_to_change_modes_owners_and_times_of_files_unless_a_tree_hides_those_of_others) {
  for (const long number : {SYS_fchmod, SYS_fchmodat, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr,
                            SYS_removexattr, 452, 469}) {
    EXPECT_EQ(asked({}, number), refused(EPERM)) << number;
    EXPECT_EQ(asked({.file_attributes = true}, number), allow) << number;
  }
#if defined(__x86_64__)
  EXPECT_EQ(asked({}, SYS_chmod), refused(EPERM));
  EXPECT_EQ(asked({}, SYS_utimes), refused(EPERM));
#endif
}

TEST(Filter, lets_a_program_change_the_limits_of_others_only_where_a_namespace_hides_them) {
  for (const long number : {SYS_prlimit64, SYS_sched_setaffinity, SYS_sched_setscheduler, SYS_sched_setattr}) {
    EXPECT_EQ(asked({}, number, 0), allow) << number;
    EXPECT_EQ(asked({}, number, 4711), refused(EPERM)) << number;
    EXPECT_EQ(asked({.other_processes = true}, number, 4711), allow) << number;
  }
  for (const long number : {SYS_setpriority, SYS_ioprio_set}) {
    EXPECT_EQ(asked({}, number, 0), refused(EPERM)) << number;
    EXPECT_EQ(asked({.other_processes = true}, number, 0), allow) << number;
  }
}

TEST(Filter, lets_nobody_listen) {
  EXPECT_EQ(asked({}, SYS_listen), refused(EACCES));
  EXPECT_EQ(asked({.network = true, .shared_memory = true}, SYS_listen), refused(EACCES));
  EXPECT_EQ(asked({.network = true}, SYS_connect), allow);
}

TEST(Filter, refuses_memory_that_no_limit_counts_unless_a_cgroup_does) {
  const std::uint64_t shared = MAP_SHARED | MAP_ANONYMOUS;
  EXPECT_EQ(asked({}, SYS_mmap, 0, shared), refused(ENOMEM));
  EXPECT_EQ(asked({}, SYS_mmap, 0, MAP_PRIVATE | MAP_ANONYMOUS), allow);
  EXPECT_EQ(asked({}, SYS_mmap, 0, MAP_SHARED), allow);
  EXPECT_EQ(asked({}, SYS_mmap, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN), refused(ENOMEM));
  EXPECT_EQ(asked({}, SYS_mmap, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE), allow);
  EXPECT_EQ(asked({.shared_memory = true}, SYS_mmap, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN), allow);
  for (const long number : {SYS_memfd_create, SYS_shmget, SYS_semget, SYS_msgget}) {
    EXPECT_EQ(asked({}, number), refused(ENOSYS)) << number;
    EXPECT_EQ(asked({.shared_memory = true}, number), allow) << number;
  }
  EXPECT_EQ(asked({.shared_memory = true}, SYS_mmap, 0, shared), allow);
  EXPECT_EQ(asked({.shared_memory = true}, SYS_memfd_create), allow);
}

TEST(Filter, ends_who_calls_by_another_machines_table) {
  seccomp_data call{};
  call.arch = elsewhere;
  EXPECT_EQ(verdict(make_filter({}), call), SECCOMP_RET_KILL_PROCESS);
#if defined(__x86_64__)
  call.arch = here;
  call.nr = 0x40000000;  // the x32 table has calls of the same numbers
  EXPECT_EQ(verdict(make_filter({}), call), SECCOMP_RET_KILL_PROCESS);
#endif
}

TEST(Filter, is_short_enough_for_the_kernel) { EXPECT_LT(make_filter({.network = true}).size(), BPF_MAXINSNS); }

}  // namespace
}  // namespace otklik::plugins
