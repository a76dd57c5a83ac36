#include "files/opener.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include "base/file.hpp"
#include "unit/files/fake_index.hpp"
#include "unit/temp_folder.hpp"
#include "unit/without_rights.hpp"

namespace otklik::files {
namespace {

namespace fs = std::filesystem;
using core::FileArea;

core::Identity who_is(const Uuid& user) {
  core::Identity identity;
  identity.user = user;
  return identity;
}

class OpenerOnDisk : public testing::Test {
 protected:
  OpenerOnDisk() {
    disk_.put("data/otklik.db", "secret");
    disk_.put("data/otklik.links.key", "secret");
    disk_.put("data/otklik.toml", "secret");
    disk_.put("data/licence.xml", "secret");
    disk_.put("data/events/1.events", "secret");
    disk_.put("data/scenarios/Echo.lua", "secret");
    disk_.put("data/plugins/1/main.py", "secret");
    disk_.put("data/www/page.html.execsvcscriptplain", "secret");
    disk_.put("data/www/page.html", "page");
    disk_.put("outside.txt", "outside");
    disk_.put("data/LocalStorage/price.txt", "stored");
    disk_.put("data/LocalStorage/Shared/open.txt", "shared");
    disk_.put("data/LocalStorage/Shared/Deep/Цена.txt", "deep");
    disk_.put("data/LocalStorage/Avatars/a.png", "avatar");
    disk_.put("data/Temp/UploadData/r4nd0m/up.txt", "uploaded");
    disk_.put("data/Temp/ScriptData/r4nd0m/in.txt", "for a script");
    disk_.put("data/RecordedFiles/20260102/1504/mix.wav", "recording");
    disk_.put("data/Fax/fax.tif", "fax");
    disk_.put("data/VoiceMail/vm.wav", "voice");
    key_.fill(3);
    open({});
  }

  void open(const OpenerOptions& options) {
    opener_ = std::make_unique<Opener>(ZoneOptions{.data_folder = disk_.path("data")}, options, index_, links_);
  }
  static std::string word(const Result<core::OpenedFile>& file) {
    if (!file) return std::string(info(file.error().code).name);
    return read_whole(file->fd.get(), 1 << 20).value();
  }
  std::string files(std::string_view path, bool storage_only = false) const {
    return word(opener_->path_now(path, storage_only));
  }
  std::string shared(std::string_view path) const { return word(opener_->shared_now(path)); }

  template <class Ask>
  static Result<core::OpenedFile> wait(Ask ask) {
    std::promise<Result<core::OpenedFile>> promise;
    auto future = promise.get_future();
    ask([&](Result<core::OpenedFile> file) { promise.set_value(std::move(file)); });
    return future.get();
  }
  std::string by_code(FileArea area, const std::string& code) {
    return word(wait([&](auto done) { opener_->open_code(area, code, std::move(done)); }));
  }
  std::string voicemail(const std::string& id, const core::Identity& who) {
    return word(wait([&](auto done) { opener_->open_voicemail(id, who, std::move(done)); }));
  }
  core::StoredFile add(FileArea area, const std::string& path, core::FileState state = core::FileState::whole) {
    core::StoredFile file = test::a_file(area, path);
    file.name = "called " + path;
    file.state = state;
    EXPECT_TRUE(index_.add(file));
    return file;
  }

