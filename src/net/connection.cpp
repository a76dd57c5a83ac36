#include "net/connection.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cassert>
#include <exception>
#include <typeinfo>

#include "base/log.hpp"
#include "net/http/cors.hpp"
#include "net/http/forwarded.hpp"

namespace otklik::net {
namespace {

// A turn ends when this much is done, so that one busy connection does not make the others of its loop wait.
constexpr int budget_of_a_turn = 64;
constexpr int cost_of_a_request = 2;

constexpr std::size_t least_read = 512;
constexpr std::int64_t lingering_most = 5'000;  // milliseconds

constexpr std::string_view not_tls_answer =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 41\r\n"
    "Connection: close\r\n\r\nThis port speaks HTTPS, not plain HTTP.\r\n";

}  // namespace

Connection::Connection(Worker& worker, Transport transport, Application& application, const Address& peer,
                       Census::Place place)
    : worker_(worker),
      mailbox_(worker.loop().mailbox()),
      application_(application),
      transport_(std::move(transport)),
      peer_(peer),
      place_(std::move(place)),
      deadline_([](void* self) { static_cast<Connection*>(self)->out_of_time(); }, this),
      later_(
          [](void* self) {
            auto* connection = static_cast<Connection*>(self);
            const auto keep = connection->shared_from_this();
            auto work = std::move(connection->exchange_->later);
            connection->exchange_->later = nullptr;
            work();
          },
          this) {}

Connection::~Connection() = default;

void Connection::start() {
  auto& loop = worker_.loop();
  phase_ = transport_.has_tls() ? Phase::handshake : Phase::head;
  began_ = moved_ = loop.now();
  if (worker_.is_draining() || !loop.watch(transport_.fd(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this)) {
    close_socket();
    return;
  }
  turn();
}

void Connection::on_events(std::uint32_t events) {
  if (phase_ == Phase::closed) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0 && (events & EPOLLIN) == 0) {
    close_socket();
    return;
  }
  if ((events & EPOLLRDHUP) != 0) peer_ended_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0 || transport_.has_tls()) readable_ = true;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0 && phase_ != Phase::head && phase_ != Phase::body) {
    close_socket();  // gone, and what it sent before no longer matters
    return;
  }
  turn();
}

void Connection::turn() {
  if (phase_ == Phase::closed) return;
  assert(!in_turn_ && worker_.batch.empty());
  in_turn_ = true;
  budget_ = budget_of_a_turn;
  while (phase_ != Phase::closed && budget_ > 0 && step()) {
  }
  if (phase_ != Phase::closed && !worker_.batch.empty()) flush();
  worker_.batch.clear();
  in_turn_ = false;
  if (phase_ == Phase::closed) return;
  if (budget_ <= 0) {
    worker_.loop().soon([self = shared_from_this()] { self->turn(); });
  }
  set_deadline();
}

// False when nothing more can be done without waiting.
bool Connection::step() {
  if (out_begin_ != out_.size() && !flush()) return false;
  switch (phase_) {
    case Phase::handshake:
      return advance_handshake();
    case Phase::head:
      return advance_head();
    case Phase::body:
      return advance_body();
    case Phase::serving:
      return answered_ && begin_answer();
    case Phase::sending:
      return advance_sending();
    case Phase::closing:
      if (!flush()) return false;
      if (!unread_input_ || ended_) {
        close_socket();
        return false;
      }
      transport_.end_writing();
      phase_ = Phase::lingering;
      began_ = worker_.loop().now();
      return true;
    case Phase::lingering:
      return advance_lingering();
    case Phase::closed:
      break;
  }
  return false;
}

void Connection::set_deadline() {
  const auto& limits = worker_.limits();
  std::int64_t deadline = 0;
  if (out_begin_ != out_.size() || phase_ == Phase::sending) {
    deadline = moved_ + limits.write_time.count();
  } else {
    switch (phase_) {
      case Phase::handshake:
        deadline = began_ + limits.handshake_time.count();
        break;
      case Phase::head:
        deadline = exchange_ ? began_ + limits.header_time.count() : moved_ + limits.idle_time.count();
        break;
      case Phase::body:
        deadline = moved_ + limits.body_time.count();
        if (!body_paused_) break;
        [[fallthrough]];
      case Phase::serving:
        deadline_.cancel();  // the application's time is its own affair
        return;
      default:
        deadline = began_ + lingering_most;
    }
  }
  worker_.loop().timers().set(deadline_, deadline);
}

