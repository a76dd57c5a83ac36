#pragma once
#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "sip/values.hpp"

namespace otklik::sip {

/// One message of a traced call, with what is secret taken out.
struct TracedMessage {
  Time when;
  bool incoming = false;
  Peer peer;
  std::string text;
};

/// The text of a message without credentials, keys of media and passwords.
std::string without_secrets(std::string_view message);

/// Messages of the calls that somebody wants to see, by Call-ID, in a ring of bounded size. Any thread.
class Trace {
 public:
  explicit Trace(std::size_t most_bytes) : most_(most_bytes) {}

  void want(const std::string& call_id);
  /// Costs one load while nothing is wanted.
  void note(const std::string& call_id, bool incoming, const Peer& peer, std::string_view message);
  [[nodiscard]] std::vector<TracedMessage> of(const std::vector<std::string>& call_ids) const;

 private:
  struct Kept {
    std::string call_id;
    TracedMessage message;
  };
  const std::size_t most_;
  std::atomic<bool> any_ = false;
  mutable std::mutex mutex_;
  std::deque<std::string> wanted_;  ///< the latest; bounded
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;
};

}  // namespace otklik::sip
