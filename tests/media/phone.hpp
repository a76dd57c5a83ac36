#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "media/codec/codec.hpp"
#include "media/description.hpp"
#include "media/srtp/transport.hpp"

namespace otklik::media::testing {

inline constexpr auto patience = std::chrono::seconds(30);

/// Until `fact` holds; false when it does not come about.
bool comes_about(const std::function<bool()>& fact);

/// A telephone on a loopback socket: says a tone without end, hears what comes. Everything that a test asks is a fact
/// that it waits for.
class Phone {
 public:
  /// `codec` as it sends and takes it.
  explicit Phone(Codec codec);
  ~Phone();
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;

  [[nodiscard]] SocketAddress address() const { return address_; }
  /// What a description of it would say.
  [[nodiscard]] Remote remote() const;

  /// Begins to send to a port of this machine, `hertz` (0: silence).
  void call(std::uint16_t port, double hertz);
  void say(double hertz) { hertz_ = hertz; }
  /// Sends nothing more until call() or talk_on().
  void fall_silent() { sending_ = false; }
  void talk_on() { sending_ = true; }
  /// Presses a key: events of 100 ms.
  void press(char digit);
  /// A datagram of its own making, from its socket.
  void send_raw(const std::vector<std::uint8_t>& bytes);
  void protect(const SrtpKeys& keys);

  /// Waits until the newest fifth of a second of what it heard is this tone, and hardly anything else.
  bool hears(double hertz);
  bool hears_silence();
  /// Keys that came as events.
  std::string digits();
  bool has_heard_digits(const std::string& wanted);
  std::uint64_t packets() const { return packets_; }
  std::uint64_t reports() const { return reports_; }
  std::vector<std::int16_t> newest(std::size_t samples);
  /// Each payload that came, whole, once; for what is to be passed through.
  bool has_got_payload(const std::vector<std::uint8_t>& payload);

 private:
  void run();
  void send_one();
  void take();
  void take_packet(std::uint8_t* bytes, std::size_t size);

  const Codec codec_;
  const Format format_;
  UniqueFd fd_;
  SocketAddress address_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<Transport> transport_;
  std::atomic<std::uint16_t> port_{0};
  std::atomic<double> hertz_{0};
  std::atomic<bool> sending_{false};
  std::atomic<bool> ending_{false};
  std::atomic<std::uint64_t> packets_{0};
  std::atomic<std::uint64_t> reports_{0};

  std::mutex mutex_;
  std::vector<std::int16_t> heard_;
  std::vector<std::vector<std::uint8_t>> payloads_;
  std::string digits_;
  std::optional<std::uint32_t> event_time_;
  std::string to_press_;

  std::uint16_t sequence_ = 100;
  std::uint32_t timestamp_ = 1000;
  double phase_ = 0;
  int pressing_ = 0;
  std::uint32_t press_time_ = 0;
  std::thread thread_;
};

}  // namespace otklik::media::testing
