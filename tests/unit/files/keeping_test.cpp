#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/unique_fd.hpp"
#include "files/digest.hpp"
#include "files/keeping/beginning.hpp"
#include "files/keeping/check.hpp"
#include "files/keeping/keeper.hpp"
#include "files/keeping/registration.hpp"
#include "files/keeping/removal.hpp"
#include "files/keeping/retention.hpp"
#include "unit/files/fake_index.hpp"
#include "unit/temp_folder.hpp"
#include "unit/without_rights.hpp"

namespace otklik::files {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using core::FileArea;
using core::FileState;
using testing::Test;

// FIPS 180-4, as everybody knows it
constexpr const char* sha256_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

class Keeping : public Test {
 protected:
  Keeping() {
    for (const auto area : core::all_file_areas) fs::create_directories(areas_.folder(area));
  }
  core::StoredFile add(FileArea area, const std::string& path, const std::string& content, std::chrono::hours age = 0h,
                       FileState state = FileState::whole) {
    disk_.put("data/" + Areas::client_path(area, path), content);
    core::StoredFile file = test::a_file(area, path);
    file.size = content.size();
    file.stored_at = now_ - age;
    file.state = state;
    EXPECT_TRUE(index_.add(file));
    return file;
  }
  [[nodiscard]] bool is_there(const core::StoredFile& file) const {
    return fs::exists(areas_.absolute_path(file.area, file.path));
  }
  RetentionResult apply(const RetentionRules& rules, std::uint64_t most = 1000) {
    return apply_retention(areas_, index_, rules, now_, most, [] { return false; }).value();
  }
  std::vector<std::string> check(const CheckOptions& options = {}) {
    std::vector<std::string> out;
    for (const auto& found : check_files(areas_, index_, options).value().discrepancies) {
      out.push_back(std::string(name(found.kind)) + " " + std::string(core::name(found.area)) + " " + found.path +
                    (found.repaired ? " repaired" : ""));
    }
    return out;
  }

