#include "licence/keeper.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <cassert>
#include <cerrno>
#include <utility>

#include "base/file.hpp"
#include "base/log.hpp"
#include "licence/document.hpp"
#include "licence/registration.hpp"

namespace otklik::licence {
namespace {

using Fault = core::CertificateFault;
using core::Licensed;

constexpr std::size_t largest_keys_file = 256 * 1024;
constexpr std::chrono::minutes between_warnings{1};

core::Date day_of(Time when) { return std::chrono::floor<std::chrono::days>(when); }

std::expected<std::optional<std::string>, Fault> read_text(const std::string& path, std::size_t limit) {
  const auto unreadable = [&] {
    return std::unexpected(Fault{Fault::Kind::unreadable, path.substr(path.rfind('/') + 1)});
  };
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return unreadable();
  }
  if (!S_ISREG(about.st_mode)) return unreadable();
  auto text = read_file(path, limit);
  if (text) return std::optional(std::move(*text));
  if (text.error().code == ErrorCode::too_large) {
    return std::unexpected(Fault{Fault::Kind::too_large, std::to_string(limit)});
  }
  return unreadable();
}

std::vector<PublicKey> keys_or_none(const std::expected<std::optional<std::string>, Fault>& text) {
  if (!text || !*text) return {};
  auto keys = read_public_keys(**text);
  if (keys) return std::move(*keys);
  return {};
}

core::LicenceInstalled installed(const core::Standing& standing) { return {standing.terms, standing.issuer}; }

}  // namespace

std::chrono::milliseconds steady_time() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

Result<std::unique_ptr<Keeper>> Keeper::open(Options options, const Clock& clock, core::Journal& journal,
                                             SteadyTime steady) {
  auto registration = registration_number(options.data_folder);
  if (!registration) return std::unexpected(registration.error());
  std::unique_ptr<Keeper> keeper(
      new Keeper(std::move(options), std::move(*registration), clock, journal, std::move(steady)));
  keeper->look();
  keeper->thread_ = std::thread([&keeper = *keeper] { keeper.watch(); });
  ::pthread_setname_np(keeper->thread_.native_handle(), "licence");
  return keeper;
}

Keeper::Keeper(Options options, std::string registration, const Clock& clock, core::Journal& journal, SteadyTime steady)
    : options_(std::move(options)),
      registration_(std::move(registration)),
      machine_(machine_mark(options_->machine_id)),
      clock_(clock),
      journal_(journal),
      steady_(std::move(steady)),
      seats_{{core::Seats(Licensed::users), core::Seats(Licensed::operators), core::Seats(Licensed::inner_lines),
              core::Seats(Licensed::outer_lines)}} {}

Keeper::~Keeper() { stop(); }

void Keeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Keeper::watch() {
  std::unique_lock lock(mutex_);
  while (!woken_.wait_for(lock, options_->look_every, [this] { return stopping_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

Keeper::Seen Keeper::see() const {
  const Options& options = *options_;
  return {.certificate = read_text(options.certificate_path(), largest_document),
          .keys = read_text(options.trusted_keys_path(), largest_keys_file),
          .today = day_of(clock_.now())};
}

core::Standing Keeper::standing_of(const Seen& seen) const {
  core::Standing standing;
  standing.terms.registration = registration_;
  standing.machine = machine_;
  const auto refused = [&](Fault fault) {
    standing.kind = core::Standing::Kind::refused;
    standing.fault = std::move(fault);
    return standing;
  };
  if (!seen.certificate) return refused(seen.certificate.error());
  if (!*seen.certificate) return standing;
  const auto keys = keys_or_none(seen.keys);
  auto certificate = judge(**seen.certificate, keys, this_place(machine_, seen.today));
  if (!certificate) return refused(certificate.error());
  standing.kind = core::Standing::Kind::certificate;
  standing.terms = std::move(certificate->terms);
  standing.issuer = std::move(certificate->issuer);
  standing.confirmation_is_due = seen.today > standing.terms.confirm;
  return standing;
}

void Keeper::look() {
  // Held while the journal is told, which may run others' callbacks: they take and give back seats, and none looks.
  const std::lock_guard lock(looking_);
  Seen now = see();
  if (seen_ && now == *seen_) return;
  if (!seen_ || now.keys != seen_->keys) {
    if (!now.keys) {
      log::error("licence: the trusted keys cannot be read, so none is trusted: {}",
                 core::explain(now.keys.error()).en);
    } else if (*now.keys) {
      if (const auto keys = read_public_keys(**now.keys); !keys) {
        log::error("licence: no key is trusted: {}", keys.error().message);
      }
    }
  }
  const auto before = standing();
  auto next = standing_of(now);
  const bool first = !seen_;
  seen_ = std::move(now);
  if (first || next != *before) take_up(std::move(next), *before, first);
}

void Keeper::use(Options options) {
  options_.publish(std::move(options));
  look();
}

void Keeper::take_up(core::Standing next, const core::Standing& before, bool first) {
  using Kind = core::Standing::Kind;
  {
    const std::lock_guard lock(seating_);
    const auto now = steady_();
    for (const auto what : core::all_licensed) seats_[what].set_limit(next.terms.limits[what], now);
  }
  standing_.publish(std::make_shared<const core::Standing>(next));
  switch (next.kind) {
    case Kind::open:
      if (first) return;
      log::warn("licence: the certificate is gone; the open licence holds, without limits");
      return journal_.tell(core::LicenceRemoved{});
    case Kind::refused: {
      auto text = core::explain(*next.fault).en;
      log::error("licence: the certificate does not hold, and the open licence holds instead: {}", text);
      return journal_.tell(core::LicenceRefused{std::string(core::name(next.fault->kind)), std::move(text)});
    }
    case Kind::certificate:
      if (next.confirmation_is_due) {
        log::warn("licence: the certificate was to be confirmed by {}; it holds until {}",
                  core::date_text(next.terms.confirm), core::date_text(next.terms.not_after));
      }
      if (before.kind == Kind::certificate && before.terms == next.terms && before.issuer == next.issuer) return;
      log::info("licence: certificate {} of {} holds until {}", next.terms.registration, next.terms.owner,
                core::date_text(next.terms.not_after));
      return journal_.tell(installed(next));
  }
}

Result<std::vector<PublicKey>> Keeper::trusted_keys() const {
  const auto text = read_text(options_->trusted_keys_path(), largest_keys_file);
  if (!text) return fail(ErrorCode::failed, "the trusted keys cannot be read: " + core::explain(text.error()).en);
  if (!*text) return std::vector<PublicKey>{};
  return read_public_keys(**text);
}

Result<std::optional<Fault>> Keeper::install(std::string_view certificate) {
  const auto keys = trusted_keys();
  if (!keys) return std::unexpected(keys.error());
  const auto verdict = judge(certificate, *keys, this_place(machine_, day_of(clock_.now())));
  if (!verdict) return std::optional(verdict.error());
  if (auto written = write_atomically(options_->certificate_path(), certificate); !written) {
    return std::unexpected(written.error());
  }
  look();
  return std::nullopt;
}

core::OfEachLicensed<core::SeatUsage> Keeper::usage() const {
  core::OfEachLicensed<core::SeatUsage> usage;
  const std::lock_guard lock(seating_);
  const auto now = steady_();
  for (const auto what : core::all_licensed) usage[what] = seats_[what].usage(now);
  return usage;
}

std::expected<void, core::SeatRefusal> Keeper::note_request(const Uuid& user) {
  const std::lock_guard lock(seating_);
  const auto now = steady_();
  const auto until = now + options_->seat_time;
  auto kept = seats_[Licensed::users].keep_warm(user, until, now, until);
  if (!kept) warn_of(kept.error(), now);
  return kept;
}

std::expected<core::HeldSeat, core::SeatRefusal> Keeper::take(Licensed what, const Uuid& holder) {
  const std::lock_guard lock(seating_);
  const auto now = steady_();
  if (auto held = seats_[what].hold(holder, now, now + options_->seat_time); !held) {
    warn_of(held.error(), now);
    return std::unexpected(held.error());
  }
  return core::HeldSeat(*this, what, holder);
}

void Keeper::give_back(Licensed what, const Uuid& holder) noexcept {
  const std::lock_guard lock(seating_);
  [[maybe_unused]] const bool held = seats_[what].release(holder, steady_());
  assert(held);
}

void Keeper::warn_of(const core::SeatRefusal& refusal, core::Seats::Moment now) {
  if (now < next_warning_[refusal.what]) return;
  next_warning_[refusal.what] = now + between_warnings;
  log::warn("licence: the limit of {} {} is reached ({} taken); somebody was turned away", refusal.allowed,
            core::name(refusal.what), refusal.used);
}

}  // namespace otklik::licence
