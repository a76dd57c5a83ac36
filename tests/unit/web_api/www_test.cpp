#include "web_api/www/www.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/web_api/fake_ports.hpp"

namespace otklik::web_api {
namespace {

using test::TemporaryFolder;

TEST(WwwPath, is_decoded_once) {
  EXPECT_EQ(read_www_path("/a%20b/%D1%8F.html")->name, "a b/я.html");
  EXPECT_EQ(read_www_path("/%252e%252e/x")->name, "%2e%2e/x");
  EXPECT_EQ(read_www_path("/%FF%E0.html")->name, "яа.html") << "no UTF-8: Windows-1251";
  EXPECT_TRUE(read_www_path("/")->is_folder);
  EXPECT_TRUE(read_www_path("/a/")->is_folder);
  EXPECT_EQ(read_www_path("/a/")->name, "a");
}

TEST(WwwPath, never_leaves_the_folder) {
  for (const auto* path :
       {"/..", "/../x", "/a/../../x", "/./x", "/a//x", "//x", "/..%2fx", "/%2e%2e/x", "/%2E%2E%2Fx", "/..%5cx", "/a\\x",
        "/..\\x", "/%5c%5chost%5cshare", "/a/..", "/a/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/...//x", "/%2fetc%2fpasswd",
        "///etc/passwd", "/a/."}) {
    const auto read = read_www_path(path);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().code, ErrorCode::not_found) << path;
  }
  for (const auto* path : {"", "x", "*", "/%00", "/a%00.html", "/%", "/%2", "/%zz"}) {
    const auto read = read_www_path(path);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().code, ErrorCode::bad_request) << path;
  }
}

TEST(WwwPath, shows_no_dot_files_but_well_known) {
  EXPECT_FALSE(read_www_path("/.git/config"));
  EXPECT_FALSE(read_www_path("/a/.htaccess"));
  EXPECT_FALSE(read_www_path("/.well-known/.secret"));
  EXPECT_FALSE(read_www_path("/a/.well-known/x"));
  EXPECT_TRUE(read_www_path("/.well-known/acme-challenge/x"));
  EXPECT_TRUE(read_www_path("/.well-known/"));
}

TEST(WwwPath, is_no_hook_under_any_spelling) {
  for (const auto* path :
       {"/t.html.execsvcscriptplain", "/t.html.EXECSVCSCRIPTPLAIN", "/t.html.ExecSvcScriptPlain",
        "/t.html.execsvcscriptplain/", "/t.html.execsvcscriptplain.", "/t.html.execsvcscriptplain...",
        "/t.html.execsvcscriptplain%20", "/t.html.execsvcscriptplain::$DATA", "/t.html.execsvcscriptplain%3a%3a$DATA",
        "/t.html%2eexecsvcscriptplain", "/t.html.%65xecsvcscriptplai%6E", "/a/.execsvcscriptplain",
        "/t.html.execsvcscriptplain.execsvcscriptplain"}) {
    const auto read = read_www_path(path);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().code, ErrorCode::not_found) << path;
  }
}

class WwwFiles : public testing::Test {
 protected:
  Www::Found found(std::string_view path) {
    auto result = www().find(path);
    EXPECT_TRUE(result) << path;
    return result ? std::move(*result) : Www::Found{};
  }
  ErrorCode error(std::string_view path) {
    auto result = www().find(path);
    return result ? ErrorCode::internal : result.error().code;
  }
  Www& www() {
    if (!www_) {
      options_.www = folder_.path();
      live_ = std::make_unique<Live<Options>>(options_);
      www_ = std::make_unique<Www>(*live_, clock_);
    }
    return *www_;
  }
  static std::string name(const Www::Found& f) { return std::get<Www::FileFound>(f).name; }
  static std::string scenario(const Www::Found& f) { return std::get<Www::HookFound>(f).hook->scenario; }

