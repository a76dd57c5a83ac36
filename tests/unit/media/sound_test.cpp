#include <gtest/gtest.h>

#include <fstream>

#include "media/goertzel.hpp"
#include "media/sound/player.hpp"
#include "media/sound/sound.hpp"
#include "media/sound/tone.hpp"
#include "media/sound/wav.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::media {
namespace {

using std::chrono::milliseconds;
using testing::level_of;
using testing::share_of;
using testing::sine;

std::string wav_of(const std::vector<std::int16_t>& samples, std::uint32_t rate, std::uint16_t channels = 1) {
  const auto head = wav_header(rate, channels, samples.size() * 2);
  std::string file(head.begin(), head.end());
  file.append(reinterpret_cast<const char*>(samples.data()), samples.size() * 2);  // NOLINT
  return file;
}

TEST(Wav, what_is_written_is_read) {
  const auto samples = sine(700, 16000, 1000);
  const auto read = read_wav(wav_of(samples, 16000));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->rate, 16000U);
  EXPECT_EQ(read->samples, samples);
}

TEST(Wav, a_header_that_was_not_finished_means_the_rest_of_the_file) {
  for (const std::uint32_t claimed : {0U, 0xFFFFFFFFU, 1'000'000U}) {
    auto file = wav_of(std::vector<std::int16_t>(100, 5), 8000);
    for (std::size_t i = 0; i < 4; ++i) file[40 + i] = static_cast<char>(claimed >> (8 * i));
    const auto read = read_wav(file);
    ASSERT_TRUE(read) << claimed;
    EXPECT_EQ(read->samples.size(), 100U);
  }
}

TEST(Wav, other_forms_are_read) {
  std::string alaw = "RIFF....WAVEfmt ";
  alaw += std::string("\x12\0\0\0\6\0\1\0\x40\x1F\0\0\x40\x1F\0\0\1\0\x08\0\0\0", 22);
  alaw += std::string("LIST\5\0\0\0abcde\0", 14);  // of odd length, with its padding
  alaw += std::string("data\2\0\0\0\xD5\xAA", 10);
  const auto read = read_wav(alaw);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->samples, (std::vector<std::int16_t>{8, 32256}));
  auto stereo = read_wav(wav_of({100, 300, -100, -300}, 8000, 2));
  ASSERT_TRUE(stereo);
  EXPECT_EQ(stereo->samples, (std::vector<std::int16_t>{200, -200}));
}

TEST(Wav, what_is_none_or_cannot_be_read_says_why) {
  const auto good = wav_of({1, 2, 3}, 8000);
  for (std::size_t cut = 0; cut < 44; ++cut) EXPECT_FALSE(read_wav(good.substr(0, cut))) << cut;
  EXPECT_FALSE(read_wav("ID3 something else altogether and long enough to be looked at"));
  auto wrong = good;
  wrong[22] = 9;  // channels
  EXPECT_EQ(read_wav(wrong).error().code, ErrorCode::bad_request);
  wrong = good;
  wrong[20] = 3;  // floating point
  EXPECT_FALSE(read_wav(wrong));
  wrong = good;
  wrong[25] = 0;  // 64 Hz
  EXPECT_FALSE(read_wav(wrong));
}

TEST(Cadence, is_read_and_written) {
  const auto busy = parse_cadence("425/400 0/400");
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->stretches, (std::vector<ToneStretch>{{425, 0, milliseconds(400)}, {0, 0, milliseconds(400)}}));
  EXPECT_TRUE(busy->repeats);
  EXPECT_EQ(text(*parse_cadence("350+440/1000  0/10 !")), "350+440/1000 0/10 !");
  for (const auto* wrong : {"", "!", "425", "425/", "/5", "a/5", "425/0", "425/60001", "4000/5", "425+/5",
                            "425/5 ! 0/5", "425+9999/5", "-1/5"}) {
    EXPECT_FALSE(parse_cadence(wrong)) << wrong;
  }
  std::string long_one;
  for (int i = 0; i < 33; ++i) long_one += "425/5 ";
  EXPECT_FALSE(parse_cadence(long_one));
  for (const auto kind : {ToneKind::dial, ToneKind::ring_back, ToneKind::busy, ToneKind::congestion,
                          ToneKind::call_waiting, ToneKind::unobtainable, ToneKind::beep}) {
    const Cadence cadence = ToneOptions{}.of(kind);
    auto again = parse_cadence(text(cadence));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->stretches, cadence.stretches);
  }
}

TEST(TonePlayer, plays_its_cadence_at_its_level_at_both_rates) {
  for (const int rate : {8000, 16000}) {
    auto player = make_tone_player(ToneOptions{}.busy, 0);
    std::vector<std::int16_t> tone(static_cast<std::size_t>(rate) * 4 / 10);
    std::vector<std::int16_t> pause(tone.size());
    for (int lap = 0; lap < 3; ++lap) {
      ASSERT_EQ(player->read(tone, rate), tone.size());
      ASSERT_EQ(player->read(pause, rate), pause.size());
      EXPECT_GT(share_of(tone, 425, rate), 0.98);
      EXPECT_EQ(level_of(pause), 0);
    }
    // -13 dBm0, where a full sine of 16 bits has +3.14.
    EXPECT_NEAR(20 * std::log10(level_of({tone.data() + 400, tone.size() - 800}) * std::sqrt(2.0) / 32767), -16.14,
                0.2);
  }
}

