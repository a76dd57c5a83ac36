#pragma once
#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "net/server.hpp"

namespace otklik::net {

/// An application made of functions, each replaceable by a test.
class TestApplication : public Application {
 public:
  void admit(const RequestHead& head, Admission& admission, std::size_t body_limit) override {
    if (on_admit) {
      on_admit(head, admission);
    } else {
      Application::admit(head, admission, body_limit);
    }
  }
  void serve(const Request& request, Responder responder) override { on_serve(request, std::move(responder)); }

  std::function<void(const RequestHead&, Admission&)> on_admit;
  std::function<void(const Request&, Responder)> on_serve = [](const Request& request, Responder responder) {
    responder.send(Response::text(200, std::string(request.path) + "|" + std::string(request.body)));
  };
};

/// What a client gets back.
struct Answer {
  int status = 0;  ///< 0: the connection ended before a whole head
  std::string head;
  std::string body;
  bool whole = false;   ///< the body has its full length
  bool closed = false;  ///< the connection ended while reading
  [[nodiscard]] std::string header(std::string_view name) const;
};

/// A blocking client. Nothing waits longer than ten seconds.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0);
  ~Client();
  Client(Client&&) = default;

  /// Speaks TLS from here on. False when the handshake fails. `protocol` is offered by ALPN where not empty.
  bool start_tls(std::string_view protocol = {});
  [[nodiscard]] SSL* ssl() const noexcept { return ssl_.get(); }

  /// False when the server has closed.
  bool send(std::string_view bytes);
  /// As much as the kernel takes without waiting.
  std::size_t send_some(std::string_view bytes);
  /// The next answer, 1xx ones included. `head_only`: it answers a HEAD.
  Answer read(bool head_only = false);
  /// Whether the server has closed: nothing more comes.
  bool is_closed();
  std::string read_to_end();
  void end_writing();
  /// Closes so that the server sees a reset.
  void reset();
  void close();

  /// One request without a body, and its answer.
  Answer get(std::string_view target, std::string_view headers = {});

 private:
  struct SslFree {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  bool fill();

  UniqueFd fd_;
  std::unique_ptr<SSL_CTX, SslFree> context_;
  std::unique_ptr<SSL, SslFree> ssl_;
  std::string buffer_;
};

/// A server on a free port of the loopback.
class LiveServer {
 public:
  explicit LiveServer(ServerOptions options = quiet(), bool tls = false);

  static ServerOptions quiet() {
    ServerOptions options;
    options.threads = 2;
    options.access_log = false;
    return options;
  }

  [[nodiscard]] Client connect(int receive_buffer = 0) const { return Client(port, receive_buffer); }

  TestApplication application;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;
};

}  // namespace otklik::net
