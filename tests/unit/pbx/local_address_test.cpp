#include "pbx/local_address.hpp"

#include <gtest/gtest.h>

namespace otklik::pbx {
namespace {

Address address(const char* text) { return *Address::parse(text); }
std::optional<Address> by_the_office(const Address&) { return address("192.168.1.2"); }
std::optional<Address> nowhere(const Address&) { return std::nullopt; }

TEST(LocalAddress, is_that_of_the_way_to_the_peer) {
  const auto local = local_addresses({}, address("192.168.1.77"), by_the_office);
  EXPECT_EQ(local.bound, address("0.0.0.0"));
  EXPECT_EQ(local.said, address("192.168.1.2"));
}

TEST(LocalAddress, is_the_chosen_one_where_one_was_chosen) {
  AudioOptions options;
  options.address = "127.0.0.1";
  const auto local = local_addresses(options, address("127.0.0.1"), by_the_office);
  EXPECT_EQ(local.bound, address("127.0.0.1"));
  EXPECT_EQ(local.said, address("127.0.0.1"));
}

TEST(LocalAddress, is_the_external_one_for_whoever_is_in_no_local_network) {
  AudioOptions options;
  options.external_address = "203.0.113.9";
  EXPECT_EQ(local_addresses(options, address("198.51.100.4"), by_the_office).said, address("203.0.113.9"));
  EXPECT_EQ(local_addresses(options, address("192.168.1.77"), by_the_office).said, address("192.168.1.2"));
  EXPECT_EQ(local_addresses(options, std::nullopt, by_the_office).said, address("203.0.113.9"));
}

TEST(LocalAddress, of_one_family_is_never_told_to_a_peer_of_the_other) {
  AudioOptions options;
  options.external_address = "203.0.113.9";
  options.address = "127.0.0.1";
  const auto local = local_addresses(options, address("2001:db8::1"), nowhere);
  EXPECT_FALSE(local.said.is_v4());
  EXPECT_EQ(local.bound, address("::"));
}

}  // namespace
}  // namespace otklik::pbx