void Connection::out_of_time() {
  auto& figures = worker_.figures();
  const bool stalled = out_begin_ != out_.size() || phase_ == Phase::sending;
  if (!stalled && phase_ == Phase::head && exchange_) {
    WorkerFigures::add(figures.timed_out);
    refuse(408, "The request took too long to arrive");
    turn();
  } else if (!stalled && phase_ == Phase::body) {
    lose_body();
    WorkerFigures::add(figures.timed_out);
    refuse(408, "The body took too long to arrive");
    turn();
  } else {
    if (stalled || phase_ == Phase::handshake) WorkerFigures::add(figures.timed_out);
    close_socket();
  }
}

bool Connection::advance_handshake() {
  switch (transport_.handshake()) {
    case Transport::Status::ok:
      phase_ = Phase::head;
      readable_ = true;
      moved_ = worker_.loop().now();
      return true;
    case Transport::Status::again:
      return false;
    case Transport::Status::not_tls:
      transport_.give_up_tls();
      worker_.batch.append(not_tls_answer);
      WorkerFigures::add(worker_.figures().malformed);
      unread_input_ = true;
      phase_ = Phase::closing;
      return true;
    default:
      WorkerFigures::add(worker_.figures().malformed);
      transport_.give_up_tls();  // OpenSSL has said its alert; let the client read it
      unread_input_ = true;
      phase_ = Phase::closing;
      return true;
  }
}

Transport::Result Connection::read(char* into, std::size_t room) {
  const auto result = transport_.read(into, room);
  // Behind the last bytes there may be an end already, of which no further event will tell.
  if (result.drained && !(peer_ended_ && result.status == Transport::Status::ok)) readable_ = false;
  switch (result.status) {
    case Transport::Status::ok:
      moved_ = worker_.loop().now();
      WorkerFigures::add(worker_.figures().bytes_in, result.bytes);
      break;
    case Transport::Status::ended:
      ended_ = true;
      readable_ = false;
      break;
    case Transport::Status::again:
      break;
    default:
      close_socket();
  }
  return result;
}

bool Connection::advance_head() {
  if (!exchange_) {
    if (!readable_) {
      if (ended_) phase_ = Phase::closing;  // after what is still to be written
      return ended_;
    }
    exchange_ = worker_.take_exchange();
  }
  Exchange& e = *exchange_;
  e.take_carry();
  for (;;) {
    if (e.begin != e.end) {
      e.is_fresh = false;
      switch (e.parser.parse(e.unread(), worker_.limits(), e.request, e.fields)) {
        case HeadParser::State::done:
          e.begin += e.parser.size();
          begin_request();
          return true;
        case HeadParser::State::failed:
          WorkerFigures::add(worker_.figures().malformed);
          refuse(e.parser.status(), e.parser.reason());
          return true;
        case HeadParser::State::more:
          break;
      }
    }
    const bool is_first = e.begin == e.end;
    if (!readable_) {
      const bool over = ended_ || (is_first && worker_.is_draining());
      if (is_first || ended_) worker_.give_back(std::move(exchange_));
      if (over) {
        phase_ = Phase::closing;
        unread_input_ = false;
      }
      return over;
    }
    // A head that is cut here is parsed again from its beginning only as far as its last whole line.
    if (is_first) e.begin = e.end = 0;
    e.make_room(least_read);
    const auto result = read(e.buffer.get() + e.end, e.capacity - e.end);
    if (phase_ == Phase::closed) return false;
    if (is_first && result.bytes != 0) began_ = worker_.loop().now();
    e.end += result.bytes;
  }
}

