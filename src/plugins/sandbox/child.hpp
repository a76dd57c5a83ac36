#pragma once
#include <linux/filter.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "plugins/sandbox/launch.hpp"

/// The child's own path, from clone to exec.
namespace otklik::plugins {

/// Where the child got to. The kernel's names of the errors are the parent's to find.
enum class ChildStep : std::uint8_t {
  begin,
  cgroup,
  user_namespace,
  streams,
  tree_private,
  tree_open,
  tree_base,
  tree_place,
  tree_pivot,
  folder,
  limits,
  privileges,
  user,
  landlock,
  landlock_rule,
  filter,
  program,
};
const char* name(ChildStep step) noexcept;

/// A TreeStep or PathRule as the child takes it: pointers into the plan.
struct ChildPlace {
  TreeStep::Kind kind;
  const char* source;
  const char* target;  ///< below the base of the tree
  std::uint64_t attributes;
  int fd;  ///< the child's
};
struct ChildRule {
  const char* path;
  std::uint64_t access;
  std::uint64_t access_of_file;
};

/// What the child needs, all of it made before. It writes only `step`, `error` and the descriptors of places.
struct ChildPlan {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* folder;
  int input, output, errors;
  bool user_namespace;
  char user_map[48], group_map[48];
  bool own_tree;
  const char* tree_base;
  ChildPlace* places;
  std::size_t place_count;
  char temporary_options[48];
  int landlock;
  std::uint64_t landlock_files, landlock_network, landlock_scoped;
  const ChildRule* rules;
  std::size_t rule_count;
  sock_fprog filter;
  uid_t user;
  const Limit* limits;
  std::size_t limit_count;
  int nice;
  int cgroup_procs;
  bool only_try;

  ChildStep step;
  int error;
};

/// The function of clone(): never returns but to end the process.
int child_main(void* plan) noexcept;

}  // namespace otklik::plugins
