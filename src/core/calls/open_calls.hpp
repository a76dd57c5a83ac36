#pragma once
#include <map>
#include <string_view>
#include <vector>

#include "core/events.hpp"

namespace otklik::core {

/// What the log of a server that was killed has left open: calls that began and of which no end was written. Shown
/// every event of it in order, it knows what is to be closed; the closing events are told at the next start, so that
/// every reader of the log finds an end of each chain.
class OpenCalls {
 public:
  /// Whether an event of this type matters here: the others need not be read.
  static bool concerns(std::string_view type) noexcept;
  void note(const EventBody& body, Time at);

  /// Ends of all that is open, from the inside out, each with Cause::server_restarted.
  [[nodiscard]] std::vector<EventBody> closings() const;
  [[nodiscard]] bool empty() const noexcept {
    return chains_.empty() && legs_.empty() && talks_.empty() && calls_.empty() && queue_.empty() &&
           autocalls_.empty() && holds_.empty();
  }

 private:
  template <class Began>
  struct At {
    Began event;
    Time at;
  };
  struct OpenLeg {
    LegBegan event;
    Time at;
    bool answered = false;
  };

  std::map<Uuid, At<ChainBegan>> chains_;
  std::map<Uuid, OpenLeg> legs_;
  std::map<Uuid, At<CommutationBegan>> talks_;
  std::map<Uuid, At<CallBegan>> calls_;
  std::map<Uuid, At<QueueEntered>> queue_;  // by call
  std::map<Uuid, At<AutocallStarted>> autocalls_;
  std::map<Uuid, At<HoldBegan>> holds_;               // by the held leg
  std::map<Uuid, std::chrono::milliseconds> talked_;  // by chain
};

}  // namespace otklik::core
