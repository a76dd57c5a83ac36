#pragma once
#include <chrono>
#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/live.hpp"
#include "base/snapshot.hpp"
#include "core/licence/seats.hpp"
#include "core/licence/standing.hpp"
#include "core/ports/journal.hpp"
#include "core/ports/licensing.hpp"
#include "licence/judge.hpp"
#include "licence/options.hpp"

namespace otklik::licence {

/// Time that only goes forward, since some beginning.
using SteadyTime = std::function<std::chrono::milliseconds()>;
std::chrono::milliseconds steady_time();

/// The licence of a running server. Looks at the certificate, the trusted keys and the day once a second on a thread of
/// its own, and takes up what has changed; a certificate that does not hold is told of once (log, journal), and the
/// open licence holds instead. Whatever lies in those files, it never fails and never stops the server.
class Keeper final : public core::Licensing {
 public:
  /// Makes the registration number where there is none, looks once, and starts the thread. `clock` and `journal` must
  /// outlive it. Errors: those of registration_number().
  static Result<std::unique_ptr<Keeper>> open(Options options, const Clock& clock, core::Journal& journal,
                                              SteadyTime steady = steady_time);
  ~Keeper() override;

  [[nodiscard]] std::shared_ptr<const core::Standing> standing() const override { return standing_.take(); }
  [[nodiscard]] core::OfEachLicensed<core::SeatUsage> usage() const override;
  std::expected<void, core::SeatRefusal> note_request(const Uuid& user) override;
  std::expected<core::HeldSeat, core::SeatRefusal> take(core::Licensed what, const Uuid& holder) override;

  /// Looks now (SIGHUP); when it returns, what has changed holds.
  void look();
  /// Other trusted keys hold when it returns; another time for which seats are kept, from the next request on. The
  /// folder and the machine stay. Any thread.
  void use(Options options);

  /// Puts a certificate into the data folder, whole or not at all, and takes it up. A fault: it would not hold here and
  /// today, and the old one stays. Errors: `storage_full`, `failed`, those of trusted_keys().
  Result<std::optional<core::CertificateFault>> install(std::string_view certificate);

  /// The keys that are trusted now. Errors: those of read_public_keys(); an absent file is no key.
  [[nodiscard]] Result<std::vector<PublicKey>> trusted_keys() const;

  /// Joins the thread; before the journal stops. Idempotent. Seats are kept on.
  void stop();

 private:
  /// A file's text; nothing when it is absent; or why it cannot be read.
  using FileText = std::expected<std::optional<std::string>, core::CertificateFault>;
  /// Everything that a standing follows from, besides this program and this machine.
  struct Seen {
    FileText certificate;
    FileText keys;
    core::Date today{};
    bool operator==(const Seen&) const = default;
  };

  Keeper(Options options, std::string registration, const Clock& clock, core::Journal& journal, SteadyTime steady);
  void watch();
  [[nodiscard]] Seen see() const;
  [[nodiscard]] core::Standing standing_of(const Seen& seen) const;
  void take_up(core::Standing next, const core::Standing& before, bool first);
  void warn_of(const core::SeatRefusal& refusal, core::Seats::Moment now);
  void give_back(core::Licensed what, const Uuid& holder) noexcept override;

  Live<Options> options_;
  const std::string registration_;
  const std::string machine_;
  const Clock& clock_;
  core::Journal& journal_;
  const SteadyTime steady_;

  std::mutex looking_;  // one look at a time
  std::optional<Seen> seen_;
  SnapshotHolder<core::Standing> standing_;

  mutable std::mutex seating_;
  mutable core::OfEachLicensed<core::Seats> seats_;
  core::OfEachLicensed<core::Seats::Moment> next_warning_;

  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace otklik::licence
