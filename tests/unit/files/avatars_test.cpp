#include "files/avatars/avatars.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "base/file.hpp"
#include "pictures/encode.hpp"
#include "unit/files/fake_index.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::files {
namespace {

using pictures::Picture;
using pictures::Size;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

/// A directory of two users, in memory.
class FakeOwners final : public core::AvatarOwners {
 public:
  FakeOwners() {
    add(ivan, "ivan", "Иван Петров");
    add(olga, "Ольга", "Olga");
  }
  [[nodiscard]] std::shared_ptr<const core::Directory> directory() const override {
    const std::lock_guard lock(mutex_);
    return std::make_shared<const core::Directory>(content_);
  }
  Result<std::string> set_avatar(std::string_view who, std::string_view file_name, std::string_view) override {
    if (refuses) return fail(ErrorCode::storage_full);
    const std::lock_guard lock(mutex_);
    ++content_.generation;
    for (auto& user : content_.users) {
      if (user.id.text() == who) return std::exchange(user.avatar, std::string(file_name));
    }
    return fail(ErrorCode::not_found);
  }
  void remove_first() {
    const std::lock_guard lock(mutex_);
    ++content_.generation;
    content_.users.erase(content_.users.begin());
  }

  const Uuid ivan = Uuid::random();
  const Uuid olga = Uuid::random();
  bool refuses = false;

 private:
  void add(const Uuid& id, std::string login, std::string name) {
    auto& user = content_.users.emplace_back();
    user.id = id;
    user.login = std::move(login);
    user.name = std::move(name);
  }

  mutable std::mutex mutex_;
  core::Directory::Content content_;
};

class FakeStored final : public core::StoredFiles {
 public:
  explicit FakeStored(const TempFolder& folder) : folder_(folder) {}
  void open_path(std::string path, bool, Opened opened) override {
    auto folder = Folder::open(folder_.path());
    auto fd = folder->open_file(path);
    if (!fd) return opened(std::unexpected(fd.error()));
    core::OpenedFile file;
    file.fd = std::move(*fd);
    opened(std::move(file));
  }
  void open_shared(std::string, Opened) override { std::abort(); }
  void open_code(core::FileArea, std::string, Opened) override { std::abort(); }
  void open_voicemail(std::string, core::Identity, Opened) override { std::abort(); }

 private:
  const TempFolder& folder_;
};

/// Waits for the one value of a callback.
template <class T>
class Waiting {
 public:
  auto callback() {
    return [this](Result<T> value) {
      const std::lock_guard lock(mutex_);
      value_.emplace(std::move(value));
      came_.notify_all();
    };
  }
  Result<T> take() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return value_.has_value(); });
    return std::move(*value_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::optional<Result<T>> value_;
};

class AvatarsTest : public ::testing::Test {
 protected:
  AvatarsTest() { start(); }

  void start(DefaultAvatar default_avatar = DefaultAvatar::none) {
    keeper_.reset();
    AvatarOptions options;
    options.default_avatar = default_avatar;
    options.file_size = 100'000;
    keeper_ = std::make_unique<AvatarKeeper>(AvatarKeeper::Ports{owners_, stored_, index_, clock_, areas_}, options);
    keeper_->start();
  }
  Result<core::AvatarLinks> set(const std::string& user, const std::string& file) {
    Waiting<core::AvatarLinks> waiting;
    keeper_->set(user, file, "shell", waiting.callback());
    return waiting.take();
  }
  Result<core::AvatarLinks> remove(const std::string& user) {
    Waiting<core::AvatarLinks> waiting;
    keeper_->remove(user, "ivan", waiting.callback());
    return waiting.take();
  }
  Result<core::OpenedFile> open(const std::string& path, const std::string& user = "") {
    Waiting<core::OpenedFile> waiting;
    keeper_->open(path, user, waiting.callback());
    return waiting.take();
  }
  /// Its size in pixels, once it is open.
  static Size size_of(Result<core::OpenedFile> file) {
    const auto content = read_whole(file.value().fd.get(), 1'000'000).value();
    return pictures::decode(content, {}, pictures::Patience{}).value().size();
  }
  std::vector<std::string> on_disk() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path("Avatars"))) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  std::vector<std::string> in_index() {
    std::vector<std::string> names;
    for (const auto& file : index_.list({.area = core::FileArea::avatar})->files) {
      EXPECT_EQ(file.state, core::FileState::whole);
      EXPECT_THAT(file.sha256, SizeIs(64));
      EXPECT_TRUE(file.held);
      names.push_back(file.path);
    }
    return names;
  }

  static std::string picture(Size size, std::uint8_t alpha = 255) {
    auto made = Picture::of_size(size).value();
    std::uint8_t i = 0;
    for (auto& byte : made.bytes()) byte = ++i % 4 == 0 ? alpha : i;
    return pictures::encode_png(made).value();
  }

  TempFolder folder_;
  const Areas areas_{folder_.path("data"), folder_.path()};
  WallClock clock_;
  FakeOwners owners_;
  FakeStored stored_{folder_};
  test::FakeIndex index_;
  std::unique_ptr<AvatarKeeper> keeper_;
};

