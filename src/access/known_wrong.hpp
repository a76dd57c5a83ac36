#pragma once
#include <cstdint>
#include <mutex>
#include <vector>

#include "access/sip_hash.hpp"

namespace otklik::access {

/// Credentials that were found wrong since the directory changed last: sent again they cost no hash. Fixed memory, the
/// oldest makes room. Any thread.
class KnownWrong {
 public:
  explicit KnownWrong(std::size_t capacity);

  void add(const SipDigest& sent, std::uint64_t epoch);
  [[nodiscard]] bool has(const SipDigest& sent, std::uint64_t epoch) const;

 private:
  static constexpr std::size_t ways = 4;
  struct Wrong {
    SipDigest sent;
    std::uint64_t epoch = 0;  // of another epoch: worth nothing
  };
  const std::size_t sets_;
  mutable std::mutex mutex_;
  std::vector<Wrong> entries_;
  std::size_t next_way_ = 0;
};

}  // namespace otklik::access