  TempFolder disk_;
  test::FakeIndex index_;
  WallClock clock_;
  LinkKey key_{};
  Links links_{key_, std::chrono::seconds::zero(), clock_};
  std::unique_ptr<Opener> opener_;
};

TEST_F(OpenerOnDisk, opens_temp_and_storage_by_path) {
  EXPECT_EQ(files("price.txt"), "stored");
  EXPECT_EQ(files("LocalStorage/price.txt"), "stored");
  EXPECT_EQ(files(R"(C:\Oktell\Server\LocalStorage\PRICE.TXT)"), "stored");
  EXPECT_EQ(files("Shared/open.txt"), "shared");
  EXPECT_EQ(files("Temp/UploadData/r4nd0m/up.txt"), "uploaded");
  EXPECT_EQ(files(disk_.path("data/LocalStorage/price.txt")), "stored");
  EXPECT_EQ(files("absent.txt"), "not_found");
  EXPECT_EQ(files("LocalStorage"), "not_found");
}

TEST_F(OpenerOnDisk, says_forbidden_outside_whether_a_file_is_there_or_not) {
  for (const std::string path : {"RecordedFiles/20260102/1504/mix.wav", "Fax/fax.tif", "Fax/none.tif", "otklik.db",
                                 "otklik.none", "../outside.txt", "../none.txt", "/etc/passwd", "/none",
                                 "events/1.events", "www/page.html", "www/page.html.execsvcscriptplain"}) {
    EXPECT_EQ(files(path), "forbidden") << path;
  }
}

TEST_F(OpenerOnDisk, opens_the_storage_alone_for_a_temporary_password) {
  EXPECT_EQ(files("price.txt", true), "stored");
  EXPECT_EQ(files("Temp/UploadData/r4nd0m/up.txt", true), "forbidden");
  open({.only_temp_and_storage = false});
  EXPECT_EQ(files(disk_.path("outside.txt"), true), "forbidden");
}

TEST_F(OpenerOnDisk, keeps_what_is_ours_closed_whatever_is_switched_off) {
  open({.only_temp_and_storage = false});
  EXPECT_EQ(files(disk_.path("outside.txt")), "outside");
  EXPECT_EQ(files("RecordedFiles/20260102/1504/mix.wav"), "recording");
  EXPECT_EQ(files("www/page.html"), "page");
  for (const std::string name : {"otklik.db", "otklik.links.key", "otklik.toml", "licence.xml", "events/1.events",
                                 "scenarios/Echo.lua", "plugins/1/main.py", "www/page.html.execsvcscriptplain"}) {
    EXPECT_EQ(files(name), "forbidden") << name;
    EXPECT_EQ(files(disk_.path("data/" + name)), "forbidden") << name;
    EXPECT_EQ(files("LocalStorage/../" + name), "forbidden") << name;
  }
  for (const std::string path : {"/proc/self/environ", "/proc/1/maps", "/sys/kernel/notes", "/dev/mem"}) {
    EXPECT_EQ(files(path), "forbidden") << path;
  }
  fs::create_symlink(disk_.path("data/otklik.db"), disk_.path("link"));
  EXPECT_EQ(files(disk_.path("link")), "forbidden");
  fs::create_hard_link(disk_.path("data/otklik.db"), disk_.path("hard"));
  EXPECT_EQ(files(disk_.path("hard")), "forbidden");
}

TEST_F(OpenerOnDisk, opens_what_is_shared_by_each_of_its_four_paths) {
  for (const std::string path : {"open.txt", "Shared/open.txt", "LocalStorage/Shared/open.txt", "OPEN.TXT"}) {
    EXPECT_EQ(shared(path), "shared") << path;
  }
  EXPECT_EQ(shared(disk_.path("data/LocalStorage/Shared/open.txt")), "shared");
  EXPECT_EQ(shared("deep/цена.TXT"), "deep");
  EXPECT_EQ(shared(R"(\LocalStorage\Shared\Deep\Цена.txt)"), "deep");
}

TEST_F(OpenerOnDisk, shares_nothing_else) {
  for (const std::string path : {"price.txt", "../price.txt", "LocalStorage/price.txt", "Avatars/a.png",
                                 "LocalStorage/Avatars/a.png", "Temp/ScriptData/r4nd0m/in.txt", "Shared/../price.txt",
                                 "Fax/fax.tif", "otklik.db", "/etc/passwd", "", ".", "Shared", "open.txt/", "Deep"}) {
    if (path == "open.txt/") continue;  // a slash at the end is passed over, as everywhere
    EXPECT_EQ(shared(path), "not_found") << path;
  }
  EXPECT_EQ(shared(disk_.path("outside.txt")), "not_found");
}

TEST_F(OpenerOnDisk, shares_finished_uploads_unless_they_are_closed) {
  EXPECT_EQ(shared("Temp/UploadData/r4nd0m/up.txt"), "uploaded");
  disk_.put("data/Temp/UploadData/r4nd0m/.otklik-new-1234", "half");
  open({.shared_uploads = false});
  EXPECT_EQ(shared("Temp/UploadData/r4nd0m/up.txt"), "not_found");
  EXPECT_EQ(shared("open.txt"), "shared");
}

TEST_F(OpenerOnDisk, takes_the_storage_where_it_is) {
  disk_.put("far/Shared/far.txt", "far away");
  opener_ =
      std::make_unique<Opener>(ZoneOptions{.data_folder = disk_.path("data"), .storage_folder = disk_.path("far")},
                               OpenerOptions{}, index_, links_);
  for (const std::string path : {"far.txt", "Shared/far.txt", "LocalStorage/Shared/far.txt"}) {
    EXPECT_EQ(shared(path), "far away") << path;
  }
  EXPECT_EQ(files("LocalStorage/Shared/far.txt"), "far away");
  EXPECT_EQ(files(disk_.path("far/Shared/far.txt")), "far away");
}

TEST_F(OpenerOnDisk, opens_a_recording_by_its_code) {
  const auto file = add(FileArea::recording, "20260102/1504/mix.wav");
  const std::string code = links_.code_of(FileArea::recording, file.id);
  EXPECT_EQ(by_code(FileArea::recording, code), "recording");
  EXPECT_EQ(by_code(FileArea::recording, "/download/rec/" + code), "recording");
  EXPECT_EQ(by_code(FileArea::fax, code), "not_found");
  EXPECT_EQ(by_code(FileArea::recording, "nonsense"), "not_found");
  EXPECT_EQ(by_code(FileArea::recording, links_.code_of(FileArea::recording, Uuid::random())), "not_found");
  const auto fax = add(FileArea::fax, "fax.tif");
  EXPECT_EQ(by_code(FileArea::recording, links_.code_of(FileArea::recording, fax.id)), "not_found");
  const auto opened = wait([&](auto done) { opener_->open_code(FileArea::recording, code, std::move(done)); });
  EXPECT_EQ(opened->name, "called 20260102/1504/mix.wav");
  EXPECT_TRUE(opened->uploaded);
  EXPECT_FALSE(opened->growing);
}

TEST_F(OpenerOnDisk, opens_what_grows_and_nothing_half_come_or_half_gone) {
  using core::FileState;
  disk_.put("data/Fax/2.tif", "2");
  const auto file = add(FileArea::fax, "2.tif", FileState::growing);
  const std::string code = links_.code_of(FileArea::fax, file.id);
  EXPECT_TRUE(wait([&](auto done) { opener_->open_code(FileArea::fax, code, std::move(done)); })->growing);
  ASSERT_TRUE(index_.begin_removal(file.id));
  EXPECT_EQ(by_code(FileArea::fax, code), "not_found");
  const auto arriving = add(FileArea::fax, "fax.tif", FileState::arriving);
  EXPECT_EQ(by_code(FileArea::fax, links_.code_of(FileArea::fax, arriving.id)), "not_found");
}

TEST_F(OpenerOnDisk, follows_no_link_that_was_put_in_the_place_of_a_file) {
  fs::create_symlink(disk_.path("outside.txt"), disk_.path("data/Fax/link.tif"));
  const auto file = add(FileArea::fax, "link.tif");
  EXPECT_EQ(by_code(FileArea::fax, links_.code_of(FileArea::fax, file.id)), "not_found");
}

TEST_F(OpenerOnDisk, says_not_found_of_what_it_may_not_read) {
  const otklik::test::ReadOnlyFolders folders(
      {disk_.path(), disk_.path("data"), disk_.path("data/LocalStorage"), disk_.path("data/LocalStorage/Shared")});
  for (const char* file : {"data/LocalStorage/price.txt", "data/LocalStorage/Shared/open.txt"}) {
    fs::permissions(disk_.path(file), fs::perms::none);
  }
  const otklik::test::WithoutRights here;
  EXPECT_EQ(files("LocalStorage/price.txt"), "not_found");
  EXPECT_EQ(shared("open.txt"), "not_found");
}

TEST_F(OpenerOnDisk, plays_a_voicemail_to_whom_it_is_for_and_to_supervisors) {
  core::StoredFile file = test::a_file(FileArea::voicemail, "vm.wav");
  file.user = Uuid::random();
  ASSERT_TRUE(index_.add(file));
  core::Identity owner = who_is(file.user);
  core::Identity other = who_is(Uuid::random());
  other.privileges.add(core::Privilege::webapi_execute);
  core::Identity supervisor = who_is(Uuid::random());
  supervisor.privileges.add(core::Privilege::supervise);
  core::Identity administrator = who_is(Uuid::random());
  administrator.privileges.add(core::Privilege::admin_manage);
  EXPECT_EQ(voicemail(file.id.text(), owner), "voice");
  EXPECT_EQ(voicemail(file.id.text(), supervisor), "voice");
  EXPECT_EQ(voicemail(file.id.text(), administrator), "voice");
  EXPECT_EQ(voicemail(file.id.text(), other), "not_found");
  EXPECT_EQ(voicemail(Uuid::random().text(), owner), "not_found");
  EXPECT_EQ(voicemail("1", owner), "bad_request");

  const core::StoredFile nobodys = test::a_file(FileArea::voicemail, "2.wav");
  disk_.put("data/VoiceMail/2.wav", "nobody's");
  ASSERT_TRUE(index_.add(nobodys));
  EXPECT_EQ(voicemail(nobodys.id.text(), core::Identity{}), "not_found") << "nobody is not its owner";
}

TEST_F(OpenerOnDisk, answers_at_once_when_too_many_wait) {
  open({.threads = 1, .most_waiting = 0});
  EXPECT_EQ(word(wait([&](auto done) { opener_->open_shared("open.txt", std::move(done)); })), "too_many");
}

}  // namespace
}  // namespace otklik::files
