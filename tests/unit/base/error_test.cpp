#include "base/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace otklik {
namespace {

TEST(Error, has_a_row_for_each_code) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const auto& row = info(static_cast<ErrorCode>(i));
    EXPECT_EQ(static_cast<int>(row.code), i);
    EXPECT_GE(row.http_status, 400);
    EXPECT_LE(row.http_status, 599);
    EXPECT_FALSE(row.text.empty());
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
}

TEST(Error, says_its_own_text_when_the_place_that_failed_says_nothing) {
  EXPECT_EQ(Error(ErrorCode::not_found).message, "Not found");
  const Result<> failed = fail(ErrorCode::conflict, "taken");
  EXPECT_EQ(failed.error(), Error(ErrorCode::conflict, "taken"));
}

}  // namespace
}  // namespace otklik
