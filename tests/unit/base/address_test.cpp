#include "base/address.hpp"

#include <gtest/gtest.h>

namespace otklik {
namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }
Network network(std::string_view text) { return Network::parse(text).value(); }

TEST(Address, gives_one_caller_one_spelling) {
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_EQ(address("::ffff:192.0.2.1").text(), "192.0.2.1");
  EXPECT_EQ(address("2001:DB8:0:0::1").text(), "2001:db8::1");
  EXPECT_TRUE(address("192.0.2.1").is_v4());
  EXPECT_FALSE(address("::1").is_v4());
}

TEST(Address, refuses_what_is_none) {
  for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:80", "[::1]", "::g", ":::", "1::2::3",
                           "localhost", " 1.2.3.4", "1.2.3.4 ", "01.2.3.4", "fe80::1%lo", "0x7f.0.0.1",
                           "1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111:2222"}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
  EXPECT_FALSE(Address::parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(Address::parse(std::string_view("::1\0.2.3", 8)));
}

TEST(Address, knows_the_loopback_of_both_families) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(address(text).is_loopback()) << text;
  for (const char* text : {"128.0.0.1", "::2", "::", "0.0.0.0"}) EXPECT_FALSE(address(text).is_loopback()) << text;
}

TEST(Address, counts_a_v6_network_as_one_caller) {
  EXPECT_EQ(address("2001:db8:1:2:3:4:5:6").subnet_key(), address("2001:db8:1:2::").subnet_key());
  EXPECT_NE(address("2001:db8:1:2::").subnet_key(), address("2001:db8:1:3::").subnet_key());
  EXPECT_NE(address("192.0.2.1").subnet_key(), address("192.0.2.2").subnet_key());
}

TEST(Network, contains_what_its_mask_says) {
  EXPECT_TRUE(network("192.168.0.0/16").contains(address("192.168.255.1")));
  EXPECT_FALSE(network("192.168.0.0/16").contains(address("192.169.0.1")));
  EXPECT_TRUE(network("10.0.0.0/9").contains(address("10.127.0.1")));
  EXPECT_FALSE(network("10.0.0.0/9").contains(address("10.128.0.1")));
  EXPECT_TRUE(network("192.0.2.7").contains(address("192.0.2.7")));
  EXPECT_FALSE(network("192.0.2.7").contains(address("192.0.2.8")));
  EXPECT_TRUE(network("2001:db8::/33").contains(address("2001:db8:7fff::1")));
  EXPECT_FALSE(network("2001:db8::/33").contains(address("2001:db8:8000::1")));
  EXPECT_TRUE(network("::1").contains(address("::1")));
}

TEST(Network, of_all_v4_addresses_holds_no_v6_one) {
  EXPECT_TRUE(network("0.0.0.0/0").contains(address("203.0.113.9")));
  EXPECT_FALSE(network("0.0.0.0/0").contains(address("2001:db8::1")));
  EXPECT_TRUE(network("::/0").contains(address("203.0.113.9")));
}

TEST(Network, refuses_what_is_none) {
  for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8",
                           "::/129", "10.0/8", "10.0.0.0/08x"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(Endpoint, reads_hosts_addresses_and_every_address) {
  EXPECT_EQ(Endpoint::parse("127.0.0.1:4055")->host, "127.0.0.1");
  EXPECT_EQ(Endpoint::parse("127.0.0.1:4055")->port, 4055);
  EXPECT_EQ(Endpoint::parse("[::1]:80")->host, "::1");
  EXPECT_EQ(Endpoint::parse("*:80")->host, "");
  EXPECT_EQ(Endpoint::parse("example.org:0")->port, 0);
  for (const char* text : {"127.0.0.1:4055", "[::1]:80", "*:80", "example.org:65535"})
    EXPECT_EQ(Endpoint::parse(text)->text(), text);
}

TEST(Endpoint, refuses_what_is_none) {
  for (const char* text :
       {"",           ":",      ":80",    "host",    "host:", "host:65536", "host:-1",   "host:+1",
        "host:8o",    "::1:80", "[]:80",  "[::1:80", "[::1]", "::1]:80",    "[host]:80", "[1.2.3.4]:80",
        "[[::1]]:80", "a b:80", "a/b:80", "*.x:80"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

}  // namespace
}  // namespace otklik
