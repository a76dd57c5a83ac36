#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "core/ports/plugin_host.hpp"
#include "plugins/manifest/manifest.hpp"

namespace otklik::plugins {

/// What a plugin asks of the server.
struct PluginRequest {
  std::string id;  ///< as JSON; empty: a notification, which wants no answer
  std::string method;
  std::string params;  ///< a JSON object
};

/// A call that has come to its end.
struct Completion {
  std::move_only_function<void(core::PluginOutcome)> done;
  core::PluginOutcome outcome;
};

/// The server's side of the protocol with one process (docs/plugins.md, "The protocol"): lines in, lines out, and what
/// follows from them. Knows no pipe, thread or clock. One thread at a time.
class Session {
 public:
  using Clock = std::chrono::steady_clock;
  using CallDone = std::move_only_function<void(core::PluginOutcome)>;
  /// Told whether the plugin has taken the batch.
  using EventsDone = std::move_only_function<void(bool taken)>;

  static constexpr int protocol = 1;
  static constexpr std::size_t most_requests = 64;   ///< of the plugin, unanswered
  static constexpr std::size_t most_message = 1000;  ///< bytes of a plugin's error that its caller is told

  explicit Session(std::shared_ptr<const Manifest> manifest) : manifest_(std::move(manifest)) {}

  // --- what the server says; it is appended to output() ---

  /// The first request. `params`: a JSON object.
  void begin(std::string_view params, Clock::time_point until);
  /// `form` is one of the manifest's, `inputs` are checked. `now` and `until` bound it.
  void call(const Form& form, std::string_view inputs, Clock::time_point now, Clock::time_point until, CallDone done);
  /// `params`: a JSON object. One batch at a time.
  void send_events(std::string_view params, Clock::time_point now, Clock::time_point until, EventsDone done);
  void stop(std::chrono::milliseconds grace);
  /// Answers a request of the plugin; does nothing for a notification. `result` is JSON.
  void answer(const std::string& id, std::string_view result);
  void answer(const std::string& id, int code, std::string_view message, std::string_view name);

  // --- what the plugin says ---

  /// One line, behind which LineBuffer::padding bytes may be read. False: a breach, see breach().
  bool take_line(std::string_view line, Clock::time_point now);
  /// Calls past their time are completed as `timeout`, and the plugin is told. True: it hangs, it has said nothing at
  /// all since one of them was sent.
  bool expire(Clock::time_point now);
  /// The process has ended: everything that waits is completed with that error.
  void end(const Error& error);

  // --- what has come of it ---

  [[nodiscard]] std::string& output() noexcept { return output_; }
  [[nodiscard]] std::vector<Completion> take_completions() { return std::exchange(completions_, {}); }
  [[nodiscard]] std::vector<PluginRequest> take_requests() { return std::exchange(requests_, {}); }
  /// Whether `initialize` has been answered.
  [[nodiscard]] bool is_ready() const noexcept { return ready_; }
  /// Whether `stop` has been sent: no further calls.
  [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }
  [[nodiscard]] std::size_t calls() const noexcept { return calls_; }
  [[nodiscard]] std::uint64_t requests_heard() const noexcept { return requests_heard_; }
  [[nodiscard]] std::size_t unanswered_requests() const noexcept { return unanswered_; }
  /// When expire() has something to do; max: nothing waits.
  [[nodiscard]] Clock::time_point next_expiry() const noexcept;
  [[nodiscard]] const std::string& breach() const noexcept { return breach_; }
  [[nodiscard]] const Manifest& manifest() const noexcept { return *manifest_; }

  struct Figures {
    std::uint64_t calls = 0;     ///< sent
    std::uint64_t answered = 0;  ///< with outputs as promised
    std::uint64_t failed = 0;    ///< with an error, or outputs that were not promised
    std::uint64_t timeouts = 0;
    std::uint64_t late = 0;  ///< answers that nobody waited for any more
  };
  [[nodiscard]] const Figures& figures() const noexcept { return figures_; }

 private:
  struct Waiting {
    enum class Kind : std::uint8_t { initialize, call, events };
    std::uint64_t id = 0;
    Kind kind = Kind::call;
    const Form* form = nullptr;
    Clock::time_point sent{};
    Clock::time_point until{};
    CallDone done;
    EventsDone events_done;
  };
  struct Message;

  Waiting& wait_for(Waiting::Kind kind, Clock::time_point now, Clock::time_point until);
  bool broken(std::string why);
  bool take_request(const Message& message);
  bool take_answer(const Message& message);
  bool take_initialized(const Message& message);
  void take_outputs(Waiting& waiting, const Message& message);
  void complete(Waiting& waiting, core::PluginOutcome outcome);
  void notify(std::string_view method, std::string_view params);

  std::shared_ptr<const Manifest> manifest_;
  std::string output_;
  std::vector<Waiting> waiting_;  // in the order of their ids
  std::vector<Completion> completions_;
  std::vector<PluginRequest> requests_;
  std::uint64_t next_id_ = 1;
  std::size_t calls_ = 0;
  std::size_t unanswered_ = 0;
  std::uint64_t requests_heard_ = 0;
  bool ready_ = false;
  bool stopping_ = false;
  Clock::time_point last_heard_{};
  std::string breach_;
  Figures figures_;
};

}  // namespace otklik::plugins
