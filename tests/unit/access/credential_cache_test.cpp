#include "access/credential_cache.hpp"

#include <gtest/gtest.h>

namespace otklik::access {
namespace {

using namespace std::chrono_literals;

CredentialCache::Entry entry(std::uint64_t n, std::chrono::nanoseconds ends = 1h, std::chrono::nanoseconds now = 0s) {
  core::Identity identity;
  identity.login = std::to_string(n);
  return {.key = {n, n * 7919},
          .identity = std::make_shared<const core::Identity>(identity),
          .proof = 0,
          .ends = ends,
          .used = now,
          .reported = now};
}

SipDigest key(std::uint64_t n) { return {n, n * 7919}; }
bool yes() { return true; }

TEST(CredentialCache, forgets_what_was_long_idle) {
  CredentialCache cache({.capacity = 64, .idle = 10s, .total = 100s});
  cache.put(entry(1), yes);
  EXPECT_TRUE(cache.find(key(1), 9s));
  EXPECT_TRUE(cache.find(key(1), 18s));
  EXPECT_FALSE(cache.find(key(1), 28s));
  EXPECT_FALSE(cache.find(key(1), 28s));
}

TEST(CredentialCache, forgets_in_the_end_however_busy_it_was) {
  CredentialCache cache({.capacity = 64, .idle = 10s, .total = 100s});
  cache.put(entry(1, 100s), yes);
  for (auto now = 0s; now < 100s; now += 5s) EXPECT_TRUE(cache.find(key(1), now));
  EXPECT_FALSE(cache.find(key(1), 100s));
}

TEST(CredentialCache, keeps_to_its_size_and_drops_the_longest_unused) {
  CredentialCache cache({.capacity = 8, .idle = 1h, .total = 1h});
  for (std::uint64_t n = 1; n <= 8; ++n) cache.put(entry(n, 1h, std::chrono::seconds(n)), yes);
  EXPECT_TRUE(cache.find(key(1), 20s));
  cache.put(entry(9, 1h, 21s), yes);
  EXPECT_TRUE(cache.find(key(1), 22s));
  EXPECT_FALSE(cache.find(key(2), 22s));
  for (std::uint64_t n = 3; n <= 9; ++n) EXPECT_TRUE(cache.find(key(n), 22s)) << n;
}

TEST(CredentialCache, keeps_nothing_that_is_outdated_already) {
  CredentialCache cache({.capacity = 8, .idle = 1h, .total = 1h});
  cache.put(entry(1), [] { return false; });
  EXPECT_FALSE(cache.find(key(1), 0s));
}

TEST(CredentialCache, drops_what_it_is_told_to) {
  CredentialCache cache({.capacity = 64, .idle = 1h, .total = 1h});
  for (std::uint64_t n = 1; n <= 20; ++n) cache.put(entry(n), yes);
  cache.drop_if([](const CredentialCache::Entry& e) { return e.identity->login != "3"; });
  for (std::uint64_t n = 1; n <= 20; ++n) EXPECT_EQ(cache.find(key(n), 0s) != nullptr, n == 3) << n;
}

TEST(CredentialCache, tells_the_last_use_of_a_token_once) {
  CredentialCache cache({.capacity = 64, .idle = 1h, .total = 1h});
  core::Identity identity;
  identity.token.bytes[0] = 1;
  cache.put({.key = key(1),
             .identity = std::make_shared<const core::Identity>(identity),
             .proof = 0,
             .ends = 1h,
             .used = 1s,
             .reported = 1s},
            yes);
  cache.put(entry(2, 1h, 1s), yes);
  int told = 0;
  const auto count = [&](const core::Identity&, std::chrono::nanoseconds when) {
    ++told;
    EXPECT_EQ(when, 5s);
  };
  cache.collect_used(count);
  EXPECT_EQ(told, 0);
  (void)cache.find(key(1), 5s);
  (void)cache.find(key(2), 5s);
  cache.collect_used(count);
  cache.collect_used(count);
  EXPECT_EQ(told, 1);
}

TEST(CredentialCache, shortens_what_it_keeps_when_its_times_change) {
  CredentialCache cache({.capacity = 64, .idle = 50s, .total = 100s});
  cache.put(entry(1, 100s), yes);
  cache.use({.capacity = 64, .idle = 50s, .total = 10s}, 5s);
  EXPECT_EQ(cache.total(), 10s);
  EXPECT_TRUE(cache.find(key(1), 14s));
  EXPECT_FALSE(cache.find(key(1), 15s));
  cache.put(entry(2, 100s), yes);
  cache.use({.capacity = 64, .idle = 1s, .total = 100s}, 0s);
  EXPECT_FALSE(cache.find(key(2), 1s));
}

}  // namespace
}  // namespace otklik::access
