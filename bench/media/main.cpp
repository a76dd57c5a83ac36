// How much of a core calls take: N calls of two legs each over loopback, for a while, and what the engine's threads
// used meanwhile.
//
//   bench_media relay 200 10        calls, seconds; also: record, opus (Opus on one side), conference (one, of N
//   members) bench_media relay 1500 20 0 1   the engine on processor 0, the load on 1
#include <dirent.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "media/codec/codec.hpp"
#include "media/engine.hpp"
#include "media/load.hpp"

namespace {

using namespace otklik;
using namespace otklik::media;

constexpr std::size_t most_calls = 4000;
constexpr int most_seconds = 120;

/// CPU seconds of the engine's threads so far, by the first part of their names.
std::map<std::string, double> engine_seconds() {
  std::map<std::string, double> seconds;
  DIR* folder = ::opendir("/proc/self/task");
  if (folder == nullptr) return seconds;
  while (const dirent* entry = ::readdir(folder)) {  // NOLINT(concurrency-mt-unsafe)
    const std::string task = std::string("/proc/self/task/") + entry->d_name;
    std::string name;
    std::ifstream(task + "/comm") >> name;
    double ns = 0;
    std::ifstream(task + "/schedstat") >> ns;
    if (!name.starts_with("media-")) continue;
    seconds[name >= "media-0" && name <= "media-99" ? "media" : name] += ns / 1e9;
  }
  ::closedir(folder);
  return seconds;
}

std::vector<std::vector<std::uint8_t>> speech(Format format) {
  auto encoder = make_encoder(format, "");
  const auto step = static_cast<std::size_t>(sample_rate(format) / 50);
  std::vector<std::vector<std::uint8_t>> packets;
  std::uint32_t seed = 1;
  int level = 0;
  for (int i = 0; i < 50; ++i) {
    std::vector<std::int16_t> samples(step);
    for (auto& sample : samples) {  // noise that changes slowly is as hard as speech
      seed = seed * 1664525U + 1013904223U;
      level += (static_cast<int>(seed >> 20) - 2048 - level / 8) / 2;
      sample = static_cast<std::int16_t>(level * 4);
    }
    std::uint8_t payload[most_payload_size];
    const std::size_t size = encoder->encode(samples, payload);
    packets.emplace_back(payload, payload + size);
  }
  return packets;
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string kind = count > 1 ? arguments[1] : "relay";
  const std::size_t calls =
      std::min<std::size_t>(count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 100, most_calls);
  const int seconds = std::min(count > 3 ? std::atoi(arguments[3]) : 5, most_seconds);
  const int engine_core = count > 4 ? std::atoi(arguments[4]) : -1;
  const int load_core = count > 5 ? std::atoi(arguments[5]) : -1;
  const bool conference = kind == "conference";
  if (calls == 0 || seconds <= 0 || (kind != "relay" && kind != "record" && kind != "opus" && !conference)) {
    give_up("bench_media relay|record|opus|conference CALLS SECONDS [ENGINE-CORE LOAD-CORE]");
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (engine_core >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(engine_core, &set);
    ::sched_setaffinity(0, sizeof set, &set);
  }

  EngineOptions options;
  options.threads = 1;
  options.first_port = 20000;
  options.last_port = 59999;
  auto engine = Engine::start(options, [](Fact&&) {});
  if (!engine) give_up(engine.error().message);
  bench::Load load;
  const Codec pcmu{"PCMU", 8000, 0, 1, ""};
  const Codec opus{"opus", 48000, 96, 2, ""};
  const auto pcmu_speech = speech(Format::pcmu);
  const auto opus_speech = speech(Format::opus);
  std::vector<bench::Load::Line> lines;
  std::vector<LegId> legs;
  const std::size_t leg_count = conference ? calls : calls * 2;
  for (std::size_t i = 0; i < leg_count; ++i) {
    LegOptions leg;
    leg.local_address = *Address::parse("127.0.0.1");
    auto place = (*engine)->create_leg(leg);
    if (!place) give_up(place.error().message);
    const bool is_opus = kind == "opus" && i % 2 == 1;
    Remote remote;
    remote.rtp = load.address(i);
    remote.rtcp_mux = true;
    remote.send = is_opus ? opus : pcmu;
    remote.receive = {remote.send};
    if (auto done = (*engine)->set_remote(place->leg, remote); !done) give_up(done.error().message);
    legs.push_back(place->leg);
    lines.push_back(
        {place->rtp_port, remote.send.payload_type, is_opus ? 960U : 160U, is_opus ? &opus_speech : &pcmu_speech});
  }
  if (conference) {
    std::vector<Member> members;
    for (const auto leg : legs) members.push_back({leg, {}});
    if (auto done = (*engine)->bridge(members); !done) give_up(done.error().message);
  } else {
    for (std::size_t i = 0; i < leg_count; i += 2) {
      while (!(*engine)->join(legs[i], legs[i + 1])) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("otklik-bench-media-" + std::to_string(::getpid()))).string();
  std::vector<RecordingId> recordings;
  if (kind == "record") {
    std::filesystem::create_directory(folder);
    for (std::size_t i = 0; i < leg_count; i += 2) {
      Recording what;
      what.mix = folder + "/" + std::to_string(i) + ".wav";
      what.tracks = {{legs[i], ""}, {legs[i + 1], ""}};
      auto recording = (*engine)->record(what);
      if (!recording) give_up(recording.error().message);
      recordings.push_back(*recording);
    }
  }
  load.start(std::move(lines), load_core);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  load.count_anew();
  const auto before = engine_seconds();
  const auto late_before = (*engine)->figures().late_ticks;
  const auto begin = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  const auto after = engine_seconds();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto late = (*engine)->figures().late_ticks - late_before;
  load.fall_silent();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  load.stop();
  for (const auto recording : recordings) (void)(*engine)->stop_recording(recording);
  engine->reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);

  double used = 0;
  std::printf("%s: %zu %s, %.1f s\n", kind.c_str(), calls, conference ? "members" : "calls", wall);
  for (const auto& [name, total] : after) {
    const auto was = before.find(name);
    const double here = total - (was == before.end() ? 0 : was->second);
    used += here;
    std::printf("  %-14s %6.3f of a core\n", name.c_str(), here / wall);
  }
  std::printf("  together       %6.3f of a core, %.3f CPU ms per call-second\n", used / wall,
              used / wall / static_cast<double>(calls) * 1000);
  std::printf("  packets        said %llu, heard %llu, numbers left out %llu\n",
              static_cast<unsigned long long>(load.sent()), static_cast<unsigned long long>(load.received()),
              static_cast<unsigned long long>(load.gaps()));
  std::printf("  late           ticks of the engine %llu, rounds of the load %llu\n",
              static_cast<unsigned long long>(late), static_cast<unsigned long long>(load.late_rounds()));
  if (kind == "relay" || kind == "record")
    std::printf("  delay          half %.0f us, 99 of 100 %.0f us\n", load.delay_us(0.5), load.delay_us(0.99));
  std::printf(
      "  beside it      Asterisk 22: 1.2-1.7 CPU ms per call-second relayed, no loss up to 500 calls; 2.3-3.3 "
      "recorded;\n"
      "                 0.097 of a core for a conference of 50\n");
  return 0;
}
