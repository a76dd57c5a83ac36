// The engine with telephones on real sockets.
#include <dirent.h>
#include <gtest/gtest.h>

#include "media/facts_seen.hpp"
#include "media/goertzel.hpp"
#include "media/phone.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::media {
namespace {

using namespace testing;
using std::chrono::milliseconds;

const Codec pcma{"PCMA", 8000, 8, 1, ""};
const Codec pcmu{"PCMU", 8000, 0, 1, ""};
const Codec g722{"G722", 8000, 9, 1, ""};
const Codec opus{"opus", 48000, 96, 2, ""};

class EngineTest : public ::testing::Test {
 protected:
  void start(EngineOptions options = {}) {
    options.first_port = 0;
    if (options.threads == 0) options.threads = 1;
    auto started = Engine::start(std::move(options), facts.listener());
    ASSERT_TRUE(started) << started.error().message;
    engine = std::move(*started);
  }
  LegOptions leg_options() const {
    LegOptions options;
    options.local_address = *Address::parse("127.0.0.1");
    return options;
  }
  /// A leg for a phone that calls it and says a tone.
  LegId connect(
      Phone& phone, double hertz, LegOptions options, const std::function<void(Remote&)>& change = [](Remote&) {}) {
    auto place = engine->create_leg(options);
    EXPECT_TRUE(place) << place.error().message;
    Remote remote = phone.remote();
    change(remote);
    auto done = engine->set_remote(place->leg, remote);
    EXPECT_TRUE(done) << done.error().message;
    phone.call(place->rtp_port, hertz);
    return place->leg;
  }
  LegId connect(Phone& phone, double hertz) { return connect(phone, hertz, leg_options()); }

