#pragma once
#include <array>
#include <atomic>
#include <cstdint>

#include "media/codec/codec.hpp"
#include "media/facts.hpp"

namespace otklik::media {

/// A figure that one thread counts and any thread reads.
class Figure {
 public:
  void add(std::int64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void set(std::int64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t count() const noexcept { return static_cast<std::uint64_t>(get()); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// What a leg's media thread counts; outlives the leg for whoever reads it.
struct LegCounters {
  Figure packets_received, bytes_received, packets_sent, bytes_sent, lost, late, duplicate, refused, unprotected,
      send_failures;
  Figure concealed, jitter_us, buffered_us, passed_through, format;
  Figure has_report, remote_lost, remote_fraction, remote_jitter_us, round_trip_us;  // round trip: -1 not known

  /// send_digits() adds, the leg takes off: the one figure with two writers.
  std::atomic<int> digits_waiting{0};

  void set_source(const SocketAddress& from) noexcept {
    version_.fetch_add(1, std::memory_order_acq_rel);
    for (std::size_t i = 0; i < 16; ++i) address_[i].store(from.address.bytes[i], std::memory_order_relaxed);
    port_.store(from.port, std::memory_order_relaxed);
    version_.fetch_add(1, std::memory_order_release);
  }
  /// As a value; the address may be missing in the moment in which it changes.
  [[nodiscard]] LegFigures figures() const {
    LegFigures f;
    f.packets_received = packets_received.count();
    f.bytes_received = bytes_received.count();
    f.packets_sent = packets_sent.count();
    f.bytes_sent = bytes_sent.count();
    f.packets_lost = lost.get();
    f.packets_late = late.count();
    f.packets_duplicate = duplicate.count();
    f.packets_refused = refused.count();
    f.packets_unprotected = unprotected.count();
    f.send_failures = send_failures.count();
    f.concealed = concealed.count();
    f.jitter = std::chrono::microseconds(jitter_us.get());
    f.buffered = std::chrono::milliseconds(buffered_us.get() / 1000);
    f.passed_through = passed_through.get() != 0;
    f.codec = name(static_cast<Format>(format.get()));
    f.source = source();
    if (has_report.get() != 0) {
      f.remote_lost = remote_lost.get();
      f.remote_loss_fraction = static_cast<double>(remote_fraction.get()) / 256;
      f.remote_jitter = std::chrono::microseconds(remote_jitter_us.get());
      if (round_trip_us.get() >= 0) f.round_trip = std::chrono::microseconds(round_trip_us.get());
    }
    return f;
  }

 private:
  [[nodiscard]] std::optional<SocketAddress> source() const noexcept {
    const auto before = version_.load(std::memory_order_acquire);
    SocketAddress from;
    for (std::size_t i = 0; i < 16; ++i) from.address.bytes[i] = address_[i].load(std::memory_order_acquire);
    from.port = port_.load(std::memory_order_acquire);
    const auto after = version_.load(std::memory_order_acquire);
    if (before == 0 || (before & 1) != 0 || after != before) return std::nullopt;
    return from;
  }

  std::atomic<std::uint32_t> version_{0};
  std::array<std::atomic<std::uint8_t>, 16> address_{};
  std::atomic<std::uint16_t> port_{0};
};

/// Likewise of a media thread.
struct ThreadCounters {
  Figure packets_received, packets_sent, refused, late_ticks, facts_dropped, bridges;
};

}  // namespace otklik::media
