#pragma once
#include <atomic>
#include <memory>

#include "base/live.hpp"
#include "base/work_pool.hpp"
#include "core/ports/upload_store.hpp"
#include "files/areas.hpp"
#include "files/upload/buffer_pool.hpp"
#include "files/upload/options.hpp"
#include "files/upload/receiver.hpp"
#include "files/upload/space.hpp"

namespace otklik::files {

/// Stores uploads: receivers on a few disk threads, fed by belts.
class Uploads final : public core::UploadStore {
 public:
  /// Everything outlives it. `areas` must exist on the disk.
  struct Parts {
    const Areas& areas;
    core::FileIndex& index;
    const Clock& clock;
  };

  Uploads(const UploadOptions& options, Parts parts);

  /// From now on, the number of threads excepted. Any thread.
  void use(const UploadOptions& options) { options_.publish(options); }

  /// Removes what a server that was killed had not named yet, where files without a name are not to be had. Before the
  /// first upload. (The temporary areas are emptied by the Keeper.)
  void clean_up();

  Result<std::unique_ptr<core::Upload>> begin(core::UploadStart start) override;
  [[nodiscard]] Result<std::string> plain_subfolder(std::string_view spelt) const override;
  void discard(std::vector<core::UploadedFile> files) override;

  /// Ends the disk threads. Uploads that are under way then end unanswered and leave nothing. Idempotent.
  void stop() { pool_.stop(); }

  [[nodiscard]] std::size_t under_way() const noexcept { return under_way_.load(std::memory_order_relaxed); }

 private:
  void remove(const core::UploadedFile& file);

  Live<UploadOptions> options_;
  const Parts parts_;
  Space space_;
  BufferPool buffers_;
  std::atomic<std::size_t> under_way_{0};
  WorkPool pool_;  // last: its work uses the rest
};

}  // namespace otklik::files
