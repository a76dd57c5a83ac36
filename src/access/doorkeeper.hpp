#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "access/authorization.hpp"
#include "access/credential_cache.hpp"
#include "access/credentials.hpp"
#include "access/delays.hpp"
#include "access/guess_guard.hpp"
#include "access/hash_pool.hpp"
#include "access/known_wrong.hpp"
#include "access/options.hpp"
#include "access/refusal_tally.hpp"
#include "access/sip_hash.hpp"
#include "access/steady.hpp"
#include "base/clock.hpp"
#include "base/live.hpp"
#include "base/snapshot.hpp"
#include "core/directory/directory.hpp"
#include "core/ports/authenticator.hpp"
#include "core/ports/journal.hpp"

namespace otklik::access {

/// What a Doorkeeper works with. All of it outlives him.
struct DoorkeeperParts {
  const Clock& clock;         ///< for the expiry of tokens
  const SteadyClock& steady;  ///< for everything that counts time
  const PasswordHash& hash;
  Delays& delays;  ///< stopped by Doorkeeper::stop()
  core::Journal& journal;
  /// A token was used; about once a minute for each. Any thread; must not block.
  std::function<void(const Uuid& token, Time when)> token_used;
  /// A right password whose verifier was made at another cost than passwords have now: here is one at today's. On a
  /// hashing thread, which may wait.
  std::function<void(const Uuid& user, const std::string& before, std::string renewed)> verifier_renewed{};
};

/// For /metrics.
struct DoorkeeperFigures {
  RefusalTally::Totals refused;
  std::size_t waiting = 0;  ///< requests that wait for a check or a slowed answer
  std::size_t queued = 0;   ///< passwords that wait for a thread
};

/// Basic and Bearer against the directory.
///
/// recall() is on the path of every request: a keyed hash, one lock of 64, a comparison. verify() answers tokens at
/// once and gives passwords to a few threads; equal headers that come while one is being checked share its check. What
/// is remembered of a user goes within directory_changed().
///
/// Order of ending: the web server stops first, then stop(), then this goes, then its parts.
class Doorkeeper final : public core::Authenticator {
 public:
  Doorkeeper(DoorkeeperOptions options, std::shared_ptr<const core::Directory> directory, DoorkeeperParts parts);
  ~Doorkeeper() override { stop(); }
  Doorkeeper(const Doorkeeper&) = delete;
  Doorkeeper& operator=(const Doorkeeper&) = delete;

  std::shared_ptr<const core::Identity> recall(std::string_view authorization) override;
  void verify(std::string_view authorization, const Address& peer,
              std::move_only_function<void(core::AuthResult)> done) override;

  /// From now on this is the directory: whoever changed in it must verify anew. When it returns, nobody is recalled who
  /// may not be. Register it as a listener of the store. Any thread, one call at a time.
  void directory_changed(std::shared_ptr<const core::Directory> directory);

  /// These hold from now on. As many threads and places in the queues stay as there were. Any thread, one call at a
  /// time.
  void use(const DoorkeeperOptions& options);

  /// Answers everybody who waits (`busy` where no check was made), joins the threads. Idempotent.
  void stop();

  [[nodiscard]] DoorkeeperFigures figures() const;

 private:
  using Done = std::move_only_function<void(core::AuthResult)>;
  using Moment = std::chrono::nanoseconds;

  struct Waiter {
    Done done;
    GuessGuard::Caller caller;
    bool charged = true;  // not when another waiter of the same caller was
    bool known = false;
    Moment delay{0};
    Address peer;
  };
  // One password being checked, and all who sent it meanwhile.
  struct Check {
    SipDigest sent;
    std::string login;
    Secret secret;  // never the password itself; empty when it cannot be anybody's
    bool possible = false;
    bool empty = false;  // the password was
    std::vector<Waiter> waiters;
  };
  struct Verdict {
    std::shared_ptr<const core::Identity> identity;  // null: refused
    std::string_view reason;                         // of a refusal, for the log
    std::uint64_t epoch = 0;                         // of the directory it was judged by
    bool stale = false;                              // the user changed while his password was checked
    bool not_checked = false;
    std::string outdated{};  // the verifier, when it was right and made at another cost than they have now
  };

  void verify_token(const SipDigest& sent, const BearerCredentials& bearer, const Address& peer, Done done);
  void verify_password(const SipDigest& sent, BasicCredentials basic, const Address& peer, Done done);
  void run_check(const std::shared_ptr<Check>& check, bool run);
  Verdict judge(const Check& check);
  void renew_verifier(const Check& check, const Verdict& verdict);
  void finish(const std::shared_ptr<Check>& check, const Verdict& verdict);
  void remember(const SipDigest& sent, std::shared_ptr<const core::Identity> identity, std::uint64_t proof, Moment ends,
                std::uint64_t epoch);

  void answer(Done done, core::AuthResult result, Moment delay);
  void refuse_unchecked(Done done, core::AuthRefusal::Kind kind, std::chrono::seconds retry_after);
  [[nodiscard]] bool may_be_empty(const core::User& user) const;
  [[nodiscard]] std::uint64_t proof_of(const core::User& user) const;
  [[nodiscard]] bool is_outdated(const CredentialCache::Entry& entry, const core::Directory& directory) const;
  void arm_tick();
  void tick();

  Live<DoorkeeperOptions> options_;
  const DoorkeeperParts parts_;
  const SipHash hash_;
  SnapshotHolder<core::Directory> directory_;
  std::atomic<std::uint64_t> epoch_{1};  // counts directory_changed(); published after the directory itself
  CredentialCache cache_;
  KnownWrong known_wrong_;
  GuessGuard guard_;
  RefusalTally tally_;
  mutable std::mutex mutex_;  // of the two below
  std::unordered_map<SipDigest, std::shared_ptr<Check>> checks_;
  std::size_t waiting_ = 0;
  std::atomic<bool> stopping_{false};
  HashPool pool_;  // last: its threads use all of the above
};

}  // namespace otklik::access
