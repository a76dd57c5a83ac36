#pragma once
#include <memory>
#include <mutex>
#include <utility>

#include "core/ports/script_files.hpp"
#include "files/zones.hpp"

namespace otklik::files {

/// The zones of now: Zones do not change, but others may take their place while a server works. A call that has begun
/// ends by the zones it began with. Any thread.
class ChangingZones final : public core::ScriptFiles {
 public:
  explicit ChangingZones(std::shared_ptr<Zones> first) : zones_(std::move(first)) {}

  void use(std::shared_ptr<Zones> next) {
    const std::lock_guard lock(mutex_);
    zones_.swap(next);
  }

  Result<core::OpenedFile> open(std::string_view path) override { return now()->open(path); }
  Result<std::vector<core::FolderEntry>> list(std::string_view path) override { return now()->list(path); }
  Result<> write(std::string_view path, std::string_view content) override { return now()->write(path, content); }
  Result<> append(std::string_view path, std::string_view content) override { return now()->append(path, content); }
  Result<> move(std::string_view from, std::string_view to) override { return now()->move(from, to); }
  Result<> remove(std::string_view path) override { return now()->remove(path); }

 private:
  [[nodiscard]] std::shared_ptr<Zones> now() const {
    const std::lock_guard lock(mutex_);
    return zones_;
  }

  mutable std::mutex mutex_;
  std::shared_ptr<Zones> zones_;
};

}  // namespace otklik::files
