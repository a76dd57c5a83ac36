#include "licence/machine_mark.hpp"

#include <gtest/gtest.h>

#include "unit/temp_folder.hpp"

namespace otklik::licence {
namespace {

TEST(MachineMark, is_made_of_the_id_and_does_not_show_it) {
  const TempFolder folder;
  folder.put("machine-id", "0123456789abcdef0123456789abcdef\n");
  folder.put("other", "1123456789abcdef0123456789abcdef\n");
  const auto mark = machine_mark(folder.path("machine-id"));
  EXPECT_EQ(mark.size(), 64U);
  EXPECT_EQ(mark.find("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(mark, machine_mark(folder.path("machine-id")));
  EXPECT_NE(mark, machine_mark(folder.path("other")));
}

TEST(MachineMark, is_empty_for_a_machine_without_an_id) {
  const TempFolder folder;
  folder.put("uninitialized", "uninitialized\n");
  folder.put("empty", "");
  EXPECT_EQ(machine_mark(folder.path("uninitialized")), "");
  EXPECT_EQ(machine_mark(folder.path("empty")), "");
  EXPECT_EQ(machine_mark(folder.path("absent")), "");
}

}  // namespace
}  // namespace otklik::licence
