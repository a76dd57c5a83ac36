#pragma once

struct ssl_st;

namespace otklik::net {

/// OpenSSL's way to a non-blocking socket that this module's Transport owns. Unlike OpenSSL's own it raises no SIGPIPE,
/// and it remembers whether the socket has been read empty, which saves a call for each request: with edge-triggered
/// events one must else read on until the kernel says "again".
struct TlsSocket {
  int fd = -1;
  bool drained = false;  ///< the last read found less than it had room for
  bool ended = false;    ///< the peer sends no more

  /// Gives `ssl` a socket. False when memory is short.
  static bool attach(ssl_st* ssl, int fd);
  /// That of an SSL that attach() has been called for.
  static TlsSocket& of(ssl_st* ssl);
};

}  // namespace otklik::net
