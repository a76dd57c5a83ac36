#pragma once
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/work_pool.hpp"
#include "media/engine.hpp"
#include "media/engine/media_thread.hpp"
#include "media/engine/outbox.hpp"
#include "media/engine/sockets.hpp"
#include "media/record/recorder.hpp"
#include "media/sound/sound.hpp"

namespace otklik::media {

/// What stands behind an Engine: knows which leg is where, makes commands, and runs the facts thread. See
/// docs/adr/0030.
class Engine::Control {
 public:
  Control(EngineOptions options, Listener listener);
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  Result<> start();

  Result<LegPlace> create_leg(const LegOptions& options);
  Result<> set_remote(LegId leg, const Remote& remote);
  Result<> bridge(const std::vector<Member>& members);
  Result<> part(LegId leg);
  Result<> echo(LegId leg);
  Result<PlayId> play(LegId leg, Play what);
  Result<> stop_playing(LegId leg);
  Result<> send_digits(LegId leg, std::string_view digits, std::chrono::milliseconds length);
  Result<> stop_digits(LegId leg);
  Result<RecordingId> record(const Recording& recording);
  Result<> pause_recording(RecordingId recording, bool paused);
  Result<> stop_recording(RecordingId recording);
  Result<> close(LegId leg);
  Result<LegFigures> figures(LegId leg) const;
  EngineFigures figures() const;

 private:
  struct Place {         // of a leg
    Leg* leg = nullptr;  // only for commands; in transit it belongs to no thread
    unsigned thread = 0;
    bool in_transit = false;
    bool closing = false;
    bool inband_digits = false;
    int family = 0;
    unsigned recordings = 0;
    PlayId latest_play = PlayId::none;  // asked for last; none: stopped
    std::optional<SrtpKeys> srtp;
    std::shared_ptr<LegCounters> counters;
  };
  struct Running {  // a recording
    std::vector<LegId> legs;
    std::vector<std::shared_ptr<Tap>> taps;
  };
  using Step = std::function<Result<>()>;
  struct Deferred {
    std::vector<LegId> legs;
    Step step;
  };
  class Release;

  // All of these with mutex_ held.
  Place* find(LegId leg);
  Result<> dispatch(std::vector<LegId> legs, Step step);
  void run_deferred();
  Result<> post(unsigned thread, std::unique_ptr<Command> command);
  template <class Work>  // (MediaThread&, Leg&)
  Result<> post_to(LegId leg, Work work) {
    const auto found = legs_.find(leg);
    if (found == legs_.end()) return {};  // closed meanwhile
    return post(found->second.thread, make_command([raw = found->second.leg, work = std::move(work)](
                                                       MediaThread& thread) mutable { work(thread, *raw); }));
  }
  Result<> bridge_now(const std::vector<Member>& members);
  Result<> close_now(LegId leg);
  void offer_homeless();
  void stop_recording_now(RecordingId id);

  void arrived(LegId leg, unsigned thread, std::unique_ptr<Leg> what);
  Result<> begin_playing(LegId leg, PlayId play, const Play& what, std::unique_ptr<Player> player);
  void load_and_play(LegId leg, PlayId play, const Play& what);
  Result<std::unique_ptr<Player>> load(const Play& what);
  void tell(Fact&& fact);
  void run_facts();
  void take_outgoing();

  const EngineOptions options_;
  const Listener listener_;
  Outbox outbox_;
  PortRange ports_;
  SoundShelf shelf_;

  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::uint64_t next_id_ = 1;
  std::unordered_map<LegId, Place> legs_;
  std::unordered_map<RecordingId, Running> recordings_;
  std::deque<Deferred> deferred_;
  std::vector<std::pair<unsigned, std::unique_ptr<Leg>>> homeless_;  // moved legs that their new thread had no room for

  std::vector<std::unique_ptr<MediaThread>> threads_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<WorkPool> sounds_;
  std::atomic<bool> facts_ending_{false};
  std::thread facts_;
};

}  // namespace otklik::media
