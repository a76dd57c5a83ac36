#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "media/engine.hpp"

namespace otklik::media {

/// A file that sound is written into, piece by piece, so that what is there at any moment can be played. Blocks on the
/// disk.
class SoundFile {
 public:
  virtual ~SoundFile() = default;
  /// Samples of all channels in turn. Errors: `storage_full`, `failed`.
  virtual Result<> write(std::span<const std::int16_t> samples) = 0;
  /// What was written so far can be played from here on, whatever happens. About once a second.
  virtual Result<> checkpoint() = 0;
  /// The last of it; nothing may be written afterwards. Does not sync.
  virtual Result<> finish() = 0;
};

struct SoundFileOptions {
  std::uint32_t rate = 8000;  ///< 8000 or 16000
  std::uint16_t channels = 1;
  int bit_rate = 32'000;  ///< of a channel
};
/// Writes into `fd`, which is empty and outlives it. Errors: `failed` (the library has no memory), `storage_full`.
Result<std::unique_ptr<SoundFile>> make_sound_file(RecordingFormat format, int fd, const SoundFileOptions& options);

/// One each, in files of their own.
Result<std::unique_ptr<SoundFile>> make_wav_file(int fd, const SoundFileOptions& options);
Result<std::unique_ptr<SoundFile>> make_ogg_opus_file(int fd, const SoundFileOptions& options);
Result<std::unique_ptr<SoundFile>> make_mp3_file(int fd, const SoundFileOptions& options);

/// A file under its name with `unfinished_suffix`, new; missing folders on its way are made.
/// Errors: `conflict` (one lies there), `storage_full`, `failed`.
Result<UniqueFd> create_unfinished(const std::string& path);
/// Syncs it, gives it its own name, syncs the folder. Errors: `conflict` (the name is taken; it stays unfinished),
/// `storage_full`, `failed`.
Result<> publish(int fd, const std::string& path);

}  // namespace otklik::media