  FactsSeen facts;
  std::unique_ptr<Engine> engine;
};

TEST_F(EngineTest, two_legs_of_one_codec_hear_each_other_without_transcoding) {
  start();
  Phone anna(pcma);
  Phone boris(pcma);
  const LegId a = connect(anna, 700);
  const LegId b = connect(boris, 1100);
  ASSERT_TRUE(engine->join(a, b));
  EXPECT_TRUE(anna.hears(1100));
  EXPECT_TRUE(boris.hears(700));
  const auto figures = engine->figures(a);
  ASSERT_TRUE(figures);
  EXPECT_TRUE(figures->passed_through);
  EXPECT_EQ(figures->codec, "PCMA");
  EXPECT_EQ(figures->source, anna.address());
  EXPECT_GT(figures->packets_received, 0U);
  EXPECT_EQ(engine->figures().bridges, 1U);
}

TEST_F(EngineTest, a_tone_gets_through_between_all_pairs_of_codecs) {
  start();
  for (const auto& first : {pcma, pcmu, g722, opus}) {
    for (const auto& second : {pcma, pcmu, g722, opus}) {
      SCOPED_TRACE(first.name + " and " + second.name);
      Phone anna(first);
      Phone boris(second);
      const LegId a = connect(anna, 700);
      const LegId b = connect(boris, 1100);
      ASSERT_TRUE(engine->join(a, b));
      EXPECT_TRUE(anna.hears(1100));
      EXPECT_TRUE(boris.hears(700));
      EXPECT_EQ(engine->figures(b)->passed_through, first == second);
      EXPECT_TRUE(engine->close(a));
      EXPECT_TRUE(engine->close(b));
    }
  }
}

TEST_F(EngineTest, joining_anew_takes_a_leg_off_the_one_before) {
  start();
  Phone anna(pcma);
  Phone boris(pcma);
  Phone clara(pcmu);
  const LegId a = connect(anna, 700);
  const LegId b = connect(boris, 1100);
  const LegId c = connect(clara, 1500);
  ASSERT_TRUE(engine->join(a, b));
  EXPECT_TRUE(anna.hears(1100));
  ASSERT_TRUE(engine->join(a, c));
  EXPECT_TRUE(anna.hears(1500));
  EXPECT_TRUE(clara.hears(700));
  EXPECT_TRUE(boris.hears_silence());
  ASSERT_TRUE(engine->part(c));
  EXPECT_TRUE(anna.hears_silence());
  EXPECT_TRUE(comes_about([&] { return engine->figures().bridges == 0; }));
}

TEST_F(EngineTest, legs_of_different_threads_are_brought_together) {
  EngineOptions options;
  options.threads = 2;
  start(options);
  Phone anna(pcma);
  Phone boris(pcma);
  Phone clara(opus);
  auto here = leg_options();
  auto there = leg_options();
  there.affinity = 1;
  const LegId a = connect(anna, 700, here);
  const LegId b = connect(boris, 1100, there);
  const LegId c = connect(clara, 1500, there);
  ASSERT_TRUE(engine->join(a, b));
  ASSERT_TRUE(engine->part(b));  // while it is on its way
  ASSERT_TRUE(engine->join(c, a));
  ASSERT_TRUE(engine->join(a, b));
  EXPECT_TRUE(anna.hears(1100));
  EXPECT_TRUE(boris.hears(700));
  ASSERT_TRUE(engine->join(c, b));
  EXPECT_TRUE(clara.hears(1100));
  EXPECT_TRUE(boris.hears(1500));
  for (const auto leg : {a, b, c}) EXPECT_TRUE(engine->close(leg));
  EXPECT_TRUE(facts.awaited<LegClosed>([&](const auto& f) { return f.leg == b; }));
}

TEST_F(EngineTest, a_conference_hears_the_sum_without_its_own) {
  start();
  Phone anna(pcma);
  Phone boris(pcmu);
  Phone clara(g722);
  const LegId a = connect(anna, 500);
  const LegId b = connect(boris, 1100);
  const LegId c = connect(clara, 0);
  ASSERT_TRUE(engine->bridge({{a, {}}, {b, {}}, {c, {}}}));
  EXPECT_TRUE(anna.hears(1100));
  EXPECT_TRUE(boris.hears(500));
  EXPECT_TRUE(comes_about([&] {
    const auto samples = clara.newest(3200);
    return share_of(samples, 500, 16000) > 0.4 && share_of(samples, 1100, 16000) > 0.4;
  }));
}

TEST_F(EngineTest, who_listens_in_is_heard_by_nobody_and_hears_both) {
  start();
  Phone agent(pcma);
  Phone customer(pcma);
  Phone supervisor(pcma);
  const LegId a = connect(agent, 500);
  const LegId c = connect(customer, 1100);
  const LegId s = connect(supervisor, 2000);
  ASSERT_TRUE(engine->bridge({{a, {s}}, {c, {s}}, {s, {}}}));
  EXPECT_TRUE(agent.hears(1100));
  EXPECT_TRUE(customer.hears(500));
  EXPECT_TRUE(comes_about([&] {
    const auto samples = supervisor.newest(1600);
    return share_of(samples, 500, 8000) > 0.4 && share_of(samples, 1100, 8000) > 0.4;
  }));
  ASSERT_TRUE(engine->bridge({{a, {}}, {c, {s}}, {s, {}}}));  // now he prompts
  EXPECT_TRUE(comes_about([&] {
    const auto samples = agent.newest(1600);
    return share_of(samples, 2000, 8000) > 0.4 && share_of(samples, 1100, 8000) > 0.4;
  }));
  EXPECT_TRUE(customer.hears(500));
}

TEST_F(EngineTest, an_echo_is_heard_by_who_speaks) {
  start();
  Phone anna(pcma);
  Phone boris(opus);
  const LegId a = connect(anna, 700);
  const LegId b = connect(boris, 1100);
  ASSERT_TRUE(engine->echo(a));
  ASSERT_TRUE(engine->echo(b));
  EXPECT_TRUE(anna.hears(700));
  EXPECT_TRUE(boris.hears(1100));
  ASSERT_TRUE(engine->join(a, b));
  EXPECT_TRUE(anna.hears(1100));
  ASSERT_TRUE(engine->echo(a));
  EXPECT_TRUE(anna.hears(700));
  EXPECT_TRUE(boris.hears_silence());
  ASSERT_TRUE(engine->part(a));
  EXPECT_TRUE(anna.hears_silence());
}

TEST_F(EngineTest, tones_are_played_until_they_are_stopped) {
  start();
  Phone anna(pcma);
  const LegId a = connect(anna, 0);
  const auto first = engine->play(a, {.what = PlayTone{ToneKind::dial}});
  ASSERT_TRUE(first);
  EXPECT_TRUE(anna.hears(425));
  const auto second = engine->play(a, {.what = PlayCadence{{{{950, 0, milliseconds(1000)}}, true, -10}}});
  ASSERT_TRUE(second);
  EXPECT_TRUE(anna.hears(950));
  ASSERT_TRUE(engine->stop_playing(a));
  EXPECT_TRUE(anna.hears_silence());
  const auto replaced = facts.awaited<PlayEnded>([&](const auto& f) { return f.play == *first; });
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->end, PlayEnd::replaced);
  const auto stopped = facts.awaited<PlayEnded>([&](const auto& f) { return f.play == *second; });
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->end, PlayEnd::stopped);
  EXPECT_GT(stopped->played.count(), 0);
}

