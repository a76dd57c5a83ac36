#include "base/new_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <utility>

#include "unit/few_descriptors.hpp"
#include "unit/temp_folder.hpp"

namespace otklik {
namespace {

namespace fs = std::filesystem;

class NewFileOn : public testing::TestWithParam<bool> {
 protected:
  NewFileOn() { avoid_nameless_files(GetParam()); }
  ~NewFileOn() override { avoid_nameless_files(false); }

  [[nodiscard]] NewFile begin(std::string_view content) const {
    auto file = NewFile::create(Folder::open(disk_.path()).value()).value();
    EXPECT_TRUE(file.write(content));
    return file;
  }
  [[nodiscard]] auto count() const {
    return std::distance(fs::directory_iterator(disk_.path()), fs::directory_iterator());
  }

  TempFolder disk_;
};
INSTANTIATE_TEST_SUITE_P(any_file_system, NewFileOn, testing::Bool(),
                         [](const auto& p) { return p.param ? "with_hidden_names" : "as_the_kernel_offers"; });

TEST_P(NewFileOn, shows_nothing_before_it_is_whole) {
  {
    auto file = begin("half");
    EXPECT_FALSE(disk_.has("a"));
    for (const auto& entry : fs::directory_iterator(disk_.path())) {
      EXPECT_TRUE(NewFile::is_hidden_name(entry.path().filename().string()));
    }
  }
  EXPECT_EQ(count(), 0);  // and goes away when it is given up
}

TEST_P(NewFileOn, gets_its_name_in_one_step) {
  auto file = begin("whole");
  EXPECT_TRUE(file.commit("a", NewFile::Existing::keep));
  EXPECT_EQ(disk_.get("a"), "whole");
  EXPECT_EQ(count(), 1);
  struct stat there{};
  ASSERT_EQ(::stat(disk_.path("a").c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777U, 0600U);
  EXPECT_EQ(there.st_nlink, 1U);
}

TEST_P(NewFileOn, gets_its_name_in_another_folder_where_told) {
  disk_.make("elsewhere");
  for (const auto existing : {NewFile::Existing::keep, NewFile::Existing::replace}) {
    auto file = begin("moved");
    file.move_to(Folder::open(disk_.path("elsewhere")).value());
    const std::string name = existing == NewFile::Existing::keep ? "a" : "b";
    EXPECT_TRUE(file.commit(name, existing));
    EXPECT_EQ(disk_.get("elsewhere/" + name), "moved");
  }
  EXPECT_EQ(count(), 1);  // the folder alone
  auto second = begin("second");
  second.move_to(Folder::open(disk_.path("elsewhere")).value());
  const auto taken = second.commit("a", NewFile::Existing::keep);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::conflict);
  EXPECT_TRUE(second.commit("c", NewFile::Existing::keep));
}

TEST_P(NewFileOn, says_so_when_that_folder_lies_on_another_file_system) {
  struct stat here{}, there{};
  if (::stat("/dev/shm", &there) != 0 || ::stat(disk_.path().c_str(), &here) != 0 || here.st_dev == there.st_dev) {
    GTEST_SKIP() << "there is no other file system";
  }
  auto file = begin("x");
  file.move_to(Folder::open("/dev/shm").value());
  const auto named = file.commit("otklik-never-there", NewFile::Existing::keep);
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().code, ErrorCode::state_not_allowed);
}

TEST_P(NewFileOn, keeps_what_is_there_or_replaces_it_as_told) {
  disk_.put("a", "old");
  auto file = begin("new");
  const auto refused = file.commit("a", NewFile::Existing::keep);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(disk_.get("a"), "old");
  EXPECT_TRUE(file.commit("b", NewFile::Existing::keep));  // another name may be tried
  EXPECT_EQ(disk_.get("b"), "new");
  EXPECT_TRUE(begin("newer").commit("a", NewFile::Existing::replace));
  EXPECT_EQ(disk_.get("a"), "newer");
  EXPECT_EQ(count(), 2);
}

TEST_P(NewFileOn, has_no_name_when_it_says_that_it_failed) {
  disk_.make("elsewhere");
  for (const auto existing : {NewFile::Existing::keep, NewFile::Existing::replace}) {
    auto file = begin("x");
    auto moved = begin("x");
    moved.move_to(Folder::open(disk_.path("elsewhere")).value());
    {
      const test::FewDescriptors none(0);
      EXPECT_FALSE(file.commit("a", existing));
      EXPECT_FALSE(moved.commit("a", existing));
    }
    EXPECT_FALSE(disk_.has("a"));
    EXPECT_FALSE(disk_.has("elsewhere/a"));
    EXPECT_TRUE(file.commit("a", existing)) << "it may be tried again";
    std::filesystem::remove(disk_.path("a"));
  }
  EXPECT_EQ(count(), 1);  // the folder alone
}

TEST_P(NewFileOn, says_that_its_folder_is_gone_and_takes_another) {
  disk_.make("short-lived");
  auto file = begin("x");
  const auto gone = Folder::open(disk_.path("short-lived")).value();
  file.move_to(gone);
  fs::remove(disk_.path("short-lived"));
  for (const auto existing : {NewFile::Existing::keep, NewFile::Existing::replace}) {
    EXPECT_EQ(file.commit("a", existing).error().code, ErrorCode::not_found);
  }
  // Without a name it can be begun even there, and learns of it when it is to get one.
  auto late = NewFile::create(gone);
  EXPECT_EQ(late ? late->commit("a", NewFile::Existing::keep).error().code : late.error().code, ErrorCode::not_found);
  disk_.make("short-lived");
  file.move_to(Folder::open(disk_.path("short-lived")).value());
  EXPECT_TRUE(file.commit("a", NewFile::Existing::keep));
  EXPECT_EQ(disk_.get("short-lived/a"), "x");
}

TEST_P(NewFileOn, replaces_a_link_and_not_what_it_points_to) {
  disk_.put("target", "kept");
  fs::create_symlink("target", disk_.path("a"));
  EXPECT_TRUE(begin("new").commit("a", NewFile::Existing::replace));
  EXPECT_EQ(disk_.get("target"), "kept");
  EXPECT_FALSE(fs::is_symlink(disk_.path("a")));
}

TEST_P(NewFileOn, never_replaces_a_folder) {
  disk_.make("a");
  EXPECT_EQ(begin("new").commit("a", NewFile::Existing::replace).error().code, ErrorCode::conflict);
  EXPECT_EQ(begin("new").commit("a", NewFile::Existing::keep).error().code, ErrorCode::conflict);
  EXPECT_EQ(count(), 1);
}

TEST_P(NewFileOn, may_be_handed_on) {
  auto file = begin("one");
  auto other = std::move(file);
  other = begin("two");
  EXPECT_TRUE(other.commit("a", NewFile::Existing::keep));
  EXPECT_EQ(disk_.get("a"), "two");
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace otklik
