#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/live.hpp"
#include "plugins/grants.hpp"
#include "plugins/log_budget.hpp"
#include "plugins/options.hpp"
#include "plugins/protocol/line_buffer.hpp"
#include "plugins/protocol/session.hpp"
#include "plugins/sandbox/cgroup.hpp"
#include "plugins/sandbox/launch.hpp"

namespace otklik::plugins {

class Plugin;

/// What a process is started under and was told; where that changes, it is started anew.
struct Terms {
  Grant grant;
  Confinement confinement;
  std::size_t message_size = 0;
  unsigned in_flight = 0;
  bool operator==(const Terms&) const = default;
};

/// One running process of a plugin: its pipes, its session, its end. Guarded by the lock of its plugin.
class Process {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Stream : std::uint8_t { end, input, output, errors };

  Process(std::weak_ptr<Plugin> plugin, std::shared_ptr<const Manifest> manifest, Terms terms, Launched launched,
          std::optional<Cgroup> cgroup, const Live<Options>& options, Clock::time_point now);

  [[nodiscard]] Session& session() noexcept { return session_; }
  [[nodiscard]] const Session& session() const noexcept { return session_; }
  [[nodiscard]] const Terms& terms() const noexcept { return terms_; }
  [[nodiscard]] pid_t pid() const noexcept { return launched_.pid; }
  [[nodiscard]] const std::weak_ptr<Plugin>& plugin() const noexcept { return plugin_; }
  [[nodiscard]] Clock::time_point began() const noexcept { return began_; }
  /// Of one of its descriptors; -1: closed.
  [[nodiscard]] int fd(Stream stream) const noexcept;

  /// Writes as much of the session's output as the pipe takes. What is left waits for the pipe.
  void flush();
  [[nodiscard]] bool has_output() noexcept { return !session_.output().empty() && launched_.input.get() >= 0; }
  enum class Read : std::uint8_t { some, nothing, over };
  /// Reads once, and gives the session what has come. `over`: the pipe is at its end, or the plugin broke the protocol.
  Read read_output(Clock::time_point now);
  /// Reads once; whole lines that may be logged are added to `lines`. `over`: at its end.
  Read read_errors(Clock::time_point now, std::vector<std::string>& lines);
  /// Whether the plugin is read from: not while it does not take its own answers, nor while it has said more than its
  /// share of this second without being asked.
  [[nodiscard]] bool wants_output(Clock::time_point now) noexcept;
  [[nodiscard]] bool wants_errors(Clock::time_point now) noexcept;

  /// Says `stop` and closes its input as soon as that is written; past `grace` overdue() is true.
  void ask_to_stop(std::chrono::milliseconds grace, Clock::time_point now);
  /// From `at` on it is overdue, and `reason` says why; the earliest counts.
  void expect_end(Clock::time_point at, std::string reason);
  [[nodiscard]] bool is_overdue(Clock::time_point now) const noexcept { return now >= kill_at_; }
  [[nodiscard]] const std::string& overdue_reason() const noexcept { return overdue_reason_; }
  [[nodiscard]] bool is_asked_to_stop() const noexcept { return session_.is_stopping(); }
  /// Ends it and everything it started. The first reason is kept.
  void kill(std::string reason);
  /// Whether it can be called: it has begun, and is not on its way out.
  [[nodiscard]] bool takes_calls() const noexcept {
    return session_.is_ready() && !session_.is_stopping() && kill_reason_.empty();
  }
  [[nodiscard]] const std::string& kill_reason() const noexcept { return kill_reason_; }

  /// After its end was seen on the pidfd: takes its status, and says how it ended.
  std::string reap();
  void close(Stream stream) noexcept;
  [[nodiscard]] std::optional<Cgroup> take_cgroup() noexcept { return std::exchange(cgroup_, std::nullopt); }

  std::uint64_t number = 0;     ///< in the supervisor; 0: not there
  std::uint8_t watched = 0;     ///< the supervisor's: a bit for each stream that it waits for
  bool is_subscribing = false;  ///< a `subscribe` of it is worked on
  bool is_retired = false;      ///< another process takes the calls; this one ends after its own
  LogBudget log;

 private:
  /// Bytes in a second, which may not be more than Options::chatter.
  struct Share {
    Clock::time_point began{};
    std::size_t bytes = 0;

    void add(std::size_t count, Clock::time_point now) noexcept {
      if (now - began >= std::chrono::seconds(1)) *this = {now, 0};
      bytes += count;
    }
    [[nodiscard]] bool is_used_up(std::size_t most, Clock::time_point now) const noexcept {
      return bytes >= most && now - began < std::chrono::seconds(1);
    }
  };

  static Read read_once(int fd, std::span<char> into, std::size_t& count);
  void add_error_bytes(std::string_view bytes, std::vector<std::string>& lines);

  std::weak_ptr<Plugin> plugin_;
  const Terms terms_;
  Launched launched_;
  std::optional<Cgroup> cgroup_;
  const Live<Options>& options_;
  Session session_;
  LineBuffer lines_;
  std::size_t written_ = 0;  // of the session's output
  std::string error_line_;
  Share of_unasked_, of_errors_;
  Clock::time_point began_;
  Clock::time_point kill_at_ = Clock::time_point::max();
  std::string overdue_reason_;
  std::string kill_reason_;
};

}  // namespace otklik::plugins
