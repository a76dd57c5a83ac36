#include "plugins/catalog.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "plugins/grants.hpp"
#include "plugins/one_line.hpp"
#include "unit/few_descriptors.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::plugins {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view id_a = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view id_b = "22222222-2222-4222-8222-222222222222";

class CatalogTest : public testing::Test {
 protected:
  void write(const std::string& folder, std::string_view id, std::string_view version, std::string_view name = "A") {
    fs::create_directories(path() / folder);
    std::ofstream(path() / folder / "manifest.json")
        << R"({"id":")" << id << R"(","name":")" << name << R"(","version":")" << version
        << R"(","program":"./run","forms":[]})";
  }
  [[nodiscard]] fs::path path() const { return fs::path(folder_.path()); }
  std::string version_of(std::string_view id) const {
    const auto plugin = catalog_.find(id);
    return plugin ? plugin->manifest->version : "none";
  }
  [[nodiscard]] std::string trouble() const {
    const auto content = catalog_.content();
    return content->troubles.empty() ? "" : content->troubles.front().folder + ": " + content->troubles.front().text;
  }

  TempFolder folder_;
  Catalog catalog_{folder_.path()};
};

TEST_F(CatalogTest, takes_at_once_what_is_there_at_the_start) {
  write("a", id_a, "1");
  EXPECT_EQ(catalog_.look(true).added.size(), 1U);
  EXPECT_EQ(version_of(id_a), "1");
  EXPECT_EQ(version_of("A"), "1");
  EXPECT_EQ(version_of(id_b), "none");
}

TEST_F(CatalogTest, takes_a_new_folder_when_it_has_stayed_the_same_for_two_looks) {
  catalog_.look(true);
  fs::create_directories(path() / "a");
  EXPECT_TRUE(catalog_.look(false).unsettled);
  std::ofstream(path() / "a" / "manifest.json") << R"({"id":")";  // half of it
  EXPECT_TRUE(catalog_.look(false).unsettled);
  write("a", id_a, "1");
  EXPECT_TRUE(catalog_.look(false).unsettled);
  EXPECT_EQ(version_of(id_a), "none");
  EXPECT_EQ(catalog_.look(false).added.size(), 1U);
  EXPECT_EQ(version_of(id_a), "1");
}

TEST_F(CatalogTest, takes_a_change_and_keeps_the_old_one_while_the_new_one_is_wrong) {
  write("a", id_a, "1");
  catalog_.look(true);
  write("a", id_a, "22");
  EXPECT_TRUE(catalog_.look(false).changed.empty());
  EXPECT_EQ(catalog_.look(false).changed.size(), 1U);
  EXPECT_EQ(version_of(id_a), "22");
  write("a", "no guid", "333");
  catalog_.look(false);
  EXPECT_TRUE(catalog_.look(false).changed.empty());
  EXPECT_EQ(version_of(id_a), "22");
  EXPECT_EQ(trouble(), "a: manifest.json:1: id: no GUID");
  write("a", id_a, "4444");
  catalog_.look(false);
  EXPECT_EQ(catalog_.look(false).changed.size(), 1U);
  EXPECT_EQ(trouble(), "");
}

TEST_F(CatalogTest, sees_a_change_of_the_program_and_not_one_of_its_data) {
  write("a", id_a, "1");
  catalog_.look(true);
  fs::create_directories(path() / "a" / "data");
  std::ofstream(path() / "a" / "data" / "x") << "x";
  std::ofstream(path() / "a" / ".hidden") << "x";
  EXPECT_FALSE(catalog_.look(false).unsettled);
  std::ofstream(path() / "a" / "run") << "x";
  EXPECT_TRUE(catalog_.look(false).unsettled);
  EXPECT_EQ(catalog_.look(false).changed.size(), 1U);
}

TEST_F(CatalogTest, does_not_wait_for_a_manifest_that_is_a_pipe) {
  fs::create_directory(path() / "a");
  ASSERT_EQ(::mkfifo((path() / "a" / "manifest.json").c_str(), 0600), 0);
  catalog_.look(true);
  EXPECT_EQ(trouble(), "a: manifest.json: it is no file");
  fs::remove(path() / "a" / "manifest.json");
  write("a", id_a, "1");
  catalog_.look(false);
  EXPECT_EQ(catalog_.look(false).added.size(), 1U);
}