  /// Long after whatever the test wrote: marks are settled.
  struct LaterClock final : Clock {
    [[nodiscard]] Time now() const override { return WallClock().now() + std::chrono::hours(1); }
  } clock_;
  TemporaryFolder folder_;
  Options options_;
  std::unique_ptr<Live<Options>> live_;
  std::unique_ptr<Www> www_;
};

TEST_F(WwwFiles, are_found_by_name_and_by_index) {
  folder_.put("index.html", "root");
  folder_.put("a/index.htm", "a");
  folder_.put("a/b.txt", "b");
  folder_.put("empty/x.txt", "x");
  EXPECT_EQ(name(found("/")), "index.html");
  EXPECT_EQ(name(found("/a/")), "a/index.htm");
  EXPECT_EQ(name(found("/a/b.txt")), "a/b.txt");
  EXPECT_EQ(std::get<Www::FolderFound>(found("/a")).name, "a");
  EXPECT_EQ(error("/empty/"), ErrorCode::not_found);
  EXPECT_EQ(error("/a/b.txt/"), ErrorCode::not_found);
  EXPECT_EQ(error("/nothing"), ErrorCode::not_found);
  EXPECT_EQ(error("/a/b.txt/c"), ErrorCode::not_found);
}

TEST_F(WwwFiles, small_are_kept_until_they_change) {
  folder_.put("a.txt", "one");
  const auto first = found("/a.txt");
  ASSERT_TRUE(std::get<Www::FileFound>(first).kept);
  EXPECT_EQ(std::get<Www::FileFound>(found("/a.txt")).kept, std::get<Www::FileFound>(first).kept);
  folder_.put("a.txt", "second");
  EXPECT_EQ(*std::get<Www::FileFound>(found("/a.txt")).kept->content, "second");
  folder_.remove("a.txt");
  EXPECT_EQ(error("/a.txt"), ErrorCode::not_found);
}

TEST_F(WwwFiles, just_written_are_not_kept) {
  struct NowClock final : Clock {
    [[nodiscard]] Time now() const override { return WallClock().now(); }
  } now;
  options_.www = folder_.path();
  const Live<Options> live(options_);
  Www fresh(live, now);
  folder_.put("a.txt", "one");
  const auto result = fresh.find("/a.txt");
  ASSERT_TRUE(result);
  EXPECT_FALSE(std::get<Www::FileFound>(*result).kept);
  EXPECT_TRUE(std::get<Www::FileFound>(*result).open);
}