TEST(TonePlayer, one_that_does_not_repeat_ends) {
  auto player = make_tone_player(*parse_cadence("1000/100 !"), 0);
  std::vector<std::int16_t> out(1000);
  EXPECT_EQ(player->read(out, 8000), 800U);
  EXPECT_EQ(level_of({out.data() + 800, 200}), 0);
  EXPECT_EQ(player->read(out, 8000), 0U);
}

TEST(SoundPlayer, plays_one_after_another_and_again) {
  const auto first = std::make_shared<const Sound>(std::vector<std::int16_t>(100, 1000), 8000);
  const auto second = std::make_shared<const Sound>(std::vector<std::int16_t>(60, 2000), 8000);
  std::vector<std::int16_t> out(200);
  auto once = make_sound_player({first, second}, false, 0, 0);
  EXPECT_EQ(once->read(out, 8000), 160U);
  EXPECT_EQ(out[99], 1000);
  EXPECT_EQ(out[100], 2000);
  EXPECT_EQ(out[160], 0);
  auto endless = make_sound_player({first, second}, true, 0, -6);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(endless->read(out, 8000), 200U);
  EXPECT_NEAR(out[0], 501, 2);  // 1800 samples on, in the first again, at half its loudness
  auto later = make_sound_player({first, second}, true, 160 * 5 + 110, 0);
  EXPECT_EQ(later->read({out.data(), 100}, 8000), 100U);
  EXPECT_EQ(out[49], 2000);
  EXPECT_EQ(out[50], 1000);
}

TEST(SoundPlayer, the_rate_may_change_on_the_way) {
  const auto sound = std::make_shared<const Sound>(sine(700, 16000, 16000), 16000);
  auto player = make_sound_player({sound}, false, 0, 0);
  std::vector<std::int16_t> out(4000);
  EXPECT_EQ(player->read(out, 8000), 4000U);
  EXPECT_GT(share_of({out.data() + 200, 3800}, 700, 8000), 0.99);
  EXPECT_EQ(player->read(out, 16000), 4000U);
  EXPECT_GT(share_of(out, 700, 16000), 0.99);
  EXPECT_EQ(player->read(out, 16000), 4000U);
  EXPECT_EQ(player->read(out, 16000), 0U);
}

TEST(SoundShelf, reads_a_file_once_and_anew_when_it_has_changed) {
  TempFolder folder;
  SoundShelf shelf(10'000'000, std::chrono::minutes(1));
  folder.put("a.wav", wav_of(sine(700, 8000, 800), 8000));
  const auto first = shelf.get(folder.path("a.wav"));
  ASSERT_TRUE(first);
  EXPECT_EQ(*shelf.get(folder.path("a.wav")), *first);
  folder.put("a.wav", wav_of(sine(700, 8000, 1600), 8000));
  const auto second = shelf.get(folder.path("a.wav"));
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->units(), 1600U);
}

TEST(SoundShelf, keeps_no_more_than_it_may) {
  TempFolder folder;
  SoundShelf shelf(60'000, std::chrono::minutes(1));  // one of these two
  for (const auto* name : {"a.wav", "b.wav"}) folder.put(name, wav_of(sine(700, 8000, 8000), 8000));
  const auto a = shelf.get(folder.path("a.wav"));
  ASSERT_TRUE(a && shelf.get(folder.path("b.wav")));
  EXPECT_NE(*shelf.get(folder.path("a.wav")), *a);
}

TEST(SoundShelf, says_what_is_wrong_with_a_file) {
  TempFolder folder;
  SoundShelf shelf(10'000'000, std::chrono::minutes(1));
  folder.put("text.wav", "no sound");
  folder.put("empty.wav", wav_of({}, 8000));
  folder.put("long.wav", wav_of(std::vector<std::int16_t>(8000 * 61), 8000));
  folder.make("folder.wav");
  EXPECT_EQ(shelf.get(folder.path("none.wav")).error().code, ErrorCode::not_found);
  EXPECT_EQ(shelf.get(folder.path("folder.wav")).error().code, ErrorCode::not_found);
  EXPECT_EQ(shelf.get(folder.path("text.wav")).error().code, ErrorCode::bad_request);
  EXPECT_EQ(shelf.get(folder.path("empty.wav")).error().code, ErrorCode::bad_request);
  EXPECT_EQ(shelf.get(folder.path("long.wav")).error().code, ErrorCode::too_large);
  EXPECT_EQ(shelf.folder(folder.path("nowhere")).error().code, ErrorCode::not_found);
  folder.put("music/2.wav", wav_of(sine(700, 8000, 800), 8000));
  folder.put("music/1.WAV", wav_of(sine(700, 8000, 400), 8000));
  folder.put("music/damaged.wav", "no sound");
  folder.put("music/notes.txt", "text");
  const auto music = shelf.folder(folder.path("music"));
  ASSERT_TRUE(music);
  ASSERT_EQ(music->size(), 2U);
  EXPECT_EQ((*music)[0]->units(), 400U);
}

}  // namespace
}  // namespace otklik::media
