// What the engine plays to telephones, and what it records of them.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "media/facts_seen.hpp"
#include "media/goertzel.hpp"
#include "media/phone.hpp"
#include "media/sound/wav.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::media {
namespace {

using namespace testing;
using std::chrono::milliseconds;

const Codec pcma{"PCMA", 8000, 8, 1, ""};
const Codec g722{"G722", 8000, 9, 1, ""};
const Codec opus{"opus", 48000, 96, 2, ""};

std::string wav_of(double hertz, std::uint32_t rate, double seconds) {
  const auto samples = sine(hertz, rate, static_cast<std::size_t>(rate * seconds));
  const auto head = wav_header(rate, 1, samples.size() * 2);
  std::string file(head.begin(), head.end());
  file.append(reinterpret_cast<const char*>(samples.data()), samples.size() * 2);  // NOLINT
  return file;
}

class SoundTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = Engine::start({.threads = 1, .first_port = 0}, facts.listener());
    ASSERT_TRUE(started);
    engine = std::move(*started);
  }
  LegId connect(Phone& phone, double hertz) {
    LegOptions options;
    options.local_address = *Address::parse("127.0.0.1");
    auto place = engine->create_leg(options);
    EXPECT_TRUE(place);
    EXPECT_TRUE(engine->set_remote(place->leg, phone.remote()));
    phone.call(place->rtp_port, hertz);
    return place->leg;
  }
  std::optional<PlayEnded> end_of(PlayId play) {
    return facts.awaited<PlayEnded>([&](const auto& f) { return f.play == play; });
  }
  std::optional<RecordingEnded> end_of(RecordingId recording) {
    return facts.awaited<RecordingEnded>([&](const auto& f) { return f.recording == recording; });
  }
  /// Waits until so many packets of a leg have come.
  bool has_said(LegId leg, std::uint64_t packets) {
    const auto before = engine->figures(leg)->packets_received;
    return comes_about([&] { return engine->figures(leg)->packets_received >= before + packets; });
  }

  TempFolder folder;
  FactsSeen facts;
  std::unique_ptr<Engine> engine;
};

TEST_F(SoundTest, files_are_played_one_after_another_and_their_end_is_told) {
  folder.put("one.wav", wav_of(700, 8000, 0.6));
  folder.put("two.wav", wav_of(1500, 44100, 0.6));
  for (const auto& codec : {pcma, g722, opus}) {
    Phone anna(codec);
    const LegId a = connect(anna, 0);
    const auto play = engine->play(a, {.what = PlayFiles{{folder.path("one.wav"), folder.path("two.wav")}, false}});
    ASSERT_TRUE(play);
    EXPECT_TRUE(anna.hears(700));
    EXPECT_TRUE(anna.hears(1500));
    const auto ended = end_of(*play);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->end, PlayEnd::finished);
    EXPECT_NEAR(static_cast<double>(ended->played.count()), 1200, 40);
    EXPECT_TRUE(anna.hears_silence());
  }
}

TEST_F(SoundTest, a_file_that_is_not_there_or_no_sound_is_told) {
  folder.put("text.wav", "no sound");
  Phone anna(pcma);
  const LegId a = connect(anna, 0);
  const auto none = engine->play(a, {.what = PlayFiles{{folder.path("none.wav")}, false}});
  ASSERT_TRUE(none);
  auto ended = end_of(*none);
  ASSERT_TRUE(ended && ended->error);
  EXPECT_EQ(ended->end, PlayEnd::failed);
  EXPECT_EQ(ended->error->code, ErrorCode::not_found);
  const auto text = engine->play(a, {.what = PlayFiles{{folder.path("text.wav")}, false}});
  ended = end_of(*text);
  ASSERT_TRUE(ended && ended->error);
  EXPECT_EQ(ended->error->code, ErrorCode::bad_request);
}

