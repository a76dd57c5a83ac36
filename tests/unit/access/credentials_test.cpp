#include "access/credentials.hpp"

#include <gtest/gtest.h>

#include <set>

namespace otklik::access {
namespace {

constexpr Argon2Cost cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

TEST(WebsocketPassword, gives_the_published_vectors) {
  EXPECT_EQ(websocket_password("Secret1")->text(), "d6cb2342e44efb6dd628276f36da2359");
  EXPECT_EQ(websocket_password("Пароль1")->text(), "36c0a954ef35ce99ecc3626a739157ee");
  EXPECT_EQ(websocket_password("Ёжик")->text(), "5b8ab686bc1fbb42eb977cce88f125e1");
  EXPECT_EQ(websocket_password("")->text(), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_FALSE(websocket_password("naïve"));
}

TEST(Argon2, verifies_what_it_made_and_nothing_else) {
  const Argon2Hash hash(cheap);
  const auto verifier = hash.make("secret");
  ASSERT_TRUE(verifier) << verifier.error().message;
  EXPECT_TRUE(verifier->starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << *verifier;
  EXPECT_TRUE(hash.matches(*verifier, "secret"));
  EXPECT_FALSE(hash.matches(*verifier, "Secret"));
  EXPECT_NE(*hash.make("secret"), *verifier) << "the same salt twice";
  for (const char* broken :
       {"", "x", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$AA$AA", "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAA"}) {
    EXPECT_FALSE(hash.matches(broken, "secret")) << broken;
  }
}

TEST(Argon2, has_a_verifier_of_nobody_that_costs_the_same) {
  const Argon2Hash hash(cheap);
  const std::string nobody = hash.nobody();
  const auto real = hash.make("x");
  EXPECT_EQ(nobody.size(), real->size());
  EXPECT_EQ(nobody.substr(0, nobody.find('$', 27) + 1), real->substr(0, real->find('$', 27) + 1));
  EXPECT_FALSE(hash.matches(nobody, "x"));
}

TEST(Argon2, says_when_its_parameters_are_impossible) {
  EXPECT_FALSE(Argon2Hash({.memory_kib = 1, .passes = 1, .lanes = 1}).make("x"));
}

TEST(Credentialist, makes_verifiers_of_the_hashed_text) {
  const Argon2Hash hash(cheap);
  Credentialist maker(hash);
  const auto verifier = maker.verifier_of("Пароль1");
  ASSERT_TRUE(verifier);
  EXPECT_TRUE(hash.matches(*verifier, "36c0a954ef35ce99ecc3626a739157ee"));
  EXPECT_FALSE(maker.verifier_of("日"));
}

TEST(Credentialist, makes_tokens_that_are_long_and_known_by_their_prefix) {
  const Argon2Hash hash(cheap);
  Credentialist maker(hash);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto token = maker.new_token();
    EXPECT_TRUE(token.text.starts_with("otk_"));
    EXPECT_GE(token.text.size(), 4U + 27U) << "less than 160 bits";
    EXPECT_EQ(token.hash, hash_of_token(token.text));
    seen.insert(token.text);
  }
  EXPECT_EQ(seen.size(), 100U);
}

TEST(Argon2, makes_dearer_ones_from_the_moment_it_is_told_to) {
  Argon2Hash hash({.memory_kib = 8, .passes = 1, .lanes = 1});
  const std::string before = *hash.make("secret");
  EXPECT_TRUE(hash.is_current(before));
  hash.use({.memory_kib = 16, .passes = 2, .lanes = 1});
  EXPECT_FALSE(hash.is_current(before));
  EXPECT_TRUE(hash.matches(before, "secret"));
  const std::string dear = *hash.make("secret");
  EXPECT_TRUE(hash.is_current(dear));
  EXPECT_TRUE(hash.is_current(hash.nobody()));
  EXPECT_FALSE(hash.is_current("no verifier at all"));
}

}  // namespace
}  // namespace otklik::access
