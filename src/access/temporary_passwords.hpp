#pragma once
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/sip_hash.hpp"
#include "access/steady.hpp"
#include "base/clock.hpp"
#include "core/directory/directory.hpp"
#include "core/ports/temporary_passwords.hpp"

namespace otklik::access {

struct TemporaryPasswordOptions {
  std::chrono::seconds lifetime{120};  ///< to the beginning of a request; not a setting: clients count on the vendor's
  std::size_t most_of_a_user = 256;    ///< the oldest of his makes room; not a setting: two a second
  std::size_t most = 1 << 16;          ///< of all users, `too_many` past it; not a setting: 8 MB
};

/// Temporary passwords, in memory: a restart ends them all. Only a keyed hash of each is kept.
class TemporaryPasswordKeeper final : public core::TemporaryPasswords {
 public:
  /// The newest directory, from any thread and without waiting.
  using Directory = std::move_only_function<std::shared_ptr<const core::Directory>() const>;

  /// `clock` (for the expiry of API tokens) and `steady` outlive the keeper.
  TemporaryPasswordKeeper(TemporaryPasswordOptions options, Directory directory, const Clock& clock,
                          const SteadyClock& steady)
      : options_(options), directory_(std::move(directory)), clock_(clock), steady_(steady) {}

  Result<std::string> issue(const core::Identity& who) override;
  std::shared_ptr<const core::Identity> redeem(std::string_view password, core::TemporaryUse use) override;

 private:
  struct Issued {
    SipDigest digest;
    Uuid user;
    Uuid token;  // the API token it was asked for with; nil: none
    std::chrono::nanoseconds ends{0};
    bool spent = false;  // for uploads
  };
  using Issues = std::list<Issued>;  // in the order of their ends

  void forget(Issues::iterator issued);
  void forget_old();
  [[nodiscard]] std::shared_ptr<const core::Identity> who(const Uuid& user, const Uuid& token) const;

  const TemporaryPasswordOptions options_;
  const Directory directory_;
  const Clock& clock_;
  const SteadyClock& steady_;
  const SipHash hash_;
  std::mutex mutex_;  // of all below
  Issues issued_;
  std::unordered_map<SipDigest, Issues::iterator> by_digest_;
  std::unordered_map<Uuid, std::size_t> of_user_;
};

}  // namespace otklik::access
