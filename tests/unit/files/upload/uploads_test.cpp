#include "files/upload/uploads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>

#include "base/clock.hpp"
#include "base/new_file.hpp"
#include "unit/files/fake_index.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::files {
namespace {

using core::FileArea;
using Uploaded = std::vector<core::UploadedFile>;

class UploadsTest : public testing::Test {
 protected:
  UploadsTest() {
    for (const char* folder : {"LocalStorage/Shared", "LocalStorage/Avatars", "Temp/UploadData", "Temp/ScriptData"})
      disk_.make(folder);
    options_.free_space = 0;
  }

  Uploads& uploads() {
    if (!uploads_) uploads_.emplace(options_, Uploads::Parts{areas_, index_, clock_});
    return *uploads_;
  }
  std::unique_ptr<core::Upload> begin(FileArea likely = FileArea::temp) {
    core::UploadStart start;
    start.who.user = user_;
    start.who.login = "api";
    start.likely_area = likely;
    start.hold = [this](bool held) { held ? ++held_ : ++let_go_; };
    return uploads().begin(std::move(start)).value();
  }
  static Uploaded finished(core::Upload& upload, core::UploadPlace place) {
    std::promise<Uploaded> done;
    upload.finish(std::move(place), [&](Uploaded files) { done.set_value(std::move(files)); });
    return done.get_future().get();
  }
  static void send(core::Upload& upload, std::string name, std::string_view content) {
    upload.begin_file(std::move(name));
    upload.write(content);
    upload.end_file();
  }
  core::UploadedFile stored(std::string name, std::string_view content, core::UploadPlace place) {
    const auto upload = begin(place.area);
    send(*upload, std::move(name), content);
    return finished(*upload, std::move(place)).at(0);
  }
  [[nodiscard]] std::size_t files_on_disk() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(disk_.path()))
      count += entry.is_regular_file();
    return count;
  }

  TempFolder disk_;
  Areas areas_{disk_.path(), ""};
  test::FakeIndex index_;
  WallClock clock_;
  UploadOptions options_;
  Uuid user_ = Uuid::random();
  std::atomic<int> held_{0}, let_go_{0};
  std::optional<Uploads> uploads_;  // last: its threads use the rest
};

