#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "media/description.hpp"

namespace otklik::bench {

/// Telephones by the thousand on a few loopback sockets: each says packets of one length each 20 ms to a port of its
/// own, the moments spread evenly, and what comes back is counted by the port it comes from.
class Load {
 public:
  struct Line {
    std::uint16_t port = 0;  ///< of the leg
    std::uint8_t payload_type = 0;
    std::uint32_t step = 160;                                          ///< of the time stamp
    const std::vector<std::vector<std::uint8_t>>* payloads = nullptr;  ///< said one after another, again and again
  };
  Load();
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Where the leg with this number is to send.
  [[nodiscard]] media::SocketAddress address(std::size_t line) const;
  /// `core`: the processor that it runs on; -1: any.
  void start(std::vector<Line> lines, int core);
  /// Says nothing more; what is on its way is still counted until stop().
  void fall_silent() { talking_ = false; }
  void stop();
  /// Forgets what was counted.
  void count_anew();

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t gaps() const { return gaps_; }         ///< numbers that were left out
  [[nodiscard]] std::uint64_t late_rounds() const { return late_; }  ///< rounds of 1 ms that it began too late itself
  /// Microseconds from saying to hearing that a share (0 to 1) of packets took at most; where they were passed through.
  [[nodiscard]] double delay_us(double share) const;

 private:
  static constexpr std::size_t sockets = 8;
  static constexpr std::size_t batch = 64;
  static constexpr std::size_t rounds = 20;  // of 1 ms
  void run(int core);
  void say(std::size_t round);
  void hear(std::size_t socket);

  std::array<UniqueFd, sockets> fds_;
  std::array<std::uint16_t, sockets> ports_{};
  std::vector<Line> lines_;
  std::vector<std::uint32_t> said_;
  std::vector<std::int32_t> heard_by_port_;  // the last number that came from a port; -1: none
  std::atomic<bool> talking_{true}, ending_{false}, anew_{false};
  std::atomic<std::uint64_t> sent_{0}, received_{0}, gaps_{0}, late_{0};
  std::array<std::atomic<std::uint32_t>, 4000> delays_{};  // by 25 µs
  std::thread thread_;
};

}  // namespace otklik::bench
