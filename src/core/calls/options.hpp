#pragma once
#include <chrono>
#include <cstddef>

namespace otklik::core {

/// How long and how often things may happen in calls.
struct CallOptions {
  std::chrono::seconds ring_limit{60};  ///< of anybody inside who rings, where his number says nothing shorter
  std::chrono::seconds outside_ring_limit{120};
  std::chrono::seconds callback_ring_limit{40};  ///< of the line's own phone in an autocall or a pick-up
  std::chrono::seconds tone{20};                 ///< a phone off the hook with nobody hears busy for so long, then ends
  std::chrono::seconds longest_hold{3600};
  std::chrono::seconds longest_echo{600};
  std::chrono::seconds media_patience{30};  ///< from MediaLost to the end of the leg
  std::chrono::hours longest_chain{12};
  std::chrono::seconds recording_patience{600};  ///< from the end of a talk to its RecordingFinished; not a setting: a guard against our own mistakes
  std::chrono::seconds queue_retry{5};           ///< one who did not answer a queued call is left alone for so long
  std::chrono::seconds watch{60};                ///< between two looks of the watchdog; not a setting: likewise
  std::size_t most_outside_of_line = 4;          ///< calls outside at once; 0: no limit
  std::size_t most_outside = 0;                  ///< of all lines together; 0: no limit
  std::size_t most_hops = 8;                     ///< redirections of one call
  std::size_t most_targets = 64;                 ///< phones that ring at once for one call
  std::size_t most_legs_of_line = 4;
  std::size_t longest_trace = 200;  ///< elements; not a setting: bounds memory where no real call comes near
  std::size_t longest_custom_field = 4096;  ///< bytes; not a setting: part of the interface
};

}  // namespace otklik::core
