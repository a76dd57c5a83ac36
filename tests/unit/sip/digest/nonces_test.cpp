#include "sip/digest/nonces.hpp"

#include <gtest/gtest.h>

namespace otklik::sip::digest {
namespace {

using enum Nonces::Verdict;

TEST(Nonces, are_good_for_their_life_and_stale_after_it) {
  Nonces nonces(1000);
  const auto nonce = nonces.make(5000);
  EXPECT_EQ(nonces.check(nonce, 5000), good);
  EXPECT_EQ(nonces.check(nonce, 6000), good);
  EXPECT_EQ(nonces.check(nonce, 6001), stale);
}

TEST(Nonces, of_another_server_are_foreign) {
  Nonces ours(1000);
  Nonces theirs(1000);
  EXPECT_EQ(ours.check(theirs.make(0), 0), foreign);
  EXPECT_EQ(ours.check("", 0), foreign);
  auto changed = ours.make(0);
  changed[3] = changed[3] == '0' ? '1' : '0';
  EXPECT_EQ(ours.check(changed, 0), foreign);
}

TEST(Nonces, take_each_count_once_in_any_near_order) {
  Nonces nonces(1000);
  const auto nonce = nonces.make(0);
  EXPECT_EQ(nonces.take(nonce, 1, 11, 0), good);
  EXPECT_EQ(nonces.take(nonce, 3, 13, 0), good);
  EXPECT_EQ(nonces.take(nonce, 2, 12, 0), good);
  EXPECT_EQ(nonces.take(nonce, 2, 99, 0), replayed);
  EXPECT_EQ(nonces.take(nonce, 1, 11, 0), replayed);
  EXPECT_EQ(nonces.take(nonce, 200, 14, 0), good);
  EXPECT_EQ(nonces.take(nonce, 4, 15, 0), replayed);
}

TEST(Nonces, let_the_same_request_come_again) {
  Nonces nonces(1000);
  const auto nonce = nonces.make(0);
  EXPECT_EQ(nonces.take(nonce, 1, 7, 0), good);
  EXPECT_EQ(nonces.take(nonce, 1, 7, 10), good);
  EXPECT_EQ(nonces.take(nonce, 1, 8, 10), replayed);
}

TEST(Nonces, without_counts_are_good_once) {
  Nonces nonces(1000);
  const auto nonce = nonces.make(0);
  EXPECT_EQ(nonces.take(nonce, 0, 1, 0), good);
  EXPECT_EQ(nonces.take(nonce, 0, 2, 0), replayed);
}

TEST(Nonces, differ) {
  Nonces nonces(1000);
  EXPECT_NE(nonces.make(0), nonces.make(0));
}

}  // namespace
}  // namespace otklik::sip::digest
