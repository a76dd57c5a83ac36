#pragma once
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/transport/transport.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace otklik::net {

/// Where certificates come from: PEM files, read at start and again at Server::reload_certificates().
struct TlsFiles {
  std::string certificate_chain;
  std::string private_key;

  bool operator==(const TlsFiles&) const = default;
};

/// A certificate with its key, ready to serve: TLS 1.2 and 1.3, ALPN http/1.1, session tickets, no renegotiation.
class TlsContext {
 public:
  /// Errors: `failed` with the file and what is wrong with it (absent, no PEM, an encrypted key, a key that does not
  /// belong to the certificate). A certificate that has expired is only warned of: the rest of the server is needed.
  static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);

  /// The server's end of a new connection; null when memory is short.
  [[nodiscard]] SslPtr accept(int fd) const;

  [[nodiscard]] Time valid_until() const noexcept { return valid_until_; }

 private:
  struct Deleter {
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  std::unique_ptr<ssl_ctx_st, Deleter> context_;
  Time valid_until_{};
};

}  // namespace otklik::net
