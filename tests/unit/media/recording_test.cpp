#include <gtest/gtest.h>
#include <opus/opus.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "media/codec/g711.hpp"
#include "media/goertzel.hpp"
#include "media/record/mp3_frames.hpp"
#include "media/record/ogg_page.hpp"
#include "media/record/sound_file.hpp"
#include "media/record/track.hpp"
#include "media/sound/wav.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::media {
namespace {

using std::chrono::milliseconds;
using testing::level_of;
using testing::share_of;
using testing::sine;

/// A tap with the packets of a tone on it, a packet each 20 ms from `from_us` on.
class Talk {
 public:
  explicit Talk(Format format) : format_(format), encoder_(make_encoder(format, "")) {}
  void say(double hertz, unsigned packets, std::int64_t from_us, unsigned skip_every = 0) {
    const int rate = sample_rate(format_);
    const auto step = static_cast<std::size_t>(rate / 50);
    for (unsigned i = 0; i < packets; ++i) {
      std::uint8_t payload[most_payload_size];
      const std::size_t size = encoder_->encode(sine(hertz, rate, step, 8000, i * step), payload);
      const TappedPacket packet{
          from_us + i * 20'000, timestamp_, 5, sequence_++, static_cast<std::uint16_t>(size), format_};
      timestamp_ += rtp_clock_rate(format_) / 50;
      if (skip_every == 0 || i % skip_every != skip_every - 1) tap->put(packet, payload);
    }
  }
  std::shared_ptr<Tap> tap = std::make_shared<Tap>();

 private:
  Format format_;
  std::unique_ptr<Encoder> encoder_;
  std::uint16_t sequence_ = 65530;
  std::uint32_t timestamp_ = 0xFFFFFFFF - 4000;
};

std::vector<std::int16_t> read(Track& track, std::size_t count) {
  std::vector<std::int16_t> out(count);
  track.read(out);
  return out;
}

TEST(Track, lays_each_talk_where_it_was_said) {
  for (const auto format : {Format::pcma, Format::pcmu, Format::g722, Format::opus}) {
    SCOPED_TRACE(name(format));
    for (const std::uint32_t rate : {8000U, 16000U}) {
      Talk talk(format);
      Track track(talk.tap, rate, 1'000'000);
      talk.say(700, 50, 1'500'000);  // half a second after the beginning
      track.take(10'000'000, true);
      const auto before = read(track, rate / 2 - 10);
      EXPECT_EQ(level_of(before), 0);
      const auto said = read(track, rate);
      EXPECT_GT(share_of({said.data() + rate / 4, rate / 2}, 700, rate), 0.95);
      const auto after = read(track, rate / 2);
      EXPECT_LT(level_of({after.data() + 200, after.size() - 200}), 1);
    }
  }
}

TEST(Track, packets_out_of_order_are_put_right) {
  Talk talk(Format::pcma);
  auto shuffled = std::make_shared<Tap>();
  talk.say(700, 20, 0);
  std::vector<std::pair<TappedPacket, std::vector<std::uint8_t>>> packets;
  TappedPacket packet;
  std::uint8_t payload[most_payload_size];
  while (talk.tap->take(packet, payload))
    packets.emplace_back(packet, std::vector<std::uint8_t>(payload, payload + packet.size));
  for (std::size_t i = 1; i + 1 < packets.size(); i += 2) std::swap(packets[i], packets[i + 1]);
  for (auto& [head, bytes] : packets) shuffled->put(head, bytes.data());
  Track track(shuffled, 8000, 0);
  track.take(10'000'000, true);
  EXPECT_GT(share_of(read(track, 3200), 700, 8000), 0.99);
}

TEST(Track, a_stream_that_begins_anew_goes_on_after_what_was_said) {
  Talk first(Format::pcma);
  Track track(first.tap, 8000, 0);
  first.say(700, 25, 0);
  Talk second(Format::pcma);
  second.say(1100, 25, 500'000);
  TappedPacket packet;
  std::uint8_t payload[most_payload_size];
  while (second.tap->take(packet, payload)) {
    packet.ssrc = 6;
    packet.timestamp += 123'456;
    first.tap->put(packet, payload);
  }
  track.take(10'000'000, true);
  EXPECT_GT(share_of(read(track, 4000), 700, 8000), 0.98);
  EXPECT_GT(share_of(read(track, 4000), 1100, 8000), 0.98);
}

Result<> write_tone(RecordingFormat format, const std::string& path, const SoundFileOptions& options, bool finish) {
  auto fd = create_unfinished(path);
  if (!fd) return std::unexpected(fd.error());
  auto file = make_sound_file(format, fd->get(), options);
  if (!file) return std::unexpected(file.error());
  for (std::size_t i = 0; i < 150; ++i) {
    const auto mono = sine(700, options.rate, options.rate / 50, 8000, i * (options.rate / 50));
    std::vector<std::int16_t> samples;
    for (const auto s : mono) samples.insert(samples.end(), options.channels, s);
    if (auto written = (*file)->write(samples); !written) return written;
    if (i % 50 == 49 && i < 149) {
      if (auto done = (*file)->checkpoint(); !done) return done;
    }
  }
  if (!finish) return {};
  if (auto done = (*file)->finish(); !done) return done;
  return publish(fd->get(), path);
}

std::vector<std::int16_t> decode_ogg(std::string_view file, int channels, bool& ends, std::uint64_t& granule) {
  int error = 0;
  OpusDecoder* decoder = opus_decoder_create(16000, channels, &error);
  std::vector<std::int16_t> out;
  unsigned pages = 0;
  ends = false;
  while (!file.empty()) {
    std::size_t length = 0;
    const auto page = parse_ogg_page(file, length);
    if (!page) break;
    EXPECT_EQ(page->number, pages);
    ends = (page->flags & 4) != 0;
    granule = page->granule;
    if (pages++ >= 2) {
      std::size_t at = 0;
      std::size_t size = 0;
      for (const char c : page->lacing) {
        const auto lace = static_cast<std::uint8_t>(c);
        size += lace;
        if (lace == 255) continue;
        std::int16_t samples[2 * 320];
        const int count =
            opus_decode(decoder, reinterpret_cast<const unsigned char*>(page->body.data()) + at,  // NOLINT
                        static_cast<int>(size), samples, 320, 0);
        EXPECT_EQ(count, 320);
        out.insert(out.end(), samples, samples + count * channels);
        at += size;
        size = 0;
      }
    }
    file.remove_prefix(length);
  }
  opus_decoder_destroy(decoder);
  return out;
}

TEST(SoundFile, wav_holds_what_was_written) {
  TempFolder folder;
  ASSERT_TRUE(write_tone(RecordingFormat::wav, folder.path("a.wav"), {8000, 2, 0}, true));
  EXPECT_FALSE(std::filesystem::exists(folder.path("a.wav.part")));
  const auto read = read_wav(folder.get("a.wav"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->samples.size(), 24'000U);
  EXPECT_GT(share_of(read->samples, 700, 8000), 0.99);
  EXPECT_EQ(folder.get("a.wav").substr(4, 4), std::string("\x24\x77\x01\0", 4));  // 36 + 96000
}

TEST(SoundFile, ogg_opus_is_as_long_as_what_was_written) {
  TempFolder folder;
  for (const std::uint16_t channels : {std::uint16_t{1}, std::uint16_t{2}}) {
    const std::string name = channels == 1 ? "mono.opus" : "stereo.opus";
    ASSERT_TRUE(write_tone(RecordingFormat::ogg_opus, folder.path(name), {16000, channels, 24'000}, true));
    bool ends = false;
    std::uint64_t granule = 0;
    const auto file = folder.get(name);
    const auto samples = decode_ogg(file, channels, ends, granule);
    EXPECT_TRUE(ends);
    const std::uint64_t skip = static_cast<std::uint8_t>(file[28 + 10]) | static_cast<std::uint8_t>(file[28 + 11]) << 8;
    EXPECT_EQ(granule - skip, 3U * 48'000);
    std::vector<std::int16_t> left;
    for (std::size_t i = 0; i < samples.size(); i += channels) left.push_back(samples[i]);
    EXPECT_GT(share_of({left.data() + 8000, 32'000}, 700, 16000), 0.95);
  }
}

TEST(SoundFile, mp3_is_frames_from_its_first_byte_to_its_last) {
  TempFolder folder;
  for (const std::uint32_t rate : {8000U, 16000U}) {
    const std::string name = std::to_string(rate) + ".mp3";
    ASSERT_TRUE(write_tone(RecordingFormat::mp3, folder.path(name), {rate, 1, 32'000}, true));
    const auto file = folder.get(name);
    std::size_t at = 0;
    std::size_t samples = 0;
    while (at < file.size()) {
      const auto frame = parse_mp3_frame(std::string_view(file).substr(at));
      ASSERT_TRUE(frame) << at;
      EXPECT_EQ(frame->rate, rate);
      at += frame->size;
      samples += frame->samples;
    }
    EXPECT_EQ(at, file.size());
    EXPECT_NEAR(static_cast<double>(samples) / rate, 3, 0.3);
  }
}

TEST(SoundFile, a_taken_name_is_not_written_over) {
  TempFolder folder;
  folder.put("a.wav", "older");
  EXPECT_EQ(write_tone(RecordingFormat::wav, folder.path("a.wav"), {8000, 1, 0}, true).error().code,
            ErrorCode::conflict);
  EXPECT_EQ(folder.get("a.wav"), "older");
  EXPECT_EQ(write_tone(RecordingFormat::wav, folder.path("a.wav"), {8000, 1, 0}, true).error().code,
            ErrorCode::conflict);
  EXPECT_TRUE(
      write_tone(RecordingFormat::wav, folder.path("2026/12/01/a.wav"), {8000, 1, 0}, true));  // folders are made
  EXPECT_EQ(write_tone(RecordingFormat::wav, folder.path("a.wav/b.wav"), {8000, 1, 0}, true).error().code,
            ErrorCode::failed);
}

TEST(RepairRecording, an_unfinished_file_of_each_format_becomes_whole) {
  TempFolder folder;
  const std::pair<RecordingFormat, std::string> all[] = {
      {RecordingFormat::wav, "a.wav"}, {RecordingFormat::ogg_opus, "a.opus"}, {RecordingFormat::mp3, "a.mp3"}};
  for (const auto& [format, name] : all) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(write_tone(format, folder.path(name), {16000, 1, 24'000}, false));
    // It was cut in the middle of something.
    folder.put(name + ".part",
               folder.get(name + ".part") + (format == RecordingFormat::ogg_opus ? "OggS\0\0" : "\xFF"));
    const auto repaired = repair_recording(folder.path(name + ".part"));
    ASSERT_TRUE(repaired) << repaired.error().message;
    EXPECT_EQ(repaired->path, folder.path(name));
    EXPECT_EQ(repaired->bytes, std::filesystem::file_size(folder.path(name)));
    EXPECT_GE(repaired->duration, milliseconds(1500));
    EXPECT_LE(repaired->duration, milliseconds(3100));
    EXPECT_FALSE(std::filesystem::exists(folder.path(name + ".part")));
    if (format == RecordingFormat::wav) {
      const auto read = read_wav(folder.get(name));
      ASSERT_TRUE(read);
      EXPECT_GT(share_of(read->samples, 700, 16000), 0.99);
    }
    if (format == RecordingFormat::ogg_opus) {
      bool ends = false;
      std::uint64_t granule = 0;
      EXPECT_GT(decode_ogg(folder.get(name), 1, ends, granule).size(), 16'000U);
      EXPECT_TRUE(ends);
    }
  }
}

TEST(RepairRecording, what_cannot_be_played_stays_and_says_so) {
  TempFolder folder;
  folder.put("empty.wav.part", "");
  folder.put("head.wav.part", std::string(wav_header(8000, 1, 0).data(), wav_header_size));
  folder.put("text.mp3.part", "no sound at all");
  folder.put("ogg.opus.part", "OggS and no more");
  for (const auto* name : {"empty.wav.part", "head.wav.part", "text.mp3.part", "ogg.opus.part"}) {
    EXPECT_EQ(repair_recording(folder.path(name)).error().code, ErrorCode::bad_request) << name;
    EXPECT_TRUE(std::filesystem::exists(folder.path(name)));
  }
  EXPECT_EQ(repair_recording(folder.path("none.wav.part")).error().code, ErrorCode::not_found);
  EXPECT_EQ(repair_recording(folder.path("head.wav")).error().code, ErrorCode::bad_request);
  ASSERT_TRUE(write_tone(RecordingFormat::wav, folder.path("b.wav"), {8000, 1, 0}, false));
  folder.put("b.wav", "another");
  EXPECT_EQ(repair_recording(folder.path("b.wav.part")).error().code, ErrorCode::conflict);
  EXPECT_EQ(folder.get("b.wav"), "another");
}

TEST(OggPage, a_changed_byte_is_seen) {
  std::string page;
  std::string lacing;
  EXPECT_TRUE(add_ogg_lacing(600, lacing));
  EXPECT_EQ(lacing.size(), 3U);
  EXPECT_FALSE(add_ogg_lacing(255 * 253, lacing));
  const std::string body(600, 'x');
  append_ogg_page({2, 99, 7, 0, lacing, body}, page);
  std::size_t length = 0;
  ASSERT_TRUE(parse_ogg_page(page, length));
  EXPECT_EQ(length, page.size());
  for (const std::size_t at : {std::size_t{5}, std::size_t{8}, std::size_t{300}}) {
    auto changed = page;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(parse_ogg_page(changed, length));
  }
}

}  // namespace
}  // namespace otklik::media
