#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ports/licensing.hpp"
#include "pbx/ports.hpp"
#include "pbx/recorder.hpp"

/// Signalling, audio and licence without a socket: they note what they were told to do.
namespace otklik::pbx {

class NotedSignalling final : public Signalling {
 public:
  bool post(sip::Command command) override {
    if (is_full && !std::holds_alternative<sip::End>(command)) return false;
    commands.push_back(std::move(command));
    return true;
  }
  /// The only command of this kind since the last look; none, or several: nothing.
  template <class Command>
  std::optional<Command> take() {
    std::optional<Command> found;
    for (const auto& command : commands) {
      if (const auto* one = std::get_if<Command>(&command)) {
        if (found) return std::nullopt;
        found = *one;
      }
    }
    commands.clear();
    return found;
  }

  std::vector<sip::Command> commands;
  bool is_full = false;
};

class NotedAudio final : public Audio {
 public:
  Result<media::LegPlace> create_leg(const media::LegOptions& options) override {
    if (no_ports) return fail(ErrorCode::too_many, "all ports of the range are taken");
    last_options = options;
    const auto leg = static_cast<media::LegId>(++last_leg);
    open.insert(leg);
    return media::LegPlace{.leg = leg,
                           .rtp_port = static_cast<std::uint16_t>(20'000 + 2 * last_leg),
                           .rtcp_port = static_cast<std::uint16_t>(20'001 + 2 * last_leg),
                           .ssrc = 1,
                           .cname = "x"};
  }
  Result<> set_remote(media::LegId leg, const media::Remote& remote) override {
    if (!open.contains(leg)) return fail(ErrorCode::not_found);
    remotes[leg] = remote;
    ++remotes_set;
    return {};
  }
  Result<> join(media::LegId a, media::LegId b) override {
    if (!open.contains(a) || !open.contains(b)) return fail(ErrorCode::not_found);
    joined[a] = b;
    joined[b] = a;
    return {};
  }
  Result<> part(media::LegId leg) override {
    joined.erase(leg);
    return {};
  }
  Result<> echo(media::LegId leg) override {
    echoed.insert(leg);
    return {};
  }
  Result<media::PlayId> play(media::LegId leg, media::Play what) override {
    playing[leg] = std::move(what);
    return static_cast<media::PlayId>(++last_play);
  }
  Result<> stop_playing(media::LegId leg) override {
    playing.erase(leg);
    return {};
  }
  Result<> send_digits(media::LegId leg, std::string_view digits) override {
    sent[leg] += digits;
    return {};
  }
  Result<> close(media::LegId leg) override {
    if (open.erase(leg) == 0) return fail(ErrorCode::not_found);
    joined.erase(leg);
    return {};
  }
  Result<media::RecordingId> record(const media::Recording& recording) override {
    if (no_recording) return fail(ErrorCode::storage_full);
    recorded.push_back(recording);
    return static_cast<media::RecordingId>(recorded.size());
  }
  Result<> stop_recording(media::RecordingId recording) override {
    stopped.push_back(recording);
    return {};
  }

  std::uint64_t last_leg = 0;
  std::uint64_t last_play = 0;
  std::size_t remotes_set = 0;
  bool no_ports = false;
  bool no_recording = false;
  media::LegOptions last_options;
  std::set<media::LegId> open, echoed;
  std::map<media::LegId, media::Remote> remotes;
  std::map<media::LegId, media::LegId> joined;
  std::map<media::LegId, media::Play> playing;
  std::map<media::LegId, std::string> sent;
  std::vector<media::Recording> recorded;
  std::vector<media::RecordingId> stopped;
};

class NotedRecorder final : public Recorder {
 public:
  void start(const core::telephony::StartRecording& order, media::LegId, media::LegId) override {
    started.push_back(order.recording);
  }
  void stop(const Uuid& recording) override { stopped.push_back(recording); }
  void ended(media::RecordingEnded fact) override { told.push_back(fact.recording); }
  void not_begun(const core::telephony::StartRecording& order) override { refused.push_back(order.recording); }

  std::vector<Uuid> started, stopped, refused;
  std::vector<media::RecordingId> told;
};

/// A licence that allows so many of each.
class CountedLicence final : public core::Licensing {
 public:
  [[nodiscard]] std::shared_ptr<const core::Standing> standing() const override { return nullptr; }
  [[nodiscard]] core::OfEachLicensed<core::SeatUsage> usage() const override { return {}; }
  std::expected<void, core::SeatRefusal> note_request(const Uuid&) override { return {}; }
  std::expected<core::HeldSeat, core::SeatRefusal> take(core::Licensed what, const Uuid& holder) override {
    auto& seats = held[what];
    if (!seats.contains(holder) && seats.size() >= allowed) {
      return std::unexpected(core::SeatRefusal{.what = what, .allowed = allowed, .used = allowed});
    }
    ++seats[holder];
    return core::HeldSeat(*this, what, holder);
  }

  std::uint32_t allowed = 100;
  std::map<core::Licensed, std::map<Uuid, int>> held;

 protected:
  void give_back(core::Licensed what, const Uuid& holder) noexcept override {
    if (--held[what][holder] == 0) held[what].erase(holder);
  }
};

/// The id whose last byte is `number`.
inline Uuid id(std::uint8_t number) {
  Uuid made;
  made.bytes[15] = number;
  return made;
}

}  // namespace otklik::pbx
