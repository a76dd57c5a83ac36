#include "access/guess_guard.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace otklik::access {

LeakyBuckets::LeakyBuckets(std::size_t capacity, Moment forget)
    : forget_(std::max<Moment>(forget, std::chrono::milliseconds(1))),
      sets_(std::max<std::size_t>(capacity / ways, 1)),
      buckets_(sets_ * ways) {}

double LeakyBuckets::level_of(const Bucket& bucket, Moment now) const noexcept {
  const double leaked = static_cast<double>((now - bucket.at).count()) / static_cast<double>(forget_.count());
  return std::max(0.0, bucket.level - std::max(0.0, leaked));
}

double LeakyBuckets::level(std::uint64_t key, Moment now) const noexcept {
  const Bucket* first = &buckets_[first_of(key)];
  const Bucket* found = std::find_if(first, first + ways, [&](const Bucket& b) { return b.key == key; });
  return found == first + ways ? 0 : level_of(*found, now);
}

void LeakyBuckets::add(std::uint64_t key, double amount, Moment now) noexcept {
  Bucket* first = &buckets_[first_of(key)];
  Bucket* place = std::find_if(first, first + ways, [&](const Bucket& b) { return b.key == key; });
  if (place == first + ways) {
    if (amount <= 0) return;
    place = std::min_element(first, first + ways,
                             [&](const Bucket& a, const Bucket& b) { return level_of(a, now) < level_of(b, now); });
    *place = {.key = key, .at = now, .level = 0};
  }
  place->level = std::max(0.0, level_of(*place, now) + amount);
  place->at = now;
}

void LeakyBuckets::clear(std::uint64_t key) noexcept {
  Bucket* first = &buckets_[first_of(key)];
  Bucket* found = std::find_if(first, first + ways, [&](const Bucket& b) { return b.key == key; });
  if (found != first + ways) *found = {};
}

GoodKeys::GoodKeys(std::size_t capacity, Moment lasts)
    : lasts_(lasts), sets_(std::max<std::size_t>(capacity / ways, 1)), keys_(sets_ * ways) {}

bool GoodKeys::has(std::uint64_t key, Moment now) const noexcept {
  const Good* first = &keys_[(key >> 8) % sets_ * ways];
  const Good* found = std::find_if(first, first + ways, [&](const Good& g) { return g.key == key; });
  return found != first + ways && now - found->at < lasts_;
}

void GoodKeys::add(std::uint64_t key, Moment now) noexcept {
  Good* first = &keys_[(key >> 8) % sets_ * ways];
  Good* place = std::find_if(first, first + ways, [&](const Good& g) { return g.key == key; });
  if (place == first + ways) {
    place = std::min_element(first, first + ways, [](const Good& a, const Good& b) {
      return (a.key == 0 ? Moment::min() : a.at) < (b.key == 0 ? Moment::min() : b.at);
    });
  }
  *place = {.key = key, .at = now};
}

GuessGuard::GuessGuard(const GuessLimits& limits)
    : limits_(limits),
      pairs_(limits.tracked, limits.pair_forget),
      addresses_(limits.tracked, limits.address_forget),
      logins_(limits.tracked, limits.login_forget),
      repeats_(limits.tracked, limits.pair_forget),
      tokens_(limits.tracked, limits.address_forget),
      good_(limits.most_trusted, limits.trusted_for) {}

void GuessGuard::use(const GuessLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
  for (LeakyBuckets* of_pairs : {&pairs_, &repeats_}) of_pairs->set_forget(limits.pair_forget);
  for (LeakyBuckets* of_addresses : {&addresses_, &tokens_}) of_addresses->set_forget(limits.address_forget);
  logins_.set_forget(limits.login_forget);
  good_.set_lasts(limits.trusted_for);
}

GuessGuard::Caller GuessGuard::caller(std::string_view login_key, const Address& address) const {
  const Address from = address.subnet_key();
  std::string text(reinterpret_cast<const char*>(from.bytes.data()), from.bytes.size());
  const auto key = [&](std::string_view of) { return hash_(of).low | 1; };  // never 0, which means free
  Caller caller{.address = key(text)};
  caller.login = key(login_key);
  text += login_key;
  caller.pair = key(text);
  return caller;
}

GuessGuard::Moment GuessGuard::slow(double level, int free) const noexcept {
  const double over = std::floor(level) - free;
  if (over < 0) return Moment{0};
  const double factor = std::exp2(std::min(over, 20.0));
  const auto delay = std::chrono::duration<double, std::milli>(static_cast<double>(limits_.slow_step.count()) * factor);
  return std::min(std::chrono::duration_cast<Moment>(delay), Moment(limits_.slow_most));
}

bool GuessGuard::is_full(const LeakyBuckets& buckets, std::uint64_t key, int burst, Moment now, Decision& decision) {
  const double over = buckets.level(key, now) + 1 - burst;
  if (over <= 1e-9) return false;
  decision.refused = true;
  const auto wait = std::chrono::duration<double, std::nano>(over * static_cast<double>(buckets.forget().count()));
  decision.retry_after =
      std::max({decision.retry_after, std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1)});
  return true;
}

GuessGuard::Decision GuessGuard::admit(const Caller& caller, Moment now) {
  const std::lock_guard lock(mutex_);
  Decision decision;
  decision.known = good_.has(caller.pair, now);
  is_full(pairs_, caller.pair, limits_.pair_burst, now, decision);
  if (!decision.known) is_full(addresses_, caller.address, limits_.address_burst, now, decision);
  if (decision.refused) return decision;
  decision.delay = slow(pairs_.level(caller.pair, now), limits_.pair_free);
  if (!decision.known) {
    decision.delay = std::max({decision.delay, slow(addresses_.level(caller.address, now), limits_.address_free),
                               slow(logins_.level(caller.login, now), limits_.login_free)});
  }
  pairs_.add(caller.pair, 1, now);
  addresses_.add(caller.address, 1, now);
  logins_.add(caller.login, 1, now);
  return decision;
}

void GuessGuard::succeeded(const Caller& caller, Moment now) {
  const std::lock_guard lock(mutex_);
  pairs_.clear(caller.pair);
  addresses_.add(caller.address, -1, now);  // no more: or one's own login would wash away the guesses at others'
  logins_.add(caller.login, -1, now);
  good_.add(caller.pair, now);
}

void GuessGuard::give_back(const Caller& caller, Moment now) {
  const std::lock_guard lock(mutex_);
  pairs_.add(caller.pair, -1, now);
  addresses_.add(caller.address, -1, now);
  logins_.add(caller.login, -1, now);
}

GuessGuard::Decision GuessGuard::admit_alone(LeakyBuckets& buckets, std::uint64_t key, int GuessLimits::* free,
                                             int GuessLimits::* burst, Moment now) {
  const std::lock_guard lock(mutex_);
  Decision decision;
  if (is_full(buckets, key, limits_.*burst, now, decision)) return decision;
  decision.delay = slow(buckets.level(key, now), limits_.*free);
  buckets.add(key, 1, now);
  return decision;
}

GuessGuard::Decision GuessGuard::admit_repeat(const SipDigest& sent, const Address& address, Moment now) {
  return admit_alone(repeats_, (sent.low ^ caller({}, address).address) | 1, &GuessLimits::pair_free,
                     &GuessLimits::pair_burst, now);
}

GuessGuard::Decision GuessGuard::admit_token_failure(const Address& address, Moment now) {
  return admit_alone(tokens_, caller({}, address).address, &GuessLimits::address_free, &GuessLimits::address_burst,
                     now);
}

}  // namespace otklik::access
