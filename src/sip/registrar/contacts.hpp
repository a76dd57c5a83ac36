#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "sip/values.hpp"

namespace otklik::sip {

/// One registered phone.
struct Contact {
  Uuid line;
  std::string aor;
  std::string uri;                ///< as the phone wrote it: the target of requests to it
  std::string flow;               ///< token of the way back to it, see edge/flow_token.hpp
  std::vector<std::string> path;  ///< Path, if it came by a proxy: `<sip:…;lr>`
  std::string instance;           ///< +sip.instance; may be empty
  std::string user_agent;
  std::string call_id;
  std::uint32_t sequence = 0;
  int quality = 1000;  ///< q, thousandths
  Peer received;
  Time since{};
  Time until{};
  std::int64_t expires_at = 0;  ///< milliseconds of the steady clock
};

/// All registered phones. Any thread.
class Contacts {
 public:
  explicit Contacts(std::size_t most) : most_(most) {}

  /// Those of an address-of-record, the best quality first.
  [[nodiscard]] std::vector<Contact> of(std::string_view aor) const;
  [[nodiscard]] std::vector<Contact> all() const;
  [[nodiscard]] std::size_t size() const;

  enum class Put : std::uint8_t { fresh, moved, refreshed, full };
  /// Adds, or takes the place of one with the same URI or instance. `most_of_aor`: past it the oldest goes into
  /// `displaced`.
  Put put(Contact contact, std::size_t most_of_aor, std::vector<Contact>& displaced);
  /// Takes one off; by its URI.
  std::optional<Contact> remove(std::string_view aor, std::string_view uri);
  std::vector<Contact> remove_all(std::string_view aor);
  /// Those whose time is up.
  std::vector<Contact> expire(std::int64_t now);
  /// Those that came by a connection that is gone.
  std::vector<Contact> remove_flow(std::string_view flow);
  /// Those of accounts that `stays` does not know: by line.
  std::vector<Contact> keep_only(const std::unordered_map<Uuid, bool>& stays);

 private:
  using ByTime = std::multimap<std::int64_t, std::pair<std::string, std::string>>;  ///< when → (aor, uri)
  struct Entry {
    Contact contact;
    ByTime::iterator time;
  };
  using Entries = std::vector<Entry>;

  template <class Matches>
  std::vector<Contact> take_if(std::string_view aor, Matches matches);
  Contact take(Entries& entries, std::size_t index);

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entries> by_aor_;
  ByTime by_time_;
  std::unordered_multimap<std::string, std::string> by_flow_;  ///< flow → aor, for connections only
  std::size_t count_ = 0;
};

}  // namespace otklik::sip
