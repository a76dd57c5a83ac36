// Records a telephone that says a tone, until it is killed. Its argument: the folder to write into.
#include <cstdio>
#include <string>
#include <thread>

#include "media/engine.hpp"
#include "media/phone.hpp"

int main(int count, char** arguments) {
  using namespace otklik;
  using namespace otklik::media;
  if (count != 2) return 2;
  const std::string folder = arguments[1];
  auto engine = Engine::start({.threads = 1, .first_port = 0}, [](Fact&&) {});
  if (!engine) return 3;
  media::testing::Phone phone({"PCMA", 8000, 8, 1, ""});
  LegOptions options;
  options.local_address = *Address::parse("127.0.0.1");
  auto place = (*engine)->create_leg(options);
  if (!place || !(*engine)->set_remote(place->leg, phone.remote())) return 4;
  phone.call(place->rtp_port, 700);
  for (const auto& [format, ending] : {std::pair{RecordingFormat::wav, ".wav"},
                                       {RecordingFormat::ogg_opus, ".opus"},
                                       {RecordingFormat::mp3, ".mp3"}}) {
    Recording recording;
    recording.tracks = {{place->leg, folder + "/talk" + ending}};
    recording.format = format;
    if (!(*engine)->record(recording)) return 5;
  }
  std::puts("recording");
  std::fflush(stdout);
  while (true) std::this_thread::sleep_for(std::chrono::seconds(1));
}
