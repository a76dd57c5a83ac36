#pragma once
#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace otklik::plugins {

/// What the seccomp filter lets through.
struct FilterOptions {
  bool network = false;        ///< Internet sockets, outgoing; never others
  bool shared_memory = false;  ///< memory that no limit of a process counts: only where a cgroup does
  /// Changes of modes, owners, times and attributes of files: only where a tree hides those of others, since no
  /// Landlock refuses them.
  bool file_attributes = false;
  /// Limits and priorities of processes by their numbers: only where a namespace hides those of others. Else its own.
  bool other_processes = false;
};

/// A filter over system calls: what no plugin needs answers EPERM (or what a library takes for "not here" and goes on
/// without), everything else runs. A call of another machine's table ends the process. Empty where this machine's table
/// is not known to us.
std::vector<sock_filter> make_filter(const FilterOptions& options);

}  // namespace otklik::plugins
