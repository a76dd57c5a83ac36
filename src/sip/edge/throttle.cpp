#include "sip/edge/throttle.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace otklik::sip {
namespace {

constexpr std::size_t entries_most = 65'536;
constexpr std::int64_t remembered_ms = 20 * 60 * 1000;
constexpr std::int64_t proven_ms = 60 * 60 * 1000;
constexpr std::int64_t sweep_ms = 10'000;  // a flood of new addresses must not make us look at all of them each time
constexpr std::uint32_t challenges_free = 64;
constexpr std::uint32_t patience_with_proven = 16;  // so many times the failures

}  // namespace

bool Throttle::is_trusted(const Address& address) const noexcept {
  return std::any_of(limits_.trusted.begin(), limits_.trusted.end(),
                     [&](const Network& network) { return network.contains(address); });
}

Throttle::Entry* Throttle::entry(const Address& from, std::int64_t now) {
  const auto key = from.subnet_key();
  if (const auto at = entries_.find(key); at != entries_.end()) return &at->second;
  if (entries_.size() >= entries_most && now - swept_ > sweep_ms) {
    swept_ = now;
    sweep(now);
  }
  if (entries_.size() >= entries_most) {
    // A flood from everywhere: whoever is not known yet shares this bucket of the first that comes to hand.
    return &entries_.begin()->second;
  }
  Entry fresh;
  fresh.tokens = static_cast<double>(limits_.messages_of_one);
  fresh.at = now;
  return &entries_.emplace(key, fresh).first->second;
}

bool Throttle::lets_in(const Address& from, std::int64_t now) {
  Entry& one = *entry(from, now);
  if (now < one.proven_until || is_trusted(from)) return true;
  const auto rate = static_cast<double>(limits_.messages_of_one);
  one.tokens = std::min(rate, one.tokens + static_cast<double>(now - one.at) * rate / 1000.0);
  one.at = now;
  if (one.tokens < 1) return false;
  one.tokens -= 1;
  return true;
}

bool Throttle::waits(const Address& from, std::int64_t now) const {
  const auto at = entries_.find(from.subnet_key());
  return at != entries_.end() && now < at->second.waits_until && !is_trusted(from);
}

void Throttle::failed(const Address& from, std::int64_t now) {
  Entry& one = *entry(from, now);
  one.at = std::max(one.at, now);
  ++one.failures;
  const auto free = limits_.failures_of_one * (now < one.proven_until ? patience_with_proven : 1);
  if (one.failures <= free) return;
  const auto doublings = std::min<std::size_t>(one.failures - free - 1, 20);
  const auto wait = std::min<std::int64_t>(limits_.wait_first.count() << doublings, limits_.wait_most.count());
  one.waits_until = now + wait * 1000;
}

void Throttle::challenged(const Address& from, std::int64_t now) {
  Entry& one = *entry(from, now);
  if (++one.challenges > challenges_free) failed(from, now);
}

void Throttle::proven(const Address& from, std::int64_t now) {
  Entry& one = *entry(from, now);
  one.failures = 0;
  one.challenges = 0;
  one.waits_until = 0;
  one.proven_until = now + proven_ms;
}

void Throttle::sweep(std::int64_t now) {
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& one = item.second;
    return now - one.at > remembered_ms && now > one.waits_until && now > one.proven_until;
  });
}

bool is_scanner(std::string_view user_agent, const std::vector<std::string>& more) {
  static constexpr std::array<std::string_view, 14> known{
      "friendly-scanner", "friendly-request", "sipvicious",   "sipcli",          "sundayddr",
      "sip-scan",         "sipsak",           "iwar",         "vaxsipuseragent", "smap",
      "pplsip",           "sipp scan",        "voipsecurity", "siparmyknife"};
  const auto begins_with = [&](std::string_view name) {
    return !name.empty() && user_agent.size() >= name.size() && iequals_ascii(user_agent.substr(0, name.size()), name);
  };
  return std::any_of(known.begin(), known.end(), begins_with) || std::any_of(more.begin(), more.end(), begins_with);
}

}  // namespace otklik::sip