TEST_F(SoundTest, music_is_heard_on_hold_and_the_talk_comes_back) {
  folder.put("music/a.wav", wav_of(900, 16000, 0.5));
  Phone anna(pcma);
  Phone boris(pcma);
  const LegId a = connect(anna, 700);
  const LegId b = connect(boris, 1100);
  ASSERT_TRUE(engine->join(a, b));
  ASSERT_TRUE(anna.hears(1100));
  ASSERT_TRUE(engine->part(b));
  const auto play = engine->play(a, {.what = PlayMusic{folder.path("music")}});
  ASSERT_TRUE(play);
  EXPECT_TRUE(anna.hears(900));
  EXPECT_TRUE(boris.hears_silence());
  ASSERT_TRUE(engine->stop_playing(a));
  ASSERT_TRUE(engine->join(a, b));
  EXPECT_TRUE(anna.hears(1100));
  EXPECT_TRUE(boris.hears(700));
}

TEST_F(SoundTest, a_digit_ends_what_is_to_end_by_one) {
  folder.put("menu.wav", wav_of(700, 8000, 5));
  Phone anna(pcma);
  const LegId a = connect(anna, 0);
  const auto play = engine->play(a, {.what = PlayFiles{{folder.path("menu.wav")}, true}, .stop_on_digit = true});
  ASSERT_TRUE(play);
  ASSERT_TRUE(anna.hears(700));
  anna.press('3');
  const auto ended = end_of(*play);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->end, PlayEnd::digit);
  EXPECT_EQ(facts.digits_of(a), "3");
}

TEST_F(SoundTest, each_leg_is_recorded_on_its_own_track_and_both_in_the_mix) {
  for (const auto& other : {pcma, opus}) {  // passed through, and decoded
    SCOPED_TRACE(other.name);
    Phone anna(pcma);
    Phone boris(other);
    const LegId a = connect(anna, 700);
    const LegId b = connect(boris, 1100);
    ASSERT_TRUE(engine->join(a, b));
    ASSERT_TRUE(boris.hears(700));
    Recording what;
    what.tracks = {{a, folder.path(other.name + "-a.wav")}, {b, folder.path(other.name + "-b.wav")}};
    what.mix = folder.path(other.name + "-mix.wav");
    const auto recording = engine->record(what);
    ASSERT_TRUE(recording) << recording.error().message;
    EXPECT_EQ(engine->figures().recordings, 1U);
    ASSERT_TRUE(has_said(a, 100));
    ASSERT_TRUE(engine->stop_recording(*recording));
    const auto ended = end_of(*recording);
    ASSERT_TRUE(ended);
    EXPECT_FALSE(ended->error) << ended->error->message;
    EXPECT_EQ(ended->frames_lost, 0U);
    ASSERT_EQ(ended->files.size(), 3U);
    for (const auto& file : ended->files) {
      EXPECT_GE(file.duration, milliseconds(1900));
      EXPECT_EQ(file.bytes, std::filesystem::file_size(file.path));
      const auto wave = read_wav(folder.get(std::filesystem::path(file.path).filename()));
      ASSERT_TRUE(wave);
      const std::span<const std::int16_t> middle(wave->samples.data() + 4000, 8000);
      if (file.leg == a) EXPECT_GT(share_of(middle, 700, 8000), 0.95);
      if (file.leg == b) EXPECT_GT(share_of(middle, 1100, 8000), 0.9);
      if (file.leg == LegId::none) {
        EXPECT_GT(share_of(middle, 700, 8000), 0.4);
        EXPECT_GT(share_of(middle, 1100, 8000), 0.4);
      }
    }
    EXPECT_TRUE(anna.hears(1100));  // the talk has not noticed
    EXPECT_EQ(engine->stop_recording(*recording).error().code, ErrorCode::not_found);
  }
}

