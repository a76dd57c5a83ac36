#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sip/accounts.hpp"
#include "sip/commands.hpp"
#include "sip/facts.hpp"
#include "sip/options.hpp"
#include "sip/trace.hpp"

namespace otklik::sip {

/// A registered phone, as a list of them shows it.
struct Registration {
  Uuid line;
  std::string aor;
  std::string contact;
  std::string user_agent;
  Peer received;
  Time since;
  Time until;
};

/// Counters since the start, and what there is now.
struct AgentFigures {
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t malformed = 0;  ///< refused by our own parser
  std::uint64_t dropped = 0;    ///< by rate, scanners' names, waiting addresses, full buffers
  std::uint64_t challenges = 0;
  std::uint64_t wrong_credentials = 0;
  std::uint64_t registers = 0;  ///< accepted, refreshes too
  std::uint64_t watchdog = 0;   ///< dialogs that the watchdog had to end: should stay 0
  std::size_t contacts = 0;
  std::size_t dialogs = 0;
  std::size_t connections = 0;
  std::size_t commands_queued = 0;
};

/// Signalling: phones register, calls come and go. Knows accounts and dialogs; what a call means is up to whoever
/// holds the agent.
///
/// Two threads: the edge, which owns every socket that faces the network, and the SIP thread, which runs dialogs and
/// calls `tell`. Commands come in from any thread.
class Agent {
 public:
  /// Called on the SIP thread, one fact at a time, in order. Must not block, and may post commands.
  using Tell = std::function<void(Fact)>;

  /// Binds all listeners and starts. Errors: `failed` with the port or certificate that cannot be used, `bad_request`
  /// for options that make no sense.
  static Result<std::unique_ptr<Agent>> start(Options options, std::shared_ptr<const Accounts> accounts, Tell tell);

  /// As stop().
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// False when the queue is full or the agent stops: nothing of it will happen. End is taken even by a full queue.
  [[nodiscard]] bool post(Command command);

  /// From now on. Contacts of accounts that are no more are dropped (Unregistered); dialogs go on.
  void use(std::shared_ptr<const Accounts> accounts);
  /// Limits that change alive. Any thread.
  void use(const EdgeLimits& limits);
  /// Certificates are read anew. Errors: as at the start; the old ones stay.
  Result<> reload_certificates();

  /// Ends every dialog (each is told), unregisters trunks, waits at most `patience` for the answers, joins both
  /// threads. Nothing is told after it. Idempotent.
  void stop(std::chrono::milliseconds patience = std::chrono::milliseconds(2000));

  /// Where the listeners are, in the order of Options::listeners, with the ports that were bound.
  [[nodiscard]] const std::vector<Listener>& listening() const noexcept;

  [[nodiscard]] std::vector<Registration> registrations() const;
  [[nodiscard]] AgentFigures figures() const;

  /// Keeps the messages of a dialog from now on, in a ring that all traces share.
  void trace(const Uuid& dialog);
  [[nodiscard]] std::vector<TracedMessage> traced(const Uuid& dialog) const;

 private:
  struct Parts;
  explicit Agent(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace otklik::sip
