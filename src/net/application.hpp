#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "net/request.hpp"
#include "net/response.hpp"

namespace otklik::net {

class Connection;

/// The right and the duty to answer one request, once. Move-only; may wander between threads; the answer itself is
/// sent from the connection's own loop, at once when called there. If it is dropped unanswered the client gets 500, so
/// that nobody ever waits for an answer that nobody makes. After the client has gone, answering does nothing.
class Responder {
 public:
  Responder() = default;
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();

  void send(Response&& response);

  /// Runs `work` on the connection's loop after `delay`, unless the request has been answered by then. One at a time.
  void after(std::chrono::milliseconds delay, std::move_only_function<void()> work);

  explicit operator bool() const noexcept { return connection_ != nullptr; }

 private:
  friend class Connection;
  Responder(std::shared_ptr<Connection> connection, std::uint64_t request) noexcept;

  std::shared_ptr<Connection> connection_;
  std::uint64_t request_ = 0;
};

/// Takes a body piece by piece while it comes, instead of having it collected: uploads. Called on the connection's loop.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// False: no more is wanted, the answer has been or will be sent, and the connection closes after it.
  virtual bool write(std::string_view piece) = 0;
  /// The body is whole; the sink answers by `responder` when it is ready.
  virtual void finish(Responder responder) = 0;
  /// The client went away, was too slow or sent a malformed body: nothing more comes, nothing can be answered.
  virtual void abort() = 0;
};

/// What to do with a body, said when only the head is known. `100 Continue` goes out only for the first two.
class Admission {
 public:
  virtual ~Admission() = default;
  virtual void collect(std::size_t limit) = 0;               ///< then Application::serve; past `limit` bytes: 413
  virtual void stream(std::unique_ptr<BodySink> sink) = 0;
  virtual void refuse(Response&& response) = 0;              ///< answered now, the connection closes after it
};

/// What a listener serves. Called on many loops at once: an application keeps its own state safe for that.
class Application {
 public:
  virtual ~Application() = default;

  /// Called for a request that has a body, before any of it is read. The default collects up to `body_limit`.
  virtual void admit(const RequestHead& head, Admission& admission, std::size_t body_limit) {
    static_cast<void>(head);
    admission.collect(body_limit);
  }

  /// One whole request. `request` lives until `responder` has answered or is destroyed, wherever it wanders.
  virtual void serve(const Request& request, Responder responder) = 0;
};

}  // namespace otklik::net
