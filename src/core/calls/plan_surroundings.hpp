#pragma once
#include <vector>

#include "core/calls/surroundings.hpp"
#include "core/directory/directory.hpp"
#include "core/events.hpp"
#include "core/plan/plan.hpp"
#include "core/states/user_states.hpp"

namespace otklik::core {

/// Answers calls from the plan, the directory and the users' states as they are in this turn. Lives no longer than it.
class PlanSurroundings final : public Surroundings {
 public:
  PlanSurroundings(const Plan& plan, const Directory& directory, UserStates& states, const WeekMoment& moment, Time at,
                   std::vector<Event>& follow)
      : plan_(plan), directory_(directory), states_(states), moment_(moment), at_(at), follow_(follow) {}

  std::optional<LineCard> line(const Uuid& line) override;
  std::optional<std::string> trunk_number(const Uuid& trunk) override;
  Route route(std::string_view dialled, const Uuid& from, commands::Where where, std::string_view caller) override;
  Route route_incoming(const Uuid& trunk, std::string_view dialled) override;
  Availability availability(const Uuid& user) override;
  std::optional<std::string> redirection(const Uuid& user, std::string_view caller) override;
  bool is_recorded(const Party& a, const Party& b, const Uuid& number_id) override;
  void talk_began(const Uuid& user) override;
  void talk_ended(const Uuid& user) override;

 private:
  [[nodiscard]] Route route_of(const Resolution& resolution, const Uuid& from, std::string_view caller, int depth);
  [[nodiscard]] InsideRoute inside(const InternalNumber& number) const;

  const Plan& plan_;
  const Directory& directory_;
  UserStates& states_;
  const WeekMoment& moment_;
  Time at_;
  std::vector<Event>& follow_;
};

}  // namespace otklik::core
