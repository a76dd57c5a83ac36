#include "media/record/recorder.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "base/unique_fd.hpp"
#include "media/engine/media_thread.hpp"
#include "media/record/sound_file.hpp"
#include "media/record/track.hpp"

namespace otklik::media {
namespace {
constexpr auto round = std::chrono::milliseconds(200);
constexpr unsigned rounds_a_checkpoint = 5;
constexpr std::size_t piece = 1600;  // samples that are mixed and written at a time
}  // namespace

class Recorder::Session {
 public:
  Session(RecordingId id, Recording what, std::vector<std::shared_ptr<Tap>> taps, std::int64_t begin_us)
      : id_(id), what_(std::move(what)), begin_us_(begin_us) {
    for (auto& tap : taps) tracks_.emplace_back(std::move(tap), what_.sample_rate, begin_us);
  }
  [[nodiscard]] RecordingId id() const { return id_; }
  void end_at(std::int64_t end_us) {
    if (end_us_ == 0) end_us_ = end_us;
  }

  void open() {
    const std::size_t count = what_.tracks.size();
    outputs_.resize(count + 1);
    for (std::size_t i = 0; i < count; ++i) open(outputs_[i], what_.tracks[i].path, what_.tracks[i].leg, 1);
    open(outputs_[count], what_.mix, LegId::none, what_.stereo_mix ? 2 : 1);
  }

  /// True: it has ended, and `told` says how.
  bool work(std::int64_t now_us, bool stopping, RecordingEnded& told) {
    const bool all_gone =
        std::all_of(tracks_.begin(), tracks_.end(), [](const Track& t) { return t.tap().is_ended(); });
    if (stopping || all_gone) end_at(now_us);
    const bool ending = end_us_ != 0 && (all_gone || stopping);  // the taps are closed soon after the end was asked for
    for (auto& track : tracks_) track.take(now_us, ending);
    const std::int64_t until_us =
        ending ? end_us_ : std::min(now_us - 2 * Track::order_us, end_us_ == 0 ? INT64_MAX : end_us_);
    write_until(std::max<std::int64_t>(0, (until_us - begin_us_) * what_.sample_rate / 1'000'000));
    if (++rounds_ % rounds_a_checkpoint == 0) {
      for (auto& output : outputs_) {
        if (output.file && !error_) note(output.file->checkpoint());
      }
    }
    if (!ending) return false;
    finish(told);
    return true;
  }

 private:
  struct Output {
    std::string path;
    LegId leg = LegId::none;
    UniqueFd fd;
    std::unique_ptr<SoundFile> file;
  };

  void note(const Result<>& result) {
    if (!result && !error_) error_ = result.error();
  }

  void open(Output& output, const std::string& path, LegId leg, std::uint16_t channels) {
    if (path.empty() || error_) return;
    output.path = path;
    output.leg = leg;
    auto fd = create_unfinished(path);
    if (!fd) {
      error_ = fd.error();
      return;
    }
    output.fd = std::move(*fd);
    auto file = make_sound_file(what_.format, output.fd.get(), {what_.sample_rate, channels, what_.bit_rate});
    if (!file) {
      error_ = file.error();
      return;
    }
    output.file = std::move(*file);
  }

  void write_until(std::int64_t position) {
    std::vector<std::int16_t> samples(piece);
    std::vector<std::int16_t> mix(what_.stereo_mix ? 2 * piece : piece);
    std::vector<std::int32_t> sum(piece);
    while (written_ < position) {
      const auto count = static_cast<std::size_t>(std::min<std::int64_t>(piece, position - written_));
      std::fill(sum.begin(), sum.end(), 0);
      for (std::size_t t = 0; t < tracks_.size(); ++t) {
        tracks_[t].read({samples.data(), count});
        if (outputs_[t].file && !error_) note(outputs_[t].file->write({samples.data(), count}));
        if (what_.stereo_mix && t == 0) {
          for (std::size_t i = 0; i < count; ++i) mix[2 * i] = samples[i];
        } else {
          for (std::size_t i = 0; i < count; ++i) sum[i] += samples[i];
        }
      }
      for (std::size_t i = 0; i < count; ++i) {
        mix[what_.stereo_mix ? 2 * i + 1 : i] = static_cast<std::int16_t>(std::clamp(sum[i], -32768, 32767));
      }
      auto& output = outputs_.back();
      if (output.file && !error_) note(output.file->write({mix.data(), what_.stereo_mix ? 2 * count : count}));
      written_ += static_cast<std::int64_t>(count);
    }
  }

  void finish(RecordingEnded& told) {
    told.recording = id_;
    const auto duration = std::chrono::milliseconds(written_ * 1000 / what_.sample_rate);
    for (auto& output : outputs_) {
      if (!output.file) continue;
      auto ended = output.file->finish();
      note(ended);
      output.file.reset();
      // What could be written stays, under its unfinished name where it is not whole.
      if (!ended) continue;
      if (error_ && error_->code == ErrorCode::storage_full) continue;
      auto published = publish(output.fd.get(), output.path);
      note(published);
      if (!published) continue;
      struct stat about{};
      ::fstat(output.fd.get(), &about);
      told.files.push_back({output.path, output.leg, static_cast<std::uint64_t>(about.st_size), duration});
    }
    for (const auto& track : tracks_) told.frames_lost += track.tap().lost();
    told.error = error_;
  }

  const RecordingId id_;
  const Recording what_;
  const std::int64_t begin_us_;
  std::int64_t end_us_ = 0;
  std::int64_t written_ = 0;
  unsigned rounds_ = 0;
  std::vector<Track> tracks_;
  std::vector<Output> outputs_;  // one for each track, and the mix last
  std::optional<Error> error_;   // the first
};

Recorder::Recorder(Told told) : told_(std::move(told)) {
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "media-record");
}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  came_.notify_one();
  thread_.join();
}

void Recorder::begin(RecordingId id, Recording what, std::vector<std::shared_ptr<Tap>> taps, std::int64_t begin_us) {
  auto session = std::make_unique<Session>(id, std::move(what), std::move(taps), begin_us);
  const std::lock_guard lock(mutex_);
  fresh_.push_back(std::move(session));
}

void Recorder::end(RecordingId id, std::int64_t end_us) {
  const std::lock_guard lock(mutex_);
  ended_.emplace_back(id, end_us);
}

void Recorder::run() {
  bool stopping = false;
  while (!stopping) {
    std::vector<std::unique_ptr<Session>> fresh;
    std::vector<std::pair<RecordingId, std::int64_t>> ended;
    {
      std::unique_lock lock(mutex_);
      came_.wait_for(lock, round, [this] { return stopping_; });
      fresh.swap(fresh_);
      ended.swap(ended_);
      stopping = stopping_;
    }
    for (auto& session : fresh) {
      session->open();
      sessions_.push_back(std::move(session));
    }
    for (const auto& [id, end_us] : ended) {
      for (auto& session : sessions_) {
        if (session->id() == id) session->end_at(end_us);
      }
    }
    const std::int64_t now_us = MediaThread::clock_us();
    for (std::size_t i = 0; i < sessions_.size();) {
      RecordingEnded told;
      if (!sessions_[i]->work(now_us, stopping, told)) {
        ++i;
        continue;
      }
      std::swap(sessions_[i], sessions_.back());
      sessions_.pop_back();
      told_(std::move(told));
    }
  }
}

}  // namespace otklik::media