TEST_F(CatalogTest, lets_go_of_a_folder_that_is_gone) {
  write("a", id_a, "1");
  catalog_.look(true);
  fs::remove_all(path() / "a");
  EXPECT_TRUE(catalog_.look(false).removed.empty());
  EXPECT_EQ(catalog_.look(false).removed.size(), 1U);
  EXPECT_EQ(version_of(id_a), "none");
}

TEST_F(CatalogTest, keeps_what_it_has_while_it_cannot_look) {
  write("a", id_a, "1");
  catalog_.look(true);
  for (const unsigned descriptors : {0U, 1U}) {
    const test::FewDescriptors few(descriptors);
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(catalog_.look(false).removed.empty());
      EXPECT_EQ(version_of(id_a), "1");
      if (descriptors == 0) EXPECT_NE(trouble().find("Too many open files"), std::string::npos) << trouble();
    }
  }
  EXPECT_TRUE(catalog_.look(false).changed.empty());
  EXPECT_EQ(trouble(), "");
}

TEST_F(CatalogTest, tells_of_entries_that_it_passes_over_but_sees_the_manifest_and_the_program_among_them) {
  write("a", id_a, "1");
  for (int i = 0; i < 4100; ++i) std::ofstream(path() / "a" / std::to_string(i)) << "";
  catalog_.look(true);
  EXPECT_EQ(trouble(), "a: it has more than 4096 entries: changes of the others are not seen");
  std::ofstream(path() / "a" / "run") << "x";
  EXPECT_TRUE(catalog_.look(false).unsettled);
  EXPECT_EQ(catalog_.look(false).changed.size(), 1U);
  write("a", id_a, "22");
  EXPECT_TRUE(catalog_.look(false).unsettled);
  EXPECT_EQ(catalog_.look(false).changed.size(), 1U);
}

TEST_F(CatalogTest, tells_of_folders_that_it_passes_over) {
  for (int i = 0; i < 1001; ++i) fs::create_directory(path() / std::to_string(i));
  catalog_.look(true);
  EXPECT_TRUE(trouble().ends_with(": it holds more than 1000 folders and files: the others are passed over"));
  fs::remove(path() / "7");
  catalog_.look(false);
  EXPECT_TRUE(trouble().ends_with(": manifest.json is missing"));
}

TEST_F(CatalogTest, refuses_a_second_folder_of_the_same_plugin_until_the_first_is_gone) {
  write("a", id_a, "1");
  write("b", id_a, "2");
  catalog_.look(true);
  EXPECT_EQ(version_of(id_a), "1");
  EXPECT_EQ(trouble(), "b: another folder holds the plugin 11111111-1111-4111-8111-111111111111");
  fs::remove_all(path() / "a");
  for (int i = 0; i < 3; ++i) catalog_.look(false);
  EXPECT_EQ(version_of(id_a), "2");
}

TEST_F(CatalogTest, passes_over_files_links_and_hidden_folders) {
  write(".state", id_a, "1");
  std::ofstream(path() / "file") << "x";
  fs::create_directory_symlink("/usr", path() / "link");
  catalog_.look(true);
  EXPECT_TRUE(catalog_.content()->plugins.empty());
  EXPECT_EQ(trouble(), "");
}

TEST_F(CatalogTest, gives_nobody_for_a_name_that_two_have) {
  write("a", id_a, "1");
  write("b", id_b, "2");
  catalog_.look(true);
  EXPECT_EQ(version_of("A"), "none");
  EXPECT_EQ(version_of(id_b), "2");
}

class GrantsTest : public testing::Test {
 protected:
  /// As a server that starts now has them.
  Grants open() {
    auto kept = Grants::read(file());
    EXPECT_TRUE(kept);
    return {options_, file(), std::move(*kept)};
  }
  [[nodiscard]] std::string file() const { return folder_.path() + "/grants.json"; }

  TempFolder folder_;
  Live<Options> options_{Options{}};
  Manifest manifest_ = [] {
    Manifest made;
    made.id = *Uuid::parse(id_a);
    return made;
  }();
};

