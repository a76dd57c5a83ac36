#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/unique_fd.hpp"

struct ssl_st;  // OpenSSL's SSL

namespace otklik::net {

struct SslDeleter {
  void operator()(ssl_st* ssl) const noexcept;
};
using SslPtr = std::unique_ptr<ssl_st, SslDeleter>;

/// A connected, non-blocking socket, plain or with TLS on the descriptor itself. Nothing here waits.
///
/// With TLS, reading may want to write and the other way round: after `again`, try again at any event of the socket.
/// The thread must have SIGPIPE blocked (sendfile raises it); the server's loops have.
class Transport {
 public:
  enum class Status : std::uint8_t {
    ok,
    again,   ///< nothing moved; wait for an event
    ended,   ///< reading: the peer sends no more
    failed,  ///< the connection is of no more use
    not_tls  ///< handshake: the peer speaks plain HTTP
  };
  struct Result {
    Status status = Status::ok;
    std::size_t bytes = 0;
    bool drained = false;  ///< reading: nothing more lies in the socket now
  };

  Transport() = default;
  explicit Transport(UniqueFd fd, SslPtr ssl = nullptr) noexcept : fd_(std::move(fd)), ssl_(std::move(ssl)) {}

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(fd_); }
  [[nodiscard]] bool has_tls() const noexcept { return ssl_ != nullptr; }

  /// Goes on with the server's side of the TLS handshake.
  Status handshake();

  Result read(char* into, std::size_t room);
  /// One after the other in as few packets as the kernel makes of it; `bytes` counts over both. `more`: further bytes
  /// follow at once, hold back a packet that is not full.
  Result write(std::string_view first, std::string_view second = {}, bool more = false);
  /// Sends of a file, at most `length` bytes. `failed` also when the file turns out shorter than that. `scratch` is
  /// used with TLS only, and is overwritten.
  Result send_file(int file, std::uint64_t offset, std::size_t length, std::span<char> scratch);

  /// The handshake has failed: from here on what is written goes as it is.
  void give_up_tls() noexcept { ssl_.reset(); }

  /// Tells the peer that nothing more comes, as politely as possible without waiting.
  void end_writing() noexcept;
  /// The TLS farewell without waiting, then close.
  void close() noexcept;

 private:
  Result read_tls(char* into, std::size_t room);
  Result write_tls(std::string_view bytes);
  Status status_of(int ssl_result) noexcept;

  UniqueFd fd_;
  SslPtr ssl_;
  bool broken_ = false;  ///< TLS failed: not another word through it
  bool said_farewell_ = false;
};

}  // namespace otklik::net
