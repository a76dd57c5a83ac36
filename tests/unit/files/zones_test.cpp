#include "files/zones.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/file.hpp"
#include "base/new_file.hpp"
#include "unit/files/fake_index.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::files {
namespace {

namespace fs = std::filesystem;

class ZonesOnDisk : public testing::TestWithParam<bool> {
 protected:
  ZonesOnDisk() {
    avoid_openat2(GetParam());
    avoid_nameless_files(GetParam());
    for (const char* folder : {"data/Temp", "data/LocalStorage/Shared", "data/RecordedFiles", "data/Fax",
                               "data/VoiceMail", "data/events", "data/scenarios", "data/www"}) {
      disk_.make(folder);
    }
    disk_.put("data/otklik.db", "secret");
    disk_.put("data/events/000001.log", "secret");
    disk_.put("data/www/test.html.execsvcscriptplain", "{}");
    disk_.put("outside.txt", "secret");
    disk_.put("data/LocalStorage/Shared/Photo.jpg", "photo");
    disk_.put("data/RecordedFiles/20261122/1504/a.wav", "sound");
    zones_ = open_zones({});
  }
  ~ZonesOnDisk() override {
    avoid_openat2(false);
    avoid_nameless_files(false);
  }

  std::unique_ptr<Zones> open_zones(ZoneOptions options) {
    options.data_folder = disk_.path("data");
    return std::move(Zones::make(options).value());
  }
  std::string read(std::string_view path) {
    auto file = zones_->open(path);
    if (!file) return "error: " + std::string(info(file.error().code).name);
    return read_whole(file->fd.get(), 1 << 20).value();
  }
  static std::string word(const Result<>& result) {
    return result ? "done" : std::string(info(result.error().code).name);
  }

  TempFolder disk_;
  std::unique_ptr<Zones> zones_;
};
TEST_P(ZonesOnDisk, keep_the_index_of_files_in_step) {
  using core::FileArea;
  test::FakeIndex index;
  zones_ = std::move(Zones::make({.data_folder = disk_.path("data")}, &index).value());
  disk_.put("data/Temp/ScriptData/r/in.txt", "brought");
  const core::StoredFile file = test::a_file(FileArea::script, "r/in.txt");
  ASSERT_TRUE(index.add(file));
  ASSERT_TRUE(index.add(test::a_file(FileArea::storage, "orders/1.txt")));

  EXPECT_EQ(word(zones_->move("Temp/ScriptData/r/in.txt", "LocalStorage/orders/1.txt")), "done");
  EXPECT_EQ(index.find_at(FileArea::storage, "orders/1.txt")->id, file.id);
  EXPECT_EQ(word(zones_->move("orders/1.txt", "Shared/1.txt")), "done");
  EXPECT_EQ(index.find(file.id)->area, FileArea::shared);
  EXPECT_EQ(word(zones_->write("Shared/1.txt", "abc")), "done");
  EXPECT_EQ(index.find(file.id)->size, 3U);
  EXPECT_EQ(index.find(file.id)->sha256.substr(0, 8), "ba7816bf");
  EXPECT_EQ(word(zones_->append("Shared/1.txt", "def")), "done");
  EXPECT_EQ(index.find(file.id)->size, 6U);
  EXPECT_EQ(index.find(file.id)->sha256, "");
  EXPECT_EQ(word(zones_->write("Shared/own.txt", "a scenario's own")), "done");
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(word(zones_->move("Shared/1.txt", "Temp/elsewhere.txt")), "done");
  EXPECT_EQ(index.size(), 0U) << "it left the areas";
  EXPECT_EQ(index.removed, (std::vector<std::string>{"orders/1.txt lost", "1.txt script"}));
}

INSTANTIATE_TEST_SUITE_P(both_walks, ZonesOnDisk, testing::Bool(),
                         [](const auto& p) { return p.param ? "step_by_step" : "as_the_kernel_offers"; });

TEST_P(ZonesOnDisk, opens_a_file_and_says_what_it_is) {
  const auto file = zones_->open("LocalStorage/Shared/Photo.jpg");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->name, "Photo.jpg");
  EXPECT_EQ(file->size, 5U);
  EXPECT_TRUE(file->uploaded);
  EXPECT_GT(file->changed.time_since_epoch().count(), 0);
  EXPECT_FALSE(zones_->open(R"(..\Server\RecordedFiles\20261122\1504\a.wav)")->uploaded);
}

