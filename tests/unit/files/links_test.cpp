#include "files/links.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/base64.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::files {
namespace {

using core::FileArea;

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  Time now_{std::chrono::seconds(1'800'000'000)};
};

class LinkTest : public testing::Test {
 protected:
  LinkTest() { key_.fill(7); }
  [[nodiscard]] Links links(std::chrono::seconds lifetime = std::chrono::seconds::zero()) const {
    return {key_, lifetime, clock_};
  }
  LinkKey key_{};
  HandClock clock_;
  const Uuid file_ = *Uuid::parse("7b1a6a2c-0a7e-4d58-9f0a-3a4f4f1e2d11");
};

TEST_F(LinkTest, leads_to_its_file_in_every_spelling_that_clients_have) {
  const Links all = links();
  const std::string code = all.code_of(FileArea::recording, file_);
  EXPECT_EQ(code.size(), 51U);
  for (const std::string& spelling :
       {code, " " + code + "\r\n", "/download/rec/" + code, "download/rec/" + code, "/download/rec/" + code + "/",
        "http://server:4055/download/rec/" + code, "https://server/download/rec/" + code + "?temppass=abc&attachment=0",
        "/downloadrecordbylink?recordlink=" + code,
        "http://s/DownloadRecordByLink?attachment=0&RecordLink=" + code + "&x=1",
        "/downloadrecordbylink?recordlink=/download/rec/" + code + "?temppass=x"}) {
    const auto found = all.file_of(FileArea::recording, spelling);
    ASSERT_TRUE(found) << spelling;
    EXPECT_EQ(*found, file_);
  }
}

TEST_F(LinkTest, is_no_link_when_any_character_differs) {
  const Links all = links();
  const std::string code = all.code_of(FileArea::recording, file_);
  for (std::size_t i = 0; i < code.size(); ++i) {
    for (const char c : {'A', 'B', '-', '_', '=', '+', '.', '%', ' ', '\0'}) {
      std::string other = code;
      if (other[i] == c) continue;
      other[i] = c;
      EXPECT_FALSE(all.file_of(FileArea::recording, other)) << i << " " << c;
    }
  }
  for (std::size_t size = 0; size < code.size(); ++size) {
    EXPECT_FALSE(all.file_of(FileArea::recording, code.substr(0, size)));
  }
  EXPECT_FALSE(all.file_of(FileArea::recording, code + "A"));
  EXPECT_FALSE(all.file_of(FileArea::recording, code + "="));
  EXPECT_FALSE(all.file_of(FileArea::recording, code + code));
}

TEST_F(LinkTest, opens_no_other_area) {
  const Links all = links();
  EXPECT_FALSE(all.file_of(FileArea::fax, all.code_of(FileArea::recording, file_)));
  EXPECT_FALSE(all.file_of(FileArea::recording, all.code_of(FileArea::fax, file_)));
  EXPECT_FALSE(all.file_of(FileArea::voicemail, all.code_of(FileArea::recording, file_)));
  EXPECT_TRUE(all.file_of(FileArea::fax, all.code_of(FileArea::fax, file_)));
}

TEST_F(LinkTest, opens_nothing_with_another_key) {
  const std::string code = links().code_of(FileArea::recording, file_);
  key_[31] ^= 1;
  EXPECT_FALSE(links().file_of(FileArea::recording, code));
}

TEST_F(LinkTest, lasts_for_ever_unless_told_otherwise) {
  const std::string code = links().code_of(FileArea::recording, file_);
  const Links short_lived = links(std::chrono::hours(24));
  clock_.now_ += std::chrono::hours(24) - std::chrono::seconds(1);
  EXPECT_TRUE(short_lived.file_of(FileArea::recording, code));
  clock_.now_ += std::chrono::seconds(1);
  EXPECT_FALSE(short_lived.file_of(FileArea::recording, code));
  clock_.now_ += std::chrono::hours(24 * 365 * 50);
  EXPECT_TRUE(links().file_of(FileArea::recording, code));
}

TEST_F(LinkTest, is_handed_out_for_recordings_faxes_and_voicemails_alone) {
  Links all = links();
  core::StoredFile file;
  file.id = file_;
  file.area = FileArea::recording;
  EXPECT_EQ(*all.link_to(file), "/download/rec/" + all.code_of(FileArea::recording, file_));
  file.area = FileArea::fax;
  EXPECT_EQ(*all.link_to(file), "/download/fax/" + all.code_of(FileArea::fax, file_));
  file.area = FileArea::voicemail;
  EXPECT_EQ(*all.link_to(file), "/download/vm/7b1a6a2c-0a7e-4d58-9f0a-3a4f4f1e2d11");
  for (const auto area : {FileArea::temp, FileArea::storage, FileArea::shared, FileArea::script, FileArea::avatar}) {
    file.area = area;
    EXPECT_EQ(all.link_to(file).error().code, ErrorCode::bad_request);
  }
}

TEST(LinkKeyFile, is_made_once_for_its_owner_alone) {
  const TempFolder folder;
  const std::string path = folder.path("otklik.links.key");
  const auto made = load_or_make_link_key(path);
  ASSERT_TRUE(made) << made.error().message;
  struct stat there{};
  ASSERT_EQ(::stat(path.c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777, 0600U);
  EXPECT_EQ(*load_or_make_link_key(path), *made);
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(*load_or_make_link_key(path), *made);
  ASSERT_EQ(::stat(path.c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777, 0600U) << "it was left open to others";
}

TEST(LinkKeyFile, is_never_replaced_when_it_cannot_be_read) {
  const TempFolder folder;
  for (const char* content : {"", "short", "not base64 at all !!!"}) {
    folder.put("key", content);
    const auto key = load_or_make_link_key(folder.path("key"));
    ASSERT_FALSE(key) << content;
    EXPECT_EQ(folder.get("key"), content);
  }
}

}  // namespace
}  // namespace otklik::files
