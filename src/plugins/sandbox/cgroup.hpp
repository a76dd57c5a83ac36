#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace otklik::plugins {

/// A cgroup (version 2) of one process and all it starts. Ends them and goes with the object.
class Cgroup {
 public:
  Cgroup(Cgroup&&) noexcept = default;
  Cgroup& operator=(Cgroup&&) = delete;
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;
  ~Cgroup();

  /// Kills everything in it.
  void kill() noexcept;
  /// A new process enters by writing `0` here.
  [[nodiscard]] int procs() const noexcept { return procs_.get(); }
  /// How often the kernel ended something in it for want of memory.
  [[nodiscard]] std::uint64_t killed_for_memory() const;

 private:
  friend class CgroupRoot;
  Cgroup(std::string path, UniqueFd procs) : path_(std::move(path)), procs_(std::move(procs)) {}

  std::string path_;  // empty: moved away
  UniqueFd procs_;
};

struct CgroupLimits {
  std::uint64_t memory = 0;     ///< bytes
  std::uint64_t processes = 0;  ///< threads count
  unsigned cpu = 0;             ///< per cent of one core; 0: no limit
};

/// The cgroup that belongs to the server, in which it makes one for each plugin.
class CgroupRoot {
 public:
  /// `chosen`: the setting `plugins.cgroup`, a folder of /sys/fs/cgroup that belongs to the server and has no processes
  /// of its own. Empty: the cgroup that a service manager has handed over (`Delegate=yes`); the server then moves into
  /// a leaf of it. Errors: `failed`, why there is none; for people.
  static Result<CgroupRoot> find(const std::string& chosen);

  [[nodiscard]] bool has_memory() const noexcept { return memory_; }
  [[nodiscard]] bool has_processes() const noexcept { return processes_; }
  [[nodiscard]] bool has_cpu() const noexcept { return cpu_; }

  /// Errors: `failed`.
  [[nodiscard]] Result<Cgroup> make(std::string_view name, const CgroupLimits& limits) const;

 private:
  explicit CgroupRoot(std::string path) : path_(std::move(path)) {}
  void enable_controllers();
  /// What a killed server has left: it is empty, since its plugins died with it.
  void remove_leftovers() const;

  std::string path_;
  bool memory_ = false;
  bool processes_ = false;
  bool cpu_ = false;
};

}  // namespace otklik::plugins
