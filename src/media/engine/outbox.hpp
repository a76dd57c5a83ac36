#pragma once
#include <atomic>
#include <memory>
#include <variant>
#include <vector>

#include "media/engine/bounded_ring.hpp"
#include "media/engine/bridge.hpp"
#include "media/engine/leg.hpp"
#include "media/facts.hpp"

namespace otklik::media {

class MediaThread;

/// Something that is to be done on a media thread, made whole by whoever asks for it. What it brings and what it takes
/// off goes away with it on the facts thread: a media thread neither makes nor frees.
class Command {
 public:
  virtual ~Command() = default;
  virtual void run(MediaThread& thread) = 0;
  /// Afterwards, on the facts thread.
  virtual void done() {}
};

template <class Work>
class CommandOf final : public Command {
 public:
  explicit CommandOf(Work work) : work_(std::move(work)) {}
  void run(MediaThread& thread) override { work_(thread); }

 private:
  Work work_;
};
template <class Work>
std::unique_ptr<Command> make_command(Work work) {
  return std::make_unique<CommandOf<Work>>(std::move(work));
}

/// What a media thread gives away: facts, and what is to be freed.
using Outgoing = std::variant<std::monostate, Fact, std::unique_ptr<Command>, std::unique_ptr<Playing>,
                              std::unique_ptr<Bridge>, std::shared_ptr<Tap>>;

/// The way from all media threads (and the recording thread) to the facts thread.
class Outbox {
 public:
  explicit Outbox(std::size_t room) : ring_(room) {}

  [[nodiscard]] bool try_put(Outgoing&& thing) noexcept {
    if (!ring_.try_push(std::move(thing))) return false;
    wake();
    return true;
  }
  void wake() noexcept {
    signal_.fetch_add(1, std::memory_order_release);
    signal_.notify_one();
  }
  /// Whether less than a quarter of the room is left: facts that a stranger can cause without end are dropped then.
  [[nodiscard]] bool is_tight() const noexcept { return ring_.size() > ring_.room() / 4 * 3; }
  [[nodiscard]] std::size_t size() const noexcept { return ring_.size(); }

  /// The facts thread: waits until something was put, or wake(), since `seen`, which it updates.
  void wait(std::uint32_t& seen) noexcept {
    signal_.wait(seen, std::memory_order_acquire);
    seen = signal_.load(std::memory_order_acquire);
  }
  [[nodiscard]] bool take(Outgoing& thing) noexcept { return ring_.try_pop(thing); }

 private:
  BoundedRing<Outgoing> ring_;
  std::atomic<std::uint32_t> signal_{0};
};

}  // namespace otklik::media