TEST_P(ZonesOnDisk, finds_a_name_in_another_case_when_only_one_fits) {
  EXPECT_EQ(read("localstorage/SHARED/photo.JPG"), "photo");
  EXPECT_EQ(read(R"(C:\Oktell\Server\recordedfiles\20261122\1504\A.WAV)"), "sound");
  disk_.put("data/Temp/Отчёт.txt", "report");
  EXPECT_EQ(read("Temp/ОТЧЁТ.TXT"), "report");
  disk_.put("data/Temp/one", "1");
  disk_.put("data/Temp/ONE", "2");
  EXPECT_EQ(read("Temp/one"), "1");
  EXPECT_EQ(read("Temp/One"), "error: not_found");
}

TEST_P(ZonesOnDisk, tells_absent_from_closed) {
  EXPECT_EQ(read("Temp/absent"), "error: not_found");
  EXPECT_EQ(read("Temp/absent/absent"), "error: not_found");
  EXPECT_EQ(read("Temp"), "error: not_found");
  EXPECT_EQ(read("otklik.db"), "error: forbidden");
  EXPECT_EQ(read("otklik.absent"), "error: forbidden");
  EXPECT_EQ(read("../outside.txt"), "error: forbidden");
  EXPECT_EQ(read("../absent.txt"), "error: forbidden");
}

TEST_P(ZonesOnDisk, follows_no_symbolic_link) {
  fs::create_symlink("/etc/passwd", disk_.path("data/Temp/link"));
  fs::create_symlink("../otklik.db", disk_.path("data/Temp/near"));
  fs::create_directory_symlink("/etc", disk_.path("data/Temp/folder"));
  fs::create_directory_symlink("..", disk_.path("data/Temp/up"));
  fs::create_symlink("a.txt", disk_.path("data/Temp/inside"));
  disk_.put("data/Temp/a.txt");
  for (const char* path : {"Temp/link", "Temp/near", "Temp/folder/passwd", "Temp/up/otklik.db", "Temp/inside",
                           "Temp/LINK", "Temp/FOLDER/passwd"}) {
    EXPECT_EQ(read(path), "error: forbidden") << path;
  }
  EXPECT_EQ(word(zones_->write("Temp/link", "x")), "forbidden");
  EXPECT_EQ(word(zones_->write("Temp/up/otklik.db", "x")), "forbidden");
  EXPECT_EQ(word(zones_->write("Temp/folder/new", "x")), "forbidden");
  EXPECT_EQ(word(zones_->append("Temp/near", "x")), "forbidden");
  EXPECT_EQ(word(zones_->move("Temp/near", "Temp/b")), "forbidden");
  EXPECT_EQ(word(zones_->move("Temp/a.txt", "Temp/up/a.txt")), "forbidden");
  EXPECT_EQ(word(zones_->remove("Temp/near")), "forbidden");
  EXPECT_EQ(word(zones_->remove("Temp/up/events/000001.log")), "forbidden");
  EXPECT_FALSE(zones_->list("Temp/up"));
  EXPECT_EQ(disk_.get("data/otklik.db"), "secret");
  EXPECT_EQ(disk_.get("data/Temp/a.txt"), "x");
}

TEST_P(ZonesOnDisk, refuses_another_name_of_a_secret_file) {
  for (const char* secret : {"data/otklik.db", "data/events/000001.log"}) {
    fs::remove(disk_.path("data/Temp/alias"));
    fs::create_hard_link(disk_.path(secret), disk_.path("data/Temp/alias"));
    EXPECT_EQ(read("Temp/alias"), "error: forbidden") << secret;
    EXPECT_EQ(word(zones_->append("Temp/alias", "x")), "forbidden");
    EXPECT_EQ(disk_.get(secret), "secret");
  }
  // Writing gives the name a new file and leaves the secret one alone.
  EXPECT_EQ(word(zones_->write("Temp/alias", "mine")), "done");
  EXPECT_EQ(disk_.get("data/events/000001.log"), "secret");
  // A recording that a backup program has linked to is still a recording.
  fs::create_hard_link(disk_.path("data/RecordedFiles/20261122/1504/a.wav"), disk_.path("backup.wav"));
  EXPECT_EQ(read("RecordedFiles/20261122/1504/a.wav"), "sound");
}