TEST(AvatarName, is_read_out_of_whatever_names_the_picture) {
  const std::string full = "0123456789abcdef0123456789abcdef.jpg";
  for (const std::string& path :
       {full, "LocalStorage/Avatars/" + full, "/srv/otklik/LocalStorage/Avatars/" + full,
        "D:\\Oktell\\Server\\LocalStorage\\Avatars\\" + full, "/getavatar?path=" + full + "&attachment=0",
        "http://pbx.example/getavatar?attachment=0&path=" + full + "#x", avatar_link(full),
        std::string("0123456789ABCDEF0123456789ABCDEF.JPG")}) {
    const auto named = read_avatar_name(path);
    ASSERT_TRUE(named.has_value()) << path;
    EXPECT_EQ(named->full, full);
    EXPECT_EQ(named->file_name, full);
  }
  for (const AvatarSize size : all_avatar_sizes) {
    const auto named = read_avatar_name(avatar_link(avatar_name(full, size)));
    ASSERT_TRUE(named.has_value());
    EXPECT_EQ(named->full, full);
    EXPECT_EQ(named->file_name, avatar_name(full, size));
  }
  EXPECT_EQ(avatar_name(full, AvatarSize::square32), "0123456789abcdef0123456789abcdef_32.jpg");
}

TEST(AvatarName, is_in_nothing_else) {
  for (const std::string_view path :
       {"", "x.jpg", "../otklik.toml", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef.gif",
        "0123456789abcdef0123456789abcdef_64.jpg", "0123456789abcdef0123456789abcdef_32_32.jpg",
        "0123456789abcdef0123456789abcde.jpg", "0123456789abcdef0123456789abcdeg.jpg",
        "0123456789abcdef0123456789abcdef.jpg/../../otklik.db", "0123456789abcdef0123456789abcdef.jpg ",
        "/getavatar?userid=0123456789abcdef0123456789abcdef.jpg"}) {
    EXPECT_FALSE(read_avatar_name(path).has_value()) << path;
  }
  EXPECT_FALSE(read_avatar_name(std::string_view("0123456789abcdef0123456789abcdef.jpg\0", 37)).has_value());
}

TEST(AvatarName, differs_from_picture_to_picture) { EXPECT_NE(new_avatar_name("jpg"), new_avatar_name("jpg")); }

TEST_F(AvatarsTest, keeps_three_sizes_under_names_that_cannot_be_guessed) {
  const auto links = set("IVAN", picture({704, 400}));
  ASSERT_TRUE(links.has_value()) << links.error().message;
  EXPECT_THAT(links->full, MatchesRegex("/getavatar\\?path=[0-9a-f]+\\.jpg&attachment=0"));
  EXPECT_EQ(size_of(open(links->full)), (Size{352, 200}));
  EXPECT_EQ(size_of(open(links->link96x96)), (Size{96, 96}));
  EXPECT_EQ(size_of(open(links->link32x32)), (Size{32, 32}));
  EXPECT_EQ(keeper_->links_of(*owners_.directory()->user_by_login("ivan")), *links);
  EXPECT_THAT(on_disk(), SizeIs(3));
  EXPECT_THAT(in_index(), ::testing::UnorderedElementsAreArray(on_disk()));
}

TEST_F(AvatarsTest, keeps_what_shines_through_as_png) {
  const auto links = set("ivan", picture({100, 100}, 77));
  ASSERT_TRUE(links.has_value());
  EXPECT_THAT(links->link32x32, MatchesRegex(".*_32\\.png&attachment=0"));
  const auto file = open(links->full);
  EXPECT_THAT(file->name, ::testing::EndsWith(".png"));
  EXPECT_TRUE(file->uploaded);  // sent with nosniff
}

TEST_F(AvatarsTest, opens_the_full_picture_of_a_user_by_login_or_id_and_falls_back_to_it_from_a_wrong_path) {
  ASSERT_TRUE(set("ivan", picture({400, 400})).has_value());
  for (const std::string& user :
       {std::string("ivan"), std::string("Ivan"), owners_.ivan.text(), "{" + owners_.ivan.text() + "}"}) {
    EXPECT_EQ(size_of(open("", user)), (Size{288, 288})) << user;
  }
  EXPECT_EQ(size_of(open("otklik.toml", "ivan")), (Size{288, 288}));
  EXPECT_EQ(size_of(open(new_avatar_name("jpg"), "ivan")), (Size{288, 288}));
  EXPECT_EQ(open("", "Ольга").error().code, ErrorCode::not_found);
  EXPECT_EQ(open("", "nobody").error().code, ErrorCode::not_found);
  EXPECT_EQ(open("", "").error().code, ErrorCode::not_found);
}

