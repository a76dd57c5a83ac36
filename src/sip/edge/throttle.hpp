#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/address.hpp"
#include "sip/options.hpp"

namespace otklik::sip {

/// Keeps guessers and floods away, by address. Not for several threads; memory is bounded.
///
/// An address from which somebody has proved himself a little while ago is slow to be made to wait: behind it may be an
/// office with a single phone that has a wrong password.
class Throttle {
 public:
  explicit Throttle(EdgeLimits limits) : limits_(std::move(limits)) {}

  void use(EdgeLimits limits) { limits_ = std::move(limits); }

  /// Whether a message from there is to be looked at. All moments: milliseconds of the steady clock.
  bool lets_in(const Address& from, std::int64_t now);
  /// Whether the address has to wait: what begins something new is dropped.
  [[nodiscard]] bool waits(const Address& from, std::int64_t now) const;
  void failed(const Address& from, std::int64_t now);
  /// A challenge was sent. Many of them that nobody answers count as failures.
  void challenged(const Address& from, std::int64_t now);
  void proven(const Address& from, std::int64_t now);
  /// Forgets those who have been quiet; now and then.
  void sweep(std::int64_t now);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    double tokens = 0;
    std::int64_t at = 0;
    std::int64_t waits_until = 0;
    std::int64_t proven_until = 0;
    std::uint32_t failures = 0;
    std::uint32_t challenges = 0;
  };
  [[nodiscard]] bool is_trusted(const Address& address) const noexcept;
  Entry* entry(const Address& from, std::int64_t now);

  EdgeLimits limits_;
  std::unordered_map<Address, Entry> entries_;
  std::int64_t swept_ = 0;
};

/// Whether a User-Agent is one of the tools that look for open exchanges. `more`: further beginnings of names.
bool is_scanner(std::string_view user_agent, const std::vector<std::string>& more);

}  // namespace otklik::sip