TEST_F(EngineTest, a_call_waiting_tone_is_heard_together_with_the_talk) {
  start();
  Phone anna(pcma);
  Phone boris(pcma);
  const LegId a = connect(anna, 700);
  const LegId b = connect(boris, 1100);
  ASSERT_TRUE(engine->join(a, b));
  ASSERT_TRUE(anna.hears(1100));
  ASSERT_TRUE(engine->play(a, {.what = PlayCadence{{{{425, 0, milliseconds(1000)}}, true, -10}}, .over = true}));
  EXPECT_TRUE(comes_about([&] {
    const auto samples = anna.newest(1600);
    return share_of(samples, 425, 8000) > 0.25 && share_of(samples, 1100, 8000) > 0.25;
  }));
  EXPECT_TRUE(boris.hears(700));
  ASSERT_TRUE(engine->stop_playing(a));
  EXPECT_TRUE(anna.hears(1100));
  EXPECT_TRUE(comes_about([&] { return engine->figures(a)->passed_through; }));
}

TEST_F(EngineTest, digits_are_told_once_each_and_passed_on) {
  start();
  Phone anna(pcma);
  Phone boris(pcma);
  const LegId a = connect(anna, 700);
  const LegId b = connect(boris, 1100);
  ASSERT_TRUE(engine->join(a, b));
  ASSERT_TRUE(boris.hears(700));
  for (const char digit : {'1', '1', '*', '#', 'D'}) anna.press(digit);
  EXPECT_TRUE(boris.has_heard_digits("11*#D"));
  EXPECT_TRUE(comes_about([&] { return facts.digits_of(a) == "11*#D"; }));
  EXPECT_EQ(facts.digits_of(b), "");
  EXPECT_TRUE(boris.hears(700));  // the talk goes on
}

TEST_F(EngineTest, digits_get_through_between_different_codecs) {
  start();
  Phone anna(opus);
  Phone boris(pcmu);
  const LegId a = connect(anna, 700);
  const LegId b = connect(boris, 1100);
  ASSERT_TRUE(engine->join(a, b));
  ASSERT_TRUE(boris.hears(700));
  for (const char digit : {'4', '2'}) anna.press(digit);
  EXPECT_TRUE(boris.has_heard_digits("42"));
  EXPECT_TRUE(boris.hears(700));
}

TEST_F(EngineTest, digits_are_sent_as_events_or_else_as_tones) {
  start();
  Phone anna(pcma);
  Phone boris(pcma);
  auto listening = leg_options();
  listening.inband_digits = true;
  const LegId a = connect(anna, 700);
  ASSERT_TRUE(engine->send_digits(a, "12,34"));
  EXPECT_TRUE(anna.has_heard_digits("1234"));
  EXPECT_TRUE(facts.awaited<DigitsSent>([&](const auto& f) { return f.leg == a; }));

  // As tones from one leg of the engine to another, back to back, where they are heard.
  const auto sender = engine->create_leg(leg_options());
  const auto hearer = engine->create_leg(listening);
  ASSERT_TRUE(sender && hearer);
  Remote plain = boris.remote();
  plain.send_events.reset();
  plain.rtcp_mux = false;
  plain.rtp = {*Address::parse("127.0.0.1"), hearer->rtp_port};
  ASSERT_TRUE(engine->set_remote(sender->leg, plain));
  plain.rtp = {*Address::parse("127.0.0.1"), sender->rtp_port};
  ASSERT_TRUE(engine->set_remote(hearer->leg, plain));
  ASSERT_TRUE(engine->send_digits(sender->leg, "0123456789*#ABCD", milliseconds(80)));
  EXPECT_TRUE(comes_about([&] { return facts.digits_of(hearer->leg) == "0123456789*#ABCD"; }))
      << facts.digits_of(hearer->leg);
  for (const auto& came : facts.all<DigitCame>()) EXPECT_EQ(came.source, DigitSource::tone);

  EXPECT_EQ(engine->send_digits(a, "1x").error().code, ErrorCode::bad_request);
  EXPECT_EQ(engine->send_digits(a, std::string(65, '1')).error().code, ErrorCode::too_many);
}

