// What is played and what is recorded.
#include <algorithm>

#include "media/engine/control.hpp"

namespace otklik::media {
namespace {

constexpr unsigned most_recordings_of_leg = 4;
constexpr std::size_t most_tracks = 16;
constexpr std::size_t most_files = 64;

std::unexpected<Error> no_such_leg() { return fail(ErrorCode::not_found, "There is no such leg"); }

Result<> check_cadence(const Cadence& cadence) {
  // What parse_cadence() would not have let through.
  auto checked = parse_cadence(text(cadence));
  if (!checked) return std::unexpected(checked.error());
  if (cadence.level < -60 || cadence.level > 0) return fail(ErrorCode::bad_request, "A tone's level is -60 to 0 dBm0");
  return {};
}

}  // namespace

Result<PlayId> Engine::Control::play(LegId id, Play what) {
  if (what.gain < -40 || what.gain > 20) return fail(ErrorCode::bad_request, "A gain is -40 to 20 dB");
  std::unique_ptr<Player> player;
  if (const auto* tone = std::get_if<PlayTone>(&what.what)) {
    player = make_tone_player(options_.tones.of(tone->kind), what.gain);
  } else if (const auto* own = std::get_if<PlayCadence>(&what.what)) {
    if (auto checked = check_cadence(own->cadence); !checked) return std::unexpected(checked.error());
    player = make_tone_player(own->cadence, what.gain);
  } else if (const auto* files = std::get_if<PlayFiles>(&what.what)) {
    if (files->paths.empty() || files->paths.size() > most_files)
      return fail(ErrorCode::bad_request, "1 to 64 files are played at a time");
  } else if (std::get<PlayMusic>(what.what).folder.empty()) {
    return fail(ErrorCode::bad_request, "Music needs a folder");
  }
  const std::lock_guard lock(mutex_);
  Place* place = find(id);
  if (place == nullptr) return no_such_leg();
  const auto play = static_cast<PlayId>(next_id_++);
  if (player) {
    if (auto begun = begin_playing(id, play, what, std::move(player)); !begun) return std::unexpected(begun.error());
  } else if (!sounds_->try_post([this, id, play, what = std::move(what)] { load_and_play(id, play, what); })) {
    return stopping_ ? fail(ErrorCode::unavailable, "The media engine is stopping")
                     : fail(ErrorCode::too_many, "Too many sounds are being read");
  }
  place->latest_play = play;
  return play;
}

Result<> Engine::Control::begin_playing(LegId id, PlayId play, const Play& what, std::unique_ptr<Player> player) {
  auto playing = std::make_shared<std::unique_ptr<Playing>>(
      std::make_unique<Playing>(Playing{play, std::move(player), what.over, what.stop_on_digit, 0}));
  return dispatch(
      {id}, [this, id, playing] { return post_to(id, [playing](MediaThread&, Leg& leg) { leg.play(*playing); }); });
}

Result<std::unique_ptr<Player>> Engine::Control::load(const Play& what) {
  if (const auto* files = std::get_if<PlayFiles>(&what.what)) {
    std::vector<std::shared_ptr<const Sound>> sounds;
    for (const auto& path : files->paths) {
      auto sound = shelf_.get(path);
      if (!sound) return std::unexpected(sound.error());
      sounds.push_back(std::move(*sound));
    }
    return make_sound_player(std::move(sounds), files->repeat, 0, what.gain);
  }
  auto sounds = shelf_.folder(std::get<PlayMusic>(what.what).folder);
  if (!sounds) return std::unexpected(sounds.error());
  const auto begin = static_cast<std::uint64_t>(MediaThread::clock_us()) * 8 / 1000;
  return make_sound_player(std::move(*sounds), true, begin, what.gain);
}

void Engine::Control::load_and_play(LegId id, PlayId play, const Play& what) {
  PlayEnded ended{id, play, PlayEnd::failed, {}, std::nullopt};
  bool ending = false;
  {
    const std::lock_guard lock(mutex_);
    ending = stopping_;
  }
  if (ending) {
    ended.end = PlayEnd::closed;
    tell(std::move(ended));
    return;
  }
  auto player = load(what);
  {
    const std::lock_guard lock(mutex_);
    const Place* place = find(id);
    if (place == nullptr) {
      ended.end = PlayEnd::closed;
    } else if (place->latest_play != play) {
      ended.end = place->latest_play == PlayId::none ? PlayEnd::stopped : PlayEnd::replaced;
    } else if (player) {
      auto begun = begin_playing(id, play, what, std::move(*player));
      if (begun) return;
      ended.error = begun.error();
    } else {
      ended.error = player.error();
    }
  }
  tell(std::move(ended));
}

Result<> Engine::Control::stop_playing(LegId id) {
  const std::lock_guard lock(mutex_);
  Place* place = find(id);
  if (place == nullptr) return no_such_leg();
  auto done = dispatch(
      {id}, [this, id] { return post_to(id, [](MediaThread&, Leg& leg) { leg.stop_playing(PlayEnd::stopped); }); });
  if (done) place->latest_play = PlayId::none;
  return done;
}

Result<RecordingId> Engine::Control::record(const Recording& what) {
  if (what.tracks.empty() || what.tracks.size() > most_tracks)
    return fail(ErrorCode::bad_request, "A recording has 1 to 16 tracks");
  if (what.sample_rate != 8000 && what.sample_rate != 16000)
    return fail(ErrorCode::bad_request, "A recording has 8000 or 16000 samples a second");
  if (what.bit_rate < 6000 || what.bit_rate > 128'000)
    return fail(ErrorCode::bad_request, "A recording has 6000 to 128000 bits a second");
  std::vector<std::string> paths;
  if (!what.mix.empty()) paths.push_back(what.mix);
  for (const auto& track : what.tracks) {
    if (!track.path.empty()) paths.push_back(track.path);
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) return fail(ErrorCode::bad_request, "A recording needs a file");
  if (std::adjacent_find(paths.begin(), paths.end()) != paths.end())
    return fail(ErrorCode::bad_request, "Two tracks of a recording have one file");

  Running running;
  const std::lock_guard lock(mutex_);
  if (stopping_) return fail(ErrorCode::unavailable, "The media engine is stopping");
  for (const auto& track : what.tracks) {
    const Place* place = find(track.leg);
    if (place == nullptr) return no_such_leg();
    if (place->recordings >= most_recordings_of_leg)
      return fail(ErrorCode::conflict, "A leg is recorded four times already");
    if (std::find(running.legs.begin(), running.legs.end(), track.leg) != running.legs.end()) {
      return fail(ErrorCode::bad_request, "A leg is named twice in a recording");
    }
    running.legs.push_back(track.leg);
    running.taps.push_back(std::make_shared<Tap>());
  }
  const auto id = static_cast<RecordingId>(next_id_++);
  for (std::size_t i = 0; i < running.legs.size(); ++i) {
    const LegId leg = running.legs[i];
    auto added = dispatch({leg}, [this, leg, tap = running.taps[i]] {
      return post_to(leg, [tap](MediaThread&, Leg& on) {
        if (!on.add_tap(tap)) tap->end();
      });
    });
    if (added) continue;
    for (const auto& tap : running.taps) tap->end();  // those that were added hang on, and hear nothing
    return std::unexpected(added.error());
  }
  for (const auto leg : running.legs) ++legs_.at(leg).recordings;
  recorder_->begin(id, what, running.taps, MediaThread::clock_us());
  recordings_.emplace(id, std::move(running));
  return id;
}

Result<> Engine::Control::pause_recording(RecordingId id, bool paused) {
  const std::lock_guard lock(mutex_);
  const auto found = recordings_.find(id);
  if (found == recordings_.end()) return fail(ErrorCode::not_found, "There is no such recording");
  for (const auto& tap : found->second.taps) tap->pause(paused);
  return {};
}

Result<> Engine::Control::stop_recording(RecordingId id) {
  const std::lock_guard lock(mutex_);
  if (!recordings_.contains(id)) return fail(ErrorCode::not_found, "There is no such recording");
  recorder_->end(id, MediaThread::clock_us());
  stop_recording_now(id);
  return {};
}

void Engine::Control::stop_recording_now(RecordingId id) {
  const auto found = recordings_.find(id);
  if (found == recordings_.end()) return;
  for (std::size_t i = 0; i < found->second.legs.size(); ++i) {
    const LegId leg = found->second.legs[i];
    const auto place = legs_.find(leg);
    if (place == legs_.end()) continue;
    --place->second.recordings;
    auto tap = found->second.taps[i];
    // A full queue: it is deferred, and tried again.
    Step step = [this, leg, tap] { return post_to(leg, [tap](MediaThread&, Leg& on) mutable { on.remove_tap(tap); }); };
    if (auto done = dispatch({leg}, step); !done) deferred_.push_back({{leg}, step});
  }
  recordings_.erase(found);
}

}  // namespace otklik::media
