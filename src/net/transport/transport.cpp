#include "net/transport/transport.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include "net/transport/tls_socket.hpp"

namespace otklik::net {
namespace {

constexpr std::size_t tls_record = 16 * 1024;

Transport::Status status_of_errno() noexcept {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Transport::Status::again
                                                                   : Transport::Status::failed;
}

int int_size(std::size_t size) noexcept {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }

Transport::Status Transport::status_of(int ssl_result) noexcept {
  switch (SSL_get_error(ssl_.get(), ssl_result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Status::again;
    case SSL_ERROR_ZERO_RETURN:
      return Status::ended;
    default: {
      broken_ = true;
      const auto error = ERR_peek_error();
      const bool plain = ERR_GET_LIB(error) == ERR_LIB_SSL && (ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST ||
                                                               ERR_GET_REASON(error) == SSL_R_HTTPS_PROXY_REQUEST);
      ERR_clear_error();
      return plain ? Status::not_tls : Status::failed;
    }
  }
}

Transport::Status Transport::handshake() {
  if (!ssl_) return Status::ok;
  ERR_clear_error();
  const int result = SSL_accept(ssl_.get());
  if (result == 1) return Status::ok;
  const auto status = status_of(result);
  return status == Status::ended ? Status::failed : status;
}

Transport::Result Transport::read(char* into, std::size_t room) {
  if (ssl_) return read_tls(into, room);
  const auto count = ::recv(fd_.get(), into, room, 0);
  if (count > 0) {
    const auto bytes = static_cast<std::size_t>(count);
    return {Status::ok, bytes, bytes < room};
  }
  if (count == 0) return {Status::ended, 0, true};
  return {status_of_errno(), 0, true};
}

Transport::Result Transport::read_tls(char* into, std::size_t room) {
  ERR_clear_error();
  const int count = SSL_read(ssl_.get(), into, int_size(room));
  if (count > 0) {
    const bool drained = TlsSocket::of(ssl_.get()).drained && SSL_has_pending(ssl_.get()) == 0;
    return {Status::ok, static_cast<std::size_t>(count), drained};
  }
  const auto status = status_of(count);
  // A connection that ends without the farewell of TLS: lengths are checked one layer up, so it is an end like any.
  return {status == Status::not_tls ? Status::failed : status, 0, true};
}

Transport::Result Transport::write(std::string_view first, std::string_view second, bool more) {
  if (ssl_) {
    Result all;
    for (const auto part : {first, second}) {
      if (part.empty()) continue;
      const auto result = write_tls(part);
      all.bytes += result.bytes;
      if (result.status != Status::ok || result.bytes < part.size()) {
        all.status = all.bytes != 0 && result.status == Status::again ? Status::ok : result.status;
        return all;
      }
    }
    return all;
  }
  ssize_t count = 0;
  const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
  if (second.empty()) {
    count = ::send(fd_.get(), first.data(), first.size(), flags);
  } else {
    std::array<iovec, 2> parts{{{const_cast<char*>(first.data()), first.size()},  // NOLINT: the kernel only reads
                                {const_cast<char*>(second.data()), second.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    count = ::sendmsg(fd_.get(), &message, flags);
  }
  if (count < 0) return {status_of_errno(), 0, false};
  return {Status::ok, static_cast<std::size_t>(count), false};
}

Transport::Result Transport::write_tls(std::string_view bytes) {
  Result result;
  while (result.bytes < bytes.size()) {
    ERR_clear_error();
    const int count = SSL_write(ssl_.get(), bytes.data() + result.bytes, int_size(bytes.size() - result.bytes));
    if (count <= 0) {
      const auto status = status_of(count);
      if (status != Status::again) {
        result.status = Status::failed;
      } else if (result.bytes == 0) {
        result.status = Status::again;
      }
      return result;
    }
    result.bytes += static_cast<std::size_t>(count);
  }
  return result;
}

Transport::Result Transport::send_file(int file, std::uint64_t offset, std::size_t length, std::span<char> scratch) {
  if (!ssl_) {
    auto at = static_cast<off_t>(offset);
    const auto count = ::sendfile(fd_.get(), file, &at, length);
    if (count > 0) return {Status::ok, static_cast<std::size_t>(count), false};
    return {count == 0 ? Status::failed : status_of_errno(), 0, false};
  }
  // A write that has to be tried again reads the same bytes of the file again: no buffer for each connection.
  Result all;
  while (all.bytes < length) {
    const std::size_t want = std::min({length - all.bytes, tls_record, scratch.size()});
    const auto count = ::pread(file, scratch.data(), want, static_cast<off_t>(offset + all.bytes));
    if (count <= 0) {
      all.status = Status::failed;
      return all;
    }
    const auto result = write_tls({scratch.data(), static_cast<std::size_t>(count)});
    all.bytes += result.bytes;
    if (result.status != Status::ok || result.bytes < static_cast<std::size_t>(count)) {
      all.status = all.bytes != 0 && result.status == Status::again ? Status::ok : result.status;
      return all;
    }
  }
  return all;
}

void Transport::end_writing() noexcept {
  if (ssl_ && !broken_ && !said_farewell_ && SSL_is_init_finished(ssl_.get()) == 1) {
    said_farewell_ = true;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  if (fd_) ::shutdown(fd_.get(), SHUT_WR);
}

void Transport::close() noexcept {
  if (ssl_) end_writing();
  ssl_.reset();
  fd_.reset();
}

}  // namespace otklik::net
