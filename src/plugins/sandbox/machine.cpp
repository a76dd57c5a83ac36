#include "plugins/sandbox/machine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "plugins/sandbox/filter.hpp"
#include "plugins/sandbox/launch.hpp"

namespace otklik::plugins {
namespace {

// ABIs of Landlock.
constexpr int truncate_from = 3;
constexpr int signals_from = 6;

/// Starts a process that does all of the plan but the program; empty: it worked, else why not.
std::string trial(LaunchPlan plan) {
  plan.only_try = true;
  plan.folder = "/";
  auto launched = launch(plan);
  if (!launched) return launched.error().message;
  const auto end = reap(launched->pidfd);
  return end == "exited with 0" ? std::string() : end;
}

class Trials {
 public:
  explicit Trials(Machine& machine, std::string base) : machine_(machine), base_(std::move(base)) {}

  /// Whether one namespace can be had; together with a user namespace where the server has no rights of its own.
  bool has(bool LaunchPlan::* wanted, std::string& why) const {
    LaunchPlan plan;
    plan.user_namespace = machine_.user_namespace;
    plan.*wanted = true;
    if (wanted == &LaunchPlan::own_tree) {
      plan.tree_base = base_;
      plan.tree = {{TreeStep::Kind::folder, "/usr", "/usr"}, {TreeStep::Kind::temporary, "", "/tmp"}};
    }
    why = trial(std::move(plan));
    return why.empty();
  }

 private:
  Machine& machine_;
  std::string base_;
};

}  // namespace

std::string_view name(Guarantee guarantee) noexcept {
  switch (guarantee) {
    case Guarantee::files:
      return "files";
    case Guarantee::network:
      return "network";
    case Guarantee::processes:
      return "processes";
    case Guarantee::privileges:
      return "privileges";
    case Guarantee::identity:
      return "identity";
    case Guarantee::memory:
      return "memory";
    case Guarantee::cpu:
      return "cpu";
    case Guarantee::count:
      return "count";
  }
  return "";
}

bool is_required(Guarantee guarantee) noexcept {
  return guarantee != Guarantee::identity && guarantee != Guarantee::cpu;
}

Machine Machine::look(const std::string& cgroup, const std::string& base) {
  Machine m;
  m.is_root = ::geteuid() == 0;
  const Trials trials(m, base);
  const auto add = [&m](Guarantee guarantee, std::string what, bool had, std::string remark, bool whole = true) {
    m.means.push_back({guarantee, std::move(what), had, whole, std::move(remark)});
  };
  std::string why;
  std::string user_why;
  if (!m.is_root) m.user_namespace = trials.has(&LaunchPlan::user_namespace, user_why);

  m.own_tree = trials.has(&LaunchPlan::own_tree, why);
  add(Guarantee::files, "mount namespace", m.own_tree, why);
  m.landlock = landlock_abi();
  std::string filter_why;
  {
    LaunchPlan plan;
    plan.filter = make_filter({});
    filter_why = plan.filter.empty() ? "this machine's system calls are not known to us" : trial(std::move(plan));
    m.filter = filter_why.empty();
  }
  // Alone it leaves modes, owners and times to whoever has the user of the files; the filter refuses to change them.
  add(Guarantee::files, m.landlock != 0 ? fmt::format("Landlock, ABI {}", m.landlock) : "Landlock", m.landlock != 0,
      m.landlock == 0              ? "the kernel has none, or it is switched off"
      : m.own_tree                 ? ""
      : m.landlock < truncate_from ? "files of the same user can be cut to nothing"
      : !m.filter                  ? "modes, owners and times of files of the same user can be changed"
                  : "names and sizes of other files can be asked for; modes and times of no file changed",
      m.own_tree || (m.landlock >= truncate_from && m.filter));

  m.network_namespace = trials.has(&LaunchPlan::network_namespace, why);
  add(Guarantee::network, "network namespace", m.network_namespace, why);
  add(Guarantee::network, "seccomp filter over sockets", m.filter, filter_why);

  m.process_namespace = trials.has(&LaunchPlan::process_namespace, why);
  add(Guarantee::processes, "process namespace", m.process_namespace, why);
  std::string cgroup_why;
  if (auto found = CgroupRoot::find(cgroup)) {
    m.cgroup = std::move(*found);
  } else {
    cgroup_why = found.error().message;
  }
  // Without a namespace of its own, only Landlock keeps a plugin's signals at home, and the filter its calls that
  // change limits and priorities.
  add(Guarantee::processes, "cgroup", m.cgroup.has_value(),
      !m.cgroup                   ? cgroup_why
      : m.landlock < signals_from ? "its signals reach other processes of the same user"
      : !m.filter                 ? "limits and priorities of other processes of the same user can be changed"
                                  : "",
      m.landlock >= signals_from && m.filter);
  m.ipc_namespace = trials.has(&LaunchPlan::ipc_namespace, why);
  add(Guarantee::processes, "IPC namespace", m.ipc_namespace, why, false);

  why = trial({});
  add(Guarantee::privileges, "no_new_privs, no capabilities", why.empty(), why, why.empty() && m.filter);
  add(Guarantee::privileges, "seccomp filter", m.filter, m.filter ? "" : "see network", false);

  if (m.is_root) {
    add(Guarantee::identity, "user id of its own", m.own_tree, m.own_tree ? "" : "it could not reach its own folder");
  } else {
    add(Guarantee::identity, "user namespace", m.user_namespace, user_why);
  }

  const auto controller = [&](Guarantee guarantee, const char* label, const char* controller_name, bool has) {
    add(guarantee, label, has,
        has        ? ""
        : m.cgroup ? fmt::format("the controller {} is not there", controller_name)
                   : cgroup_why);
  };
  controller(Guarantee::memory, "cgroup", "memory", m.cgroup && m.cgroup->has_memory());
  // /dev/zero is memory too, and only out of reach where files are.
  const bool no_shared = m.filter && (m.own_tree || m.landlock != 0);
  add(Guarantee::memory, "limit of each process", no_shared,
      no_shared ? "each process of a plugin has the whole limit and 8 MiB of stack, all together 64 MiB of /tmp"
                : "shared memory would not be counted");
  controller(Guarantee::cpu, "cgroup", "cpu", m.cgroup && m.cgroup->has_cpu());
  add(Guarantee::cpu, "lower priority", true, "no limit, others go first", false);
  controller(Guarantee::count, "cgroup", "pids", m.cgroup && m.cgroup->has_processes());
  add(Guarantee::count, "limits of processes, open files and file sizes", !m.is_root || m.own_tree,
      m.is_root && !m.own_tree ? "the number of processes of root is not limited" : "");
  return m;
}

std::vector<Guarantee> Machine::missing() const {
  std::vector<Guarantee> out;
  for (const auto guarantee : {Guarantee::files, Guarantee::network, Guarantee::processes, Guarantee::privileges,
                               Guarantee::identity, Guarantee::memory, Guarantee::cpu, Guarantee::count}) {
    const bool held = std::ranges::any_of(
        means, [&](const Means& each) { return each.guarantee == guarantee && each.had && each.whole; });
    if (!held && is_required(guarantee)) out.push_back(guarantee);
  }
  return out;
}

}  // namespace otklik::plugins
