#include "core/calls/open_calls.hpp"

#include <algorithm>
#include <array>

namespace otklik::core {

bool OpenCalls::concerns(std::string_view type) noexcept {
  constexpr std::array<std::string_view, 15> types{
      "chain_began",   "chain_ended", "leg_began",         "leg_answered",      "leg_moved",
      "leg_ended",     "call_began",  "call_ended",        "hold_began",        "hold_ended",
      "queue_entered", "queue_left",  "commutation_began", "commutation_ended", "autocall_started"};
  return type == "autocall_ended" || std::ranges::find(types, type) != types.end();
}

void OpenCalls::note(const EventBody& body, Time at) {
  if (const auto* e = std::get_if<ChainBegan>(&body)) chains_[e->chain] = {*e, at};
  if (const auto* e = std::get_if<ChainEnded>(&body)) {
    chains_.erase(e->chain);
    talked_.erase(e->chain);
  }
  if (const auto* e = std::get_if<LegBegan>(&body)) legs_[e->leg] = {*e, at};
  if (const auto* e = std::get_if<LegAnswered>(&body)) {
    if (const auto found = legs_.find(e->leg); found != legs_.end()) found->second.answered = true;
  }
  if (const auto* e = std::get_if<LegMoved>(&body)) {
    if (const auto found = legs_.find(e->leg); found != legs_.end()) found->second.event.chain = e->chain;
  }
  if (const auto* e = std::get_if<LegEnded>(&body)) legs_.erase(e->leg);
  if (const auto* e = std::get_if<CommutationBegan>(&body)) talks_[e->commutation] = {*e, at};
  if (const auto* e = std::get_if<CommutationEnded>(&body)) {
    talks_.erase(e->commutation);
    if (chains_.contains(e->chain) && at > e->began) {
      talked_[e->chain] += std::chrono::duration_cast<std::chrono::milliseconds>(at - e->began);
    }
  }
  if (const auto* e = std::get_if<CallBegan>(&body)) calls_[e->call] = {*e, at};
  if (const auto* e = std::get_if<CallEnded>(&body)) calls_.erase(e->call);
  if (const auto* e = std::get_if<QueueEntered>(&body)) queue_[e->call] = {*e, at};
  if (const auto* e = std::get_if<QueueLeft>(&body)) queue_.erase(e->call);
  if (const auto* e = std::get_if<AutocallStarted>(&body)) autocalls_[e->autocall] = {*e, at};
  if (const auto* e = std::get_if<AutocallEnded>(&body)) autocalls_.erase(e->autocall);
  if (const auto* e = std::get_if<HoldBegan>(&body)) holds_[e->held_leg] = {*e, at};
  if (const auto* e = std::get_if<HoldEnded>(&body)) holds_.erase(e->held_leg);
}

std::vector<EventBody> OpenCalls::closings() const {
  constexpr Cause why = Cause::server_restarted;
  std::vector<EventBody> out;
  for (const auto& [id, hold] : holds_) {
    const auto& e = hold.event;
    out.emplace_back(HoldEnded{.chain = e.chain,
                               .holder_leg = e.holder_leg,
                               .held_leg = e.held_leg,
                               .holder = e.holder,
                               .held = e.held,
                               .how = HoldEnd::broken,
                               .began = hold.at});
  }
  for (const auto& [id, talk] : talks_) {
    const auto& e = talk.event;
    out.emplace_back(CommutationEnded{.commutation = id,
                                      .chain = e.chain,
                                      .a_leg = e.a_leg,
                                      .b_leg = e.b_leg,
                                      .a = e.a,
                                      .b = e.b,
                                      .cause = why,
                                      .began = talk.at});
  }
  for (const auto& [id, entry] : queue_) {
    const auto& e = entry.event;
    out.emplace_back(QueueLeft{.call = id,
                               .chain = e.chain,
                               .caller = e.caller,
                               .number = e.number,
                               .number_id = e.number_id,
                               .cause = why,
                               .began = entry.at});
  }
  for (const auto& [id, call] : calls_) {
    out.emplace_back(CallEnded{.call = id, .chain = call.event.chain, .party = {}, .cause = why, .began = call.at});
  }
  for (const auto& [id, autocall] : autocalls_) {
    const auto& e = autocall.event;
    out.emplace_back(AutocallEnded{
        .autocall = id, .chain = e.chain, .owner = e.owner, .number = e.number, .cause = why, .began = autocall.at});
  }
  for (const auto& [id, leg] : legs_) {
    out.emplace_back(LegEnded{.leg = id,
                              .chain = leg.event.chain,
                              .party = leg.event.party,
                              .cause = why,
                              .began = leg.at,
                              .answered = leg.answered});
  }
  for (const auto& [id, chain] : chains_) {
    const auto talked = talked_.find(id);
    out.emplace_back(ChainEnded{.chain = id,
                                .cause = why,
                                .began = chain.at,
                                .talked = talked == talked_.end() ? std::chrono::milliseconds{0} : talked->second});
  }
  return out;
}

}  // namespace otklik::core