void Connection::begin_request() {
  Exchange& e = *exchange_;
  Request& request = e.request;
  const auto& options = worker_.options();
  request.id = worker_.next_request_id();
  request.peer = peer_;
  request.secure = transport_.has_tls();
  if (!options.trusted_proxies.empty() && worker_.shared().trusts(peer_)) {
    apply_forwarded(request, [this](const Address& a) { return worker_.shared().trusts(a); });
  }
  began_ = worker_.loop().now();
  budget_ -= cost_of_a_request;
  WorkerFigures::add(worker_.figures().requests);
  ++requests_;
  const auto most = worker_.limits().requests_per_connection;
  close_after_ = !e.parser.keeps_alive() || worker_.is_draining() || (most != 0 && requests_ >= most);
  unread_input_ = e.parser.keeps_alive();
  if (e.parser.expectation() == HeadParser::Expectation::unknown) {
    refuse(417, "The only expectation known here is 100-continue");
  } else if (!options.cors_origins.empty() && is_preflight(request)) {
    auto response = preflight_answer(request, options);
    if (response && !request.has_body()) {
      e.response = std::move(*response);
      answered_ = true;
      phase_ = Phase::serving;
    } else {
      request.has_body() ? begin_body() : serve();
    }
  } else if (request.has_body()) {
    begin_body();
  } else {
    serve();
  }
}

Responder Connection::responder() {
  outstanding_ = exchange_->request.id;
  return Responder(shared_from_this(), outstanding_);
}

void Connection::serve() {
  phase_ = Phase::serving;
  answered_ = false;
  try {
    application_.serve(exchange_->request, responder());
  } catch (const std::exception& exception) {
    log_exception(exception);  // the responder died on the way here, which has answered 500
  }
}

// By its type alone: what it says may hold what no log may.
void Connection::log_exception(const std::exception& exception) const {
  log::error("request {} ended in an exception of the type {}", request_id_text(exchange_->request.id),
             typeid(exception).name());
}

void Connection::refuse(int status, std::string_view reason) {
  Exchange& e = *exchange_;
  e.response = Response::text(status, std::string(reason) + "\n");
  e.response.close = true;
  unread_input_ = true;
  if (e.request.id == 0) {  // the head was not even read to its end
    e.request.id = worker_.next_request_id();
    e.request.peer = peer_;
  }
  outstanding_ = 0;
  answered_ = true;
  phase_ = Phase::serving;
}

void Connection::answer(std::uint64_t request, Response&& response) {
  if (outstanding_ != request || request == 0) return;
  outstanding_ = 0;
  later_.cancel();
  exchange_->later = nullptr;
  if (phase_ == Phase::closed) {
    let_go_if_done();
    return;
  }
  exchange_->response = std::move(response);
  answered_ = true;
  // Never a turn inside another one: an application may answer one connection while it serves another.
  if (!in_turn_) {
    worker_.loop().soon([self = shared_from_this()] { self->turn(); });
  }
}

void Connection::run_after(std::uint64_t request, std::chrono::milliseconds delay,
                           std::move_only_function<void()> work) {
  if (outstanding_ != request || request == 0) return;
  exchange_->later = std::move(work);
  worker_.loop().timers().set(later_, steady_milliseconds() + std::max<std::int64_t>(0, delay.count()));
}

bool Connection::advance_lingering() {
  const auto scratch = worker_.scratch();
  if (readable_) {
    const auto result = read(scratch.data(), scratch.size());
    if (phase_ == Phase::closed) return false;
    budget_ -= 8;
    if (result.status == Transport::Status::ok) return true;
  }
  if (ended_) close_socket();
  return false;
}

void Connection::drain() {
  if (phase_ == Phase::closed) return;
  close_after_ = true;
  // What a client sent before it could know is still served: one more look.
  readable_ = true;
  turn();
  if (phase_ == Phase::head && !exchange_) close_socket();
}

void Connection::abandon() {
  if (phase_ != Phase::closed) close_socket();
  if (exchange_) {
    outstanding_ = 0;
    later_.cancel();
    exchange_->later = nullptr;
  }
}

void Connection::close_socket() {
  if (phase_ == Phase::closed) return;
  const bool body = phase_ == Phase::body;
  phase_ = Phase::closed;
  worker_.loop().forget(transport_.fd());
  transport_.close();
  place_.leave();
  deadline_.cancel();
  out_ = std::string();
  out_begin_ = 0;
  if (body) lose_body();
  worker_.socket_closed();
  let_go_if_done();
}

void Connection::let_go_if_done() {
  if (phase_ == Phase::closed && outstanding_ == 0) worker_.remove(*this);
}

}  // namespace otklik::net
