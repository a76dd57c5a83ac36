#include "access/temporary_passwords.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace otklik::access {
namespace {

constexpr std::size_t password_bits = 192;
constexpr std::size_t password_size = password_bits / 6;

}  // namespace

std::shared_ptr<const core::Identity> TemporaryPasswordKeeper::who(const Uuid& user, const Uuid& token) const {
  const auto people = directory_();
  const auto* found = people->user(user);
  if (found == nullptr || found->blocked) return nullptr;
  if (token.is_nil()) return std::make_shared<const core::Identity>(people->identity_of(*found));
  const auto* held = people->token(token);
  if (held == nullptr || held->user != user || !held->opens_at(clock_.now())) return nullptr;
  return std::make_shared<const core::Identity>(people->identity_of(*found, *held));
}

void TemporaryPasswordKeeper::forget(Issues::iterator issued) {
  by_digest_.erase(issued->digest);
  if (const auto count = of_user_.find(issued->user); --count->second == 0) of_user_.erase(count);
  issued_.erase(issued);
}

void TemporaryPasswordKeeper::forget_old() {
  const auto now = steady_.now();
  while (!issued_.empty() && issued_.front().ends <= now) forget(issued_.begin());
}

Result<std::string> TemporaryPasswordKeeper::issue(const core::Identity& who) {
  const auto people = directory_();
  const auto* user = people->user(who.user);
  if (user == nullptr) return fail(ErrorCode::not_found, "there is no such user");
  if (user->blocked) return fail(ErrorCode::forbidden, "the user is blocked");

  std::string text = random_text(password_bits);
  const SipDigest digest = hash_(text);
  const std::lock_guard lock(mutex_);
  forget_old();
  if (const auto count = of_user_.find(who.user); count != of_user_.end() && count->second >= options_.most_of_a_user) {
    forget(std::ranges::find(issued_, who.user, &Issued::user));
  }
  if (issued_.size() >= options_.most) return fail(ErrorCode::too_many, "too many temporary passwords are out");
  issued_.push_back({digest, who.user, who.token, steady_.now() + options_.lifetime});
  by_digest_.emplace(digest, std::prev(issued_.end()));
  ++of_user_[who.user];
  return text;
}

std::shared_ptr<const core::Identity> TemporaryPasswordKeeper::redeem(std::string_view password,
                                                                      core::TemporaryUse use) {
  if (password.size() != password_size) return nullptr;
  const SipDigest digest = hash_(password);
  Uuid user;
  Uuid token;
  {
    const std::lock_guard lock(mutex_);
    forget_old();
    const auto found = by_digest_.find(digest);
    if (found == by_digest_.end()) return nullptr;
    Issued& issued = *found->second;
    if (use == core::TemporaryUse::upload && std::exchange(issued.spent, true)) return nullptr;
    user = issued.user;
    token = issued.token;
  }
  return who(user, token);
}

}  // namespace otklik::access
