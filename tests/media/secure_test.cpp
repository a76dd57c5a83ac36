// The engine with telephones that protect what they say.
#include <gtest/gtest.h>

#include "media/facts_seen.hpp"
#include "media/phone.hpp"

namespace otklik::media {
namespace {

using namespace testing;

const Codec pcma{"PCMA", 8000, 8, 1, ""};
const Codec opus{"opus", 48000, 96, 2, ""};

class SecureTest : public ::testing::TestWithParam<SrtpSuite> {
 protected:
  void SetUp() override {
    auto started = Engine::start({.threads = 1, .first_port = 0}, facts.listener());
    ASSERT_TRUE(started);
    engine = std::move(*started);
  }
  LegPlace connect(Phone& phone, double hertz, std::optional<SrtpKeys> keys) {
    LegOptions options;
    options.local_address = *Address::parse("127.0.0.1");
    auto place = engine->create_leg(options);
    EXPECT_TRUE(place);
    Remote remote = phone.remote();
    remote.srtp = std::move(keys);
    EXPECT_TRUE(engine->set_remote(place->leg, remote));
    phone.call(place->rtp_port, hertz);
    return *place;
  }
  FactsSeen facts;
  std::unique_ptr<Engine> engine;
};

TEST_P(SecureTest, a_protected_leg_talks_with_a_plain_one) {
  const SrtpKeys keys{GetParam(), make_srtp_key(GetParam()), make_srtp_key(GetParam())};
  for (const auto& other : {pcma, opus}) {
    Phone anna(pcma);
    Phone boris(other);
    anna.protect(keys);
    const auto a = connect(anna, 700, keys);
    const auto b = connect(boris, 1100, std::nullopt);
    ASSERT_TRUE(engine->join(a.leg, b.leg));
    EXPECT_TRUE(boris.hears(700));
    EXPECT_TRUE(anna.hears(1100));
    EXPECT_EQ(engine->figures(a.leg)->packets_unprotected, 0U);
    anna.press('5');
    EXPECT_TRUE(boris.has_heard_digits("5"));
  }
}

TEST_P(SecureTest, a_wrong_key_and_plain_packets_are_heard_by_nobody) {
  const auto key = [] { return make_srtp_key(GetParam()); };
  const SrtpKeys keys{GetParam(), key(), key()};
  Phone plain(pcma);
  Phone wrong(pcma);
  wrong.protect({GetParam(), key(), key()});
  const auto p = connect(plain, 700, keys);
  const auto w = connect(wrong, 900, keys);
  EXPECT_TRUE(comes_about([&] { return engine->figures(p.leg)->packets_unprotected > 10; }));
  EXPECT_TRUE(comes_about([&] { return engine->figures(w.leg)->packets_unprotected > 10; }));
  EXPECT_EQ(engine->figures(p.leg)->packets_received, 0U);
  EXPECT_EQ(engine->figures(w.leg)->packets_received, 0U);
  EXPECT_TRUE(facts.all<MediaStarted>().empty());
}

TEST_P(SecureTest, the_same_keys_again_go_on_and_new_ones_take_over) {
  SrtpKeys keys{GetParam(), make_srtp_key(GetParam()), make_srtp_key(GetParam())};
  Phone anna(pcma);
  anna.protect(keys);
  const auto a = connect(anna, 700, keys);
  ASSERT_TRUE(engine->play(a.leg, {.what = PlayTone{ToneKind::dial}}));
  EXPECT_TRUE(anna.hears(425));
  Remote remote = anna.remote();
  remote.srtp = keys;
  ASSERT_TRUE(engine->set_remote(a.leg, remote));
  const auto before = engine->figures(a.leg)->packets_received;
  EXPECT_TRUE(comes_about([&] { return engine->figures(a.leg)->packets_received > before + 20; }));
  EXPECT_EQ(engine->figures(a.leg)->packets_unprotected, 0U);
  keys.local = make_srtp_key(GetParam());
  keys.remote = make_srtp_key(GetParam());
  remote.srtp = keys;
  anna.protect(keys);
  ASSERT_TRUE(engine->set_remote(a.leg, remote));
  const auto then = engine->figures(a.leg)->packets_received;
  EXPECT_TRUE(comes_about([&] { return engine->figures(a.leg)->packets_received > then + 20; }));
  EXPECT_TRUE(anna.hears(425));
}

INSTANTIATE_TEST_SUITE_P(All, SecureTest,
                         ::testing::Values(SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_32,
                                           SrtpSuite::aead_aes_128_gcm, SrtpSuite::aead_aes_256_gcm),
                         [](const auto& info) { return std::string(name(info.param)); });

}  // namespace
}  // namespace otklik::media
