#pragma once
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"

namespace otklik::media {

/// A file's sound in memory, at both rates that legs use, so that playing it is copying. Never changes.
class Sound {
 public:
  /// Takes `samples` of `rate` (8000 to 48000) to both.
  Sound(std::vector<std::int16_t> samples, std::uint32_t rate);

  [[nodiscard]] std::span<const std::int16_t> at(int rate) const noexcept {
    return rate == 8000 ? std::span<const std::int16_t>(narrow_) : std::span<const std::int16_t>(wide_);
  }
  /// Its length in 1/8000 s.
  [[nodiscard]] std::size_t units() const noexcept { return narrow_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return (narrow_.size() + wide_.size()) * 2; }

 private:
  std::vector<std::int16_t> narrow_;
  std::vector<std::int16_t> wide_;  ///< twice as many samples as narrow_
};

/// Sounds by the path of their file, those last used; a file that has changed is read anew. Any thread.
class SoundShelf {
 public:
  /// `most_bytes`: kept here; what is played but no longer kept lives as long as it is played.
  SoundShelf(std::size_t most_bytes, std::chrono::minutes longest) : most_bytes_(most_bytes), longest_(longest) {}

  /// Blocks on the disk when it is not here yet. Errors: `not_found`, `bad_request` (no WAV file that we can read, or
  /// an empty one), `too_large` (too long), `failed`.
  Result<std::shared_ptr<const Sound>> get(const std::string& path);
  /// All WAV files of a folder by name. Errors also: `not_found` when there is none.
  Result<std::vector<std::shared_ptr<const Sound>>> folder(const std::string& path);

 private:
  struct Entry {
    std::shared_ptr<const Sound> sound;
    std::int64_t modified_ns = 0;
    std::uint64_t size = 0;
    std::list<std::string>::iterator place;
  };
  std::shared_ptr<const Sound> recall(const std::string& path, std::int64_t modified_ns, std::uint64_t size);
  void keep(const std::string& path, std::int64_t modified_ns, std::uint64_t size,
            const std::shared_ptr<const Sound>& sound);

  const std::size_t most_bytes_;
  const std::chrono::minutes longest_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> order_;  // the newest use first
  std::size_t bytes_ = 0;
};

}  // namespace otklik::media
