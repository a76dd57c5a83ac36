#include "core/calls/open_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/calls/calls.hpp"
#include "stories/calls/exchange.hpp"

namespace otklik::core {
namespace {

Uuid id(std::uint8_t number) {
  Uuid out;
  out.bytes[15] = number;
  return out;
}

constexpr Time noon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 30) + std::chrono::hours(12)};

std::vector<std::string> names_of(const std::vector<EventBody>& bodies) {
  std::vector<std::string> out;
  for (const auto& body : bodies) out.emplace_back(name(body));
  return out;
}

TEST(OpenCalls, has_nothing_to_close_in_a_log_without_calls) {
  OpenCalls open;
  open.note(ServerStarted{.version = "1"}, noon);
  EXPECT_TRUE(open.empty());
  EXPECT_TRUE(open.closings().empty());
}

TEST(OpenCalls, closes_a_talk_that_a_killed_server_left) {
  OpenCalls open;
  open.note(ChainBegan{.chain = id(1)}, noon);
  open.note(LegBegan{.leg = id(2), .chain = id(1)}, noon);
  open.note(LegBegan{.leg = id(3), .chain = id(1), .placed = true}, noon);
  open.note(CallBegan{.call = id(4), .chain = id(1)}, noon);
  open.note(CallEnded{.call = id(4), .chain = id(1), .answered = true}, noon);
  open.note(LegAnswered{.leg = id(2), .chain = id(1)}, noon);
  open.note(CommutationBegan{.commutation = id(5), .chain = id(1), .a_leg = id(2), .b_leg = id(3)}, noon);
  const auto closings = open.closings();
  EXPECT_THAT(names_of(closings), testing::ElementsAre("commutation_ended", "leg_ended", "leg_ended", "chain_ended"));
  EXPECT_EQ(std::get<ChainEnded>(closings.back()).cause, Cause::server_restarted);
  EXPECT_EQ(std::get<ChainEnded>(closings.back()).began, noon);
  EXPECT_TRUE(std::get<LegEnded>(closings[1]).answered);
  for (const auto& closing : closings) open.note(closing, noon);
  EXPECT_TRUE(open.empty()) << "what is closed is not closed again";
}

TEST(OpenCalls, knows_of_which_types_it_must_hear) {
  for (const EventBody& body : {EventBody(ChainBegan{}), EventBody(AutocallEnded{}), EventBody(HoldEnded{}),
                                EventBody(QueueEntered{}), EventBody(LegMoved{})}) {
    EXPECT_TRUE(OpenCalls::concerns(name(body))) << name(body);
  }
  EXPECT_FALSE(OpenCalls::concerns("script_started"));
  EXPECT_FALSE(OpenCalls::concerns("ring_started"));
}

TEST(OpenCalls, follows_a_server_to_whatever_it_was_in_when_it_died) {
  stories::Company company;
  stories::Phones phones;
  Calls calls;
  OpenCalls open;
  std::vector<Event> events;
  std::vector<telephony::Order> orders;
  std::uint8_t made = 0;
  Time now = noon;
  const auto turn = [&](auto what) {
    events.clear();
    orders.clear();
    what(CallTurn{.at = now, .ids = id(++made), .around = company, .events = events, .orders = orders});
    phones.carry_out(orders);
    for (const auto& event : events) open.note(event.body, event.at);
    now += std::chrono::seconds(1);
  };
  for (const auto* line : {"101", "102", "103", "105"}) {
    turn([&](CallTurn t) { calls.line_connected(stories::Company::line_id(line), t); });
  }
  const auto happens = [&](const telephony::Fact& fact) { turn([&](CallTurn t) { calls.happened(fact, t); }); };
  const Uuid alice = id(200);
  phones.offered(alice, stories::Company::line_id("101"), {});
  happens(telephony::LegOffered{
      .leg = alice, .from = telephony::FromLine{stories::Company::line_id("101")}, .dialled = "102"});
  Uuid bob;
  for (const auto& [leg, it] : phones.legs) {
    if (it.placed) bob = leg;
  }
  happens(telephony::LegAnswered{bob});
  turn([&](CallTurn t) {
    static_cast<void>(calls.command(commands::Autocall{.line = stories::Company::line_id("101"), .number = "103"}, t));
  });
  EXPECT_FALSE(open.empty());
  EXPECT_THAT(names_of(open.closings()), testing::ElementsAre("hold_ended", "call_ended", "autocall_ended", "leg_ended",
                                                              "leg_ended", "leg_ended", "chain_ended", "chain_ended"));
  turn([&](CallTurn t) { calls.stop(t); });
  EXPECT_TRUE(open.empty()) << "a server that stops closes all by itself";
}

}  // namespace
}  // namespace otklik::core
