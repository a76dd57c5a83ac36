#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/error.hpp"
#include "net/application.hpp"
#include "net/limits.hpp"
#include "net/transport/tls.hpp"

namespace otklik::net {

struct ListenerOptions {
  Endpoint endpoint;
  bool tls = false;
  bool admin = false;                  ///< shown as `listening admin http://…`
  Application* application = nullptr;  ///< must outlive the server
};

struct ServerOptions {
  int threads = 0;  ///< loops; 0: one for each core
  Limits limits;
  TlsFiles tls;                           ///< empty: no TLS listener can be opened
  std::vector<Network> trusted_proxies;   ///< whose X-Forwarded-For and X-Forwarded-Proto count
  std::vector<std::string> cors_origins;  ///< empty: CORS off; `*`: any origin, without credentials
  std::vector<std::string> cors_exposed;  ///< headers of ours that a page of another origin may read
  bool access_log = true;
  /// What the access log shows of a path, which never holds the query: a path may hold what is for nobody's eyes. Null:
  /// all of it.
  std::string_view (*logged_path)(std::string_view path) = nullptr;  // not a setting: the application's own

  bool operator==(const ServerOptions&) const = default;
};

/// A listener that really accepts.
struct Listening {
  Endpoint endpoint;  ///< with the port taken when 0 was asked for
  bool tls = false;
  bool admin = false;
};

struct ListenerFigures {
  Listening listener;
  std::uint64_t accepted = 0, refused = 0;
  std::size_t open = 0;
};

/// Figures since start, for /metrics.
struct ServerFigures {
  std::uint64_t connections_accepted = 0, connections_open = 0, connections_refused = 0;
  std::uint64_t requests = 0, bytes_in = 0, bytes_out = 0;
  std::uint64_t malformed = 0, timed_out = 0;
  std::uint64_t status_2xx = 0, status_3xx = 0, status_4xx = 0, status_5xx = 0;
  std::vector<ListenerFigures> listeners;
};

/// The HTTP server: one loop (thread) for each core, each connection on one of them for its life.
class Server {
 public:
  explicit Server(ServerOptions options);
  ~Server();  ///< stops at once

  /// Binds, and accepts when it returns. Errors: `bad_request` for an address that cannot be read or resolved, `failed`
  /// with the port and the cause when it cannot be bound, or the certificate cannot be used.
  Result<Listening> listen(const ListenerOptions& listener);

  /// These hold from now on, for connections that stand too; a timer that runs keeps its end. The loops stay as many as
  /// they are. Another certificate is served from the next reload_certificates() on. Any thread.
  void use(ServerOptions options);

  /// Certificates read anew; the old ones stay in use when that fails. Connections that stand are not touched.
  Result<> reload_certificates();

  /// Graceful stop: no new connections, idle ones closed, running requests answered with `Connection: close`, for at
  /// most `limit`; then everything is closed. Returns when all loops have ended. Idempotent.
  void stop(std::chrono::milliseconds limit);

  [[nodiscard]] ServerFigures figures() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace otklik::net
