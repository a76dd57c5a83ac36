#include "sip/edge/tls_client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/address.hpp"
#include "net/transport/tls_socket.hpp"

namespace otklik::sip {
namespace {

SSL_CTX* context() {
  static SSL_CTX* const made = [] {
    SSL_CTX* one = SSL_CTX_new(TLS_client_method());
    if (one == nullptr) return one;
    SSL_CTX_set_min_proto_version(one, TLS1_2_VERSION);
    SSL_CTX_set_options(one, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(one,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_verify_paths(one);
    SSL_CTX_set_read_ahead(one, 1);
    return one;
  }();
  return made;
}

}  // namespace

net::SslPtr tls_client(int fd, const std::string& host, bool verify) {
  if (context() == nullptr) return nullptr;
  net::SslPtr ssl(SSL_new(context()));
  if (!ssl || !net::TlsSocket::attach(ssl.get(), fd)) return nullptr;
  SSL_set_connect_state(ssl.get());
  const bool is_address = Address::parse(host).has_value();
  if (!is_address) SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  SSL_set_verify(ssl.get(), verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (verify) {
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl.get());
    if (is_address) {
      X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
    } else {
      X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
    }
  }
  return ssl;
}

}  // namespace otklik::sip
