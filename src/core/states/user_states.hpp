#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/events.hpp"
#include "core/overview.hpp"

namespace otklik::core {

/// The machine's part for users' states: who is here, in which state and modes, and why. Tables of rules:
/// states/transitions.hpp. Each change appends a UserStateChanged to `follow`.
///
/// Whoever runs calls tells it, inside a turn, who is in one. A nil user is nobody: nothing happens.
class UserStates {
 public:
  /// A server that starts has nobody here, in no mode.
  void clear();
  /// Who there is, and which line is whose, from now on.
  void use(std::shared_ptr<const Directory> directory, Time at, std::vector<Event>& follow);
  void use(std::shared_ptr<const Plan> plan, Time at, std::vector<Event>& follow);

  /// False: it is connected already; what is told of it now holds.
  bool apply(const LineConnected& fact, Time at, std::vector<Event>& follow);
  /// False: it is not connected.
  bool apply(const LineDisconnected& fact, Time at, std::vector<Event>& follow);
  /// Always true: what is not possible is an answer, not a mistake.
  bool apply(const UserStateRequested& fact, Time at, std::vector<Event>& follow);
  /// False: he has a standing already that he asked for.
  bool apply(const UserStateRestored& fact, Time at, std::vector<Event>& follow);

  /// A client of his logs in or out.
  void session_opened(const Uuid& user, Time at, std::vector<Event>& follow);
  /// False: none was open.
  bool session_closed(const Uuid& user, Time at, std::vector<Event>& follow);

  /// He is in one more call, from its answer on. Takes a reservation off.
  void talk_began(const Uuid& user, Time at, std::vector<Event>& follow);
  /// False: he was in none. After the last one a break that waits begins.
  bool talk_ended(const Uuid& user, Time at, std::vector<Event>& follow);

  /// For a call that is about to ring. False: he is not ready, or reserved already; then nothing changes.
  bool reserve(const Uuid& user, Time at, std::vector<Event>& follow);
  /// False: he was not reserved (any more).
  bool release(const Uuid& user, Time at, std::vector<Event>& follow);

  /// Of tasks; see UserModes::on_task.
  void task_began(const Uuid& user, Time at, std::vector<Event>& follow);
  bool task_ended(const Uuid& user, Time at, std::vector<Event>& follow);

  [[nodiscard]] const SharedMap<Uuid, UserStanding>& users() const noexcept { return users_.now(); }
  [[nodiscard]] const SharedMap<Uuid, ConnectedLine>& connected() const noexcept { return connected_.now(); }
  [[nodiscard]] UserStanding standing(const Uuid& user) const { return StatesView{users(), {}}.of(user); }
  [[nodiscard]] bool is_ready(const Uuid& user) const {
    const UserStanding* known = users().find(user);
    return known != nullptr && known->is_ready();
  }
  [[nodiscard]] bool takes_distributed(const Uuid& user) const {
    const UserStanding* known = users().find(user);
    return known != nullptr && known->takes_distributed();
  }

  [[nodiscard]] StatesView snapshot() { return {.users = users_.snapshot(), .connected = connected_.snapshot()}; }

  /// Appends a sentence for every invariant that does not hold.
  void check(std::vector<std::string>& violations) const;

 private:
  struct Why {
    StateCause cause;
    std::string_view by{};
  };
  /// Changes a standing, derives the state anew and appends what has become another.
  template <class Change>
  void change(const Uuid& user, Why why, Time at, std::vector<Event>& follow, Change change);
  [[nodiscard]] std::string login_of(const Uuid& user) const;
  [[nodiscard]] Uuid user_of(const Uuid& line) const;

  SharedMapWriter<Uuid, UserStanding> users_;
  SharedMapWriter<Uuid, ConnectedLine> connected_;
  std::shared_ptr<const Directory> directory_;  ///< null: not known yet, everybody may be somebody
  std::shared_ptr<const Plan> plan_;            ///< null: not known yet, no line is anybody's
};

}  // namespace otklik::core