TEST_F(AvatarsTest, opens_nothing_that_is_nobodys_picture) {
  const std::string name = new_avatar_name("jpg");
  folder_.put("Avatars/" + name, picture({10, 10}));
  folder_.put("Avatars/secret.jpg", picture({10, 10}));
  EXPECT_EQ(open(name).error().code, ErrorCode::not_found);
  EXPECT_EQ(open("secret.jpg").error().code, ErrorCode::not_found);
  EXPECT_EQ(open("../Avatars/secret.jpg").error().code, ErrorCode::not_found);
}

TEST_F(AvatarsTest, replaces_a_picture_and_leaves_nothing_of_the_old_one) {
  const auto old = set("ivan", picture({40, 40}));
  const auto fresh = set("ivan", picture({50, 50}));
  ASSERT_TRUE(fresh.has_value());
  EXPECT_NE(old->full, fresh->full);
  EXPECT_EQ(open(old->full).error().code, ErrorCode::not_found);
  EXPECT_EQ(size_of(open(fresh->full)), (Size{50, 50}));
  EXPECT_THAT(index_.removed, SizeIs(3));
  for (const auto& file : index_.removed) EXPECT_THAT(file, ::testing::EndsWith(" shell"));
  EXPECT_THAT(on_disk(), SizeIs(3));
  EXPECT_THAT(in_index(), SizeIs(3));
}

TEST_F(AvatarsTest, removes_a_picture_and_minds_none_that_there_is_not) {
  ASSERT_TRUE(set("ivan", picture({40, 40})).has_value());
  EXPECT_EQ(remove("ivan"), core::AvatarLinks{});
  EXPECT_EQ(remove("ivan"), core::AvatarLinks{});
  EXPECT_EQ(remove("nobody").error().code, ErrorCode::not_found);
  EXPECT_THAT(on_disk(), IsEmpty());
  EXPECT_THAT(in_index(), IsEmpty());
}

