#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>

#include "media/codec/codec.hpp"

namespace otklik::media {

/// A packet as the recording thread gets it.
struct TappedPacket {
  std::int64_t arrival_us = 0;  ///< of the engine's clock
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  std::uint16_t sequence = 0;
  std::uint16_t size = 0;
  Format format = Format::none;
};

/// The packets of one leg on their way from its media thread to the recording thread: a ring of bytes, one writer, one
/// reader, no lock. What finds no room is counted, and the talk goes on.
class Tap {
 public:
  /// Bytes: G.711 for about eleven seconds.
  static constexpr std::size_t usual_room = 128UL * 1024;
  explicit Tap(std::size_t room = usual_room)
      : room_(room), bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(room)) {}

  /// The media thread. `packet.size` bytes lie at `payload`.
  void put(const TappedPacket& packet, const std::uint8_t* payload) noexcept {
    if (paused_.load(std::memory_order_relaxed)) return;
    const std::size_t head = head_.load(std::memory_order_relaxed);
    const std::size_t need = sizeof packet + packet.size;
    if (room_ - (head - tail_.load(std::memory_order_acquire)) < need) {
      lost_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    write(head, &packet, sizeof packet);
    write(head + sizeof packet, payload, packet.size);
    head_.store(head + need, std::memory_order_release);
  }
  /// The media thread: nothing more will come, its leg is gone.
  void end() noexcept { ended_.store(true, std::memory_order_release); }

  /// The recording thread. `payload` takes most_payload_size bytes. False: nothing is here.
  bool take(TappedPacket& packet, std::uint8_t* payload) noexcept {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail == head_.load(std::memory_order_acquire)) return false;
    read(tail, &packet, sizeof packet);
    read(tail + sizeof packet, payload, packet.size);
    tail_.store(tail + sizeof packet + packet.size, std::memory_order_release);
    return true;
  }
  [[nodiscard]] bool is_ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

  /// Any thread.
  void pause(bool yes) noexcept { paused_.store(yes, std::memory_order_relaxed); }

 private:
  void write(std::size_t at, const void* from, std::size_t size) noexcept {
    const std::size_t place = at % room_;
    const std::size_t first = std::min(size, room_ - place);
    std::memcpy(bytes_.get() + place, from, first);
    std::memcpy(bytes_.get(), static_cast<const std::uint8_t*>(from) + first, size - first);
  }
  void read(std::size_t at, void* to, std::size_t size) const noexcept {
    const std::size_t place = at % room_;
    const std::size_t first = std::min(size, room_ - place);
    std::memcpy(to, bytes_.get() + place, first);
    std::memcpy(static_cast<std::uint8_t*>(to) + first, bytes_.get(), size - first);
  }

  const std::size_t room_;
  const std::unique_ptr<std::uint8_t[]> bytes_;
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> paused_{false};
  std::atomic<bool> ended_{false};
};

}  // namespace otklik::media