TEST_P(ZonesOnDisk, opens_no_pipe_device_socket_or_folder) {
  ASSERT_EQ(::mkfifo(disk_.path("data/Temp/pipe").c_str(), 0600), 0);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, disk_.path("data/Temp/socket").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);  // NOLINT: the call's own shape
  disk_.make("data/Temp/folder");
  for (const char* path : {"Temp/pipe", "Temp/socket", "Temp/folder"})
    EXPECT_EQ(read(path), "error: not_found") << path;
  EXPECT_EQ(word(zones_->append("Temp/pipe", "x")), "not_found");
  EXPECT_NE(word(zones_->append("Temp/folder", "x")), "done");
  EXPECT_NE(word(zones_->write("Temp/pipe", "x")), "done");
  EXPECT_EQ(word(zones_->write("Temp/folder", "x")), "conflict");
  EXPECT_EQ(word(zones_->remove("Temp/pipe")), "not_found");
  ::close(fd);
}

TEST_P(ZonesOnDisk, writes_a_file_whole_and_makes_the_folders_on_its_way) {
  EXPECT_EQ(word(zones_->write("Temp/a/b/c.txt", "first")), "done");
  EXPECT_EQ(disk_.get("data/Temp/a/b/c.txt"), "first");
  EXPECT_EQ(word(zones_->write("TEMP/A/B/C.TXT", "second")), "done");
  EXPECT_EQ(disk_.get("data/Temp/a/b/c.txt"), "second");
  EXPECT_EQ(word(zones_->write("new.txt", "in the storage")), "done");
  EXPECT_EQ(disk_.get("data/LocalStorage/new.txt"), "in the storage");
  struct stat there{};
  ASSERT_EQ(::stat(disk_.path("data/Temp/a/b/c.txt").c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777U, 0600U);
  // Nothing is left of what was on the way.
  EXPECT_EQ(std::distance(fs::directory_iterator(disk_.path("data/Temp/a/b")), fs::directory_iterator()), 1);
}

TEST_P(ZonesOnDisk, writes_nothing_outside_or_where_only_reading_is_open) {
  for (const char* path :
       {"otklik.db", "../outside.txt", "/etc/otklik-test", "scenarios/Echo.lua", "www/x.html", "Temp", "",
        "Temp/x.execsvcscriptplain", "RecordedFiles/new.wav", "Fax/new.tif", "VoiceMail/new.wav"}) {
    EXPECT_EQ(word(zones_->write(path, "x")), "forbidden") << path;
    EXPECT_EQ(word(zones_->append(path, "x")), "forbidden") << path;
    EXPECT_EQ(word(zones_->remove(path)), "forbidden") << path;
  }
  EXPECT_EQ(word(zones_->remove("RecordedFiles/20261122/1504/a.wav")), "forbidden");
  EXPECT_EQ(word(zones_->move("RecordedFiles/20261122/1504/a.wav", "Temp/a.wav")), "forbidden");
  EXPECT_EQ(read("RecordedFiles/20261122/1504/a.wav"), "sound");
}

TEST_P(ZonesOnDisk, appends_what_two_writers_write_line_by_line) {
  const auto write = [&](const std::string& line) {
    for (int i = 0; i < 200; ++i) ASSERT_EQ(word(zones_->append("Temp/log.txt", line)), "done");
  };
  std::thread one([&] { write("one\n"); });
  write("two\n");
  one.join();
  const std::string log = disk_.get("data/Temp/log.txt");
  EXPECT_EQ(log.size(), 1600U);
  for (std::size_t i = 0; i + 4 <= log.size(); i += 4) {
    EXPECT_TRUE(log.substr(i, 4) == "one\n" || log.substr(i, 4) == "two\n");
  }
}

TEST_P(ZonesOnDisk, keeps_to_its_size_limit_and_leaves_the_file_as_it_was) {
  zones_ = open_zones({.script_file_size = 10});
  EXPECT_EQ(word(zones_->write("Temp/a", "12345678901")), "too_large");
  EXPECT_FALSE(disk_.has("data/Temp/a"));
  EXPECT_EQ(word(zones_->append("Temp/a", "12345678")), "done");
  EXPECT_EQ(word(zones_->append("Temp/a", "123")), "too_large");
  EXPECT_EQ(disk_.get("data/Temp/a"), "12345678");
}

TEST_P(ZonesOnDisk, moves_a_file_but_never_over_another) {
  disk_.put("data/Temp/UploadData/1.jpg", "picture");
  disk_.put("data/LocalStorage/taken.jpg", "other");
  EXPECT_EQ(word(zones_->move("Temp/UploadData/1.jpg", "LocalStorage/taken.jpg")), "conflict");
  EXPECT_EQ(disk_.get("data/LocalStorage/taken.jpg"), "other");
  EXPECT_EQ(word(zones_->move("Temp/UploadData/1.jpg", "LocalStorage/pictures/1.jpg")), "done");
  EXPECT_EQ(disk_.get("data/LocalStorage/pictures/1.jpg"), "picture");
  EXPECT_FALSE(disk_.has("data/Temp/UploadData/1.jpg"));
  EXPECT_EQ(word(zones_->move("Temp/absent", "Temp/b")), "not_found");
  EXPECT_EQ(word(zones_->move("Temp/UploadData", "Temp/b")), "not_found");
}

TEST_P(ZonesOnDisk, removes_a_file_or_an_empty_folder) {
  disk_.put("data/Temp/a/b.txt");
  EXPECT_EQ(word(zones_->remove("Temp/a")), "state_not_allowed");
  EXPECT_EQ(word(zones_->remove("Temp/a/b.txt")), "done");
  EXPECT_EQ(word(zones_->remove("Temp/a")), "done");
  EXPECT_EQ(word(zones_->remove("Temp/a")), "not_found");
  EXPECT_EQ(word(zones_->remove("Temp")), "forbidden");
}

TEST_P(ZonesOnDisk, lists_what_could_be_opened) {
  disk_.put("data/Temp/b.txt", "12");
  disk_.put("data/Temp/a/x");
  disk_.put("data/Temp/page.execsvcscriptplain");
  disk_.put("data/Temp/.otklik-new-abc");
  fs::create_symlink("/etc/passwd", disk_.path("data/Temp/link"));
  const auto entries = zones_->list("Temp");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ(entries->at(0).name, "a");
  EXPECT_TRUE(entries->at(0).is_folder);
  EXPECT_EQ(entries->at(1).name, "b.txt");
  EXPECT_EQ(entries->at(1).size, 2U);
  EXPECT_EQ(zones_->list("Temp/b.txt").error().code, ErrorCode::not_found);
  EXPECT_EQ(zones_->list(".").error().code, ErrorCode::forbidden);
}

TEST_P(ZonesOnDisk, opens_any_file_but_the_secrets_when_told_so) {
  disk_.put("elsewhere/otklik.toml", "secret");
  zones_ = open_zones({.script_zones = {"temp", "storage", "*"},
                       .script_writable = {},
                       .secret_paths = {disk_.path("elsewhere/otklik.toml")}});
  EXPECT_EQ(read(disk_.path("outside.txt")), "secret");
  EXPECT_EQ(read(disk_.path("OUTSIDE.TXT")), "secret");
  for (const std::string& path :
       {disk_.path("data/otklik.db"), disk_.path("DATA/Otklik.DB"), disk_.path("data/www/test.html.execsvcscriptplain"),
        disk_.path("elsewhere/otklik.toml"), disk_.path("ELSEWHERE/OTKLIK.TOML"), std::string("/proc/self/environ"),
        std::string("/dev/null")}) {
    EXPECT_EQ(read(path), "error: forbidden") << path;
  }
  EXPECT_EQ(word(zones_->write(disk_.path("new.txt"), "x")), "forbidden");
}

TEST_P(ZonesOnDisk, knows_the_data_folder_by_both_its_names) {
  fs::create_directory_symlink(disk_.path("data"), disk_.path("linked"));
  ZoneOptions options;
  options.data_folder = disk_.path("linked");
  zones_ = std::move(Zones::make(options).value());
  EXPECT_EQ(read(disk_.path("linked/LocalStorage/Shared/Photo.jpg")), "photo");
  EXPECT_EQ(read(disk_.path("data/LocalStorage/Shared/Photo.jpg")), "photo");
  EXPECT_EQ(read("Shared/Photo.jpg"), "photo");
  EXPECT_EQ(read(disk_.path("data/otklik.db")), "error: forbidden");
  EXPECT_EQ(read(disk_.path("linked/otklik.db")), "error: forbidden");
}

}  // namespace
}  // namespace otklik::files
