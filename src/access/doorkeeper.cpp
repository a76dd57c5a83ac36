#include "access/doorkeeper.hpp"

#include <openssl/crypto.h>

#include "base/text.hpp"
#include "core/directory/rules.hpp"

namespace otklik::access {
namespace {

constexpr std::string_view unknown_login = "unknown_login";

using core::AuthRefusal;
using Kind = core::AuthRefusal::Kind;

std::unexpected<AuthRefusal> refusal(Kind kind, std::chrono::seconds retry_after = std::chrono::seconds{0}) {
  return std::unexpected(AuthRefusal{.kind = kind, .retry_after = retry_after});
}

// A check takes tens of milliseconds and the queue is short: whoever found it full may come back soon.
constexpr std::chrono::seconds busy_retry{1};

// What a stranger calls himself, for the journal: no longer than a login can be.
std::string shown_login(std::string_view login) {
  std::string shown;
  int left = 64;
  for_each_code_point(login, [&](char32_t c) {
    if (left-- > 0) append_utf8(shown, c < 0x20 || c == 0x7F ? U'?' : c);
  });
  return shown;
}

bool equal_in_constant_time(const core::TokenHash& a, const core::TokenHash& b) noexcept {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Doorkeeper::Doorkeeper(DoorkeeperOptions options, std::shared_ptr<const core::Directory> directory,
                       DoorkeeperParts parts)
    : options_(options),
      parts_(std::move(parts)),
      directory_(std::move(directory)),
      cache_(options.cache),
      known_wrong_(options.most_known_wrong),
      guard_(options.guessing),
      tally_(parts_.journal, options.refusals_told_burst, options.refusals_told_each),
      pool_(options.hash_threads, options.most_queued_known, options.most_queued_strangers) {
  arm_tick();
}

std::shared_ptr<const core::Identity> Doorkeeper::recall(std::string_view authorization) {
  if (authorization.empty() || authorization.size() > options_->longest_header) return nullptr;
  return cache_.find(hash_(authorization), parts_.steady.now());
}

void Doorkeeper::verify(std::string_view authorization, const Address& peer, Done done) {
  auto read = read_authorization(authorization, options_->longest_header);
  if (!read) return done(refusal(read.error()));
  const SipDigest sent = hash_(authorization);
  if (auto known = cache_.find(sent, parts_.steady.now())) return done(std::move(known));
  if (const auto* bearer = std::get_if<BearerCredentials>(&*read))
    return verify_token(sent, *bearer, peer, std::move(done));
  verify_password(sent, std::move(std::get<BasicCredentials>(*read)), peer, std::move(done));
}

void Doorkeeper::verify_token(const SipDigest& sent, const BearerCredentials& bearer, const Address& peer, Done done) {
  const auto epoch = epoch_.load();
  const auto directory = directory_.take();
  const Moment now = parts_.steady.now();
  const Time wall = parts_.clock.now();
  const core::TokenHash hash = hash_of_token(bearer.token.text());
  // The table is searched by a hash that nobody can steer, so its time tells nothing of the others.
  const core::ApiToken* token = directory->token_by_hash(hash);
  const core::User* user = token == nullptr ? nullptr : directory->user(token->user);
  const char* reason = nullptr;
  if (token == nullptr || !equal_in_constant_time(token->hash, hash)) {
    reason = "unknown_token";
  } else if (token->revoked) {
    reason = "revoked_token";
  } else if (!token->opens_at(wall)) {
    reason = "expired_token";
  } else if (user == nullptr || user->blocked) {
    reason = "blocked";
  }
  if (reason != nullptr) {
    const auto decision = guard_.admit_token_failure(peer, now);
    if (decision.refused) return refuse_unchecked(std::move(done), Kind::guessing, decision.retry_after);
    tally_.wrong({.login = user == nullptr ? "" : user->login, .reason = reason, .address = peer.text()}, now);
    return answer(std::move(done), refusal(Kind::wrong), decision.delay);
  }
  auto identity = std::make_shared<const core::Identity>(directory->identity_of(*user, *token));
  Moment ends = now + cache_.total();
  if (token->expires) ends = std::min(ends, now + std::chrono::duration_cast<Moment>(*token->expires - wall));
  remember(sent, identity, 0, ends, epoch);
  if (parts_.token_used) parts_.token_used(token->id, wall);
  parts_.journal.tell(core::LoginSucceeded{user->id, user->login, "token", peer.text()});
  done(std::move(identity));
}

void Doorkeeper::verify_password(const SipDigest& sent, BasicCredentials basic, const Address& peer, Done done) {
  const Moment now = parts_.steady.now();
  const std::string login_key = core::name_key(basic.login);
  const GuessGuard::Caller caller = guard_.caller(login_key, peer);
  if (known_wrong_.has(sent, epoch_.load())) {
    const auto decision = guard_.admit_repeat(sent, peer, now);
    if (decision.refused) return refuse_unchecked(std::move(done), Kind::guessing, decision.retry_after);
    tally_.repeated();
    return answer(std::move(done), refusal(Kind::wrong), decision.delay);
  }

  std::unique_lock lock(mutex_);
  if (stopping_ || waiting_ >= options_->most_waiting) {
    lock.unlock();
    return refuse_unchecked(std::move(done), Kind::busy, busy_retry);
  }
  Waiter waiter{.done = std::move(done), .caller = caller, .peer = peer};
  const auto running = checks_.find(sent);
  if (running != checks_.end()) {
    // The same words again: whoever sent them first was charged, and so is every other address.
    for (const Waiter& other : running->second->waiters) {
      if (other.caller.pair != caller.pair) continue;
      waiter.charged = false;
      waiter.delay = other.delay;
      waiter.known = other.known;
    }
  }
  if (waiter.charged) {
    const auto decision = guard_.admit(caller, now);
    if (decision.refused) {
      lock.unlock();
      return refuse_unchecked(std::move(waiter.done), Kind::guessing, decision.retry_after);
    }
    waiter.delay = decision.delay;
    waiter.known = decision.known;
  }
  const bool known = waiter.known;
  ++waiting_;
  if (running != checks_.end()) {
    running->second->waiters.push_back(std::move(waiter));
    return;
  }
  auto check = std::make_shared<Check>();
  check->sent = sent;
  check->login = std::move(basic.login);
  check->empty = basic.password.text().empty();
  if (auto secret = websocket_password(basic.password.text())) {
    check->secret = std::move(*secret);
    check->possible = true;
  }
  check->waiters.push_back(std::move(waiter));
  checks_.emplace(sent, check);
  lock.unlock();

  const auto lane = known ? HashPool::Lane::known : HashPool::Lane::stranger;
  if (!pool_.submit(lane, [this, check](bool run) { run_check(check, run); })) run_check(check, false);
}

void Doorkeeper::run_check(const std::shared_ptr<Check>& check, bool run) {
  if (run) {
    const auto verdict = judge(*check);
    finish(check, verdict);
    renew_verifier(*check, verdict);  // after the answer: nobody waits for it
  } else {
    finish(check, {.identity = nullptr, .reason = {}, .not_checked = true});
  }
}

Doorkeeper::Verdict Doorkeeper::judge(const Check& check) {
  const auto epoch_before = epoch_.load();  // first: a verdict must never count for a directory it did not see
  const auto before = directory_.take();
  const core::User* user = before->user_by_login(check.login);
  std::string_view reason;
  if (user == nullptr) {
    reason = unknown_login;
  } else if (user->verifier.empty()) {
    reason = "no_password";
  } else if (!check.possible) {
    reason = "wrong_password";
  } else if (check.empty && !may_be_empty(*user)) {
    reason = "empty_password";
  }
  // Whatever is known already, it takes as long as a real one.
  const std::string verifier = reason.empty() ? user->verifier : parts_.hash.nobody();
  const bool right = parts_.hash.matches(verifier, check.secret.text());
  if (reason.empty() && !right) reason = "wrong_password";
  if (reason.empty() && user->blocked) reason = "blocked";
  if (!reason.empty()) return {.identity = nullptr, .reason = reason, .epoch = epoch_before};

  // He may have changed meanwhile: what holds is the directory of now.
  const auto epoch = epoch_.load();
  const auto after = directory_.take();
  const core::User* still = after->user(user->id);
  if (still == nullptr || still->blocked || proof_of(*still) != proof_of(*user) ||
      (check.empty && !may_be_empty(*still))) {
    return {.identity = nullptr, .reason = {}, .stale = true};
  }
  auto identity = std::make_shared<const core::Identity>(after->identity_of(*still));
  remember(check.sent, identity, proof_of(*still), parts_.steady.now() + cache_.total(), epoch);
  return {.identity = std::move(identity),
          .reason = {},
          .outdated = parts_.hash.is_current(still->verifier) ? std::string() : still->verifier};
}

void Doorkeeper::renew_verifier(const Check& check, const Verdict& verdict) {
  if (verdict.outdated.empty() || !parts_.verifier_renewed || stopping_) return;
  if (auto renewed = parts_.hash.make(check.secret.text())) {
    parts_.verifier_renewed(verdict.identity->user, verdict.outdated, std::move(*renewed));
  }
}

void Doorkeeper::finish(const std::shared_ptr<Check>& check, const Verdict& verdict) {
  const bool wrong = !verdict.identity && !verdict.stale && !verdict.not_checked;
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    checks_.erase(check->sent);
    waiters.swap(check->waiters);
    waiting_ -= waiters.size();
  }
  const Moment now = parts_.steady.now();
  if (wrong) known_wrong_.add(check->sent, verdict.epoch);
  for (Waiter& waiter : waiters) {
    if (verdict.identity) {
      if (waiter.charged) {
        guard_.succeeded(waiter.caller, now);
        parts_.journal.tell(
            core::LoginSucceeded{verdict.identity->user, verdict.identity->login, "password", waiter.peer.text()});
      }
      answer(std::move(waiter.done), verdict.identity, waiter.known ? Moment{0} : waiter.delay);
    } else if (wrong) {
      if (waiter.charged) {
        // A login that nobody has may well be a password, typed into the wrong field: it is not kept.
        tally_.wrong({.login = verdict.reason == unknown_login ? std::string() : shown_login(check->login),
                      .reason = std::string(verdict.reason),
                      .address = waiter.peer.text()},
                     now);
      }
      answer(std::move(waiter.done), refusal(Kind::wrong), waiter.delay);
    } else {
      if (waiter.charged) guard_.give_back(waiter.caller, now);
      refuse_unchecked(std::move(waiter.done), Kind::busy, busy_retry);
    }
  }
}

void Doorkeeper::remember(const SipDigest& sent, std::shared_ptr<const core::Identity> identity, std::uint64_t proof,
                          Moment ends, std::uint64_t epoch) {
  const Moment now = parts_.steady.now();
  // If the directory changed since, it is not remembered: directory_changed() may have been past this place already.
  cache_.put({.key = sent, .identity = std::move(identity), .proof = proof, .ends = ends, .used = now, .reported = now},
             [&] { return epoch_.load() == epoch; });
}

void Doorkeeper::answer(Done done, core::AuthResult result, Moment delay) {
  if (delay <= Moment{0} || stopping_) return done(std::move(result));
  {
    const std::lock_guard lock(mutex_);
    ++waiting_;
  }
  Delays::Work later = [this, done = std::move(done), result]() mutable {
    {
      const std::lock_guard lock(mutex_);
      --waiting_;
    }
    done(std::move(result));
  };
  if (!parts_.delays.after(delay, std::move(later)))
    later();  // NOLINT(bugprone-use-after-move): not taken, so not moved; as many wait as may
}

void Doorkeeper::refuse_unchecked(Done done, Kind kind, std::chrono::seconds retry_after) {
  tally_.not_checked(kind == Kind::guessing);
  done(refusal(kind, retry_after));
}

bool Doorkeeper::may_be_empty(const core::User& user) const {
  return options_->allow_empty_passwords && user.allow_empty_password;
}

std::uint64_t Doorkeeper::proof_of(const core::User& user) const {
  return hash_(user.verifier).low ^ (user.allow_empty_password ? 1U : 0U);
}

bool Doorkeeper::is_outdated(const CredentialCache::Entry& entry, const core::Directory& directory) const {
  const core::Identity& identity = *entry.identity;
  const core::User* user = directory.user(identity.user);
  if (user == nullptr || user->blocked || user->login != identity.login || user->name != identity.name) return true;
  if (identity.token.is_nil()) {
    return proof_of(*user) != entry.proof || !(directory.privileges_of(*user) == identity.privileges);
  }
  const core::ApiToken* token = directory.token(identity.token);
  return token == nullptr || token->revoked || token->user != user->id ||
         !(directory.identity_of(*user, *token).privileges == identity.privileges);
}

void Doorkeeper::directory_changed(std::shared_ptr<const core::Directory> directory) {
  directory_.publish(directory);
  epoch_.fetch_add(1);
  cache_.drop_if([&](const CredentialCache::Entry& entry) { return is_outdated(entry, *directory); });
}

void Doorkeeper::use(const DoorkeeperOptions& options) {
  const bool empty_ones_go = options_->allow_empty_passwords && !options.allow_empty_passwords;
  options_.publish(options);
  guard_.use(options.guessing);
  cache_.use(options.cache, parts_.steady.now());
  epoch_.fetch_add(1);  // what was judged by the options before is not remembered after this
  if (empty_ones_go) cache_.drop_if([](const CredentialCache::Entry& entry) { return entry.identity->token.is_nil(); });
}

void Doorkeeper::arm_tick() {
  if (!stopping_) (void)parts_.delays.after(options_->summary_every, [this] { tick(); });
}

void Doorkeeper::tick() {
  tally_.sum_up();
  if (parts_.token_used) {
    const Moment now = parts_.steady.now();
    const Time wall = parts_.clock.now();
    cache_.collect_used([&](const core::Identity& identity, Moment used) {
      parts_.token_used(identity.token, wall - std::chrono::duration_cast<Duration>(now - used));
    });
  }
  arm_tick();
}

void Doorkeeper::stop() {
  if (stopping_.exchange(true)) return;
  pool_.stop();
  parts_.delays.stop();
}

DoorkeeperFigures Doorkeeper::figures() const {
  DoorkeeperFigures figures{.refused = tally_.totals(), .waiting = 0, .queued = pool_.queued()};
  const std::lock_guard lock(mutex_);
  figures.waiting = waiting_;
  return figures;
}

}  // namespace otklik::access
