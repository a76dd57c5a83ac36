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

/// How long a request of the server's may stay without an answer.
struct Patience {
  std::chrono::steady_clock::time_point until;  ///< then its caller waits no more
  std::chrono::steady_clock::duration silence;  ///< how long the plugin may say nothing at all meanwhile
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
  static constexpr std::size_t most_requests = 64;   ///< of the plugin, worked on; others are refused
  static constexpr std::size_t most_message = 1000;  ///< bytes of a plugin's error that its caller is told
  /// No shorter silence is a hang: a plugin that has had its share of a second (Options::chatter) is not heard
  /// meanwhile.
  static constexpr std::chrono::milliseconds least_silence{2'000};

  explicit Session(std::shared_ptr<const Manifest> manifest) : manifest_(std::move(manifest)) {}

  // --- what the server says; it is appended to output() ---

  /// The first request. `params`: a JSON object.
  void begin(std::string_view params, Clock::time_point until);
  /// `form` is one of the manifest's, `inputs` are checked.
  void call(const Form& form, std::string_view inputs, Clock::time_point now, const Patience& patience, CallDone done);
  /// `params`: a JSON object. One batch at a time.
  void send_events(std::string_view params, Clock::time_point now, const Patience& patience, EventsDone done);
  void stop(std::chrono::milliseconds grace);
  /// Answers a request of the plugin; does nothing for a notification. `result` is JSON.
  void answer(const std::string& id, std::string_view result);
  void answer(const std::string& id, int code, std::string_view message, std::string_view name);

  // --- what the plugin says ---

  /// One line, behind which LineBuffer::padding bytes may be read. False: a breach, see breach().
  bool take_line(std::string_view line, Clock::time_point now);
  /// Calls past their time are completed as `timeout`, and the plugin is told. True: it hangs. It has said nothing at
  /// all, while somebody waited for it, for as long as any of those who wait lets it be silent; how long they
  /// themselves wait does not matter, nor how long their calls had waited before they were sent.
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
  /// Lines that nobody waited for: requests, and answers but for one to each call that was given up.
  [[nodiscard]] std::uint64_t unasked() const noexcept { return unasked_; }
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
    Patience patience;
    CallDone done;
    EventsDone events_done;
  };
  struct Message;

  Waiting& wait_for(Waiting::Kind kind, Clock::time_point now, const Patience& patience);
  bool broken(std::string why);
  bool take_request(const Message& message);
  bool take_answer(const Message& message);
  bool take_initialized(const Message& message);
  void take_outputs(Waiting& waiting, const Message& message);
  void complete(Waiting& waiting, core::PluginOutcome outcome);
  [[nodiscard]] bool is_silent_too_long(Clock::time_point now) const noexcept;
  void notify(std::string_view method, std::string_view params);

  std::shared_ptr<const Manifest> manifest_;
  std::string output_;
  std::vector<Waiting> waiting_;  // in the order of their ids
  std::vector<Completion> completions_;
  std::vector<PluginRequest> requests_;
  std::uint64_t next_id_ = 1;
  std::size_t calls_ = 0;
  std::size_t unanswered_ = 0;
  std::uint64_t unasked_ = 0;
  std::uint64_t given_up_ = 0;  // requests of ours that were, and whose answers have not come
  bool ready_ = false;
  bool stopping_ = false;
  // How long somebody has waited since the plugin spoke last: before silent_since_, and from it on while somebody
  // waits.
  Clock::duration silent_before_{};
  Clock::time_point silent_since_{};
  std::string breach_;
  Figures figures_;
};

}  // namespace otklik::plugins
