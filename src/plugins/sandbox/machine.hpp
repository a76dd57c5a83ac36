#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/sandbox/cgroup.hpp"

namespace otklik::plugins {

/// What a plugin is held to (docs/plugins.md, "What a plugin may do").
enum class Guarantee : std::uint8_t { files, network, processes, privileges, identity, memory, cpu, count };
std::string_view name(Guarantee guarantee) noexcept;

/// One means behind a guarantee, as this machine has it.
struct Means {
  Guarantee guarantee = Guarantee::files;
  std::string what;
  bool had = false;
  bool whole = true;   ///< false: it holds a part only, and does not count alone
  std::string remark;  ///< why it is not had, or what it leaves open
};

/// What of a sandbox this machine gives to this server. Found out by trying each means on a process.
struct Machine {
  bool is_root = false;
  bool user_namespace = false;
  bool process_namespace = false;
  bool network_namespace = false;
  bool ipc_namespace = false;
  bool own_tree = false;
  int landlock = 0;  ///< its ABI; 0: none
  bool filter = false;
  std::optional<CgroupRoot> cgroup;
  std::vector<Means> means;

  /// `cgroup`: the setting plugins.cgroup. `base`: a folder of ours over which a plugin's tree can be built.
  static Machine look(const std::string& cgroup, const std::string& base);

  /// Guarantees for which there is no whole means, and which plugins.require_sandbox asks for.
  [[nodiscard]] std::vector<Guarantee> missing() const;
};

/// Whether plugins.require_sandbox asks for it.
bool is_required(Guarantee guarantee) noexcept;

}  // namespace otklik::plugins
