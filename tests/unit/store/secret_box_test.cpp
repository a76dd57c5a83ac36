#include "store/plan/secret_box.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "base/base64.hpp"
#include "base/file.hpp"
#include "unit/db/temp_folder.hpp"

namespace otklik::store {
namespace {

SecretBox::Key key(std::uint8_t fill) {
  SecretBox::Key out{};
  out.fill(fill);
  return out;
}

TEST(SecretBox, gives_back_what_it_sealed) {
  const SecretBox box(key(1));
  for (const std::string& secret :
       {std::string(), std::string("s"), std::string("correct horse"), std::string(128, 'x')}) {
    const auto sealed = box.seal(secret, "line 1");
    ASSERT_TRUE(sealed);
    EXPECT_EQ(box.unseal(*sealed, "line 1"), secret);
    if (secret.size() > 4) {
      EXPECT_EQ(from_base64(*sealed)->find(secret), std::string::npos);
    }
  }
}

TEST(SecretBox, never_seals_alike_twice) {
  const SecretBox box(key(1));
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(*box.seal("same", "id")).second);
}

TEST(SecretBox, opens_nothing_with_another_key_for_another_owner_or_when_a_bit_is_changed) {
  const SecretBox box(key(1));
  const auto sealed = *box.seal("secret", "id");
  EXPECT_EQ(SecretBox(key(2)).unseal(sealed, "id").error().code, ErrorCode::failed);
  EXPECT_FALSE(box.unseal(sealed, "other"));
  EXPECT_FALSE(box.unseal("", "id"));
  EXPECT_FALSE(box.unseal("no base64 at all!", "id"));
  const auto raw = *from_base64(sealed);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    std::string spoilt = raw;
    spoilt[i] = static_cast<char>(spoilt[i] ^ 1);
    EXPECT_FALSE(box.unseal(base64_url(spoilt), "id")) << i;
  }
  EXPECT_FALSE(box.unseal(base64_url(raw.substr(0, raw.size() - 1)), "id"));
}

TEST(SecretBox, makes_its_key_once_and_for_its_owner_only) {
  const otklik::testing::TempFolder folder;
  const std::string path = folder / "otklik.sip.key";
  const auto first = SecretBox::open(path);
  ASSERT_TRUE(first);
  struct stat about{};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  const auto sealed = *first->seal("secret", "id");
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  const auto again = SecretBox::open(path);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->unseal(sealed, "id"), "secret");
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST(SecretBox, takes_no_file_for_a_key_that_holds_none) {
  const otklik::testing::TempFolder folder;
  const std::string path = folder / "otklik.sip.key";
  ASSERT_TRUE(write_atomically(path, "too short\n"));
  const auto opened = SecretBox::open(path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::failed);
  EXPECT_EQ(*read_file(path, 100), "too short\n") << "a key is never made in the place of another";
}

// RFC 7616 3.9.1: user Mufasa, realm http-auth@example.org, password "Circle of Life".
TEST(Ha1, is_that_of_the_rfc) {
  EXPECT_EQ(ha1_md5("Mufasa", "http-auth@example.org", "Circle of Life"), "3d78807defe7de2157e2b0b6573a855f");
  EXPECT_EQ(ha1_sha256("Mufasa", "http-auth@example.org", "Circle of Life"),
            "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
}

}  // namespace
}  // namespace otklik::store
