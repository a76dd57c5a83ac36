#pragma once
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "media/engine/bridge.hpp"
#include "media/engine/counters.hpp"
#include "media/engine/leg.hpp"
#include "media/engine/outbox.hpp"

namespace otklik::media {

/// One thread with its legs and bridges: waits for packets, for its tick of 20 ms, for commands. Only try_post() and
/// figures may be used from elsewhere.
class MediaThread {
 public:
  /// Errors: `failed` (no descriptor, no thread).
  static Result<std::unique_ptr<MediaThread>> start(unsigned number, Outbox& outbox, std::size_t most_legs);
  /// Joins it. What it still has goes away with it.
  ~MediaThread();
  MediaThread(const MediaThread&) = delete;
  MediaThread& operator=(const MediaThread&) = delete;

  /// False: the queue is full, `command` is untouched.
  [[nodiscard]] bool try_post(std::unique_ptr<Command>&& command) noexcept;
  /// Runs what was posted, then ends the thread; nothing may be posted from now on.
  void stop() noexcept;
  /// After stop(): what the listener has not had yet.
  std::vector<Outgoing> what_is_left();
  [[nodiscard]] const ThreadCounters& counters() const noexcept { return counters_; }
  /// Microseconds of the engine's clock, now.
  static std::int64_t clock_us() noexcept;

  // --- on the thread only
  [[nodiscard]] std::int64_t now_us() const noexcept { return now_us_; }
  [[nodiscard]] std::uint64_t tick_number() const noexcept { return tick_number_; }
  [[nodiscard]] ThreadCounters& counting() noexcept { return counters_; }
  /// Nothing is lost: what finds no room is offered again at each tick.
  void give(Outgoing&& thing) noexcept;
  /// A fact that a stranger can cause without end: dropped and counted when the listener does not keep up.
  void tell_if_room(Fact&& fact) noexcept;

  void adopt(std::unique_ptr<Leg> leg) noexcept;
  /// Off its bridge, out of everything.
  std::unique_ptr<Leg> release(Leg& leg) noexcept;
  void add(std::unique_ptr<Bridge> bridge) noexcept;
  /// Off its bridge; one who is left alone there goes too, and the bridge with him.
  void part(Leg& leg) noexcept;
  void list_for_ticks(Leg& leg, bool yes) noexcept;

  /// Takes datagrams into buffers of the thread; see Leg. At most `most_batch`, `sizes[i]` bytes each.
  static constexpr std::size_t most_batch = 8;
  static constexpr std::size_t buffer_size = 2048;  // room behind a packet for what protects it
  std::size_t receive(int fd) noexcept;
  [[nodiscard]] WritableBytes buffer(std::size_t i) noexcept { return {buffers_[i].data(), buffer_size}; }
  [[nodiscard]] std::size_t received_size(std::size_t i) const noexcept { return headers_[i].msg_len; }
  [[nodiscard]] const KernelAddress& received_from(std::size_t i) const noexcept { return senders_[i]; }

 private:
  MediaThread(Outbox& outbox, std::size_t most_legs);
  void run() noexcept;
  void run_commands() noexcept;
  void on_timer() noexcept;
  void tick() noexcept;
  void offer_backlog() noexcept;
  bool watch(int fd, void* who, std::uint32_t events) noexcept;

  Outbox& outbox_;
  BoundedRing<std::unique_ptr<Command>> commands_{8192};
  std::atomic<bool> woken_{false};
  std::atomic<bool> stopping_{false};
  UniqueFd epoll_, timer_, event_;
  std::int64_t now_us_ = 0;
  std::uint64_t tick_number_ = 1;
  std::size_t looked_after_ = 0;
  ThreadCounters counters_;

  std::vector<std::unique_ptr<Leg>> legs_;
  std::vector<std::unique_ptr<Bridge>> bridges_;
  std::vector<Leg*> ticking_;
  std::vector<Outgoing> backlog_;

  std::array<std::array<std::uint8_t, buffer_size>, most_batch> buffers_;
  std::array<mmsghdr, most_batch> headers_{};
  std::array<iovec, most_batch> pieces_{};
  std::array<KernelAddress, most_batch> senders_{};
  std::thread thread_;
};

}  // namespace otklik::media
