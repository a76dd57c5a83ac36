#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/live.hpp"
#include "core/plan/plan.hpp"
#include "core/ports/licensing.hpp"
#include "core/ports/telephony.hpp"
#include "media/facts.hpp"
#include "pbx/leg.hpp"
#include "pbx/lines.hpp"
#include "pbx/local_address.hpp"
#include "pbx/options.hpp"
#include "pbx/ports.hpp"
#include "pbx/recorder.hpp"
#include "pbx/trunks.hpp"
#include "sip/facts.hpp"

namespace otklik::pbx {

/// Counters since the start.
struct SwitchboardFigures {
  std::uint64_t legs_offered = 0;
  std::uint64_t legs_placed = 0;
  std::uint64_t legs_answered = 0;
  std::uint64_t legs_refused = 0;  ///< before the core heard of them: no codec, no seat, too many, stopping
  std::uint64_t media_lost = 0;
  std::uint64_t passed_over = 0;  ///< orders and facts of legs that had ended, or that their state has no use for
  std::uint64_t watchdog = 0;     ///< legs that the watchdog ended: should stay 0
};

/// Every leg of the exchange. Orders of the core become commands of signalling and of the media engine, and what these
/// two tell becomes facts for the core.
///
/// All functions run on one thread, the inbox's, so that nothing here is locked; only what stands in Parts is shared.
class Switchboard {
 public:
  struct Parts {
    Signalling& signalling;
    Audio& audio;
    Recorder& recorder;
    core::Licensing& licensing;
    const Live<AudioOptions>& options;
    /// The core's ear; may bring orders into the inbox before it returns.
    std::function<void(core::telephony::Fact)> tell;
    /// A line got its first phone, or lost its last one (then `connected` is nothing and `reason` says why).
    struct LineNews {
      Uuid line;
      const sip::Registered* connected = nullptr;
      std::string_view reason{};
    };
    std::function<void(const LineNews&)> tell_line;
    std::optional<Address> (*towards)(const Address&) = address_towards;
  };
  Switchboard(Parts parts, std::size_t most_legs);
  ~Switchboard();
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;

  /// Orders of one turn: what comes later in it is known when an earlier one is carried out.
  void carry_out(std::span<const core::telephony::Order> orders);
  void heard(sip::Fact&& fact);
  void heard(media::Fact&& fact);

  void use(std::shared_ptr<const core::Plan> plan) { plan_ = std::move(plan); }
  /// The trunk begins anew: what was known of it holds no more.
  void forget_trunk(const Uuid& trunk) { trunks_.forget(trunk); }
  /// From now on who calls is refused by 503.
  void close() noexcept { closed_ = true; }
  /// Likewise for this one moment: too much is waiting.
  void set_overloaded(bool overloaded) noexcept { overloaded_ = overloaded; }
  /// Ends what nothing else would end. `now`: a steady time.
  void tick(std::chrono::milliseconds now);

  [[nodiscard]] std::size_t legs() const noexcept { return legs_.size(); }
  [[nodiscard]] std::size_t connected_lines() const noexcept { return lines_.connected(); }
  [[nodiscard]] std::size_t trunks_down() const noexcept { return trunks_.down(); }
  [[nodiscard]] const SwitchboardFigures& figures() const noexcept { return figures_; }

 private:
  struct CarryOut;
  struct HearSignalling;
  struct HearAudio;

  struct Talk {
    Uuid a, b;
  };

  Leg* find(const Uuid& id);
  Leg* find(media::LegId id);
  void passed_over() noexcept { ++figures_.passed_over; }

  // switchboard_legs.cpp: how legs come, are answered and go
  void begin_offered(sip::Invited&& call);
  void begin_placed(const core::telephony::PlaceLeg& order);
  void refuse(const Uuid& dialog, int status, core::Cause cause);
  Result<> open_audio(Leg& leg);
  /// Gives the engine what the session has agreed upon, where it is news.
  Result<> give_remote(Leg& leg);
  /// Lets an offered leg hear us before it is answered.
  void make_early(Leg& leg);
  void answer(Leg& leg);
  void enter(Leg& leg, LegState state);
  /// The core ended it: signalling is told.
  void end_by_core(Leg& leg, core::Cause cause);
  /// It could not be carried on: both are told.
  void fail_leg(Leg& leg, core::Cause cause);
  /// It is gone; whoever had to know has been told.
  void forget(Leg& leg);
  [[nodiscard]] OtherLeg other_of(const Leg& leg);
  [[nodiscard]] SessionRules rules_for(const Leg& leg, const std::optional<sip::Peer>& peer, Address& bound) const;
  [[nodiscard]] std::optional<sip::Peer> peer_of_trunk(const core::Trunk& trunk) const;

  // switchboard_facts.cpp
  void take_answer(Leg& leg, const std::string& sdp);
  void reoffered(Leg& leg, const sip::Reoffered& fact);
  void transfer_asked(Leg& leg, const sip::TransferAsked& fact);
  void digits_came(const Uuid& leg, std::string_view digits);

  Parts parts_;
  const std::size_t most_legs_;
  std::shared_ptr<const core::Plan> plan_ = std::make_shared<core::Plan>();
  std::unordered_map<Uuid, Leg> legs_;
  std::unordered_map<media::LegId, Uuid> by_audio_;
  std::unordered_map<Uuid, Talk> talks_;
  std::unordered_set<Uuid> recorded_;               ///< recordings that nobody has stopped
  std::unordered_map<Uuid, bool> insists_on_srtp_;  ///< lines whose phone was seen to take nothing else
  Lines lines_;
  Trunks trunks_;
  SwitchboardFigures figures_;
  std::chrono::milliseconds now_{0};
  std::uint64_t affinity_ = 0;
  bool closed_ = false;
  bool overloaded_ = false;
};

}  // namespace otklik::pbx
