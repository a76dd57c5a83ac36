#include "sip/edge/connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>

namespace otklik::sip {
namespace {

using Status = net::Transport::Status;

constexpr int reads_a_turn = 16;

}  // namespace

Connection::Connection(net::Loop& loop, ConnectionOwner& owner, net::Transport transport, Flow flow,
                       std::string local_host, std::uint16_t local_port, Bounds bounds, bool connecting, bool inner)
    : loop_(loop),
      owner_(owner),
      transport_(std::move(transport)),
      flow_(flow),
      local_host_(std::move(local_host)),
      local_port_(local_port),
      bounds_(bounds),
      framer_(bounds.message),
      connecting_(connecting),
      inner_(inner),
      timer_([](void* self) { static_cast<Connection*>(self)->time_is_up(); }, this) {}

Connection::~Connection() {
  if (transport_.is_open()) loop_.forget(transport_.fd());
}

bool Connection::start() {
  if (!loop_.watch(transport_.fd(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this)) return false;
  if (!inner_) loop_.timers().set(timer_, loop_.now() + bounds_.first_ms);
  return true;
}

void Connection::close() {
  if (!transport_.is_open()) return;
  timer_.cancel();
  loop_.forget(transport_.fd());
  transport_.close();
  loop_.release(shared_from_this());
  owner_.connection_closed(*this);
}

void Connection::time_is_up() { close(); }

void Connection::arm() {
  if (inner_) return;
  if (bounds_.idle_ms == 0) {
    timer_.cancel();
  } else {
    loop_.timers().set(timer_, loop_.now() + bounds_.idle_ms);
  }
}

bool Connection::establish() {
  if (connecting_) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(transport_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      close();
      return false;
    }
    connecting_ = false;
  }
  if (!established_) {
    switch (transport_.handshake()) {
      case Status::ok:
        established_ = true;
        break;
      case Status::again:
        return false;
      default:
        close();
        return false;
    }
  }
  return true;
}

void Connection::on_events(std::uint32_t events) {
  if (!transport_.is_open()) return;
  const auto self = shared_from_this();
  if (connecting_ && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
  if (!establish()) return;
  write_all();
  if (transport_.is_open()) read_all();
}

void Connection::read_all() {
  std::array<char, 16 * 1024> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
  for (int turn = 0; transport_.is_open(); ++turn) {
    if (turn == reads_a_turn) {
      // The others are to have their turn; what is left is no new event.
      loop_.soon([self = shared_from_this()] {
        if (self->transport_.is_open()) self->read_all();
      });
      return;
    }
    const auto got = transport_.read(room.data(), room.size());
    if (got.status == Status::again) return;
    if (got.status != Status::ok) return close();
    framer_.feed({room.data(), got.bytes});
    for (;;) {
      const auto found = framer_.next();
      if (found == Framer::Found::nothing) break;
      if (found == Framer::Found::broken) return close();
      if (found == Framer::Found::ping) {
        send("\r\n");
      } else {
        owner_.message_came(*this, framer_.message());
      }
      if (!transport_.is_open()) return;
      if (settled_ || found == Framer::Found::message) arm();
    }
    if (got.drained) return;
  }
}

bool Connection::send(std::string_view bytes) {
  if (!transport_.is_open()) return false;
  if (out_.size() - written_ + bytes.size() > bounds_.queued) {
    close();
    return false;
  }
  if (established_ && out_.empty()) {
    const auto put = transport_.write(bytes);
    if (put.status == Status::failed || put.status == Status::ended) {
      close();
      return false;
    }
    bytes.remove_prefix(put.bytes);
    if (bytes.empty()) return true;
  }
  out_.append(bytes);
  return true;
}

void Connection::write_all() {
  while (transport_.is_open() && written_ < out_.size()) {
    const auto put = transport_.write(std::string_view(out_).substr(written_));
    if (put.status == Status::failed || put.status == Status::ended) return close();
    written_ += put.bytes;
    if (put.status == Status::again || put.bytes == 0) break;
  }
  if (written_ == out_.size()) {
    out_.clear();
    written_ = 0;
  } else if (written_ > bounds_.queued / 2) {
    out_.erase(0, written_);
    written_ = 0;
  }
}

}  // namespace otklik::sip
