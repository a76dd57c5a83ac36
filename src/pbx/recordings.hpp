#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/live.hpp"
#include "base/strand.hpp"
#include "core/ports/file_index.hpp"
#include "core/ports/telephony.hpp"
#include "pbx/options.hpp"
#include "pbx/ports.hpp"
#include "pbx/recorder.hpp"

namespace otklik::pbx {

/// Recordings of talks: their names and folders, their rows in the index of files, their digests. The id of a
/// recording is the id of its file (the mix).
///
/// A recording must begin at once and its row may wait, so there are two threads: `begin` makes folders and starts the
/// engine; `keep` speaks with the database and reads whole files. What a killed server leaves is found by the rows that
/// were written before a file was whole, and by the newest folders where even that was too late: see repair().
class Recordings final : public Recorder {
 public:
  using Tell = std::function<void(core::telephony::RecordingFinished)>;

  /// All outlive it; `tell` runs on one of its threads.
  Recordings(const Live<RecordingOptions>& options, Audio& audio, core::FileIndex& index, Tell tell);
  ~Recordings() override;

  void start(const core::telephony::StartRecording& order, media::LegId a, media::LegId b) override;
  void stop(const Uuid& recording) override;
  void ended(media::RecordingEnded fact) override;
  void not_begun(const core::telephony::StartRecording& order) override;

  /// Comes to an end with all that has ended. What runs still is stopped by the engine's end before. Idempotent.
  void close();

  /// Waits until what was asked so far has been taken.
  void wait_until_taken();

  /// What the last life of the server left behind: unfinished files are put right and get their names, digests and
  /// rows; told as `interrupted`. Before the first start(); blocks.
  void repair();

 private:
  /// One file of a recording that runs.
  struct File {
    Uuid id;
    std::string path;  ///< below the folder
    media::LegId leg = media::LegId::none;
    bool indexed = false;
  };
  struct Running {
    Uuid id;
    Uuid chain;
    Time began{};
    std::string folder;
    std::vector<File> files;  ///< the mix first
    bool stop_wanted = false;
  };

  void begin(const core::telephony::StartRecording& order, media::LegId a, media::LegId b);
  void tell_not_begun(const Uuid& recording, std::string_view trouble);  ///< `trouble`: a literal
  void add_rows(const std::shared_ptr<Running>& running);
  void keep(const std::shared_ptr<Running>& running, const media::RecordingEnded& fact);
  void repair_row(const core::StoredFile& row);
  void repair_newest_folders();
  void finish_repaired(const std::string& path, const Uuid& id, const Uuid& chain, Time began, bool has_row);

  const Live<RecordingOptions>& options_;
  Audio& audio_;
  core::FileIndex& index_;
  const Tell tell_;

  // Of the thread `begin`.
  std::unordered_map<Uuid, media::RecordingId> by_recording_;
  std::unordered_map<media::RecordingId, std::shared_ptr<Running>> by_engine_;

  Strand keep_;   // before `begin_`, which posts to it
  Strand begin_;  // last: its work uses all of the above
};

/// SHA-256 of a file and its size. Reads it whole. Errors: `not_found`, `failed`.
struct DigestedFile {
  std::uint64_t size = 0;
  std::string sha256;  ///< lower-case hexadecimal
};
Result<DigestedFile> digest_file(const std::string& path);

}  // namespace otklik::pbx