TEST_F(SoundTest, a_pause_of_the_recording_is_silent_and_the_last_leg_ends_it) {
  Phone anna(pcma);
  const LegId a = connect(anna, 700);
  Recording what;
  what.mix = folder.path("mix.wav");
  what.tracks = {{a, ""}};
  const auto recording = engine->record(what);
  ASSERT_TRUE(recording);
  ASSERT_TRUE(has_said(a, 50));
  ASSERT_TRUE(engine->pause_recording(*recording, true));
  ASSERT_TRUE(has_said(a, 50));
  ASSERT_TRUE(engine->close(a));
  const auto ended = end_of(*recording);
  ASSERT_TRUE(ended && ended->files.size() == 1);
  const auto wave = read_wav(folder.get("mix.wav"));
  ASSERT_TRUE(wave && wave->samples.size() > 14'000);
  EXPECT_GT(level_of({wave->samples.data() + 2000, 4000}), 1000);
  EXPECT_EQ(level_of({wave->samples.data() + wave->samples.size() - 4000, 4000}), 0);
}

TEST_F(SoundTest, a_recording_that_cannot_be_written_says_so) {
  folder.put("file");
  Phone anna(pcma);
  const LegId a = connect(anna, 700);
  Recording what;
  what.tracks = {{a, folder.path("file/talk.wav")}};
  const auto recording = engine->record(what);
  ASSERT_TRUE(recording);
  ASSERT_TRUE(engine->stop_recording(*recording));
  const auto ended = end_of(*recording);
  ASSERT_TRUE(ended && ended->error);
  EXPECT_EQ(ended->error->code, ErrorCode::failed);
  EXPECT_TRUE(ended->files.empty());
  what.tracks = {{a, "x"}, {a, "y"}};
  EXPECT_EQ(engine->record(what).error().code, ErrorCode::bad_request);
  what.tracks = {{a, ""}};
  EXPECT_EQ(engine->record(what).error().code, ErrorCode::bad_request);
  what.tracks = {{LegId{77}, "x"}};
  EXPECT_EQ(engine->record(what).error().code, ErrorCode::not_found);
}

TEST_F(SoundTest, ending_the_engine_finishes_recordings) {
  Phone anna(pcma);
  const LegId a = connect(anna, 700);
  Recording what;
  what.tracks = {{a, folder.path("a.wav")}};
  const auto recording = engine->record(what);
  ASSERT_TRUE(recording && has_said(a, 50));
  engine.reset();
  ASSERT_EQ(facts.all<RecordingEnded>().size(), 1U);
  EXPECT_FALSE(facts.all<RecordingEnded>()[0].error);
  EXPECT_TRUE(read_wav(folder.get("a.wav")));
}

TEST(KilledRecorder, leaves_files_that_are_repaired_and_played) {
  TempFolder folder;
  int out[2];
  ASSERT_EQ(::pipe(out), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(out[1], 1);
    ::execl(MEDIA_RECORD_CHILD, MEDIA_RECORD_CHILD, folder.path().c_str(), nullptr);
    ::_exit(9);
  }
  ::close(out[1]);
  char said[10] = {};
  EXPECT_EQ(::read(out[0], said, 9), 9);
  EXPECT_TRUE(comes_about([&] {
    std::error_code none;
    const auto big = [&](const char* name, std::uintmax_t size) {
      const auto found = std::filesystem::file_size(folder.path(name), none);
      return !none && found > size;
    };
    return big("talk.wav.part", 40'000) && big("talk.opus.part", 6'000) && big("talk.mp3.part", 6'000);
  }));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(out[0]);
  for (const auto* name : {"talk.wav", "talk.opus", "talk.mp3"}) {
    const auto repaired = repair_recording(folder.path(name) + ".part");
    ASSERT_TRUE(repaired) << name << ": " << repaired.error().message;
    EXPECT_GT(repaired->duration, milliseconds(900)) << name;
  }
  const auto wave = read_wav(folder.get("talk.wav"));
  ASSERT_TRUE(wave);
  EXPECT_GT(share_of({wave->samples.data() + wave->samples.size() / 2, wave->samples.size() / 4}, 700, 8000), 0.95);
}

}  // namespace
}  // namespace otklik::media
