#include "plugins/sandbox/filter.hpp"

#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <initializer_list>

namespace otklik::plugins {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t x32_bit = 0x40000000;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif

// In the order of <linux/seccomp.h>; arguments are 64 bits wide, their low half first on a little-endian machine.
constexpr std::uint32_t number_at = offsetof(seccomp_data, nr);
constexpr std::uint32_t architecture_at = offsetof(seccomp_data, arch);
constexpr std::uint32_t argument_at(unsigned i) { return offsetof(seccomp_data, args) + 8 * i; }

constexpr std::uint32_t refuse(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }

// Calls that reach other processes, the kernel's own state, or around the sandbox.
constexpr long forbidden[] = {
    // other processes
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_pidfd_getfd,
    SYS_process_madvise,
    SYS_move_pages,
    SYS_migrate_pages,
    // mounts and roots
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    SYS_swapon,
    SYS_swapoff,
    SYS_quotactl,
    SYS_quotactl_fd,
    SYS_fanotify_init,
    // namespaces
    SYS_unshare,
    SYS_setns,
    // the kernel
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_syslog,
    SYS_acct,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_vhangup,
    SYS_lookup_dcookie,
    SYS_nfsservctl,
    SYS_mknodat,
#if defined(__x86_64__)
    SYS_mknod,
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
    SYS_uselib,
    SYS_kexec_file_load,
    SYS__sysctl,
    SYS_ustat,
    SYS_sysfs,
    SYS_create_module,
    SYS_get_kernel_syms,
    SYS_query_module,
#endif
};

// Libraries try these first and do without them when they are not there. io_uring makes calls that no filter sees;
// clone3 passes its flags where no filter can look.
constexpr long absent[] = {SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_clone3};

// By path or descriptor: a descriptor that may only be read suffices for these. Numbers from 424 on are everybody's,
// and newer than our headers.
constexpr long file_attributes[] = {
    SYS_fchmod,
    SYS_fchmodat,
    452,  // fchmodat2
    SYS_fchown,
    SYS_fchownat,
    SYS_utimensat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    463,  // setxattrat
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    466,  // removexattrat
    469,  // file_setattr
#if defined(__x86_64__)
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
    SYS_utime,
    SYS_utimes,
    SYS_futimesat,
#endif
};

// These take the number of a process first; 0 is whoever calls.
constexpr long by_process[] = {SYS_prlimit64, SYS_sched_setaffinity, SYS_sched_setscheduler, SYS_sched_setparam,
                               SYS_sched_setattr};
// These may mean all processes of a user.
constexpr long by_user[] = {SYS_setpriority, SYS_ioprio_set};

// Landlock knows no port before its ABI 4, and this needs none.
constexpr long listening[] = {SYS_listen};

// Memory behind a descriptor, shared between processes or the kernel's own is in nobody's RLIMIT_DATA.
constexpr long uncounted_memory[] = {SYS_memfd_create,
                                     SYS_shmget,
                                     SYS_shmat,
                                     SYS_shmctl,
                                     SYS_semget,
                                     SYS_msgget
#if defined(SYS_memfd_secret)
                                     ,
                                     SYS_memfd_secret
#endif
};

class Builder {
 public:
  void load(std::uint32_t at) { add(BPF_LD | BPF_W | BPF_ABS, at); }
  void answer(std::uint32_t what) { add(BPF_RET | BPF_K, what); }
  void mask(std::uint32_t bits) { add(BPF_ALU | BPF_AND | BPF_K, bits); }
  /// What follows (`count` instructions) runs only when the loaded word is `value`.
  void when_equal(std::uint32_t value, std::uint8_t count) { jump(BPF_JEQ, value, 0, count); }
  void unless_equal(std::uint32_t value, std::uint8_t count) { jump(BPF_JEQ, value, count, 0); }

  std::vector<sock_filter> program;

 private:
  void add(int code, std::uint32_t k) { program.push_back({static_cast<std::uint16_t>(code), 0, 0, k}); }
  void jump(int kind, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    program.push_back({static_cast<std::uint16_t>(BPF_JMP | kind | BPF_K), if_true, if_false, value});
  }
};

/// The number is loaded and stays loaded.
void refuse_calls(Builder& to, std::span<const long> numbers, int error) {
  for (const long number : numbers) {
    to.when_equal(static_cast<std::uint32_t>(number), 1);
    to.answer(refuse(error));
  }
}

/// Calls whose first argument must be 0.
void refuse_others(Builder& to, std::span<const long> numbers, int error) {
  for (const long number : numbers) {
    to.when_equal(static_cast<std::uint32_t>(number), 4);
    to.load(argument_at(0));
    to.unless_equal(0, 1);
    to.answer(refuse(error));
    to.answer(SECCOMP_RET_ALLOW);
  }
}

/// socket(): only the families given.
void restrict_sockets(Builder& to, std::initializer_list<int> families) {
  to.when_equal(SYS_socket, static_cast<std::uint8_t>(2 + 2 * families.size()));
  to.load(argument_at(0));
  for (const int family : families) {
    to.when_equal(static_cast<std::uint32_t>(family), 1);
    to.answer(SECCOMP_RET_ALLOW);
  }
  to.answer(refuse(EACCES));
}

}  // namespace

std::vector<sock_filter> make_filter(const FilterOptions& options) {
#if defined(__x86_64__) || defined(__aarch64__)
  Builder to;
  to.load(architecture_at);
  to.unless_equal(architecture, 1);
  to.answer(SECCOMP_RET_KILL_PROCESS);
  to.load(number_at);
#if defined(__x86_64__)
  to.program.push_back({BPF_JMP | BPF_JGE | BPF_K, 0, 1, x32_bit});
  to.answer(SECCOMP_RET_KILL_PROCESS);
#endif
  refuse_calls(to, forbidden, EPERM);
  refuse_calls(to, absent, ENOSYS);
  refuse_calls(to, listening, EACCES);
  if (!options.file_attributes) refuse_calls(to, file_attributes, EPERM);
  if (!options.other_processes) {
    refuse_calls(to, by_user, EPERM);
    refuse_others(to, by_process, EPERM);
  }
  if (!options.shared_memory) {
    refuse_calls(to, uncounted_memory, ENOSYS);
    to.when_equal(SYS_mmap, 9);
    to.load(argument_at(3));
    to.mask(MAP_SHARED | MAP_ANONYMOUS);
    to.when_equal(MAP_SHARED | MAP_ANONYMOUS, 1);
    to.answer(refuse(ENOMEM));
    to.load(argument_at(3));
    to.mask(MAP_GROWSDOWN);  // a stack, which is no data
    to.unless_equal(0, 1);
    to.answer(refuse(ENOMEM));
    to.answer(SECCOMP_RET_ALLOW);
  }
  // clone(): no new namespace. The flags are the first argument on both machines.
  to.when_equal(SYS_clone, 6);
  to.load(argument_at(0));
  to.mask(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP);
  to.unless_equal(0, 1);
  to.answer(refuse(EPERM));
  to.load(number_at);
  to.answer(SECCOMP_RET_ALLOW);
  if (options.network) {
    restrict_sockets(to, {AF_INET, AF_INET6});
  } else {
    restrict_sockets(to, {});
  }
  to.answer(SECCOMP_RET_ALLOW);
  return std::move(to.program);
#else
  static_cast<void>(options);
  return {};
#endif
}

}  // namespace otklik::plugins
