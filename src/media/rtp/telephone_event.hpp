#pragma once
#include <cstdint>
#include <optional>

#include "media/rtp/packet.hpp"

/// Digits as events in RTP: RFC 4733.
namespace otklik::media {

struct TelephoneEvent {
  std::uint8_t event = 0;  ///< 0-9, 10 `*`, 11 `#`, 12-15 A-D, 16 flash
  bool end = false;
  std::uint8_t volume = 0;     ///< dBm0 without its minus
  std::uint16_t duration = 0;  ///< so far, in units of the time stamp
};

/// The first event of a payload; nothing: too short.
std::optional<TelephoneEvent> parse_telephone_event(Bytes payload) noexcept;
inline constexpr std::size_t telephone_event_size = 4;
void write_telephone_event(const TelephoneEvent& event, std::uint8_t* out) noexcept;

/// `0`-`9` `*` `#` `A`-`D` `!`; nothing: an event that is no key.
std::optional<char> digit_of_event(std::uint8_t event) noexcept;
std::optional<std::uint8_t> event_of_digit(char digit) noexcept;

/// Tells each pressed key once, however many packets tell of it: an event is known by its time stamp, which all packets
/// of it share. What comes late or twice after its end tells nothing.
class DigitReceiver {
 public:
  struct Told {
    char digit = 0;  ///< a key went down
    bool ended = false;
  };
  /// `marker` and `timestamp` of the packet. Nothing new: both fields of the answer are empty.
  Told take(const TelephoneEvent& event, std::uint32_t timestamp) noexcept;
  /// The source is another one now.
  void reset() noexcept { known_ = false; }

 private:
  bool known_ = false;
  bool ended_ = false;
  std::uint8_t event_ = 0;
  std::uint32_t timestamp_ = 0;
};

/// Makes the packets of one key: one for each tick while it is down, three at its end, all with one time stamp.
class DigitSender {
 public:
  /// `length` and `gap` in units of the time stamp; the first packet of the key bears `timestamp`.
  void begin(std::uint8_t event, std::uint32_t timestamp, std::uint32_t length, std::uint32_t gap) noexcept;

  struct Packet {
    TelephoneEvent event;
    std::uint32_t timestamp = 0;
    bool marker = false;
    unsigned copies = 1;  ///< to be sent this often, with a new sequence number each (RFC 4733 2.5.1.4)
  };
  /// What to send in this tick, `step` units long; nothing: the gap after the key.
  std::optional<Packet> next(std::uint32_t step) noexcept;
  [[nodiscard]] bool is_busy() const noexcept { return busy_; }
  void stop() noexcept { busy_ = false; }

 private:
  bool busy_ = false;
  bool first_ = false;
  bool ended_ = false;
  std::uint8_t event_ = 0;
  std::uint32_t timestamp_ = 0;
  std::uint32_t elapsed_ = 0;
  std::uint32_t length_ = 0;
  std::uint32_t gap_ = 0;
};

}  // namespace otklik::media