TEST_F(WwwFiles, large_are_opened) {
  folder_.put("a.bin", std::string(70'000, 'x'));
  EXPECT_TRUE(std::get<Www::FileFound>(found("/a.bin")).open);
}

TEST_F(WwwFiles, behind_a_link_are_not_found) {
  const TemporaryFolder outside;
  outside.put("secret.txt", "secret");
  ASSERT_EQ(::symlink((outside.path() + "/secret.txt").c_str(), (folder_.path() + "/link.txt").c_str()), 0);
  ASSERT_EQ(::symlink(outside.path().c_str(), (folder_.path() + "/dir").c_str()), 0);
  EXPECT_EQ(error("/link.txt"), ErrorCode::not_found);
  EXPECT_EQ(error("/dir/secret.txt"), ErrorCode::not_found);
  EXPECT_EQ(error("/dir"), ErrorCode::not_found);
  EXPECT_EQ(error("/dir/"), ErrorCode::not_found);
}

TEST_F(WwwFiles, are_regular_or_not_found) {
  ASSERT_EQ(::mkfifo((folder_.path() + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(error("/pipe"), ErrorCode::not_found);
}

TEST_F(WwwFiles, hook_answers_for_the_page_beside_it) {
  folder_.put("test.html", "page");
  EXPECT_EQ(name(found("/test.html")), "test.html");
  folder_.put("test.html.execsvcscriptplain", R"({"scriptname":"one"})");
  EXPECT_EQ(scenario(found("/test.html")), "one");
  folder_.put("test.html.execsvcscriptplain", R"({"scriptname":"two"})");
  EXPECT_EQ(scenario(found("/test.html")), "two") << "picked up without a restart";
  folder_.remove("test.html.execsvcscriptplain");
  EXPECT_EQ(name(found("/test.html")), "test.html");
}

TEST_F(WwwFiles, hook_needs_no_page_beside_it) {
  folder_.put("api.json.execsvcscriptplain", R"({"scriptname":"api"})");
  EXPECT_EQ(scenario(found("/api.json")), "api");
  EXPECT_EQ(error("/API.json"), ErrorCode::not_found);
}

TEST_F(WwwFiles, hook_answers_for_the_index_of_a_folder) {
  folder_.put("index.html", "root");
  folder_.put("index.html.execsvcscriptplain", R"({"scriptname":"root"})");
  folder_.put("a/index.htm.execsvcscriptplain", R"({"scriptname":"a"})");
  EXPECT_EQ(scenario(found("/")), "root");
  EXPECT_EQ(scenario(found("/a/")), "a");
  EXPECT_EQ(www().find_hook("/a/").value()->scenario, "a");
  EXPECT_EQ(www().find_hook("/").value()->scenario, "root");
}

TEST_F(WwwFiles, broken_hook_answers_for_nothing_and_hides_the_page) {
  folder_.put("test.html", "page");
  folder_.put("test.html.execsvcscriptplain", "{broken");
  EXPECT_EQ(error("/test.html"), ErrorCode::failed);
  EXPECT_EQ(error("/test.html"), ErrorCode::failed);
  folder_.put("test.html.execsvcscriptplain", R"({"scriptname":"whole"})");
  EXPECT_EQ(scenario(found("/test.html")), "whole");
}

TEST_F(WwwFiles, hook_that_is_a_link_or_too_large_is_broken) {
  const TemporaryFolder outside;
  outside.put("hook", R"({"scriptname":"x"})");
  folder_.put("a.html", "page");
  folder_.put("b.html.execsvcscriptplain", std::string(70'000, ' '));
  ASSERT_EQ(::symlink((outside.path() + "/hook").c_str(), (folder_.path() + "/a.html.execsvcscriptplain").c_str()), 0);
  EXPECT_EQ(error("/a.html"), ErrorCode::failed);
  EXPECT_EQ(error("/b.html"), ErrorCode::failed);
}

TEST_F(WwwFiles, are_none_without_a_folder) {
  const Live<Options> nowhere(Options{});
  Www none(nowhere, clock_);
  EXPECT_EQ(none.find("/").error().code, ErrorCode::not_found);
  Options absent;
  absent.www = folder_.path() + "/absent";
  const Live<Options> somewhere(absent);
  EXPECT_EQ(Www(somewhere, clock_).find("/x").error().code, ErrorCode::not_found);
}

TEST(FileCache, forgets_the_longest_unused_first) {
  FileCache cache(3 * 1024);
  const auto file = [](std::uint64_t inode) {
    auto kept = std::make_shared<KeptFile>();
    kept->mark.inode = inode;
    kept->content = std::make_shared<const std::string>(400, 'x');
    return kept;
  };
  cache.keep("a", file(1));
  cache.keep("b", file(2));
  cache.keep("c", file(3));
  EXPECT_TRUE(cache.find("a", {.inode = 1}));
  cache.keep("d", file(4));
  EXPECT_TRUE(cache.find("a", {.inode = 1}));
  EXPECT_FALSE(cache.find("b", {.inode = 2}));
  EXPECT_TRUE(cache.find("d", {.inode = 4}));
  EXPECT_FALSE(cache.find("d", {.inode = 5}));
  EXPECT_FALSE(cache.find("d", {.inode = 4})) << "a changed file is dropped";
  cache.keep("huge", [&] {
    auto kept = file(9);
    kept->content = std::make_shared<const std::string>(4000, 'x');
    return kept;
  }());
  EXPECT_FALSE(cache.find("huge", {.inode = 9}));
}

}  // namespace
}  // namespace otklik::web_api
