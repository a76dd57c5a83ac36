#pragma once
#include <string>

#include "net/transport/transport.hpp"

namespace otklik::sip {

/// Our end of a TLS connection to a trunk. `host`: the name that its certificate has to be for, unless `verify` is
/// false. Trusted are the authorities of the system (SSL_CERT_FILE and SSL_CERT_DIR change them, as OpenSSL has it).
/// Null when memory is short.
net::SslPtr tls_client(int fd, const std::string& host, bool verify);

}  // namespace otklik::sip
