#include "web_api/www/file_cache.hpp"

namespace otklik::web_api {

std::shared_ptr<const KeptFile> FileCache::find(const std::string& name, const FileMark& mark) {
  const std::lock_guard lock(mutex_);
  const auto at = by_name_.find(name);
  if (at == by_name_.end()) return nullptr;
  if (at->second->file->mark != mark) {
    drop(at->second);
    return nullptr;
  }
  if (at->second != latest_first_.begin()) latest_first_.splice(latest_first_.begin(), latest_first_, at->second);
  return at->second->file;
}

void FileCache::keep(const std::string& name, std::shared_ptr<const KeptFile> file) {
  const std::lock_guard lock(mutex_);
  if (const auto at = by_name_.find(name); at != by_name_.end()) drop(at->second);
  latest_first_.push_front({name, std::move(file)});
  by_name_.emplace(latest_first_.front().name, latest_first_.begin());
  bytes_ += weight(latest_first_.front());
  fit();
}

void FileCache::limit(std::size_t most_bytes) {
  const std::lock_guard lock(mutex_);
  most_bytes_ = most_bytes;
  fit();
}

void FileCache::fit() {
  while (bytes_ > most_bytes_) drop(std::prev(latest_first_.end()));
}

void FileCache::drop(std::list<Entry>::iterator at) {
  bytes_ -= weight(*at);
  by_name_.erase(at->name);
  latest_first_.erase(at);
}

}  // namespace otklik::web_api