TEST_F(UploadsTest, are_on_the_disk_and_in_the_index_when_they_are_done) {
  const auto file = stored("C:\\a.txt", "hello", {FileArea::storage, "sub/deep"});
  EXPECT_FALSE(file.trouble);
  EXPECT_EQ(file.name, "a.txt");
  EXPECT_EQ(file.path, "LocalStorage/sub/deep/a.txt");
  EXPECT_EQ(file.absolute_path, disk_.path("LocalStorage/sub/deep/a.txt"));
  EXPECT_EQ(file.size, 5U);
  EXPECT_EQ(file.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(disk_.get("LocalStorage/sub/deep/a.txt"), "hello");
  const auto row = index_.find(file.id).value();
  EXPECT_EQ(row.state, core::FileState::whole);
  EXPECT_EQ(row.path, "sub/deep/a.txt");
  EXPECT_EQ(row.user, user_);
  EXPECT_EQ(row.login, "api");
}

TEST_F(UploadsTest, show_nothing_before_and_leave_nothing_when_dropped) {
  {
    const auto upload = begin();
    send(*upload, "a", std::string(1'000'000, 'x'));
    upload->begin_file("b");
    EXPECT_EQ(uploads().under_way(), 1U);
  }
  while (uploads().under_way() != 0) std::this_thread::yield();
  EXPECT_EQ(files_on_disk(), 0U);
  EXPECT_EQ(index_.size(), 0U);
}

TEST_F(UploadsTest, leave_nothing_on_a_disk_without_nameless_files_either) {
  avoid_nameless_files(true);
  {
    const auto upload = begin();
    send(*upload, "a", std::string(1'000'000, 'x'));
  }
  while (uploads().under_way() != 0) std::this_thread::yield();
  EXPECT_EQ(files_on_disk(), 0U);
  const auto file = stored("a", "x", {FileArea::storage, "other"});
  avoid_nameless_files(false);
  EXPECT_EQ(file.path, "LocalStorage/other/a");
  EXPECT_EQ(files_on_disk(), 1U);
}

TEST_F(UploadsTest, keep_a_large_file_whole) {
  std::string content;
  for (int i = 0; i < 3'000'000; ++i) content += static_cast<char>(i * 31 + (i >> 9));
  const auto upload = begin();
  upload->begin_file("large");
  for (std::size_t at = 0; at < content.size(); at += 60'001)
    upload->write(std::string_view(content).substr(at, 60'001));
  upload->end_file();
  const auto files = finished(*upload, {FileArea::shared, ""});
  EXPECT_EQ(disk_.get(files.at(0).path), content);
  EXPECT_GE(let_go_ + 1, held_ > 0 ? 1 : 0);
}

TEST_F(UploadsTest, are_kept_though_a_rule_takes_their_folder_away_meanwhile) {
  for (const bool hidden : {false, true}) {
    avoid_nameless_files(hidden);
    index_.on_add = [this] { std::filesystem::remove_all(disk_.path("LocalStorage/Letters")); };
    const auto file = stored("a.txt", "hello", {FileArea::storage, "Letters/old"});
    avoid_nameless_files(false);
    EXPECT_FALSE(file.trouble) << file.trouble->message;
    EXPECT_EQ(disk_.get("LocalStorage/Letters/old/a.txt"), "hello");
    EXPECT_EQ(index_.find(file.id).value().state, core::FileState::whole);
    ASSERT_TRUE(index_.remove(file.id, "shell"));
    std::filesystem::remove_all(disk_.path("LocalStorage/Letters"));
  }
}

TEST_F(UploadsTest, take_one_descriptor_for_each_file) {
  constexpr std::ptrdiff_t files = 50;
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  };
  std::ptrdiff_t most = 0;
  index_.on_add = [&] { most = std::max(most, descriptors()); };  // all of them have come, none is stored
  const auto before = descriptors();
  const auto upload = begin(FileArea::storage);
  for (int i = 0; i < files; ++i) send(*upload, "a", "1");
  finished(*upload, {FileArea::storage, "sub"});
  EXPECT_GE(most, before + files);
  EXPECT_LT(most, before + files + 10);
}

TEST_F(UploadsTest, get_numbers_where_their_name_is_taken) {
  disk_.put("LocalStorage/a.txt", "old");
  EXPECT_EQ(stored("a.txt", "1", {FileArea::storage, ""}).path, "LocalStorage/a (2).txt");
  // Known to the index though not on the disk.
  core::StoredFile row;
  row.id = Uuid::random();
  row.area = FileArea::storage;
  row.path = "a (3).txt";
  ASSERT_TRUE(index_.add(row));
  EXPECT_EQ(stored("a.txt", "2", {FileArea::storage, ""}).path, "LocalStorage/a (4).txt");
  EXPECT_EQ(disk_.get("LocalStorage/a.txt"), "old");
}

TEST_F(UploadsTest, for_a_while_lie_in_a_folder_of_their_own) {
  const auto upload = begin();
  send(*upload, "a", "1");
  send(*upload, "a", "2");
  const auto files = finished(*upload, {FileArea::temp, "sub"});
  EXPECT_NE(files[0].path, files[1].path);
  EXPECT_TRUE(files[0].path.starts_with("Temp/UploadData/sub/"));
  EXPECT_TRUE(files[1].path.ends_with("/a"));
  EXPECT_EQ(disk_.get(files[0].path) + disk_.get(files[1].path), "12");
  EXPECT_EQ(index_.size(), 2U);
}

TEST_F(UploadsTest, in_a_subfolder_that_is_an_area_belong_to_that_area) {
  const auto file = stored("a", "1", {FileArea::storage, "Shared/x"});
  EXPECT_EQ(file.path, "LocalStorage/Shared/x/a");
  EXPECT_EQ(index_.find(file.id)->area, FileArea::shared);
  EXPECT_EQ(index_.find(file.id)->path, "x/a");
}

TEST_F(UploadsTest, given_up_are_told_and_the_others_kept) {
  const auto upload = begin();
  send(*upload, "a", "1");
  upload->begin_file("b");
  upload->write("2");
  upload->give_up_file(Error(ErrorCode::bad_request, "spoilt"));
  upload->write("3");
  upload->end_file();
  send(*upload, "c", "4");
  const auto files = finished(*upload, {FileArea::storage, ""});
  ASSERT_EQ(files.size(), 3U);
  EXPECT_FALSE(files[0].trouble);
  EXPECT_EQ(files[1].trouble->message, "spoilt");
  EXPECT_FALSE(files[2].trouble);
  EXPECT_EQ(files_on_disk(), 2U);
}

TEST_F(UploadsTest, that_the_index_refuses_are_not_left_on_the_disk) {
  index_.add_fails = Error(ErrorCode::unavailable);
  EXPECT_EQ(stored("a", "1", {FileArea::temp, ""}).trouble->code, ErrorCode::unavailable);
  EXPECT_EQ(stored("a", "1", {FileArea::storage, ""}).trouble->code, ErrorCode::unavailable);
  index_.add_fails.reset();
  index_.settle_fails = Error(ErrorCode::storage_full);
  EXPECT_EQ(stored("a", "1", {FileArea::storage, ""}).trouble->code, ErrorCode::storage_full);
  EXPECT_EQ(files_on_disk(), 0U);
  EXPECT_EQ(index_.size(), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(disk_.path("Temp/UploadData")));
}

TEST_F(UploadsTest, keep_to_the_size_of_a_file) {
  options_.file_size = 10;
  EXPECT_FALSE(stored("a", "0123456789", {FileArea::temp, ""}).trouble);
  EXPECT_EQ(stored("a", "0123456789x", {FileArea::temp, ""}).trouble->code, ErrorCode::too_large);
  core::UploadStart start;
  start.length = 11;
  EXPECT_EQ(uploads().begin(std::move(start)).error().code, ErrorCode::too_large);
}

TEST_F(UploadsTest, tell_when_nothing_of_them_will_be_kept) {
  options_.file_size = 10;
  const auto upload = begin();
  upload->begin_file("a");
  EXPECT_FALSE(upload->is_lost());
  while (!upload->is_lost()) upload->write(std::string(1000, 'x'));
  EXPECT_EQ(finished(*upload, {FileArea::temp, ""}).at(0).trouble->code, ErrorCode::too_large);
}

TEST_F(UploadsTest, keep_to_other_limits_as_soon_as_these_are_in_use) {
  const auto going = begin();
  going->begin_file("a");
  going->write(std::string(100, 'x'));
  options_.file_size = 50;  // less than what has come already
  options_.at_once = 1;
  uploads().use(options_);
  EXPECT_EQ(uploads().begin({}).error().code, ErrorCode::too_many);
  going->write(std::string(1'000'000, 'x'));
  EXPECT_EQ(finished(*going, {FileArea::temp, ""}).at(0).trouble->code, ErrorCode::too_large);
  options_ = {.free_space = std::size_t{1} << 60};
  uploads().use(options_);
  EXPECT_EQ(uploads().begin({}).error().code, ErrorCode::storage_full);
  options_ = {.free_space = 0, .storage_quota = 10};
  uploads().use(options_);
  EXPECT_FALSE(stored("b", "0123456789", {FileArea::storage, ""}).trouble);
  EXPECT_EQ(stored("c", "0", {FileArea::storage, ""}).trouble->code, ErrorCode::storage_full);
}

TEST_F(UploadsTest, keep_to_quotas_and_free_them_again) {
  options_.user_quota = 100;
  options_.user_files = 3;
  EXPECT_FALSE(stored("a", std::string(60, 'x'), {FileArea::storage, ""}).trouble);
  EXPECT_EQ(stored("b", std::string(41, 'x'), {FileArea::storage, ""}).trouble->code, ErrorCode::storage_full);
  EXPECT_FALSE(stored("b", std::string(40, 'x'), {FileArea::storage, ""}).trouble);
  EXPECT_FALSE(stored("c", "", {FileArea::temp, ""}).trouble);
  EXPECT_EQ(stored("d", "", {FileArea::temp, ""}).trouble->code, ErrorCode::storage_full);
  ASSERT_TRUE(index_.clear(FileArea::storage) && index_.clear(FileArea::temp));
  EXPECT_FALSE(stored("d", std::string(100, 'x'), {FileArea::temp, ""}).trouble);
  user_ = Uuid::random();
  EXPECT_FALSE(stored("e", "another user", {FileArea::temp, ""}).trouble);
}

TEST_F(UploadsTest, on_their_way_count_for_a_quota_too) {
  options_.storage_quota = 300'000;
  const auto first = begin(FileArea::storage);
  send(*first, "a", std::string(200'000, 'x'));
  EXPECT_FALSE(finished(*first, {FileArea::storage, ""}).at(0).trouble);
  EXPECT_EQ(stored("b", std::string(100'001, 'x'), {FileArea::storage, ""}).trouble->code, ErrorCode::storage_full);
  // Said at the end to go where there is a quota.
  const auto late = begin(FileArea::temp);
  send(*late, "c", std::string(100'001, 'x'));
  EXPECT_EQ(finished(*late, {FileArea::storage, ""}).at(0).trouble->code, ErrorCode::storage_full);
}

TEST_F(UploadsTest, leave_room_on_the_disk) {
  options_.free_space = std::size_t{1} << 60;
  core::UploadStart start;
  const auto begun = uploads().begin(std::move(start));
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::storage_full);
}

TEST_F(UploadsTest, whose_length_has_no_room_are_refused_at_once) {
  core::UploadStart start;
  start.length = std::uint64_t{1} << 60;
  EXPECT_EQ(uploads().begin(std::move(start)).error().code, ErrorCode::storage_full);
}

TEST_F(UploadsTest, are_bounded_in_number) {
  options_.at_once = 2;
  const auto first = begin();
  auto second = begin();
  EXPECT_EQ(uploads().begin({}).error().code, ErrorCode::too_many);
  second.reset();
  while (uploads().under_way() != 1) std::this_thread::yield();
  EXPECT_TRUE(uploads().begin({}));
}

TEST_F(UploadsTest, nobody_is_told_of_can_be_discarded) {
  const auto temporary = stored("a", "1", {FileArea::script, "sub"});
  const auto lasting = stored("a", "1", {FileArea::storage, ""});
  uploads().discard({temporary, lasting});
  while (index_.size() != 0) std::this_thread::yield();
  EXPECT_EQ(files_on_disk(), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(disk_.path("Temp/ScriptData/sub")));
}

TEST_F(UploadsTest, that_a_killed_server_had_not_named_go_at_its_next_start) {
  disk_.put("LocalStorage/keep");
  disk_.put("LocalStorage/.otklik-new-1");
  disk_.put("LocalStorage/Shared/.otklik-new-1");
  uploads().clean_up();
  EXPECT_EQ(files_on_disk(), 1U);
  EXPECT_TRUE(disk_.has("LocalStorage/keep"));
}

}  // namespace
}  // namespace otklik::files
