#pragma once
#include <chrono>
#include <cstddef>

namespace otklik::net {

/// What a client may ask of a listener. Each is a setting of the same name below `http.`; past one the client gets the
/// status named here and is closed, never left hanging.
struct Limits {
  std::size_t target_size = 64 * 1024;               ///< bytes of the request target: 414
  std::size_t header_size = 96 * 1024;               ///< bytes of request line and headers: 431
  std::size_t header_count = 100;                    ///< 431
  std::size_t body_size = 16 * 1024 * 1024;          ///< bytes of a collected body: 413
  std::chrono::milliseconds header_time{10'000};     ///< from the first byte of a head to its last: 408
  std::chrono::milliseconds body_time{30'000};       ///< between two pieces of a body: 408
  std::chrono::milliseconds idle_time{75'000};       ///< between requests of a kept connection: closed
  std::chrono::milliseconds write_time{30'000};      ///< without the client taking anything of an answer: closed
  std::size_t minimum_rate = 256;                    ///< bytes a second of a body, averaged after `rate_time`: 408
  std::chrono::milliseconds rate_time{10'000};       ///< before a body's rate counts
  std::chrono::milliseconds handshake_time{10'000};  ///< of TLS: closed
  std::size_t connections = 20'000;                  ///< in all: 503
  std::size_t connections_per_address = 1'000;       ///< 429; loopback is not limited
  std::size_t requests_per_connection = 0;           ///< 0: as many as come

  bool operator==(const Limits&) const = default;
};

}  // namespace otklik::net
