#include "base/beneath.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "base/file.hpp"
#include "unit/few_descriptors.hpp"
#include "unit/temp_folder.hpp"
#include "unit/without_rights.hpp"

namespace otklik {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

class Beneath : public testing::TestWithParam<bool> {
 protected:
  Beneath() {
    avoid_openat2(GetParam());
    disk_.put("root/a.txt", "a");
    disk_.put("root/one/two/b.txt", "b");
    disk_.put("outside.txt", "secret");
    folder_ = Folder::open(disk_.path("root")).value();
  }
  ~Beneath() override { avoid_openat2(false); }

  std::string read(std::string_view name) const {
    auto fd = folder_.open_file(name);
    if (!fd) return std::string(info(fd.error().code).name);
    return read_whole(fd->get(), 1000).value();
  }
  template <class T>
  static std::string word(const Result<T>& result) {
    return result ? "done" : std::string(info(result.error().code).name);
  }

  TempFolder disk_;
  Folder folder_;
};
INSTANTIATE_TEST_SUITE_P(both_walks, Beneath, testing::Bool(),
                         [](const auto& p) { return p.param ? "step_by_step" : "as_the_kernel_offers"; });

TEST_P(Beneath, opens_files_and_folders_below) {
  EXPECT_EQ(read("a.txt"), "a");
  EXPECT_EQ(read("one/two/b.txt"), "b");
  const auto below = folder_.open_folder("one/two");
  ASSERT_TRUE(below);
  EXPECT_TRUE(below->open_file("b.txt"));
}

TEST_P(Beneath, says_not_found_for_what_is_no_file_there) {
  ASSERT_EQ(::mkfifo(disk_.path("root/pipe").c_str(), 0600), 0);
  for (const char* name : {"absent", "one/absent", "absent/b.txt", "a.txt/b.txt", "one", "pipe"})
    EXPECT_EQ(read(name), "not_found") << name;
  EXPECT_EQ(word(folder_.open_folder("a.txt")), "not_found");
  EXPECT_EQ(word(folder_.open_folder("absent")), "not_found");
}

TEST_P(Beneath, does_not_say_not_found_of_what_it_could_not_look_at) {
  const test::FewDescriptors none(0);
  for (const char* name : {"a.txt", "one/two/b.txt"}) {
    EXPECT_EQ(read(name), "too_many") << name;
    EXPECT_EQ(word(folder_.about(name)), "too_many") << name;
    EXPECT_EQ(word(folder_.remove(name)), "too_many") << name;
  }
  EXPECT_EQ(word(folder_.open_folder("one")), "too_many");
  EXPECT_EQ(word(folder_.make_folders("one")), "too_many");
  EXPECT_EQ(word(folder_.entries(10)), "too_many");
}

TEST_P(Beneath, does_not_say_not_found_of_what_it_may_not_open) {
  disk_.put("root/closed/c.txt", "c");
  disk_.put("root/unreadable.txt", "c");
  const test::ReadOnlyFolders folders({disk_.path(), disk_.path("root")});
  for (const char* name : {"root/closed", "root/unreadable.txt"}) fs::permissions(disk_.path(name), fs::perms::none);
  {
    const test::WithoutRights here;
    EXPECT_EQ(read("unreadable.txt"), "failed");
    EXPECT_EQ(word(folder_.about("unreadable.txt")), "done") << "to know of it takes no right to read it";
    EXPECT_EQ(read("closed/c.txt"), "failed");
    EXPECT_EQ(word(folder_.about("closed/c.txt")), "failed");
    EXPECT_EQ(word(folder_.remove("closed/c.txt")), "failed");
    EXPECT_EQ(read("absent"), "not_found");
  }
  fs::permissions(disk_.path("root/closed"), fs::perms::owner_all);
}

TEST_P(Beneath, refuses_names_that_could_lead_out) {
  for (const std::string& name : {""s, "."s, ".."s, "/"s, "/etc/passwd"s, "../outside.txt"s, "one/../../outside.txt"s,
                                  "one/./two/b.txt"s, "one//two/b.txt"s, "one/two/"s, "one\\two"s, "a.txt\0"s, "\0"s,
                                  std::string(256, 'a'), std::string(5000, 'a')}) {
    EXPECT_EQ(read(name), "forbidden") << name;
    EXPECT_FALSE(is_confined_name(name)) << name;
    EXPECT_EQ(word(folder_.open_folder(name)), "forbidden") << name;
    EXPECT_EQ(word(folder_.make_folders(name)), "forbidden") << name;
    EXPECT_EQ(word(folder_.open_to_append(name)), "forbidden") << name;
    EXPECT_EQ(word(folder_.remove(name)), "forbidden") << name;
    EXPECT_EQ(word(folder_.rename("a.txt", folder_, name)), "forbidden") << name;
    EXPECT_EQ(word(folder_.about(name)), "forbidden") << name;
  }
  EXPECT_TRUE(is_confined_name("..a/b..c/..."));
}

TEST_P(Beneath, runs_through_no_link) {
  fs::create_symlink("a.txt", disk_.path("root/to_file"));
  fs::create_symlink("../outside.txt", disk_.path("root/to_outside"));
  fs::create_symlink("nowhere", disk_.path("root/dangling"));
  fs::create_directory_symlink("one", disk_.path("root/to_folder"));
  fs::create_directory_symlink("..", disk_.path("root/up"));
  for (const char* name : {"to_file", "to_outside", "dangling", "to_folder/two/b.txt", "up/outside.txt"}) {
    EXPECT_EQ(read(name), "forbidden") << name;
    EXPECT_EQ(word(folder_.open_to_append(name)), "forbidden") << name;
    EXPECT_EQ(word(folder_.remove(name)), "forbidden") << name;
  }
  EXPECT_EQ(word(folder_.open_folder("to_folder")), "forbidden");
  EXPECT_EQ(word(folder_.make_folders("to_folder/new")), "forbidden");
  EXPECT_EQ(word(folder_.make_folders("up/new")), "forbidden");
  EXPECT_EQ(word(folder_.rename("to_file", folder_, "moved")), "forbidden");
  EXPECT_EQ(word(folder_.rename("a.txt", folder_, "up/a.txt")), "forbidden");
  EXPECT_EQ(folder_.about("to_file")->kind, FileFacts::Kind::link);
  EXPECT_EQ(disk_.get("outside.txt"), "secret");
  EXPECT_FALSE(disk_.has("new"));
}

TEST_P(Beneath, is_chosen_through_links_itself) {
  fs::create_directory_symlink("root", disk_.path("linked"));
  EXPECT_TRUE(Folder::open(disk_.path("linked"))->open_file("a.txt"));
  EXPECT_EQ(word(Folder::open(disk_.path("a.txt"))), "not_found");
}

TEST_P(Beneath, stays_inside_while_somebody_swaps_a_folder_for_a_link) {
  disk_.put("secret/b.txt", "secret");
  disk_.put("root/swap/b.txt", "inside");
  std::atomic<bool> stop = false;
  std::thread swapper([&] {
    while (!stop) {
      fs::rename(disk_.path("root/swap"), disk_.path("kept"));
      fs::create_directory_symlink(disk_.path("secret"), disk_.path("root/swap"));
      fs::remove(disk_.path("root/swap"));
      fs::rename(disk_.path("kept"), disk_.path("root/swap"));
    }
  });
  std::set<std::string> seen;
  for (int i = 0; i < 3'000; ++i) seen.insert(read("swap/b.txt"));
  stop = true;
  swapper.join();
  EXPECT_FALSE(seen.contains("secret"));
}

TEST_P(Beneath, says_what_lies_under_a_name) {
  const auto file = folder_.about("one/two/b.txt");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, FileFacts::Kind::file);
  EXPECT_EQ(file->size, 1U);
  EXPECT_EQ(file->links, 1U);
  EXPECT_EQ(folder_.about("one")->kind, FileFacts::Kind::folder);
  EXPECT_EQ(word(folder_.about("absent")), "not_found");
}

TEST_P(Beneath, shares_one_descriptor_between_its_copies) {
  Folder copy = folder_;
  folder_ = Folder();
  EXPECT_TRUE(copy.open_file("a.txt"));
  EXPECT_LT(folder_.fd(), 0);
  const test::FewDescriptors none(0);
  const Folder another = copy;
  EXPECT_EQ(another.fd(), copy.fd());
}

TEST_P(Beneath, lists_its_entries_up_to_a_number) {
  const auto entries = folder_.entries(2);
  ASSERT_TRUE(entries);
  std::set<std::string> names;
  for (const auto& entry : *entries) names.insert(entry.name);
  EXPECT_EQ(names, (std::set<std::string>{"a.txt", "one"}));
  EXPECT_EQ(word(folder_.entries(1)), "too_large");
}

TEST_P(Beneath, makes_folders_and_is_content_with_those_that_are_there) {
  EXPECT_EQ(word(folder_.make_folders("one/three/four")), "done");
  EXPECT_EQ(word(folder_.make_folders("one/three/four")), "done");
  EXPECT_TRUE(fs::is_directory(disk_.path("root/one/three/four")));
  EXPECT_EQ(word(folder_.make_folders("a.txt/x")), "not_found");
}

TEST_P(Beneath, renames_a_file_to_a_free_name_only) {
  EXPECT_EQ(word(folder_.rename("a.txt", folder_, "one/two/b.txt")), "conflict");
  EXPECT_EQ(word(folder_.rename("a.txt", *folder_.open_folder("one"), "c.txt")), "done");
  EXPECT_EQ(read("one/c.txt"), "a");
  EXPECT_EQ(read("a.txt"), "not_found");
  EXPECT_EQ(word(folder_.rename("one", folder_, "three")), "not_found");
  EXPECT_EQ(word(folder_.rename("absent", folder_, "three")), "not_found");
}

TEST_P(Beneath, appends_to_a_file_that_it_makes_for_its_owner_only) {
  {
    const auto fd = folder_.open_to_append("log");
    ASSERT_TRUE(fd);
    ASSERT_TRUE(write_all(fd->get(), "one "));
  }
  ASSERT_TRUE(write_all(folder_.open_to_append("log")->get(), "two"));
  EXPECT_EQ(read("log"), "one two");
  struct stat there{};
  ASSERT_EQ(::stat(disk_.path("root/log").c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777U, 0600U);
  EXPECT_EQ(word(folder_.open_to_append("one")), "not_found");
}

TEST_P(Beneath, removes_a_file_or_an_empty_folder_only) {
  EXPECT_EQ(word(folder_.remove("one")), "state_not_allowed");
  EXPECT_EQ(word(folder_.remove("one/two/b.txt")), "done");
  EXPECT_EQ(word(folder_.remove("one/two")), "done");
  EXPECT_EQ(word(folder_.remove("one/two")), "not_found");
}

}  // namespace
}  // namespace otklik
