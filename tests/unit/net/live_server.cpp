#include "unit/net/live_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "base/text.hpp"

namespace otklik::net {
namespace {

constexpr int patience_seconds = 10;

}  // namespace

std::string Answer::header(std::string_view name) const {
  std::string_view left = head;
  while (!left.empty()) {
    const auto end = left.find("\r\n");
    const auto line = left.substr(0, end);
    left.remove_prefix(end == std::string_view::npos ? left.size() : end + 2);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && iequals_ascii(line.substr(0, colon), name)) {
      return std::string(trim(line.substr(colon + 1)));
    }
  }
  return {};
}

Client::Client(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  const timeval patience{patience_seconds, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int at_once = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  if (receive_buffer != 0) {
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd_.reset();
}

Client::~Client() = default;

bool Client::start_tls(std::string_view protocol) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context_.get()));
  if (!protocol.empty()) {
    std::string wire(1, static_cast<char>(protocol.size()));
    wire += protocol;
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                        static_cast<unsigned>(wire.size()));
  }
  SSL_set_fd(ssl_.get(), fd_.get());
  return SSL_connect(ssl_.get()) == 1;
}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t Client::send_some(std::string_view bytes) {
  const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

bool Client::fill() {
  std::array<char, 65536> bytes;
  const auto got = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                        : ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
  if (got < 0 && !ssl_ && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    ADD_FAILURE() << "nothing came for " << patience_seconds << " seconds";
  }
  if (got <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

Answer Client::read(bool head_only) {
  Answer answer;
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) {
      answer.closed = true;
      return answer;
    }
  }
  answer.head = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  EXPECT_TRUE(answer.head.starts_with("HTTP/1.1 ")) << answer.head;
  answer.status = std::atoi(answer.head.c_str() + 9);
  if (head_only || answer.status < 200 || answer.status == 204 || answer.status == 304) {
    answer.whole = true;
    return answer;
  }
  if (answer.header("Transfer-Encoding") == "chunked") {
    for (;;) {
      while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (!fill()) {
          answer.closed = true;
          return answer;
        }
      }
      const auto size = static_cast<std::size_t>(std::strtoul(buffer_.c_str(), nullptr, 16));
      buffer_.erase(0, end + 2);
      while (buffer_.size() < size + 2) {
        if (!fill()) {
          answer.closed = true;
          return answer;
        }
      }
      answer.body.append(buffer_, 0, size);
      EXPECT_EQ(buffer_.substr(size, 2), "\r\n");
      buffer_.erase(0, size + 2);
      if (size == 0) {
        answer.whole = true;
        return answer;
      }
    }
  }
  const auto length = answer.header("Content-Length");
  if (length.empty()) {
    answer.body = read_to_end();
    answer.closed = answer.whole = true;
    return answer;
  }
  const auto size = static_cast<std::size_t>(std::stoull(length));
  while (buffer_.size() < size && !answer.closed) answer.closed = !fill();
  answer.whole = buffer_.size() >= size;
  answer.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

bool Client::is_closed() { return buffer_.empty() && !fill(); }

std::string Client::read_to_end() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

void Client::end_writing() { ::shutdown(fd_.get(), SHUT_WR); }

void Client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  fd_.reset();
}

void Client::close() { fd_.reset(); }

Answer Client::get(std::string_view target, std::string_view headers) {
  send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) + "\r\n");
  return read();
}

LiveServer::LiveServer(ServerOptions options, bool tls) : server(std::make_unique<Server>(std::move(options))) {
  const auto listening =
      server->listen({.endpoint = {"127.0.0.1", 0}, .tls = tls, .admin = false, .application = &application});
  if (!listening) throw std::runtime_error(listening.error().message);
  port = listening->endpoint.port;
}

}  // namespace otklik::net
