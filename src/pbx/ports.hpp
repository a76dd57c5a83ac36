#pragma once
#include <string_view>

#include "base/error.hpp"
#include "media/engine.hpp"
#include "sip/commands.hpp"

/// What the switchboard does with signalling and media, so that tests can stand in for both.
namespace otklik::pbx {

class Signalling {
 public:
  virtual ~Signalling() = default;
  /// As sip::Agent::post().
  [[nodiscard]] virtual bool post(sip::Command command) = 0;
};

/// As the functions of media::Engine of the same names.
class Audio {
 public:
  virtual ~Audio() = default;
  virtual Result<media::LegPlace> create_leg(const media::LegOptions& options) = 0;
  virtual Result<> set_remote(media::LegId leg, const media::Remote& remote) = 0;
  virtual Result<> join(media::LegId a, media::LegId b) = 0;
  virtual Result<> part(media::LegId leg) = 0;
  virtual Result<> echo(media::LegId leg) = 0;
  virtual Result<media::PlayId> play(media::LegId leg, media::Play what) = 0;
  virtual Result<> stop_playing(media::LegId leg) = 0;
  virtual Result<> send_digits(media::LegId leg, std::string_view digits) = 0;
  virtual Result<> close(media::LegId leg) = 0;
  virtual Result<media::RecordingId> record(const media::Recording& recording) = 0;
  virtual Result<> stop_recording(media::RecordingId recording) = 0;
};

}  // namespace otklik::pbx
