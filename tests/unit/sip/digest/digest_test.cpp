#include "sip/digest/digest.hpp"

#include <gtest/gtest.h>

namespace otklik::sip::digest {
namespace {

// RFC 7616 3.9.1: the same request by both algorithms.
Credentials mufasa(Algorithm algorithm) {
  Credentials one;
  one.user = "Mufasa";
  one.realm = "http-auth@example.org";
  one.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  one.uri = "/dir/index.html";
  one.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  one.qop = "auth";
  one.nc = 1;
  one.nc_text = "00000001";
  one.algorithm = algorithm;
  return one;
}

TEST(Digest, agrees_with_the_examples_of_rfc_7616) {
  for (const auto& [algorithm, expected] :
       {std::pair{Algorithm::md5, "8ca523f5e9506fed4657c9700eebdbec"},
        std::pair{Algorithm::sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"}}) {
    const auto one = mufasa(algorithm);
    EXPECT_EQ(response_for(one, ha1(algorithm, one.user, one.realm, "Circle of Life"), "GET"), expected);
  }
}

TEST(Digest, agrees_with_the_example_of_rfc_2069_which_has_no_qop) {
  Credentials one;
  one.user = "Mufasa";
  one.realm = "testrealm@host.com";
  one.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
  one.uri = "/dir/index.html";
  EXPECT_EQ(response_for(one, ha1(Algorithm::md5, one.user, one.realm, "CircleOfLife"), "GET"),
            "1949323746fe6a43ef61f9606e7febea");
}

TEST(Digest, reads_what_it_writes) {
  auto one = mufasa(Algorithm::sha256);
  one.user = "quo\"ted\\";
  one.response = response_for(one, "x", "REGISTER");
  const auto read = Credentials::parse(one.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->user, one.user);
  EXPECT_EQ(read->nonce, one.nonce);
  EXPECT_EQ(read->cnonce, one.cnonce);
  EXPECT_EQ(read->nc, 1U);
  EXPECT_EQ(read->algorithm, Algorithm::sha256);
  EXPECT_EQ(read->response, one.response);
}

TEST(Digest, answers_a_challenge_so_that_the_server_agrees) {
  for (const bool qop : {false, true}) {
    Challenge challenge;
    challenge.realm = "otklik";
    challenge.nonce = "abc";
    challenge.qop_auth = qop;
    const auto read = Challenge::parse(challenge.text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->qop_auth, qop);
    const auto shown = Credentials::parse(answer(*read, "u", "p", "INVITE", "sip:x@y", 3).text());
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->response, response_for(*shown, ha1(Algorithm::md5, "u", "otklik", "p"), "INVITE"));
  }
}

TEST(Digest, refuses_what_it_cannot_check) {
  for (const std::string_view value :
       {"", "Basic abc", "Digest", "Digest ", "Digest username", "Digest username=\"a", "NoOneKnowsThisScheme opaque=x",
        "Digest username=\"a\", nonce=\"b\", uri=\"c\"",
        "Digest username=\"a\", nonce=\"b\", uri=\"c\", response=\"d\", algorithm=SHA-512-256",
        "Digest username=\"a\", nonce=\"b\", uri=\"c\", response=\"d\", qop=auth-int, nc=00000001, cnonce=\"e\"",
        "Digest username=\"a\", nonce=\"b\", uri=\"c\", response=\"d\", qop=auth, nc=1, cnonce=\"e\"",
        "Digest username=\"a\", nonce=\"b\", uri=\"c\", response=\"d\", qop=auth",
        "Digest username=\"a\", username=\"b\", nonce=\"b\", uri=\"c\", response=\"d\""}) {
    EXPECT_FALSE(Credentials::parse(value)) << value;
  }
}

TEST(Digest, compares_whole_texts_and_never_takes_nothing_for_equal) {
  EXPECT_TRUE(equal("abc", "abc"));
  EXPECT_FALSE(equal("abc", "abd"));
  EXPECT_FALSE(equal("abc", "ab"));
  EXPECT_FALSE(equal("", ""));
}

}  // namespace
}  // namespace otklik::sip::digest
