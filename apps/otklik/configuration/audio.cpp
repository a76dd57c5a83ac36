#include <fmt/format.h>

#include "configuration.hpp"
#include "core/plan/parts.hpp"

// What flows in calls: RTP, codecs, music, recordings.
namespace otklik::app {
namespace {

constexpr unsigned highest_port = 65535;
constexpr unsigned highest_rate = 16'000;

Result<> check_address(std::string_view key, const std::string& text) {
  if (text.empty() || Address::parse(text)) return {};
  return fail(ErrorCode::bad_request, fmt::format("\"{}\": \"{}\" is no address", key, text));
}

}  // namespace

void Configuration::declare_audio() {
  auto& media = pbx.media;
  table_.add("rtp.threads", media.threads, 0U, 16U,
             {"Threads that carry audio; 0: one for each core", "Потоков, обслуживающих звук; 0 — по числу ядер"});
  table_.add(
      "rtp.first_port", rtp_first_port_, 0U, highest_port,
      {"First UDP port of audio, even; 0: the system chooses", "Первый UDP-порт звука, чётный; 0 — выбирает система"});
  table_.add("rtp.last_port", rtp_last_port_, 0U, highest_port, {"Last UDP port of audio", "Последний UDP-порт звука"});
  table_.add("rtp.most_legs", media.most_legs, std::uint64_t{2}, std::uint64_t{100'000},
             {"Streams of audio at once", "Одновременных потоков звука"});
  table_.add_size("rtp.sound_memory", media.sound_memory,
                  {"Memory for decoded sound files", "Память под раскодированные звуковые файлы"});
  table_.add("rtp.longest_sound", longest_sound_minutes_, 1U, 1440U,
             {"Minutes of one sound file at most", "Минут в одном звуковом файле, не больше"});

  auto& audio = pbx.audio;
  const auto live = table_.live_rows();
  table_.add("rtp.address", audio.address,
             {"Address that audio sockets are bound to; empty: every address",
              "Адрес, к которому привязываются сокеты звука; пусто — все адреса"});
  table_.add("sip.local_networks", local_networks_,
             {"Whoever is in none of these is told sip.external_address: addresses and networks",
              "Кто не входит ни в одну из этих сетей, получает sip.external_address: адреса и сети"});
  table_.add("rtp.codecs", audio.codecs,
             {"Codecs of lines and trunks that name none, best first: g722, pcma, pcmu, opus",
              "Кодеки линий и транков, не назвавших своих, лучшие первыми: g722, pcma, pcmu, opus"});
  table_.add("rtp.srtp", audio.srtp,
             {"Encrypted audio (SRTP, SDES) with whoever signals by TLS",
              "Шифрованный звук (SRTP, SDES) с теми, чья сигнализация идёт по TLS"});
  table_.add("rtp.rtcp", audio.rtcp, {"Send and take RTCP", "Отправлять и принимать RTCP"});
  table_.add("rtp.inband_digits", audio.inband_digits,
             {"Listen for DTMF tones where the peer cannot send RFC 4733 events",
              "Распознавать тоны DTMF, если другая сторона не умеет события RFC 4733"});
  table_.add_duration("rtp.media_timeout", audio.media_timeout,
                      {"Silence of the network after which a call's audio counts as lost; 0: never",
                       "Молчание сети, после которого звук звонка считается потерянным; 0 — никогда"});
  table_.add_duration("rtp.jitter_least", audio.jitter_least, {"Shortest jitter buffer", "Наименьший буфер джиттера"});
  table_.add_duration("rtp.jitter_most", audio.jitter_most, {"Longest jitter buffer", "Наибольший буфер джиттера"});
  table_.add("rtp.follow_source", audio.follow_source,
             {"A phone may change its address within a call without saying so",
              "Телефон может сменить адрес во время звонка, не сообщив об этом"});
  table_.add(
      "telephony.music", audio.music,
      {"Folder of WAV files for whoever waits; default: music of the data folder; without files a made tune plays",
       "Папка файлов WAV для ожидающих; по умолчанию music в папке данных; без файлов играет встроенная мелодия"});
}

void Configuration::declare_recording() {
  auto& recording = pbx.recording;
  const auto live = table_.live_rows();
  table_.add_choice("recording.format", recording_format_, {"wav", "ogg", "mp3"},
                    {"Form of recordings: WAV, Opus in Ogg, MP3", "Вид записей: WAV, Opus в Ogg, MP3"});
  table_.add_choice("recording.tracks", recording_tracks_, {"none", "separate"},
                    {"Whether each party is kept in a file of its own beside the mix",
                     "Сохранять ли каждую сторону отдельным файлом рядом с общим"});
  table_.add("recording.stereo", recording.stereo,
             {"The first party left, the second right", "Первая сторона слева, вторая справа"});
  table_.add("recording.sample_rate", recording.sample_rate, 8000U, highest_rate,
             {"Hz: 8000 or 16000", "Гц: 8000 или 16000"});
  table_.add("recording.bit_rate", recording.bit_rate, 6000, 128'000,
             {"Bits a second and channel, of Ogg and MP3", "Бит в секунду на канал, для Ogg и MP3"});
}

Result<> Configuration::derive_audio(const DataFolder& folder) {
  auto& media = pbx.media;
  if (rtp_first_port_ != 0) {
    if (rtp_first_port_ % 2 != 0) return fail(ErrorCode::bad_request, "rtp.first_port is to be even");
    if (rtp_last_port_ < rtp_first_port_ + 3) {
      return fail(ErrorCode::bad_request, "rtp.last_port: a call takes four ports from rtp.first_port on");
    }
  }
  media.first_port = static_cast<std::uint16_t>(rtp_first_port_);
  media.last_port = static_cast<std::uint16_t>(rtp_last_port_);
  media.longest_sound = std::chrono::minutes(longest_sound_minutes_);

  auto& audio = pbx.audio;
  audio.external_address = pbx.sip.public_address;
  if (auto checked = check_address("rtp.address", audio.address); !checked) return checked;
  const auto known = core::codec_names();
  for (const auto& codec : audio.codecs) {
    if (std::ranges::find(known, codec) == known.end()) {
      return fail(ErrorCode::bad_request, fmt::format("\"rtp.codecs\": there is no codec \"{}\"", codec));
    }
  }
  if (audio.jitter_least > audio.jitter_most) {
    return fail(ErrorCode::bad_request, "rtp.jitter_least is more than rtp.jitter_most");
  }
  if (audio.music.empty()) audio.music = folder.path() + "/music";

  auto& recording = pbx.recording;
  recording.folder = folder.path() + "/RecordedFiles";
  recording.format = recording_format_ == "ogg"   ? media::RecordingFormat::ogg_opus
                     : recording_format_ == "mp3" ? media::RecordingFormat::mp3
                                                  : media::RecordingFormat::wav;
  recording.tracks = recording_tracks_ == "separate" ? pbx::Tracks::separate : pbx::Tracks::none;
  if (recording.sample_rate != highest_rate && recording.sample_rate != highest_rate / 2) {
    return fail(ErrorCode::bad_request, "recording.sample_rate is 8000 or 16000");
  }
  return {};
}

}  // namespace otklik::app
