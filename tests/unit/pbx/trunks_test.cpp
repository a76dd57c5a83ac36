#include "pbx/trunks.hpp"

#include <gtest/gtest.h>

#include "unit/pbx/stand_ins.hpp"

namespace otklik::pbx {
namespace {

TEST(Trunks, work_until_something_else_is_heard) {
  Trunks trunks;
  EXPECT_EQ(trunks.registered({.trunk = id(1)}), std::nullopt);
  EXPECT_EQ(trunks.reachable({.trunk = id(1), .reachable = true}), std::nullopt);
  EXPECT_EQ(trunks.down(), 0U);
}

TEST(Trunks, are_told_once_when_they_fail_and_once_when_they_work_again) {
  Trunks trunks;
  EXPECT_EQ(trunks.failed({.trunk = id(1), .status = 403, .reason = {}}), std::optional(false));
  EXPECT_EQ(trunks.failed({.trunk = id(1), .status = 403, .reason = {}}), std::nullopt);
  EXPECT_EQ(trunks.registered({.trunk = id(1)}), std::optional(true));
}

TEST(Trunks, work_only_when_both_the_registration_and_the_peer_answer) {
  Trunks trunks;
  EXPECT_EQ(trunks.failed({.trunk = id(1), .reason = {}}), std::optional(false));
  EXPECT_EQ(trunks.reachable({.trunk = id(1), .reachable = false}), std::nullopt);
  EXPECT_EQ(trunks.registered({.trunk = id(1)}), std::nullopt);
  EXPECT_EQ(trunks.reachable({.trunk = id(1), .reachable = true}), std::optional(true));
}

TEST(Trunks, forget_what_was_known_of_one_that_begins_anew) {
  Trunks trunks;
  static_cast<void>(trunks.failed({.trunk = id(1), .reason = {}}));
  trunks.forget(id(1));
  EXPECT_EQ(trunks.down(), 0U);
}

}  // namespace
}  // namespace otklik::pbx
