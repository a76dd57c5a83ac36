#include "core/calls/calls.hpp"

#include "core/calls/work.hpp"

namespace otklik::core {

using calls::Work;

Calls::Calls(CallOptions options) : state_(std::make_unique<calls::State>()) { state_->options = options; }
Calls::~Calls() = default;

void Calls::happened(const telephony::Fact& fact, CallTurn turn) {
  Work work(*state_, turn);
  work.expire();
  std::visit(work, fact);
  work.finish();
}

commands::Outcome Calls::command(const commands::Command& command, CallTurn turn) {
  Work work(*state_, turn);
  work.expire();
  ++state_->figures.commands;
  auto outcome = std::visit([&work](const auto& one) { return work(one); }, command);
  if (!outcome) ++state_->figures.refused;
  work.finish();
  return outcome;
}

void Calls::time_passed(CallTurn turn) {
  Work work(*state_, turn);
  work.expire();
  work.finish();
}

void Calls::line_connected(const Uuid& line, CallTurn turn) {
  Work work(*state_, turn);
  work.expire();
  work.connect_line(line);
  work.finish();
}

void Calls::line_disconnected(const Uuid& line, CallTurn turn) {
  Work work(*state_, turn);
  work.expire();
  work.disconnect_line(line);
  work.finish();
}

void Calls::availability_changed(CallTurn turn) {
  Work work(*state_, turn);
  work.expire();
  work.look_again();
  work.finish();
}

void Calls::stop(CallTurn turn) {
  Work work(*state_, turn);
  work.expire();
  work.stop();
  work.finish();
}

void Calls::clear() {
  auto fresh = std::make_unique<calls::State>();
  fresh->options = state_->options;
  fresh->last = state_->last;
  fresh->skew = state_->skew;
  state_ = std::move(fresh);
}

std::optional<Time> Calls::next_deadline() const {
  const auto first = state_->deadlines.first();
  if (!first) return std::nullopt;
  return *first - state_->skew;
}

bool Calls::is_in_call(const Uuid& user) const { return state_->users.contains(user); }
const CallFigures& Calls::figures() const { return state_->figures; }
std::size_t Calls::live_legs() const { return state_->legs.size(); }

CallsView Calls::snapshot() {
  return {.chains = state_->chain_views.snapshot(),
          .lines = state_->line_views.snapshot(),
          .queue = state_->queue_views.snapshot(),
          .figures = state_->figures};
}

void Calls::check(std::vector<std::string>& violations) const {
  for (auto& fault : calls::faults(*state_)) violations.push_back(std::move(fault.sentence));
  if (state_->figures.impossible > 0) violations.emplace_back("a step was taken that no table has");
  if (state_->chain_views.now().size() != state_->chains.size()) {
    violations.emplace_back("readers see other chains than there are");
  }
  if (state_->queue_views.now().size() != state_->waiting.size()) {
    violations.emplace_back("readers see another queue than there is");
  }
}

}  // namespace otklik::core
