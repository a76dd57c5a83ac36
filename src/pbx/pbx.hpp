#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/live.hpp"
#include "base/strand.hpp"
#include "core/plan/plan.hpp"
#include "core/ports/file_index.hpp"
#include "core/ports/journal.hpp"
#include "core/ports/licensing.hpp"
#include "core/ports/sip_secrets.hpp"
#include "core/ports/telephony.hpp"
#include "media/engine.hpp"
#include "pbx/inbox.hpp"
#include "pbx/options.hpp"
#include "pbx/recordings.hpp"
#include "pbx/switchboard.hpp"
#include "sip/agent.hpp"

namespace otklik::pbx {

/// For /metrics, and for whoever waits until the calls are over.
struct PbxFigures {
  SwitchboardFigures switchboard;
  sip::AgentFigures sip;
  media::EngineFigures media;
  std::size_t legs = 0;
  std::size_t lines_connected = 0;
  std::size_t trunks_down = 0;
  std::size_t waiting = 0;  ///< orders and facts that wait for the switchboard
};

/// The exchange: carries the core's calls on SIP and media. Owns both, and the thread that holds every leg.
class Pbx final : public core::Telephony {
 public:
  /// All of them outlive it.
  struct Ports {
    core::TelephonyEar& ear;
    core::Journal& journal;
    core::Licensing& licensing;
    core::FileIndex& files;
    core::SipSecrets& secrets;
  };

  /// Starts the media engine and the thread of legs, and comes to an end with what the last life of the server left
  /// recorded (see Recordings::repair). No phone is heard before listen(). Errors: of the engine.
  static Result<std::unique_ptr<Pbx>> open(Options options, Ports ports);
  ~Pbx() override;
  Pbx(const Pbx&) = delete;
  Pbx& operator=(const Pbx&) = delete;

  /// Takes phones and trunks from now on, as the plan has them. What cannot be bound is logged and left out; with
  /// `any_free_port` a port already taken is replaced and said so. Returns what was bound. Errors: `failed` when
  /// listeners were wanted and none could be bound; of the certificate.
  Result<std::vector<sip::Listener>> listen(std::shared_ptr<const core::Plan> plan, bool any_free_port);

  /// From now on, or a moment later: secrets of trunks are read on a thread of its own.
  void use(std::shared_ptr<const core::Plan> plan);
  void use(const AudioOptions& audio) { audio_options_.publish(audio); }
  void use(const RecordingOptions& recording) { recording_options_.publish(recording); }
  void use(const sip::EdgeLimits& limits);
  Result<> reload_certificates();

  void carry_out(std::span<const core::telephony::Order> orders) override;

  /// Whoever calls from now on is refused by 503; calls that run go on.
  void refuse_new_calls();
  /// Waits until the last leg is gone. False: some were there still after `limit`.
  bool wait_for_calls(std::chrono::milliseconds limit);
  /// Ends what is left: dialogs, then audio and recordings; each is told. Nothing is told after it. Idempotent.
  void stop();

  [[nodiscard]] PbxFigures figures() const;
  [[nodiscard]] std::vector<sip::Registration> registrations() const;

 private:
  class ToSip;
  class ToEngine;

  Pbx(const Options& options, Ports ports);
  Result<> start_media();
  void take(Inbox::Item&& item);
  void tell_line(const Switchboard::Parts::LineNews& news);
  void publish_figures();
  void apply(std::shared_ptr<const core::Plan> plan);
  void change_plan(const std::shared_ptr<const core::Plan>& plan);

  const Options options_;
  Ports ports_;
  Live<AudioOptions> audio_options_;
  Live<RecordingOptions> recording_options_;
  std::unique_ptr<ToSip> to_sip_;
  std::unique_ptr<ToEngine> to_engine_;
  std::unique_ptr<Recordings> recordings_;
  std::unique_ptr<Switchboard> switchboard_;  // of the inbox's thread
  std::shared_ptr<const core::Plan> plan_;    // likewise
  std::unique_ptr<Inbox> inbox_;
  std::unique_ptr<media::Engine> engine_;
  std::unique_ptr<sip::Agent> agent_;

  std::shared_ptr<const sip::Accounts> accounts_;  // of listen(), then of the thread of plan_changes_
  std::atomic<bool> listening_ = false;

  mutable std::mutex figures_mutex_;
  std::condition_variable legs_changed_;
  PbxFigures published_;
  bool stopped_ = false;
  Strand plan_changes_;  // last: its work uses all of the above
};

}  // namespace otklik::pbx
