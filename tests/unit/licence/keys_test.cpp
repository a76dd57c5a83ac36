#include "licence/keys.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"

namespace otklik::licence {
namespace {

// RFC 8032 7.1, test 2, as PKCS #8 (RFC 8410 7).
constexpr std::string_view rfc_private =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";

// Another kind of key: 2048 bits would be a page, this is P-256.
constexpr std::string_view other_kind =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEt/WX0PWrsq5pnZSyKTZKWHDDlwsI\n"
    "paKDNEaa+3P+p5tl/rtPXOgjxu3weMH/m7NF+hSMc5YqISDrM3nfOJl9iw==\n"
    "-----END PUBLIC KEY-----\n";

TEST(Keys, sign_as_the_rfc_does) {
  const auto key = PrivateKey::read(rfc_private);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(hex(key->sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Keys, verify_what_their_pair_has_signed_and_nothing_else) {
  const auto key = PrivateKey::make();
  const auto signature = key.sign("message");
  EXPECT_TRUE(key.public_key().verifies("message", signature));
  EXPECT_FALSE(key.public_key().verifies("Message", signature));
  EXPECT_FALSE(PrivateKey::make().public_key().verifies("message", signature));
  EXPECT_FALSE(key.public_key().verifies("message", signature.substr(1)));
  EXPECT_FALSE(key.public_key().verifies("message", ""));
  for (std::size_t at = 0; at < signature.size(); ++at) {
    auto changed = signature;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(key.public_key().verifies("message", changed)) << at;
  }
}

TEST(Keys, come_back_from_pem) {
  const auto key = PrivateKey::make();
  const auto again = PrivateKey::read(key.pem());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key().id(), key.public_key().id());
  EXPECT_EQ(key.public_key().id().size(), 16U);
  const auto other = PrivateKey::make();
  const auto both =
      read_public_keys("Ours, until 2030\n" + key.public_key().pem() + "\n# the next one\n" + other.public_key().pem());
  ASSERT_TRUE(both) << both.error().message;
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ((*both)[0].id(), key.public_key().id());
  EXPECT_EQ((*both)[1].id(), other.public_key().id());
}

TEST(Keys, say_why_they_cannot_be_read) {
  const auto key = PrivateKey::make();
  EXPECT_EQ(read_public_keys("").error().message, "there is no public key in it: it takes PEM");
  EXPECT_EQ(read_public_keys(key.pem()).error().message, "there is no public key in it: it takes PEM");
  EXPECT_EQ(read_public_keys(other_kind).error().message, "a public key is not of the kind Ed25519");
  auto torn = key.public_key().pem();
  torn[40] = '!';
  EXPECT_EQ(read_public_keys(key.public_key().pem() + torn).error().message, "a block of it is torn: it takes PEM");
  EXPECT_EQ(read_public_keys(key.public_key().pem().substr(0, 60)).error().message,
            "a block of it is torn: it takes PEM");
  EXPECT_EQ(read_public_keys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").error().message,
            "a public key cannot be read");
  EXPECT_FALSE(PrivateKey::read(""));
  EXPECT_FALSE(PrivateKey::read(key.public_key().pem()));
  EXPECT_FALSE(PrivateKey::read("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"));
}

}  // namespace
}  // namespace otklik::licence
