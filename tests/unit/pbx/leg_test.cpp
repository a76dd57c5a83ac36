#include "pbx/leg.hpp"

#include <gtest/gtest.h>

namespace otklik::pbx {
namespace {

namespace telephony = core::telephony;
using enum LegState;

struct Row {
  telephony::Order order;
  std::vector<LegState> acts_in;
};

std::vector<Row> rows() {
  return {
      {telephony::RingLeg{}, {offered, early}},
      {telephony::AnswerLeg{}, {offered, early}},
      {telephony::EndLeg{}, {offered, early, placed, answered}},
      {telephony::AskToAnswer{}, {placed}},
      {telephony::PlaySound{}, {offered, early, answered}},
      {telephony::StopSound{}, {offered, early, answered}},
      {telephony::SendDigits{}, {early, placed, answered}},
      {telephony::EchoLeg{}, {answered}},
      {telephony::AcceptTransfer{}, {answered}},
      {telephony::FinishTransfer{}, {answered}},
      {telephony::RefuseTransfer{}, {answered}},
      {telephony::PlaceLeg{}, {}},
  };
}

TEST(LegTable, says_for_each_order_and_state_whether_it_does_something) {
  for (const auto& [order, acts_in] : rows()) {
    for (const auto state : {offered, early, placed, answered}) {
      const bool acts = std::ranges::find(acts_in, state) != acts_in.end();
      EXPECT_EQ(effect(order, state) == Effect::acts, acts) << telephony::name(order) << " in " << name(state);
    }
  }
}

TEST(LegTable, lets_a_leg_be_ended_in_every_state) {
  for (const auto state : {offered, early, placed, answered})
    EXPECT_EQ(effect(telephony::EndLeg{}, state), Effect::acts);
}

}  // namespace
}  // namespace otklik::pbx
