#include <utility>

#include "net/application.hpp"
#include "net/connection.hpp"

namespace otklik::net {

Responder::Responder(std::shared_ptr<Connection> connection, std::uint64_t request) noexcept
    : connection_(std::move(connection)), request_(request) {}

Responder::Responder(Responder&&) noexcept = default;

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    if (connection_) answer(Response::text(500, "Internal error\n"));
    connection_ = std::move(other.connection_);
    request_ = other.request_;
  }
  return *this;
}

Responder::~Responder() {
  if (connection_) answer(Response::text(500, "Internal error\n"));
}

void Responder::send(Response&& response) {
  if (connection_) answer(std::move(response));
}

void Responder::answer(Response&& response) noexcept {
  auto connection = std::exchange(connection_, nullptr);
  Connection& there = *connection;
  if (there.is_here()) {
    there.answer(request_, std::move(response));
    return;
  }
  // The connection travels with its answer, so that its last owner is found at home. If the loop has ended, both end
  // here.
  there.post([connection = std::move(connection), request = request_, response = std::move(response)]() mutable {
    connection->answer(request, std::move(response));
  });
}

void Responder::after(std::chrono::milliseconds delay, std::move_only_function<void()> work) {
  if (!connection_) return;
  if (connection_->is_here()) {
    connection_->run_after(request_, delay, std::move(work));
    return;
  }
  connection_->post([connection = connection_, request = request_, delay, work = std::move(work)]() mutable {
    connection->run_after(request, delay, std::move(work));
  });
}

BodyFlow::BodyFlow(std::weak_ptr<Connection> connection, std::uint64_t request) noexcept
    : connection_(std::move(connection)), request_(request) {}

void BodyFlow::pause() const {
  const auto connection = connection_.lock();
  if (!connection) return;
  if (connection->is_here()) {
    connection->pause_body(request_);
  } else {
    connection->post([connection, request = request_] { connection->pause_body(request); });
  }
}

void BodyFlow::resume() const {
  const auto connection = connection_.lock();
  if (!connection) return;
  if (connection->is_here()) {
    connection->resume_body(request_);
  } else {
    connection->post([connection, request = request_] { connection->resume_body(request); });
  }
}

}  // namespace otklik::net
