#include "pbx/recordings.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <future>

#include "base/log.hpp"
#include "pbx/recording_names.hpp"

namespace otklik::pbx {

namespace telephony = core::telephony;
using core::FileArea;
using core::FileState;

namespace {

constexpr std::size_t most_waiting = 1 << 16;
constexpr unsigned most_of_one_name = 100;
/// Day folders that are looked through for files without a row: the row is written within moments of the beginning.
constexpr std::size_t days_looked_through = 2;

std::string_view trouble_of(const Error& error) {
  return error.code == ErrorCode::storage_full ? "storage_full" : "failed";
}

bool exists(const std::string& path) {
  struct stat there{};
  return ::lstat(path.c_str(), &there) == 0;
}

bool make_folders(const std::string& root, const std::string& below) {
  std::error_code error;
  std::filesystem::create_directories(root + "/" + below, error);
  return !error;
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

core::StoredFile row_of(const Uuid& id, const std::string& path, const Uuid& chain, Time began, FileState state) {
  core::StoredFile row;
  row.id = id;
  row.area = FileArea::recording;
  row.path = path;
  row.name = last_part(path);
  row.stored_at = began;
  row.chain = chain;
  row.state = state;
  return row;
}

}  // namespace

Recordings::Recordings(const Live<RecordingOptions>& options, Audio& audio, core::FileIndex& index, Tell tell)
    : options_(options),
      audio_(audio),
      index_(index),
      tell_(std::move(tell)),
      keep_("rec-keep", most_waiting),
      begin_("rec-begin", most_waiting) {}

Recordings::~Recordings() { close(); }

void Recordings::close() {
  begin_.stop();
  keep_.stop();
}

void Recordings::wait_until_taken() {
  for (Strand* strand : {&begin_, &keep_}) {
    std::promise<void> taken;
    if (strand->post([&taken] { taken.set_value(); })) taken.get_future().wait();
  }
}

void Recordings::not_begun(const telephony::StartRecording& order) { tell_not_begun(order.recording, "failed"); }

void Recordings::tell_not_begun(const Uuid& recording, std::string_view trouble) {
  if (!keep_.try_post(
          [this, recording, trouble] { tell_({.recording = recording, .trouble = std::string(trouble)}); })) {
    log::error("a recording could not begin, and nobody is told: too much is waiting");
  }
}

void Recordings::start(const telephony::StartRecording& order, media::LegId a, media::LegId b) {
  if (!begin_.try_post([this, order, a, b] { begin(order, a, b); })) not_begun(order);
}

void Recordings::begin(const telephony::StartRecording& order, media::LegId a, media::LegId b) {
  const RecordingOptions& options = *options_;
  const auto place = recording_place(order.a_line, order.b_line, order.began);
  const std::string end(suffix(options.format));
  auto running = std::make_shared<Running>();
  running->id = order.recording;
  running->chain = order.chain;
  running->began = order.began;
  running->folder = options.folder;
  if (!make_folders(options.folder, place.folder)) {
    log::error("no folder for a recording: {}/{}", options.folder, place.folder);
    return not_begun(order);
  }
  // Two talks of the same two numbers within a millisecond: rare, and neither may lose its recording.
  std::string more;
  const auto path = [&](const std::string& name) { return place.folder + "/" + name + more + end; };
  const auto taken = [&](const std::string& name) {
    const std::string whole = options.folder + "/" + path(name);
    return exists(whole) || exists(whole + std::string(media::unfinished_suffix));
  };
  for (unsigned n = 1; taken(place.mix) && n < most_of_one_name; ++n) more = "_" + std::to_string(n);
  running->files.push_back({.id = order.recording, .path = path(place.mix)});
  media::Recording wanted;
  wanted.mix = options.folder + "/" + running->files.front().path;
  wanted.stereo_mix = options.stereo;
  wanted.format = options.format;
  wanted.sample_rate = options.sample_rate;
  wanted.bit_rate = options.bit_rate;
  for (const auto& [leg, name] : {std::pair(a, place.track_a), std::pair(b, place.track_b)}) {
    media::RecordingTrack track;
    track.leg = leg;
    if (options.tracks == Tracks::separate) {
      running->files.push_back({.id = Uuid::random(), .path = path(name), .leg = leg});
      track.path = options.folder + "/" + running->files.back().path;
    }
    wanted.tracks.push_back(std::move(track));
  }
  const auto begun = audio_.record(wanted);
  if (!begun) {
    log::error("a recording could not begin: {}", begun.error().message);
    return tell_not_begun(order.recording, trouble_of(begun.error()));
  }
  by_recording_[order.recording] = *begun;
  by_engine_[*begun] = running;
  static_cast<void>(keep_.post([this, running] { add_rows(running); }));
}

void Recordings::add_rows(const std::shared_ptr<Running>& running) {
  for (auto& file : running->files) {
    const auto added = index_.add(row_of(file.id, file.path, running->chain, running->began, FileState::arriving));
    file.indexed = added.has_value();
    if (!added) log::warn("a recording has no row in the index yet: {}", added.error().message);
  }
}

void Recordings::stop(const Uuid& recording) {
  if (!begin_.try_post([this, recording] {
        const auto known = by_recording_.find(recording);
        if (known == by_recording_.end()) return;  // it could not begin, or has ended by itself
        static_cast<void>(audio_.stop_recording(known->second));
      })) {
    log::error("a recording goes on until its legs are gone: too much is waiting");
  }
}

void Recordings::ended(media::RecordingEnded fact) {
  // By way of `begin`, which may be about to note the engine's id.
  if (!begin_.try_post([this, fact = std::move(fact)]() mutable {
        auto entry = by_engine_.extract(fact.recording);
        if (entry.empty()) return;
        auto running = std::move(entry.mapped());
        by_recording_.erase(running->id);
        static_cast<void>(
            keep_.post([this, running = std::move(running), fact = std::move(fact)] { keep(running, fact); }));
      })) {
    log::error("a recording is left to the next start: too much is waiting");
  }
}

void Recordings::keep(const std::shared_ptr<Running>& running, const media::RecordingEnded& fact) {
  telephony::RecordingFinished told{.recording = running->id};
  if (fact.error) told.trouble = trouble_of(*fact.error);
  for (auto& file : running->files) {
    const std::string whole = running->folder + "/" + file.path;
    const auto made = std::ranges::find_if(fact.files, [&](const auto& one) { return one.path == whole; });
    if (made == fact.files.end()) {
      if (file.indexed) static_cast<void>(index_.remove(file.id, "never_arrived"));
      continue;
    }
    const auto digest = digest_file(whole);
    if (!digest) {
      log::error("a recording is there and cannot be read: {}", file.path);
      told.trouble = "failed";
      continue;
    }
    if (!file.indexed) {
      file.indexed =
          index_.add(row_of(file.id, file.path, running->chain, running->began, FileState::arriving)).has_value();
    }
    const auto settled = index_.settle(file.id, digest->size, digest->sha256);
    if (!settled) {
      log::error("a recording is there and not in the index: {}: {}", file.path, settled.error().message);
      told.trouble = trouble_of(settled.error());
    }
    if (file.id != running->id) continue;
    told.file = settled ? file.id : Uuid{};
    told.path = file.path;
    told.size = digest->size;
    told.length = made->duration;
  }
  if (told.path.empty() && told.trouble.empty()) told.trouble = "failed";
  tell_(std::move(told));
}

void Recordings::repair() {
  core::FileQuery query{.area = FileArea::recording, .state = FileState::arriving};
  for (;;) {
    const auto page = index_.list(query);
    if (!page) {
      log::error("unfinished recordings are left as they are: {}", page.error().message);
      return;
    }
    for (const auto& row : page->files) repair_row(row);
    if (!page->next) break;
    query.after = page->next;
  }
  repair_newest_folders();
}

void Recordings::repair_row(const core::StoredFile& row) {
  const std::string whole = options_->folder + "/" + row.path;
  if (!exists(whole)) {
    const auto repaired = media::repair_recording(whole + std::string(media::unfinished_suffix));
    if (!repaired) {
      if (repaired.error().code != ErrorCode::not_found) {
        log::error("recording {} cannot be repaired: {}", row.path, repaired.error().message);
      }
      return;  // the keeper of files forgets what is not there
    }
    log::info("recording {} was left unfinished, and is {} ms long", row.path, repaired->duration.count());
  }
  finish_repaired(row.path, row.id, row.chain, row.stored_at, true);
}

void Recordings::finish_repaired(const std::string& path, const Uuid& id, const Uuid& chain, Time began, bool has_row) {
  const auto digest = digest_file(options_->folder + "/" + path);
  if (!digest) return;
  if (!has_row) {
    if (auto added = index_.add(row_of(id, path, chain, began, FileState::arriving)); !added) {
      log::error("recording {} has no row in the index: {}", path, added.error().message);
      return;
    }
  }
  if (auto settled = index_.settle(id, digest->size, digest->sha256); !settled) {
    log::error("recording {} stays unfinished in the index: {}", path, settled.error().message);
    return;
  }
  if (last_part(path).starts_with("mix_")) {
    tell_({.recording = id, .file = id, .path = path, .size = digest->size, .trouble = "interrupted"});
  }
}

/// Files whose row was not written before the end: those of the newest days that were begun.
void Recordings::repair_newest_folders() {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> days;
  for (fs::directory_iterator it(options_->folder, error), end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (name.size() == 8 && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; }))
      days.push_back(name);
  }
  std::ranges::sort(days, std::greater());
  if (days.size() > days_looked_through) days.resize(days_looked_through);
  std::vector<std::string> left;
  for (const auto& day : days) {
    const std::string folder = options_->folder + "/" + day;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      const std::string name = it->path().string();
      if (name.ends_with(media::unfinished_suffix)) left.push_back(name);
    }
  }
  for (const auto& file : left) {
    const auto repaired = media::repair_recording(file);
    if (!repaired) {
      log::warn("{} cannot be repaired: {}", file, repaired.error().message);
      continue;
    }
    const std::string path = repaired->path.substr(options_->folder.size() + 1);
    if (index_.find_at(FileArea::recording, path)) continue;
    finish_repaired(path, Uuid::random(), {}, WallClock().now(), false);
  }
}

}  // namespace otklik::pbx
