#pragma once
#include <linux/filter.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

/// Starting a program in its sandbox. Everything is prepared before, so that the child between clone and exec only
/// makes system calls: it shares the memory of a program with many threads.
namespace otklik::plugins {

/// What happens to one place of the program's file tree, in order.
struct TreeStep {
  enum class Kind : std::uint8_t {
    folder,     ///< `source`, seen at `target`, read-only
    file,       ///< likewise
    writable,   ///< a folder that may be written
    device,     ///< a device node
    link,       ///< a symbolic link to `source`
    temporary,  ///< an empty folder in memory
    processes,  ///< /proc of the process namespace; where that cannot be, nothing
  };
  Kind kind = Kind::folder;
  std::string source;
  std::string target;  ///< absolute
};

/// One path that Landlock lets the program reach.
struct PathRule {
  enum class Access : std::uint8_t { read, run, write, device };
  std::string path;
  Access access = Access::read;
};

struct Limit {
  int resource = 0;
  rlim_t most = 0;
};

/// Everything about one start.
struct LaunchPlan {
  std::string program;                   ///< absolute path
  std::vector<std::string> arguments{};  ///< with the program's name in front
  std::vector<std::string> environment{};
  std::string folder;  ///< the working folder

  // --- the sandbox; what is left out is not done ---
  bool user_namespace = false;
  bool process_namespace = false;
  bool network_namespace = false;
  bool ipc_namespace = false;  ///< and the host's name
  bool own_tree = false;       ///< a mount namespace in which only `tree` exists
  std::string tree_base{};     ///< a folder that is hidden by the new tree while it is built
  std::vector<TreeStep> tree{};
  std::size_t temporary_size = std::size_t{64} << 20;  ///< bytes of each TreeStep::temporary
  int landlock = 0;                                    ///< its ABI; 0: none
  bool landlock_network = false;                       ///< listening is refused too (ABI 4)
  std::vector<PathRule> rules{};
  std::vector<sock_filter> filter{};  ///< empty: no seccomp
  uid_t user = 0;                     ///< 0: stays who it is
  std::vector<Limit> limits{};
  int nice = 0;
  int cgroup_procs = -1;  ///< cgroup.procs to enter; -1: none
  bool only_try = false;  ///< do everything but the program, and end with status 0
};

/// A process that was started.
struct Launched {
  pid_t pid = 0;
  UniqueFd pidfd;
  UniqueFd input, output, errors;  ///< our ends of its standard streams, non-blocking
};

/// Starts it, and returns when the program runs (or could not). Blocks for some milliseconds: never on a loop.
/// Errors: `failed` with the step that did not work and why; for people, names no secret.
Result<Launched> launch(const LaunchPlan& plan);

/// Waits until it has ended, and takes its status: `exited with 3`, `was killed by signal 9`. No zombie stays.
std::string reap(const UniqueFd& pidfd);

/// The ABI of Landlock that the kernel speaks; 0: none.
int landlock_abi() noexcept;

}  // namespace otklik::plugins
