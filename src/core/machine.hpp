#pragma once
#include <string>
#include <vector>

#include "core/events.hpp"
#include "core/overview.hpp"
#include "core/scripts.hpp"

namespace otklik::core {

/// The contact centre as a deterministic machine: facts go in one at a time, each with its time; what follows from them
/// comes out. It knows no socket, SQL, JSON, thread or clock, so the same facts always make the same state.
///
/// Each noun is a part of its own (Scripts; later calls, users' states, queues) with `apply`, `snapshot` and `check`;
/// this class only hands each fact to the parts that it concerns.
class Machine {
 public:
  /// One turn: applies the fact. The fact itself is to be recorded by the caller; events that follow from it are
  /// appended to `follow`, to be recorded right after it, in order.
  ///
  /// False: it cannot have happened (see Overview::impossible). It has been counted and changed nothing else, and is
  /// recorded all the same, since the log keeps what was told.
  bool turn(const Event& fact, std::vector<Event>& follow);

  /// What the machine knows now, as a value for other threads. Costs a microsecond or two, however much there is.
  [[nodiscard]] Overview snapshot();

  [[nodiscard]] const Scripts& scripts() const noexcept { return scripts_; }
  [[nodiscard]] const ServerView& server() const noexcept { return server_; }
  [[nodiscard]] const LoginsView& logins() const noexcept { return logins_; }
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
  std::uint64_t directory_changes_ = 0;
  std::uint64_t custom_events_ = 0;
  std::uint64_t files_stored_ = 0;
  std::uint64_t files_deleted_ = 0;
  std::uint64_t impossible_ = 0;
};

}  // namespace otklik::core
