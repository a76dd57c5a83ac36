#include "media/sound/sound.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "media/codec/resampler.hpp"
#include "media/sound/wav.hpp"

namespace otklik::media {
namespace {

constexpr std::size_t most_files = 1000;  // of a folder

bool is_wav_name(std::string_view name) {
  if (name.size() < 5 || name.front() == '.') return false;
  std::string end(name.substr(name.size() - 4));
  std::transform(end.begin(), end.end(), end.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return end == ".wav";
}

}  // namespace

Sound::Sound(std::vector<std::int16_t> samples, std::uint32_t rate) {
  narrow_ = rate == 8000 ? samples : resampled(samples, rate, 8000);
  wide_ = rate == 16000 ? std::move(samples) : resampled(samples, rate, 16000);
  wide_.resize(narrow_.size() * 2);  // an odd sample more or less
}

std::shared_ptr<const Sound> SoundShelf::recall(const std::string& path, std::int64_t modified_ns, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(path);
  if (found == entries_.end() || found->second.modified_ns != modified_ns || found->second.size != size) return nullptr;
  order_.splice(order_.begin(), order_, found->second.place);
  return found->second.sound;
}

void SoundShelf::keep(const std::string& path, std::int64_t modified_ns, std::uint64_t size,
                      const std::shared_ptr<const Sound>& sound) {
  if (sound->bytes() > most_bytes_) return;
  const std::lock_guard lock(mutex_);
  const auto forget = [this](const std::string& name) {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return;
    bytes_ -= found->second.sound->bytes();
    order_.erase(found->second.place);
    entries_.erase(found);
  };
  forget(path);
  while (!order_.empty() && bytes_ + sound->bytes() > most_bytes_) forget(std::string(order_.back()));
  order_.push_front(path);
  entries_[path] = {sound, modified_ns, size, order_.begin()};
  bytes_ += sound->bytes();
}

Result<std::shared_ptr<const Sound>> SoundShelf::get(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about{};
  if (!fd || ::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return fail(ErrorCode::not_found, "There is no such sound file");
  const std::int64_t modified_ns = about.st_mtim.tv_sec * 1'000'000'000 + about.st_mtim.tv_nsec;
  const auto size = static_cast<std::uint64_t>(about.st_size);
  if (auto sound = recall(path, modified_ns, size)) return sound;

  const auto seconds = static_cast<std::size_t>(std::chrono::seconds(longest_).count());
  auto content = read_whole(fd.get(), seconds * 48000 * 2 * 2 + 65536);
  if (!content) return std::unexpected(content.error());
  auto wave = read_wav(*content);
  if (!wave) return std::unexpected(wave.error());
  if (wave->samples.empty()) return fail(ErrorCode::bad_request, "The WAV file holds no sound");
  if (wave->samples.size() > seconds * wave->rate) return fail(ErrorCode::too_large, "The sound file is too long");
  auto sound = std::make_shared<const Sound>(std::move(wave->samples), wave->rate);
  keep(path, modified_ns, size, sound);
  return sound;
}

Result<std::vector<std::shared_ptr<const Sound>>> SoundShelf::folder(const std::string& path) {
  DIR* listing = ::opendir(path.c_str());
  if (listing == nullptr) return fail(ErrorCode::not_found, "There is no such folder of music");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(listing)) {  // NOLINT(concurrency-mt-unsafe): a stream of our own
    if (is_wav_name(entry->d_name) && names.size() < most_files) names.emplace_back(entry->d_name);
  }
  ::closedir(listing);
  std::sort(names.begin(), names.end());
  std::vector<std::shared_ptr<const Sound>> sounds;
  std::optional<Error> last;
  std::size_t bytes = 0;
  for (const auto& name : names) {
    auto sound = get(path + "/" + name);
    if (!sound) {  // one damaged file does not silence the others
      last = sound.error();
      continue;
    }
    bytes += (*sound)->bytes();
    if (bytes > most_bytes_ && !sounds.empty()) break;
    sounds.push_back(std::move(*sound));
  }
  if (sounds.empty())
    return std::unexpected(last.value_or(Error(ErrorCode::not_found, "There is no WAV file in the folder of music")));
  return sounds;
}

}  // namespace otklik::media