TEST_F(EngineTest, a_far_end_that_falls_silent_is_told_once_and_so_is_its_return) {
  start();
  Phone anna(pcma);
  auto options = leg_options();
  options.media_timeout = milliseconds(1500);
  const LegId a = connect(anna, 700, options);
  ASSERT_TRUE(facts.awaited<MediaStarted>([&](const auto& f) { return f.leg == a && f.from == anna.address(); }));
  EXPECT_TRUE(facts.all<MediaLost>().empty());
  anna.fall_silent();
  const auto lost = facts.awaited<MediaLost>([&](const auto& f) { return f.leg == a; });
  ASSERT_TRUE(lost);
  EXPECT_GE(lost->silent, milliseconds(1500));
  anna.talk_on();
  EXPECT_TRUE(facts.awaited<MediaBack>([&](const auto& f) { return f.leg == a; }));
  EXPECT_EQ(facts.all<MediaLost>().size(), 1U);
}

TEST_F(EngineTest, who_is_on_hold_is_not_waited_for) {
  start();
  Phone anna(pcma);
  auto options = leg_options();
  options.media_timeout = milliseconds(100);
  const LegId a = connect(anna, 700, options, [](Remote& r) { r.direction = Direction::send_only; });
  ASSERT_TRUE(engine->play(a, {.what = PlayTone{ToneKind::dial}}));
  EXPECT_TRUE(anna.hears(425));
  EXPECT_TRUE(comes_about([&] { return anna.packets() > 100; }));
  EXPECT_TRUE(facts.all<MediaLost>().empty());
}

TEST_F(EngineTest, only_the_first_source_is_latched_to) {
  start();
  Phone anna(pcma);
  Phone stranger(pcma);
  const auto place = engine->create_leg(leg_options());
  ASSERT_TRUE(place);
  Remote remote = anna.remote();
  remote.rtp.port = 9;  // behind a NAT: not where it says
  ASSERT_TRUE(engine->set_remote(place->leg, remote));
  ASSERT_TRUE(engine->play(place->leg, {.what = PlayTone{ToneKind::dial}}));
  anna.call(place->rtp_port, 700);
  EXPECT_TRUE(anna.hears(425));
  stranger.call(place->rtp_port, 900);
  EXPECT_TRUE(comes_about([&] { return engine->figures(place->leg)->packets_refused > 10; }));
  EXPECT_EQ(stranger.packets(), 0U);
  EXPECT_EQ(engine->figures(place->leg)->source, anna.address());
}

TEST_F(EngineTest, a_strict_leg_takes_nothing_from_elsewhere_and_a_following_one_moves) {
  start();
  Phone anna(pcma);
  Phone moved(pcma);
  auto strict = leg_options();
  strict.latching = Latching::never;
  const LegId a = connect(anna, 700, strict, [](Remote& r) { r.rtp.port = 9; });
  EXPECT_TRUE(comes_about([&] { return engine->figures(a)->packets_refused > 5; }));
  EXPECT_EQ(engine->figures(a)->packets_received, 0U);

  auto follow = leg_options();
  follow.latching = Latching::follow;
  const auto place = engine->create_leg(follow);
  ASSERT_TRUE(place);
  ASSERT_TRUE(engine->set_remote(place->leg, anna.remote()));
  anna.call(place->rtp_port, 700);
  ASSERT_TRUE(
      facts.awaited<MediaStarted>([&](const auto& f) { return f.leg == place->leg && f.from == anna.address(); }));
  anna.fall_silent();
  moved.call(place->rtp_port, 700);
  EXPECT_TRUE(
      facts.awaited<MediaStarted>([&](const auto& f) { return f.leg == place->leg && f.from == moved.address(); }));
}

TEST_F(EngineTest, what_is_no_rtp_is_counted_and_does_no_harm) {
  start();
  Phone anna(pcma);
  const LegId a = connect(anna, 700);
  anna.send_raw({});
  anna.send_raw({0x80});
  anna.send_raw({0x00, 0x01, 0x00, 0x00});
  anna.send_raw(std::vector<std::uint8_t>(1600, 0x80));
  std::vector<std::uint8_t> unknown(172, 0x80);
  unknown[1] = 77;
  anna.send_raw(unknown);
  EXPECT_TRUE(comes_about([&] { return engine->figures(a)->packets_refused >= 4; }));
  EXPECT_TRUE(comes_about([&] { return engine->figures(a)->packets_received > 0; }));
}

