#include "pbx/causes.hpp"

#include <gtest/gtest.h>

namespace otklik::pbx {
namespace {

using By = sip::Ended::By;
using core::Cause;

sip::Ended ended(By by, int status = 0, sip::Cause cause = sip::Cause::normal, bool answered = false) {
  sip::Ended fact;
  fact.by = by;
  fact.status = status;
  fact.cause = cause;
  fact.answered = answered;
  return fact;
}

TEST(Causes, a_bye_is_hung_up) {
  EXPECT_EQ(cause_of(ended(By::peer, 0, sip::Cause::normal, true), {.placed = true}), Cause::hung_up);
  EXPECT_EQ(cause_of(ended(By::peer, 0, sip::Cause::busy, true), {.placed = true}), Cause::hung_up);
}

TEST(Causes, a_cancel_is_abandoned_or_answered_elsewhere) {
  EXPECT_EQ(cause_of(ended(By::peer), {}), Cause::abandoned);
  EXPECT_EQ(cause_of(ended(By::peer, 0, sip::Cause::answered_elsewhere), {}), Cause::answered_elsewhere);
}

TEST(Causes, a_refusal_of_what_we_placed_goes_by_its_status) {
  EXPECT_EQ(cause_of(ended(By::peer, 486, sip::Cause::busy), {.placed = true}), Cause::busy);
  EXPECT_EQ(cause_of(ended(By::peer, 603, sip::Cause::rejected), {.placed = true}), Cause::declined);
  EXPECT_EQ(cause_of(ended(By::peer, 404, sip::Cause::unallocated), {.placed = true, .to_trunk = true}),
            Cause::unknown_number);
  EXPECT_EQ(cause_of(ended(By::peer, 302), {.placed = true}), Cause::redirected);
}

TEST(Causes, silence_of_a_phone_and_of_a_trunk_are_told_apart) {
  EXPECT_EQ(cause_of(ended(By::network), {.placed = true}), Cause::not_reachable);
  EXPECT_EQ(cause_of(ended(By::network), {.placed = true, .to_trunk = true}), Cause::trunk_failed);
  EXPECT_EQ(cause_of(ended(By::network, 0, sip::Cause::normal, true), {}), Cause::media_lost);
}

TEST(Causes, nobody_registered_is_not_reachable_and_a_limit_is_no_answer) {
  EXPECT_EQ(cause_of(ended(By::agent, 0, sip::Cause::absent), {.placed = true}), Cause::not_reachable);
  EXPECT_EQ(cause_of(ended(By::limit), {.placed = true}), Cause::no_answer);
}

TEST(Causes, every_cause_of_the_core_is_said_as_something) {
  for (const auto& row : core::all_causes()) {
    EXPECT_NE(sip::name_of(said_as(row.cause)), "") << row.name;
  }
  EXPECT_EQ(said_as(Cause::busy), sip::Cause::busy);
  EXPECT_EQ(said_as(Cause::answered_elsewhere), sip::Cause::answered_elsewhere);
}

}  // namespace
}  // namespace otklik::pbx