  TempFolder disk_;
  test::FakeIndex index_;
  const Areas areas_{disk_.path("data"), ""};
  const Time now_{std::chrono::seconds(1'800'000'000)};
};

using Strings = std::vector<std::string>;

// --- removal and retention ------------------------------------------------------------------------------------------

TEST_F(Keeping, deletes_what_is_older_than_its_rule) {
  const auto old_one = add(FileArea::recording, "20260101/0001/a.wav", "old", 49h);
  const auto young = add(FileArea::recording, "20260102/0001/b.wav", "young", 47h);
  const auto fax = add(FileArea::fax, "c.tif", "fax", 1000h);
  RetentionRules rules;
  rules[FileArea::recording].age = 48h;
  const auto result = apply(rules);
  EXPECT_EQ(result.deleted, 1U);
  EXPECT_EQ(result.bytes, 3U);
  EXPECT_FALSE(is_there(old_one));
  EXPECT_TRUE(is_there(young));
  EXPECT_TRUE(is_there(fax)) << "another area's";
  EXPECT_EQ(index_.removed, Strings{"20260101/0001/a.wav age"});
  EXPECT_FALSE(disk_.has("data/RecordedFiles/20260101")) << "an empty folder was left";
  EXPECT_TRUE(disk_.has("data/RecordedFiles"));
}

TEST_F(Keeping, deletes_the_oldest_past_the_size_of_its_rule) {
  add(FileArea::voicemail, "1.wav", "12345", 5h);
  add(FileArea::voicemail, "2.wav", "12345", 4h);
  add(FileArea::voicemail, "3.wav", "12345", 3h);
  RetentionRules rules;
  rules[FileArea::voicemail].size = 10;
  EXPECT_EQ(apply(rules).deleted, 1U);
  EXPECT_EQ(index_.removed, Strings{"1.wav size"});
  EXPECT_EQ(apply(rules).deleted, 0U) << "what is left fits";
}

TEST_F(Keeping, keeps_what_is_held_growing_or_open) {
  const auto held = add(FileArea::fax, "held.tif", "1", 100h);
  ASSERT_TRUE(index_.hold(held.id, true));
  const auto growing = add(FileArea::fax, "growing.tif", "1", 100h, FileState::growing);
  const auto open = add(FileArea::fax, "open.tif", "1", 100h);
  RetentionRules rules;
  rules[FileArea::fax] = {1h, 1};
  {
    const UniqueFd reader(::open(areas_.absolute_path(FileArea::fax, "open.tif").c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(reader);
    const auto result = apply(rules);
    EXPECT_EQ(result.deleted, 0U);
    EXPECT_GE(result.in_use, 1U);
  }
  EXPECT_TRUE(is_there(held) && is_there(growing) && is_there(open));
  EXPECT_EQ(apply(rules).deleted, 1U);
  EXPECT_FALSE(is_there(open)) << "its reader had gone";
  EXPECT_TRUE(is_there(held) && is_there(growing));
}

TEST_F(Keeping, deletes_a_few_at_a_time_and_says_that_there_are_more) {
  for (int i = 0; i < 5; ++i) add(FileArea::fax, std::to_string(i) + ".tif", "1", 100h);
  RetentionRules rules;
  rules[FileArea::fax].age = 1h;
  const auto first = apply(rules, 3);
  EXPECT_EQ(first.deleted, 3U);
  EXPECT_TRUE(first.more);
  const auto rest = apply(rules, 3);
  EXPECT_EQ(rest.deleted, 2U);
  EXPECT_FALSE(rest.more);
}

TEST_F(Keeping, forgets_what_had_gone_already_and_nothing_while_its_disk_is_away) {
  const auto gone = add(FileArea::fax, "gone.tif", "1", 100h);
  fs::remove(areas_.absolute_path(FileArea::fax, "gone.tif"));
  RetentionRules rules;
  rules[FileArea::fax].age = 1h;
  fs::rename(areas_.folder(FileArea::fax), disk_.path("unmounted"));
  EXPECT_EQ(apply(rules).failed, 1U);
  EXPECT_EQ(index_.size(), 1U);
  fs::rename(disk_.path("unmounted"), areas_.folder(FileArea::fax));
  apply(rules);
  EXPECT_EQ(index_.removed, Strings{"gone.tif lost"});
}

TEST_F(Keeping, tries_again_what_its_disk_did_not_let_go) {
  const auto file = add(FileArea::recording, "imported/a.wav", "abc", 49h);
  RetentionRules rules;
  rules[FileArea::recording].age = 48h;
  {
    const otklik::test::ReadOnlyFolders folders({disk_.path(), disk_.path("data/RecordedFiles/imported")});
    const otklik::test::WithoutRights here;
    EXPECT_EQ(apply(rules).failed, 1U);
    EXPECT_EQ(apply({}).failed, 1U) << "whatever the rules say by now";
  }
  EXPECT_TRUE(is_there(file));
  const auto result = apply({});
  EXPECT_EQ(result.failed, 0U);
  EXPECT_EQ(result.deleted, 1U);
  EXPECT_FALSE(is_there(file));
  EXPECT_EQ(index_.removed, Strings{"imported/a.wav interrupted"});
}

TEST_F(Keeping, finishes_no_removal_of_what_was_written_anew) {
  const auto file = add(FileArea::fax, "a.tif", "abc", 0h, FileState::leaving);
  ASSERT_TRUE(index_.settle(file.id, 3, sha256_of_abc));
  EXPECT_EQ(finish_removal(areas_, index_, file.id, "interrupted").value(), Removal::in_use);
  EXPECT_TRUE(is_there(file));
  EXPECT_EQ(finish_removal(areas_, index_, Uuid::random(), "interrupted").error().code, ErrorCode::not_found);
}

TEST_F(Keeping, never_takes_what_it_cannot_look_at_for_gone) {
  const auto closed = add(FileArea::fax, "closed/a.tif", "abc", 100h);
  const auto unreadable = add(FileArea::fax, "unreadable.tif", "abc", 100h);
  const auto arriving = add(FileArea::fax, "closed/arriving.tif", "abc", 0h, FileState::arriving);
  RetentionRules rules;
  rules[FileArea::fax].age = 1h;
  const otklik::test::ReadOnlyFolders folders({disk_.path(), disk_.path("data"), areas_.folder(FileArea::fax)});
  fs::permissions(disk_.path("data/Fax/closed"), fs::perms::none);
  fs::permissions(disk_.path("data/Fax/unreadable.tif"), fs::perms::none);
  {
    const otklik::test::WithoutRights here;
    const auto result = apply(rules);
    EXPECT_EQ(result.failed, 2U);
    EXPECT_EQ(settle_the_unsettled(areas_, index_).value().dropped, 0U);
    EXPECT_EQ(remove_stored_file_at_once(areas_, index_, closed, "shell").error().code, ErrorCode::failed);
  }
  EXPECT_EQ(index_.removed, Strings{});
  EXPECT_EQ(index_.find(arriving.id)->state, FileState::arriving);
  fs::permissions(disk_.path("data/Fax/closed"), fs::perms::owner_all);
}

TEST_F(Keeping, deletes_an_open_file_when_a_person_says_so) {
  const auto file = add(FileArea::fax, "a.tif", "abc");
  const UniqueFd reader(::open(areas_.absolute_path(FileArea::fax, "a.tif").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(remove_stored_file(areas_, index_, file, "age").value(), Removal::in_use);
  EXPECT_EQ(remove_stored_file_at_once(areas_, index_, file, "shell").value(), Removal::deleted);
  EXPECT_EQ(digest_of(reader.get())->sha256, sha256_of_abc) << "its reader reads it to its end";
}

// --- the beginning --------------------------------------------------------------------------------------------------

TEST_F(Keeping, comes_to_an_end_with_what_a_crash_left_between_two_states) {
  auto arrived = add(FileArea::storage, "arrived.txt", "abc", 0h, FileState::arriving);
  auto never = add(FileArea::storage, "never.txt", "abc", 0h, FileState::arriving);
  fs::remove(areas_.absolute_path(FileArea::storage, "never.txt"));
  const auto grown = add(FileArea::recording, "grown.wav", "abc", 0h, FileState::growing);
  disk_.put("data/RecordedFiles/grown.wav", "abcdef");
  const auto leaving = add(FileArea::fax, "leaving.tif", "abc", 0h, FileState::leaving);
  const auto half_gone = add(FileArea::fax, "half.tif", "abc", 0h, FileState::leaving);
  fs::remove(areas_.absolute_path(FileArea::fax, "half.tif"));

  const auto settled = settle_the_unsettled(areas_, index_).value();
  EXPECT_EQ(settled.arrived, 2U);
  EXPECT_EQ(settled.dropped, 3U);
  EXPECT_EQ(index_.find(arrived.id)->state, FileState::whole);
  EXPECT_EQ(index_.find(grown.id)->state, FileState::whole);
  EXPECT_EQ(index_.find(grown.id)->size, 6U);
  EXPECT_FALSE(index_.find(never.id));
  EXPECT_FALSE(index_.find(leaving.id));
  EXPECT_FALSE(is_there(leaving));
  EXPECT_FALSE(index_.find(half_gone.id));
  EXPECT_EQ(settle_the_unsettled(areas_, index_).value().arrived, 0U) << "once is enough";
}

TEST_F(Keeping, begins_though_a_disk_does_not_let_go_of_what_is_to_leave) {
  const auto stuck = add(FileArea::recording, "imported/a.wav", "abc", 0h, FileState::leaving);
  const auto away = add(FileArea::fax, "a.tif", "abc", 0h, FileState::leaving);
  const auto free = add(FileArea::voicemail, "a.wav", "abc", 0h, FileState::leaving);
  fs::rename(areas_.folder(FileArea::fax), disk_.path("unmounted"));
  fs::permissions(areas_.folder(FileArea::voicemail), fs::perms::all);
  {
    const otklik::test::ReadOnlyFolders folders({disk_.path(), disk_.path("data/RecordedFiles/imported")});
    const otklik::test::WithoutRights here;
    const auto settled = settle_the_unsettled(areas_, index_);
    ASSERT_TRUE(settled) << settled.error().message;
    EXPECT_EQ(settled->dropped, 1U);
  }
  EXPECT_TRUE(is_there(stuck));
  EXPECT_FALSE(is_there(free));
  EXPECT_EQ(index_.find(stuck.id)->state, FileState::leaving);
  EXPECT_EQ(index_.find(away.id)->state, FileState::leaving);
  EXPECT_EQ(index_.removed, Strings{"a.wav interrupted"});
}

TEST_F(Keeping, deletes_what_had_no_name_yet_where_a_file_was_to_arrive) {
  add(FileArea::storage, "Letters/old/a.txt", "abc", 0h, FileState::arriving);
  fs::rename(disk_.path("data/LocalStorage/Letters/old/a.txt"),
             disk_.path("data/LocalStorage/Letters/old/.otklik-new-left"));
  disk_.put("data/LocalStorage/Letters/old/b.txt");
  EXPECT_EQ(settle_the_unsettled(areas_, index_).value().dropped, 1U);
  EXPECT_FALSE(disk_.has("data/LocalStorage/Letters/old/.otklik-new-left"));
  EXPECT_TRUE(disk_.has("data/LocalStorage/Letters/old/b.txt"));
}

TEST_F(Keeping, empties_the_temporary_areas_at_once_and_deletes_them_at_leisure) {
  add(FileArea::temp, "r/a.txt", "abc");
  add(FileArea::script, "r/b.txt", "abc");
  const auto kept = add(FileArea::storage, "c.txt", "abc");
  fs::create_directories(disk_.path("data/Temp/UploadData.aside-earlier/x"));
  disk_.put("data/Temp/UploadData.aside-earlier/x/y", "left by a start that was killed");
  disk_.put("data/Temp/mine.txt", "no upload");
  const auto aside = empty_temporary_areas(areas_, index_).value();
  EXPECT_EQ(aside.size(), 3U);
  EXPECT_TRUE(fs::is_empty(areas_.folder(FileArea::temp)));
  EXPECT_TRUE(fs::is_empty(areas_.folder(FileArea::script)));
  EXPECT_EQ(index_.size(), 1U);
  for (const auto& folder : aside) {
    EXPECT_FALSE(delete_put_aside(folder, [] { return true; }) && fs::exists(folder));
    EXPECT_TRUE(delete_put_aside(folder, [] { return false; }));
    EXPECT_FALSE(fs::exists(folder));
  }
  EXPECT_TRUE(is_there(kept));
  EXPECT_TRUE(disk_.has("data/Temp/mine.txt"));
}

TEST_F(Keeping, leaves_a_temporary_area_where_a_link_has_put_it) {
  const std::string folder = areas_.folder(FileArea::temp);
  fs::remove(folder);
  disk_.make("other disk/uploads");
  fs::create_directory_symlink(disk_.path("other disk/uploads"), folder);
  for (int start = 0; start < 2; ++start) {
    add(FileArea::temp, "r/a.txt", "abc");
    const auto aside = empty_temporary_areas(areas_, index_).value();
    EXPECT_FALSE(disk_.has("other disk/uploads/r"));
    EXPECT_EQ(check(), Strings{}) << "what is put aside is no file of the area";
    for (const auto& put : aside) EXPECT_TRUE(delete_put_aside(put, [] { return false; }));
    EXPECT_TRUE(fs::is_symlink(folder));
    EXPECT_TRUE(fs::is_empty(disk_.path("other disk/uploads")));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(disk_.path("other disk")), {}), 1);
}

TEST_F(Keeping, begins_though_the_disk_of_a_temporary_area_is_away) {
  const std::string folder = areas_.folder(FileArea::temp);
  fs::remove(folder);
  fs::create_directory_symlink(disk_.path("unmounted"), folder);
  EXPECT_TRUE(empty_temporary_areas(areas_, index_));
  EXPECT_TRUE(fs::is_symlink(folder));
  EXPECT_FALSE(disk_.has("unmounted"));
}

TEST_F(Keeping, empties_a_temporary_area_that_is_a_mount) {
  const std::string folder = areas_.folder(FileArea::temp);
  bool is_mounted = false;
  // In a thread with mounts of its own, which end with it.
  std::thread([&] {
    is_mounted = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                 ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
    if (!is_mounted) return;
    add(FileArea::temp, "r/a.txt", "abc");
    fs::create_directory(folder + "/lost+found");
    const auto aside = empty_temporary_areas(areas_, index_);
    ASSERT_TRUE(aside) << aside.error().message;
    EXPECT_FALSE(fs::exists(folder + "/r"));
    for (const auto& put : *aside) EXPECT_TRUE(delete_put_aside(put, [] { return false; }));
    EXPECT_TRUE(fs::exists(folder + "/lost+found")) << "it is the disk's";
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);
  }).join();
  if (!is_mounted) GTEST_SKIP() << "nothing may be mounted here";
}

TEST_F(Keeping, empties_a_temporary_area_beside_which_nothing_may_be_renamed) {
  add(FileArea::temp, "r/a.txt", "abc");
  fs::permissions(areas_.folder(FileArea::temp), fs::perms::all);
  fs::permissions(areas_.folder(FileArea::temp) + "/r", fs::perms::all);  // its `..` changes
  fs::permissions(areas_.folder(FileArea::script), fs::perms::all);
  {
    const otklik::test::ReadOnlyFolders folders({disk_.path(), disk_.path("data/Temp")});
    const otklik::test::WithoutRights here;
    const auto aside = empty_temporary_areas(areas_, index_);
    ASSERT_TRUE(aside) << aside.error().message;
    EXPECT_EQ(aside->size(), 1U);
    EXPECT_FALSE(disk_.has("data/Temp/UploadData/r"));
  }
  EXPECT_EQ(index_.size(), 0U);
}

TEST_F(Keeping, makes_the_folders_of_a_storage_that_lies_elsewhere) {
  disk_.make("far");
  const Areas far(disk_.path("data"), disk_.path("far//"));
  make_area_folders(far);
  EXPECT_TRUE(disk_.has("far/Shared") && disk_.has("far/Avatars"));
  EXPECT_EQ(far.folder(FileArea::shared), disk_.path("far/Shared"));
  make_area_folders(Areas(disk_.path("data"), disk_.path("unmounted")));
  EXPECT_FALSE(disk_.has("unmounted")) << "a disk that is not mounted is not made up";
}

TEST_F(Keeping, follows_no_link_out_of_what_it_deletes) {
  disk_.put("outside/precious.txt", "precious");
  fs::create_directories(disk_.path("data/Temp/UploadData/r"));
  fs::create_directory_symlink(disk_.path("outside"), disk_.path("data/Temp/UploadData/r/link"));
  fs::create_directory_symlink(disk_.path("outside"), disk_.path("data/Temp/UploadData/top"));
  fs::create_directory_symlink(disk_.path("outside"), disk_.path("data/Temp/UploadData.aside-link"));
  for (const auto& folder : empty_temporary_areas(areas_, index_).value()) {
    EXPECT_TRUE(delete_put_aside(folder, [] { return false; }));
  }
  EXPECT_FALSE(fs::is_symlink(disk_.path("data/Temp/UploadData.aside-link")));
  EXPECT_EQ(disk_.get("outside/precious.txt"), "precious");
}

TEST_F(Keeping, keeps_house_on_a_thread_of_its_own) {
  class NowClock final : public Clock {
   public:
    [[nodiscard]] Time now() const override { return Time(std::chrono::seconds(1'800'000'000)); }
  } clock;
  add(FileArea::temp, "r/a.txt", "abc");
  add(FileArea::fax, "old.tif", "abc", 100h);
  KeeperOptions options;
  options.rules[FileArea::fax].age = 1h;
  Keeper keeper(areas_, index_, clock, options);
  ASSERT_TRUE(keeper.start());
  EXPECT_TRUE(fs::is_empty(areas_.folder(FileArea::temp))) << "before anything is served";
  while (index_.size() != 0) ::usleep(1000);
  keeper.stop();
  keeper.stop();
  EXPECT_EQ(index_.removed, Strings{"old.tif age"});
}

// --- registering and checking ----------------------------------------------------------------------------------------

TEST_F(Keeping, registers_a_file_that_lies_in_its_place) {
  disk_.put("data/RecordedFiles/20260102/1504/mix.mp3", "abc");
  const auto file = register_file(areas_, index_, {.area = FileArea::recording, .path = "20260102/1504/mix.mp3"});
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->size, 3U);
  EXPECT_EQ(file->sha256, sha256_of_abc);
  EXPECT_EQ(file->name, "mix.mp3");
  EXPECT_EQ(*index_.find(file->id), *file);
  const auto again = register_file(
      areas_, index_, {.area = FileArea::recording, .path = disk_.path("data/RecordedFiles/20260102/1504/mix.mp3")});
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
}

TEST_F(Keeping, registers_nothing_outside_of_the_area) {
  disk_.put("outside.txt", "x");
  disk_.put("data/otklik.db", "x");
  disk_.put("data/Fax/a.tif", "x");
  disk_.put("data/LocalStorage/Shared/s.txt", "x");
  fs::create_symlink(disk_.path("outside.txt"), disk_.path("data/Fax/link.tif"));
  const auto code = [&](FileArea area, const std::string& path) {
    return register_file(areas_, index_, {.area = area, .path = path}).error().code;
  };
  for (const std::string path : {"../otklik.db", "..", "", ".", "a/../../otklik.db"}) {
    EXPECT_EQ(code(FileArea::fax, path), ErrorCode::bad_request) << path;
  }
  EXPECT_EQ(code(FileArea::fax, disk_.path("outside.txt")), ErrorCode::bad_request);
  EXPECT_EQ(code(FileArea::storage, "Shared/s.txt"), ErrorCode::bad_request) << "that is another area's";
  EXPECT_EQ(code(FileArea::fax, "none.tif"), ErrorCode::not_found);
  EXPECT_EQ(code(FileArea::fax, "link.tif"), ErrorCode::forbidden);
  EXPECT_EQ(index_.size(), 0U);
}

TEST_F(Keeping, finishes_what_grew) {
  disk_.put("data/RecordedFiles/a.wav", "a");
  const auto file = register_file(areas_, index_, {.area = FileArea::recording, .path = "a.wav", .growing = true});
  EXPECT_EQ(file->state, FileState::growing);
  disk_.put("data/RecordedFiles/a.wav", "abc");
  const auto whole = finish_growing(areas_, index_, file->id);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->sha256, sha256_of_abc);
  EXPECT_EQ(whole->state, FileState::whole);
}

TEST_F(Keeping, compares_the_index_with_the_disk) {
  disk_.put("data/LocalStorage/good.txt", "abc");
  disk_.put("data/LocalStorage/Shared/shared.txt", "abc");
  for (const auto& [area, path] :
       {std::pair(FileArea::storage, "good.txt"), std::pair(FileArea::shared, "shared.txt")}) {
    ASSERT_TRUE(register_file(areas_, index_, {.area = area, .path = path}));
  }
  EXPECT_EQ(check({.deep = true}), Strings{});

  const auto missing = add(FileArea::fax, "missing.tif", "abc");
  fs::remove(areas_.absolute_path(FileArea::fax, "missing.tif"));
  disk_.put("data/LocalStorage/good.txt", "abd");
  disk_.put("data/LocalStorage/Shared/shared.txt", "longer");
  disk_.put("data/VoiceMail/deep/extra.wav", "abc");
  EXPECT_EQ(check(), (Strings{"size shared shared.txt", "missing fax missing.tif", "extra voicemail deep/extra.wav"}));
  EXPECT_EQ(check({.deep = true}), (Strings{"content storage good.txt", "size shared shared.txt",
                                            "missing fax missing.tif", "extra voicemail deep/extra.wav"}));
  check({.deep = true, .repair = true});
  EXPECT_EQ(check({.deep = true}), Strings{});
  EXPECT_FALSE(index_.find(missing.id));
  EXPECT_TRUE(index_.find_at(FileArea::voicemail, "deep/extra.wav"));
}

TEST_F(Keeping, repairs_nothing_of_what_it_cannot_look_at) {
  add(FileArea::fax, "closed/a.tif", "abc");
  const otklik::test::ReadOnlyFolders folders({disk_.path()});
  fs::permissions(disk_.path("data/Fax/closed"), fs::perms::none);
  {
    const otklik::test::WithoutRights here;
    EXPECT_EQ(check({.repair = true}), (Strings{"unreadable fax closed/a.tif", "unreadable fax closed"}));
  }
  fs::permissions(disk_.path("data/Fax/closed"), fs::perms::owner_all);
  EXPECT_EQ(check({.repair = true}), Strings{});
}

TEST_F(Keeping, does_not_take_a_folder_that_is_away_for_an_empty_one) {
  add(FileArea::fax, "a.tif", "abc");
  fs::rename(areas_.folder(FileArea::fax), disk_.path("unmounted"));
  const auto report = check_files(areas_, index_, {.repair = true});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::unavailable);
  EXPECT_EQ(index_.size(), 1U);
}

TEST(AreasTest, tell_which_area_a_path_lies_in) {
  const Areas areas("/srv/otklik", "/mnt/files");
  EXPECT_EQ(areas.area_of("/mnt/files/a.txt"), (AreaPath{FileArea::storage, "a.txt"}));
  EXPECT_EQ(areas.area_of("/mnt/files/Shared/b/a.txt"), (AreaPath{FileArea::shared, "b/a.txt"}));
  EXPECT_EQ(areas.area_of("/mnt/files/SharedNot/a.txt"), (AreaPath{FileArea::storage, "SharedNot/a.txt"}));
  EXPECT_EQ(areas.area_of("/srv/otklik/Temp/UploadData/r/a"), (AreaPath{FileArea::temp, "r/a"}));
  EXPECT_EQ(areas.area_of("/srv/otklik/LocalStorage/a"), std::nullopt) << "the storage is elsewhere";
  EXPECT_EQ(areas.area_of("/mnt/files"), std::nullopt);
  EXPECT_EQ(areas.area_of("/mnt/files/"), std::nullopt);
  EXPECT_EQ(Areas::client_path(FileArea::shared, "a"), "LocalStorage/Shared/a");
}

TEST(DigestTest, is_the_standard_one) {
  Digest digest;
  digest.add("a");
  digest.add("");
  digest.add("bc");
  EXPECT_EQ(digest.finish(), sha256_of_abc);
}

}  // namespace
}  // namespace otklik::files
