#pragma once
#include "core/ports/telephony.hpp"
#include "media/facts.hpp"

namespace otklik::pbx {

/// Whoever makes recordings of legs, as the switchboard sees him. None of these waits; RecordingFinished is told by
/// him.
class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void start(const core::telephony::StartRecording& order, media::LegId a, media::LegId b) = 0;
  virtual void stop(const Uuid& recording) = 0;
  virtual void ended(media::RecordingEnded fact) = 0;
  /// One that never began: its legs are gone.
  virtual void not_begun(const core::telephony::StartRecording& order) = 0;
};

}  // namespace otklik::pbx
