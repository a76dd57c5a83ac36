#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/calls/calls.hpp"
#include "core/directory/directory.hpp"
#include "core/events.hpp"
#include "core/overview.hpp"
#include "core/plan/plan.hpp"
#include "core/scripts.hpp"
#include "core/states/user_states.hpp"

namespace otklik::core {

/// What a turn is handed besides what it is about: the machine has no clock, time zone or random numbers of its own.
struct Moment {
  Time at{};
  Uuid ids{};              ///< random: what comes into being in this turn is named by it
  WeekMoment local{};      ///< in the server's time zone
  bool recordable = true;  ///< false: the log takes nothing, see CallTurn
};

/// The contact centre as a deterministic machine: facts go in one at a time, each with its time; what follows from them
/// comes out. It knows no socket, SQL, JSON, thread or clock, so the same facts always make the same state.
///
/// Each noun is a part of its own (Scripts, UserStates, Calls) with `apply`, `snapshot` and `check`;
/// this class only hands each fact to the parts that it concerns.
class Machine {
 public:
  explicit Machine(CallOptions calls = {}) : calls_(calls) {}

  /// One turn: applies the fact. The fact itself is to be recorded by the caller; events that follow from it are
  /// appended to `follow`, to be recorded right after it, in order.
  ///
  /// False: it cannot have happened (see Overview::impossible). It has been counted and changed nothing else, and is
  /// recorded all the same, since the log keeps what was told.
  /// `orders` are for the telephony, to be carried out after all of that went to the log.
  bool turn(const Event& fact, const Moment& moment, std::vector<Event>& follow, std::vector<telephony::Order>& orders);
  /// Likewise where nobody carries calls: orders are let go.
  bool turn(const Event& fact, std::vector<Event>& follow);

  /// What is not written to the log as it stands: what follows from it is.
  void happened(const telephony::Fact& fact, const Moment& moment, std::vector<Event>& follow,
                std::vector<telephony::Order>& orders);
  commands::Outcome command(const commands::Command& command, const Moment& moment, std::vector<Event>& follow,
                            std::vector<telephony::Order>& orders);
  void time_passed(const Moment& moment, std::vector<Event>& follow, std::vector<telephony::Order>& orders);
  /// When time_passed() is wanted at the latest; nothing: not at all.
  [[nodiscard]] std::optional<Time> next_deadline() const { return calls_.next_deadline(); }

  /// What the machine knows now, as a value for other threads. Costs a microsecond or two, however much there is.
  [[nodiscard]] Overview snapshot();

  [[nodiscard]] const Scripts& scripts() const noexcept { return scripts_; }
  [[nodiscard]] const ServerView& server() const noexcept { return server_; }
  [[nodiscard]] const LoginsView& logins() const noexcept { return logins_; }
  [[nodiscard]] const UserStates& states() const noexcept { return states_; }
  [[nodiscard]] const Calls& calls() const noexcept { return calls_; }
  /// As the last PlanChanged and DirectoryChanged that brought one along have it; empty ones before. Never null.
  [[nodiscard]] const std::shared_ptr<const Plan>& plan() const noexcept { return plan_; }
  [[nodiscard]] const std::shared_ptr<const Directory>& directory() const noexcept { return directory_; }
  [[nodiscard]] std::uint64_t turns() const noexcept { return turns_; }
  [[nodiscard]] std::uint64_t impossible() const noexcept { return impossible_; }

  /// Every invariant that does not hold, as a sentence each. Walks everything: for tests and for `otklik check`.
  [[nodiscard]] std::vector<std::string> violations() const;

 private:
  struct Apply;

  std::uint64_t turns_ = 0;
  Time at_{};
  ServerView server_;
  Scripts scripts_;
  LoginsView logins_;
  std::shared_ptr<const Plan> plan_ = std::make_shared<const Plan>();
  std::shared_ptr<const Directory> directory_ = std::make_shared<const Directory>();
  UserStates states_;
  Calls calls_;
  std::uint64_t plan_changes_ = 0;
  std::uint64_t directory_changes_ = 0;
  std::uint64_t custom_events_ = 0;
  std::uint64_t files_stored_ = 0;
  std::uint64_t files_deleted_ = 0;
  std::uint64_t impossible_ = 0;
};

}  // namespace otklik::core