TEST_F(GrantsTest, give_only_what_is_asked_for_and_granted) {
  auto grants = open();
  EXPECT_FALSE(grants.confinement(manifest_).network);
  ASSERT_TRUE(grants.set(
      manifest_.id, {.network = true, .folders = {"/srv/b"}, .writable_folders = {"/srv/a"}, .role = "supervisor"}));
  EXPECT_FALSE(grants.confinement(manifest_).network);
  manifest_.asks = {.network = true,
                    .folders = {{"/srv/a", true}, {"/srv/c", false}},
                    .memory = std::uint64_t{1} << 40,
                    .processes = 1,
                    .open_files = {},
                    .file_size = {}};
  const auto gets = grants.confinement(manifest_);
  EXPECT_TRUE(gets.network);
  EXPECT_EQ(gets.folders, (std::vector<AskedFolder>{{"/srv/a", true}}));
  EXPECT_EQ(gets.memory, options_->memory);
  EXPECT_EQ(gets.processes, 1U);
  EXPECT_EQ(gets.open_files, options_->open_files);

  const auto again = open();
  EXPECT_EQ(again.of(manifest_.id).role, "supervisor");
  EXPECT_EQ(again.of(manifest_.id), grants.of(manifest_.id));
}

TEST_F(GrantsTest, of_reading_a_folder_do_not_become_writing_by_another_manifest) {
  auto grants = open();
  ASSERT_TRUE(grants.set(manifest_.id, {.network = false, .folders = {"/srv/a"}, .writable_folders = {}, .role = ""}));
  manifest_.asks.folders = {{"/srv/a", true}};
  EXPECT_EQ(grants.confinement(manifest_).folders, (std::vector<AskedFolder>{{"/srv/a", false}}));
  ASSERT_TRUE(grants.set(manifest_.id, {.network = false, .folders = {}, .writable_folders = {"/srv/a"}, .role = ""}));
  EXPECT_EQ(grants.confinement(manifest_).folders, (std::vector<AskedFolder>{{"/srv/a", true}}));
  manifest_.asks.folders = {{"/srv/a", false}};
  EXPECT_EQ(grants.confinement(manifest_).folders, (std::vector<AskedFolder>{{"/srv/a", false}}));
}

TEST_F(GrantsTest, that_cannot_be_read_are_not_taken_for_none) {
  auto grants = open();
  ASSERT_TRUE(grants.set(manifest_.id, {.network = true, .folders = {}, .writable_folders = {}, .role = "supervisor"}));
  {
    const test::FewDescriptors none(0);
    EXPECT_EQ(Grants::read(file()).error().code, ErrorCode::failed);
  }
  EXPECT_EQ(Grants::read(file())->size(), 1U);
}

TEST_F(GrantsTest, of_the_settings_win_over_the_shells_as_long_as_they_stand_there) {
  auto grants = open();
  ASSERT_TRUE(grants.set(manifest_.id, {.network = true, .folders = {}, .writable_folders = {}, .role = ""}));
  auto options = *options_;
  options.grants[manifest_.id] = {.network = false,
                                  .folders = {},
                                  .writable_folders = {},
                                  .role = "operator",
                                  .memory = std::size_t{1} << 30,
                                  .processes = 0,
                                  .open_files = 0,
                                  .file_size = 0};
  options_.publish(options);
  EXPECT_FALSE(grants.of(manifest_.id).network);
  EXPECT_EQ(grants.of(manifest_.id).role, "operator");
  EXPECT_EQ(grants.set(manifest_.id, {}).error().code, ErrorCode::conflict);
  EXPECT_EQ(grants.confinement(manifest_).memory, std::size_t{1} << 30);
  options_.publish(Options{});
  EXPECT_TRUE(grants.of(manifest_.id).network);
  EXPECT_EQ(grants.confinement(manifest_).memory, Options{}.memory);
}

TEST(OneLine, shows_any_bytes_as_one_line_of_text_cut_between_characters) {
  EXPECT_EQ(one_line("a\tb\r\x1b[2J\x7f", 100), "a b  [2J ");
  EXPECT_EQ(one_line("\xff\xfe", 100), "\uFFFD\uFFFD");
  EXPECT_EQ(one_line("\u0085\u2028x", 100), "  x");
  EXPECT_EQ(one_line("ЖЖ", 4), "ЖЖ");
  EXPECT_EQ(one_line("ЖЖ", 3), "Ж…");
  EXPECT_EQ(one_line(std::string(9, '\x80'), 4).size(), 1 * 3 + std::string_view("…").size());
  EXPECT_EQ(one_line("", 4), "");
}

}  // namespace
}  // namespace otklik::plugins