TEST_F(EngineTest, wrong_requests_are_refused_with_a_reason) {
  start();
  Phone anna(pcma);
  const LegId a = connect(anna, 700);
  EXPECT_EQ(engine->join(a, a).error().code, ErrorCode::bad_request);
  EXPECT_EQ(engine->join(a, LegId{999}).error().code, ErrorCode::not_found);
  EXPECT_EQ(engine->close(LegId{999}).error().code, ErrorCode::not_found);
  Remote remote = anna.remote();
  remote.send.name = "G729";
  EXPECT_EQ(engine->set_remote(a, remote).error().code, ErrorCode::bad_request);
  remote = anna.remote();
  remote.receive.clear();
  EXPECT_EQ(engine->set_remote(a, remote).error().code, ErrorCode::bad_request);
  remote = anna.remote();
  remote.srtp = SrtpKeys{SrtpSuite::aead_aes_256_gcm, "short", "short"};
  EXPECT_EQ(engine->set_remote(a, remote).error().code, ErrorCode::bad_request);
  EXPECT_EQ(engine->play(a, {.what = PlayFiles{}}).error().code, ErrorCode::bad_request);
  EXPECT_EQ(engine->play(a, {.what = PlayCadence{}}).error().code, ErrorCode::bad_request);
  auto elsewhere = leg_options();
  elsewhere.local_address = *Address::parse("192.0.2.77");
  EXPECT_EQ(engine->create_leg(elsewhere).error().code, ErrorCode::bad_request);
  EXPECT_TRUE(engine->close(a));
  EXPECT_EQ(engine->part(a).error().code, ErrorCode::not_found);
}

TEST_F(EngineTest, a_range_of_ports_that_is_used_up_says_so_and_recovers) {
  FactsSeen seen;
  EngineOptions options;
  options.threads = 1;
  auto probe = Engine::start({.threads = 1, .first_port = 0}, seen.listener());
  ASSERT_TRUE(probe);
  const auto somewhere = (*probe)->create_leg(leg_options());
  ASSERT_TRUE(somewhere);
  const auto first = static_cast<std::uint16_t>(somewhere->rtp_port & ~1U);
  (*probe).reset();
  options.first_port = first;
  options.last_port = static_cast<std::uint16_t>(first + 3);
  auto started = Engine::start(options, facts.listener());
  ASSERT_TRUE(started);
  engine = std::move(*started);
  std::vector<LegId> legs;
  Result<LegPlace> place = engine->create_leg(leg_options());
  while (place) {
    EXPECT_EQ(place->rtp_port % 2, 0);
    EXPECT_EQ(place->rtcp_port, place->rtp_port + 1);
    legs.push_back(place->leg);
    ASSERT_LE(legs.size(), 2U);
    place = engine->create_leg(leg_options());
  }
  EXPECT_EQ(place.error().code, ErrorCode::too_many);
  ASSERT_FALSE(legs.empty());
  ASSERT_TRUE(engine->close(legs.front()));
  EXPECT_TRUE(comes_about([&] { return engine->create_leg(leg_options()).has_value(); }));
}

std::size_t open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  std::size_t count = 0;
  while (::readdir(folder) != nullptr) ++count;  // NOLINT(concurrency-mt-unsafe)
  ::closedir(folder);
  return count;
}

TEST_F(EngineTest, ten_thousand_legs_come_and_go_and_leave_no_descriptor) {
  start();
  const std::size_t before = open_descriptors();
  Phone anna(pcma);
  for (int i = 0; i < 10'000; ++i) {
    auto place = engine->create_leg(leg_options());
    while (!place && place.error().code == ErrorCode::too_many) {
      std::this_thread::yield();
      place = engine->create_leg(leg_options());
    }
    ASSERT_TRUE(place) << place.error().message;
    if (i % 16 == 0) ASSERT_TRUE(engine->set_remote(place->leg, anna.remote()));
    Result<> closed = engine->close(place->leg);
    while (!closed) {
      std::this_thread::yield();
      closed = engine->close(place->leg);
    }
  }
  EXPECT_TRUE(comes_about([&] { return facts.all<LegClosed>().size() == 10'000; }));
  EXPECT_TRUE(comes_about([&] { return open_descriptors() <= before + 1; })) << open_descriptors() << " of " << before;
  EXPECT_EQ(engine->figures().legs, 0U);
}

TEST_F(EngineTest, ending_the_engine_closes_what_is_left_and_tells_of_it) {
  start();
  Phone anna(pcma);
  Phone boris(opus);
  const LegId a = connect(anna, 700);
  const LegId b = connect(boris, 1100);
  ASSERT_TRUE(engine->join(a, b));
  const auto play = engine->play(a, {.what = PlayTone{ToneKind::busy}});
  ASSERT_TRUE(play);
  engine.reset();
  EXPECT_EQ(facts.all<LegClosed>().size(), 2U);
  ASSERT_EQ(facts.all<PlayEnded>().size(), 1U);
  EXPECT_EQ(facts.all<PlayEnded>()[0].end, PlayEnd::closed);
}

}  // namespace
}  // namespace otklik::media
