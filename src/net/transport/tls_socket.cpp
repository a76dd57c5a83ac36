#include "net/transport/tls_socket.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

namespace otklik::net {
namespace {

bool is_to_be_retried(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

TlsSocket& socket_of(BIO* bio) { return *static_cast<TlsSocket*>(BIO_get_data(bio)); }

int read_socket(BIO* bio, char* into, std::size_t room, std::size_t* got) {
  auto& socket = socket_of(bio);
  BIO_clear_retry_flags(bio);
  const auto count = ::recv(socket.fd, into, room, 0);
  *got = count > 0 ? static_cast<std::size_t>(count) : 0;
  socket.drained = count < 0 || *got < room;
  if (count == 0) socket.ended = true;
  if (count < 0 && is_to_be_retried(errno)) BIO_set_retry_read(bio);
  return count > 0 ? 1 : 0;
}

int write_socket(BIO* bio, const char* from, std::size_t size, std::size_t* sent) {
  BIO_clear_retry_flags(bio);
  const auto count = ::send(socket_of(bio).fd, from, size, MSG_NOSIGNAL);
  *sent = count > 0 ? static_cast<std::size_t>(count) : 0;
  if (count < 0 && is_to_be_retried(errno)) BIO_set_retry_write(bio);
  return count > 0 ? 1 : 0;
}

long control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return socket_of(bio).ended ? 1 : 0;
    default:
      return 0;
  }
}

int destroy(BIO* bio) {
  delete static_cast<TlsSocket*>(BIO_get_data(bio));
  BIO_set_data(bio, nullptr);
  return 1;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "otklik socket");
  if (method != nullptr) {
    BIO_meth_set_read_ex(method, read_socket);
    BIO_meth_set_write_ex(method, write_socket);
    BIO_meth_set_ctrl(method, control);
    BIO_meth_set_destroy(method, destroy);
  }
  return method;
}

}  // namespace

bool TlsSocket::attach(ssl_st* ssl, int fd) {
  static BIO_METHOD* const method = make_method();  // for as long as the program runs
  BIO* bio = method != nullptr ? BIO_new(method) : nullptr;
  if (bio == nullptr) return false;
  BIO_set_data(bio, new TlsSocket{fd, false, false});
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  return true;
}

TlsSocket& TlsSocket::of(ssl_st* ssl) { return socket_of(SSL_get_rbio(ssl)); }

}  // namespace otklik::net