TEST_F(AvatarsTest, changes_nothing_when_the_file_is_no_picture_or_the_directory_refuses) {
  const auto links = set("ivan", picture({40, 40}));
  EXPECT_EQ(set("ivan", "<svg/>").error().code, ErrorCode::bad_request);
  EXPECT_EQ(set("ivan", std::string(100'001, 'x')).error().code, ErrorCode::too_large);
  EXPECT_EQ(set("nobody", picture({40, 40})).error().code, ErrorCode::not_found);
  owners_.refuses = true;
  EXPECT_EQ(set("ivan", picture({50, 50})).error().code, ErrorCode::storage_full);
  EXPECT_EQ(size_of(open(links->full)), (Size{40, 40}));
  EXPECT_THAT(on_disk(), SizeIs(3));
  EXPECT_THAT(in_index(), SizeIs(3));
}

TEST_F(AvatarsTest, makes_a_picture_of_an_uploaded_file_and_leaves_the_file) {
  folder_.put("upload.gif", picture({40, 40}));  // whatever its name says
  Waiting<core::AvatarLinks> waiting;
  keeper_->set_from_upload("ivan", "upload.gif", "ivan", waiting.callback());
  const auto links = waiting.take();
  ASSERT_TRUE(links.has_value()) << links.error().message;
  EXPECT_EQ(size_of(open(links->full)), (Size{40, 40}));
  EXPECT_TRUE(folder_.has("upload.gif"));
  Waiting<core::AvatarLinks> absent;
  keeper_->set_from_upload("ivan", "absent.png", "ivan", absent.callback());
  EXPECT_EQ(absent.take().error().code, ErrorCode::not_found);
  folder_.put("large.png", std::string(100'001, 'x'));
  Waiting<core::AvatarLinks> large;
  keeper_->set_from_upload("ivan", "large.png", "ivan", large.callback());
  EXPECT_EQ(large.take().error().code, ErrorCode::too_large);
}

TEST_F(AvatarsTest, removes_at_start_what_a_crash_left_and_nothing_that_its_own_index_does_not_know) {
  ASSERT_TRUE(set("ivan", picture({40, 40})).has_value());
  const std::string left = new_avatar_name("jpg");
  for (const AvatarSize size : {AvatarSize::full, AvatarSize::square32}) {  // the crash came before the third
    const std::string name = avatar_name(left, size);
    folder_.put("Avatars/" + name);
    core::StoredFile file;
    file.id = Uuid::random();
    file.area = core::FileArea::avatar;
    file.path = name;
    ASSERT_TRUE(index_.add(file).has_value());
  }
  const std::string unknown = new_avatar_name("png");  // another database's, say
  folder_.put("Avatars/" + unknown);
  start();
  ASSERT_TRUE(remove("Ольга").has_value());  // comes after the sweep, on the same thread
  EXPECT_THAT(on_disk(), SizeIs(4));
  EXPECT_TRUE(folder_.has("Avatars/" + unknown));
  EXPECT_FALSE(folder_.has("Avatars/" + left));
  EXPECT_THAT(in_index(), SizeIs(3));
}

TEST_F(AvatarsTest, forgets_nothing_while_the_disk_is_away) {
  ASSERT_TRUE(set("ivan", picture({40, 40})).has_value());
  std::filesystem::rename(folder_.path("Avatars"), folder_.path("away"));
  owners_.remove_first();
  keeper_->directory_changed({"user.remove", "ivan", "shell"});
  ASSERT_TRUE(remove("Ольга").has_value());
  EXPECT_EQ(open("", "ivan").error().code, ErrorCode::not_found);
  std::filesystem::rename(folder_.path("away"), folder_.path("Avatars"));
  EXPECT_THAT(on_disk(), SizeIs(3));
  start();
  ASSERT_TRUE(remove("Ольга").has_value());
  EXPECT_THAT(on_disk(), IsEmpty());
}

TEST_F(AvatarsTest, removes_the_picture_of_a_user_who_was_removed) {
  ASSERT_TRUE(set("ivan", picture({40, 40})).has_value());
  owners_.remove_first();
  keeper_->directory_changed({"user.remove", "ivan", "shell"});
  ASSERT_TRUE(remove("Ольга").has_value());
  EXPECT_THAT(on_disk(), IsEmpty());
}

TEST_F(AvatarsTest, draws_a_figure_for_everybody_alike_where_the_settings_want_it) {
  start(DefaultAvatar::silhouette);
  EXPECT_EQ(size_of(open("", "ivan")), (Size{288, 288}));
  // The same to the last pixel, so that nobody learns who is a user.
  const auto content = [&](const std::string& user) { return read_whole(open("", user)->fd.get(), 1'000'000).value(); };
  const std::string ivan = content("ivan");
  for (const std::string& who :
       {std::string("nobody"), std::string("Ольга"), owners_.ivan.text(), Uuid::random().text()}) {
    EXPECT_EQ(content(who), ivan) << who;
  }
  EXPECT_EQ(open("", "").error().code, ErrorCode::not_found);
}

TEST_F(AvatarsTest, says_which_addresses_may_come_to_mean_another_picture) {
  using enum core::OpenedFile::Address;
  start(DefaultAvatar::silhouette);
  EXPECT_EQ(open("", "ivan")->address, changing);
  const auto links = set("ivan", picture({40, 40}));
  EXPECT_EQ(open(links->link32x32)->address, lasting);
  EXPECT_EQ(open(links->full, "ivan")->address, lasting);
  EXPECT_EQ(open("", "ivan")->address, changing);
  EXPECT_EQ(open("absent.jpg", "ivan")->address, changing);
}

TEST_F(AvatarsTest, follows_the_settings) {
  AvatarOptions options;
  options.limits.pixels = 100;
  options.default_avatar = DefaultAvatar::silhouette;
  keeper_->use(options);
  EXPECT_EQ(set("ivan", picture({11, 10})).error().code, ErrorCode::too_large);
  EXPECT_EQ(size_of(open("", "ivan")), (Size{288, 288}));
  EXPECT_TRUE(set("ivan", picture({10, 10})).has_value());
}

TEST_F(AvatarsTest, draws_initials_once_and_hands_out_the_same_file) {
  start(DefaultAvatar::initials);
  const auto content = [&](const std::string& user) {
    auto file = open("", user);
    EXPECT_EQ(file->name, "avatar.png");
    return read_whole(file->fd.get(), 1'000'000).value();
  };
  const std::string ivan = content("ivan");
  EXPECT_EQ(ivan, content(owners_.ivan.text()));
  EXPECT_NE(ivan, content("Ольга"));
  EXPECT_EQ(open("", "nobody")->name, "avatar.png");
}

TEST_F(AvatarsTest, tells_who_waits_that_it_stops) {
  keeper_->stop();
  EXPECT_EQ(set("ivan", picture({40, 40})).error().code, ErrorCode::unavailable);
}

TEST(Initials, are_the_first_letters_of_the_first_two_words) {
  EXPECT_EQ(initials_of("Иван Петров"), "ип");
  EXPECT_EQ(initials_of("  Ольга   Лебедева Юрьевна"), "ол");
  EXPECT_EQ(initials_of("Madonna"), "m");
  EXPECT_EQ(initials_of("Служба 24"), "");  // no such glyph: the figure is drawn
  EXPECT_EQ(initials_of("李小龍"), "");
  EXPECT_EQ(initials_of(""), "");
}

}  // namespace
}  // namespace otklik::files
