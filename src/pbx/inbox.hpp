#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/ports/telephony.hpp"
#include "media/facts.hpp"
#include "sip/facts.hpp"

namespace otklik::pbx {

/// Orders of one turn of the core.
using Orders = std::vector<core::telephony::Order>;
/// Something to do among them, in its place.
using Errand = std::move_only_function<void()>;

/// The thread that holds every leg, and what waits for it: orders of the core, facts of signalling and of media, each
/// in the order of its teller.
///
/// Nothing that is put here waits or is refused: an order that got lost would leave a call standing for ever. What
/// bounds it is who may begin a call: past `full`, is_full() says so, and the switchboard lets nobody in. What can
/// still come is what the legs that there are have to say.
class Inbox {
 public:
  using Item = std::variant<Orders, sip::Fact, media::Fact, Errand>;

  /// `take` and `tick` (about once a second, whatever happens) run on the thread of the inbox.
  Inbox(std::function<void(Item&&)> take, std::function<void()> tick, std::size_t full = 100'000);
  ~Inbox() { stop(); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// Any thread; never waits. After stop() nothing is taken.
  void put(Item item);
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] bool runs_here() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

  /// Takes what is there, then joins. Idempotent; not on its own thread.
  void stop();

 private:
  void run();

  const std::function<void(Item&&)> take_;
  const std::function<void()> tick_;
  const std::size_t full_;
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Item> waiting_;
  std::size_t in_work_ = 0;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace otklik::pbx
