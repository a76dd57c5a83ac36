#include "plugins/subscription.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "unit/few_descriptors.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::plugins {
namespace {

class KeptCursorTest : public testing::Test {
 protected:
  /// As the next subscription finds it.
  std::string found() {
    KeptCursor cursor(folder_.path("x.cursor"));
    const auto kept = cursor.read(log_);
    return !kept ? std::string(info(kept.error().code).name) : *kept ? std::to_string(**kept) : "none";
  }

  TempFolder folder_;
  Uuid log_ = *Uuid::parse("11111111-1111-4111-8111-111111111111");
  Uuid other_ = *Uuid::parse("22222222-2222-4222-8222-222222222222");
  KeptCursor cursor_{folder_.path("x.cursor")};
};

TEST_F(KeptCursorTest, is_found_again_for_the_log_that_it_was_kept_for) {
  EXPECT_EQ(found(), "none");
  cursor_.keep(log_, 7, 100);
  EXPECT_EQ(found(), "7");
  log_ = other_;
  EXPECT_EQ(found(), "none");
}

TEST_F(KeptCursorTest, never_runs_ahead_of_what_a_power_cut_leaves_of_the_log) {
  cursor_.keep(log_, 200, 150);
  EXPECT_EQ(found(), "151");
  EXPECT_FALSE(cursor_.is_kept(200));
  cursor_.keep(log_, 200, 180);
  EXPECT_EQ(found(), "181");
  cursor_.keep(log_, 200, 500);
  EXPECT_EQ(found(), "200");
  EXPECT_TRUE(cursor_.is_kept(200));
  cursor_.set(log_, 1000, 300);
  EXPECT_EQ(found(), "301");
}

TEST_F(KeptCursorTest, does_not_go_back_where_the_log_does_not_know_yet_what_is_on_the_disk_but_where_it_is_asked_to) {
  cursor_.keep(log_, 200, 500);
  KeptCursor next(folder_.path("x.cursor"));
  ASSERT_TRUE(next.read(log_));
  next.keep(log_, 200, 0);
  EXPECT_EQ(found(), "200");
  next.set(log_, 5, 500);
  EXPECT_EQ(found(), "5");
}

TEST_F(KeptCursorTest, that_stays_the_same_is_not_written_again) {
  cursor_.set(log_, 7, 100);
  struct stat before{}, after{};
  ASSERT_EQ(::stat(folder_.path("x.cursor").c_str(), &before), 0);
  cursor_.set(log_, 7, 100);
  cursor_.keep(log_, 7, 100);
  ASSERT_EQ(::stat(folder_.path("x.cursor").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(KeptCursorTest, that_cannot_be_read_is_not_taken_for_none) {
  cursor_.keep(log_, 7, 100);
  {
    const test::FewDescriptors none(0);
    EXPECT_EQ(found(), "failed");
  }
  EXPECT_EQ(found(), "7");
  folder_.put("x.cursor", "{");
  EXPECT_EQ(found(), "failed");
}

}  // namespace
}  // namespace otklik::plugins
