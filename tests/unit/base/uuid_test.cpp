#include "base/uuid.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace otklik {
namespace {

constexpr const char* lower = "da803f01-ea77-40fa-bc9d-e2efb36fd5a8";

TEST(Uuid, reads_any_case_and_braces_and_writes_lower_case) {
  for (const char* text : {lower, "DA803F01-EA77-40FA-BC9D-E2EFB36FD5A8", "{da803f01-EA77-40fa-bc9d-e2efb36fd5a8}"}) {
    const auto id = Uuid::parse(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->text(), lower);
  }
}

TEST(Uuid, refuses_what_is_none) {
  for (const char* text : {"", "-", "da803f01ea7740fabc9de2efb36fd5a8", "da803f01-ea77-40fa-bc9d-e2efb36fd5a",
                           "da803f01-ea77-40fa-bc9d-e2efb36fd5a88", "da803f01-ea77-40fa-bc9d-e2efb36fd5ag",
                           "{da803f01-ea77-40fa-bc9d-e2efb36fd5a8", "da803f01-ea77-40fa-bc9d-e2efb36fd5a8}",
                           "(da803f01-ea77-40fa-bc9d-e2efb36fd5a8)", "da803f01_ea77-40fa-bc9d-e2efb36fd5a8",
                           "da803f0-1ea77-40fa-bc9d-e2efb36fd5a8", " a803f01-ea77-40fa-bc9d-e2efb36fd5a8",
                           "+a803f01-ea77-40fa-bc9d-e2efb36fd5a8"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

TEST(Uuid, means_none_when_all_zeros) {
  EXPECT_TRUE(Uuid{}.is_nil());
  EXPECT_EQ(Uuid{}.text(), "00000000-0000-0000-0000-000000000000");
  EXPECT_TRUE(Uuid::parse("00000000-0000-0000-0000-000000000000")->is_nil());
  EXPECT_FALSE(Uuid::parse(lower)->is_nil());
}

TEST(Uuid, is_random_of_version_4_and_never_twice_the_same) {
  std::set<std::string> seen;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = Uuid::random().text();
    EXPECT_EQ(text[14], '4');
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
    EXPECT_TRUE(seen.insert(text).second);
  }
}

TEST(Uuid, compares_and_hashes_by_its_bytes) {
  const auto a = *Uuid::parse(lower);
  const auto b = *Uuid::parse("da803f01-ea77-40fa-bc9d-e2efb36fd5a9");
  EXPECT_LT(a, b);
  EXPECT_EQ(a, *Uuid::parse(lower));
  EXPECT_EQ(std::hash<Uuid>()(a), std::hash<Uuid>()(*Uuid::parse(lower)));
  EXPECT_NE(std::hash<Uuid>()(a), std::hash<Uuid>()(b));
}

}  // namespace
}  // namespace otklik
