#include "sip/edge/throttle.hpp"

#include <gtest/gtest.h>

namespace otklik::sip {
namespace {

const Address one = *Address::parse("192.0.2.1");
const Address other = *Address::parse("192.0.2.2");

EdgeLimits limits() {
  EdgeLimits all;
  all.failures_of_one = 2;
  all.wait_first = std::chrono::seconds(2);
  all.wait_most = std::chrono::seconds(5);
  all.messages_of_one = 10;
  return all;
}

TEST(Throttle, makes_who_fails_wait_longer_each_time_and_nobody_else) {
  Throttle throttle(limits());
  throttle.failed(one, 0);
  throttle.failed(one, 0);
  EXPECT_FALSE(throttle.waits(one, 0));
  throttle.failed(one, 0);
  EXPECT_TRUE(throttle.waits(one, 1999));
  EXPECT_FALSE(throttle.waits(one, 2000));
  EXPECT_FALSE(throttle.waits(other, 0));
  throttle.failed(one, 10'000);
  EXPECT_TRUE(throttle.waits(one, 13'999));
  throttle.failed(one, 20'000);
  EXPECT_TRUE(throttle.waits(one, 24'999));
  EXPECT_FALSE(throttle.waits(one, 25'000)) << "the longest wait";
}

TEST(Throttle, forgives_who_proves_himself_and_is_patient_with_his_neighbours) {
  Throttle throttle(limits());
  for (int i = 0; i < 5; ++i) throttle.failed(one, 0);
  throttle.proven(one, 0);
  EXPECT_FALSE(throttle.waits(one, 0));
  for (int i = 0; i < 32; ++i) throttle.failed(one, 0);
  EXPECT_FALSE(throttle.waits(one, 0));
  throttle.failed(one, 0);
  EXPECT_TRUE(throttle.waits(one, 0));
}

TEST(Throttle, bounds_the_rate_of_the_unproven) {
  Throttle throttle(limits());
  int passed = 0;
  for (int i = 0; i < 100; ++i) passed += throttle.lets_in(one, 0) ? 1 : 0;
  EXPECT_EQ(passed, 10);
  EXPECT_TRUE(throttle.lets_in(one, 100));
  throttle.proven(one, 100);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(throttle.lets_in(one, 100));
}

TEST(Throttle, counts_challenges_that_nobody_answers) {
  Throttle throttle(limits());
  for (int i = 0; i < 67; ++i) throttle.challenged(one, 0);
  EXPECT_TRUE(throttle.waits(one, 0));
}

TEST(Throttle, lets_the_trusted_be) {
  auto all = limits();
  all.trusted.push_back(*Network::parse("192.0.2.0/24"));
  Throttle throttle(all);
  for (int i = 0; i < 100; ++i) throttle.failed(one, 0);
  EXPECT_FALSE(throttle.waits(one, 0));
}

TEST(Throttle, keeps_its_memory_bounded) {
  Throttle throttle(limits());
  for (std::uint32_t i = 0; i < 70'000; ++i) {
    Address address = one;
    address.bytes[12] = static_cast<std::uint8_t>(i >> 16);
    address.bytes[13] = static_cast<std::uint8_t>(i >> 8);
    address.bytes[14] = static_cast<std::uint8_t>(i);
    throttle.failed(address, 0);
  }
  EXPECT_LE(throttle.size(), 65'536U);
  throttle.sweep(std::int64_t{3} * 60 * 60 * 1000);
  EXPECT_EQ(throttle.size(), 0U);
}

TEST(Throttle, knows_scanners_by_their_names) {
  EXPECT_TRUE(is_scanner("friendly-scanner", {}));
  EXPECT_TRUE(is_scanner("SIPVicious 0.3", {}));
  EXPECT_FALSE(is_scanner("Yealink SIP-T46U 108.86", {}));
  EXPECT_TRUE(is_scanner("Evil 1", {"evil"}));
}

}  // namespace
}  // namespace otklik::sip
