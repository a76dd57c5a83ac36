#include "files/keeping/keeper.hpp"

#include <pthread.h>

#include "base/log.hpp"
#include "files/keeping/beginning.hpp"

namespace otklik::files {

Result<> Keeper::start() {
  make_area_folders(areas_);
  const auto settled = settle_the_unsettled(areas_, index_);
  if (!settled) return std::unexpected(settled.error());
  if (settled->arrived != 0 || settled->dropped != 0) {
    log::info("the index of files after an unclean end: {} had arrived, {} had not", settled->arrived,
              settled->dropped);
  }
  auto aside = empty_temporary_areas(areas_, index_);
  if (!aside) return std::unexpected(aside.error());
  put_aside_ = std::move(*aside);
  stopped_ = [this] {
    const std::lock_guard lock(mutex_);
    return stopping_;
  };
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "file-keeper");
  return {};
}

void Keeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  news_came_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Keeper::use(KeeperOptions options) {
  const bool is_other = !(options == *options_);
  options_.publish(std::move(options));
  {
    const std::lock_guard lock(mutex_);
    renewed_ |= is_other;
  }
  news_came_.notify_all();
}

bool Keeper::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  news_came_.wait_for(lock, time, [this] { return stopping_ || renewed_; });
  renewed_ = false;
  return !stopping_;
}

void Keeper::run() {
  for (const auto& folder : put_aside_) {
    if (!delete_put_aside(folder, stopped_)) return;
  }
  do {
    apply_rules();
  } while (pause(options_->every));
}

void Keeper::apply_rules() {
  for (;;) {
    const KeeperOptions& options = *options_;
    const auto done = apply_retention(areas_, index_, options.rules, clock_.now(), options.most_at_once, stopped_);
    if (!done) {
      log::warn("the rules for files could not be applied: {}", done.error().message);
      return;
    }
    if (done->deleted != 0 || done->in_use != 0 || done->failed != 0) {
      log::info("rules for files: {} deleted ({} bytes), {} stay because they are open, {} could not be deleted",
                done->deleted, done->bytes, done->in_use, done->failed);
    }
    if (!done->more || !pause(options.between)) return;
  }
}

}  // namespace otklik::files
