#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

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

  /// Afterwards the request may no longer be looked at.
  void send(Response&& response);

  /// Runs `work` on the connection's loop after `delay`, unless the request has been answered by then. One at a time:
  /// a second call replaces the first. Runs too when the client has gone meanwhile; not when the server has ended.
  void after(std::chrono::milliseconds delay, std::move_only_function<void()> work);

  explicit operator bool() const noexcept { return connection_ != nullptr; }

 private:
  friend class Connection;
  Responder(std::shared_ptr<Connection> connection, std::uint64_t request) noexcept;
  void answer(Response&& response) noexcept;

  std::shared_ptr<Connection> connection_;
  std::uint64_t request_ = 0;
};

/// Holds back a body that comes faster than its sink can take it. Copyable, any thread, harmless after the request.
class BodyFlow {
 public:
  BodyFlow() = default;

  /// No more is read from the client, nor is its time counted, until resume(). Called within write(), what has been
  /// read already (at most 64 KiB) is still written.
  void pause() const;
  void resume() const;

 private:
  friend class Connection;
  BodyFlow(std::weak_ptr<Connection> connection, std::uint64_t request) noexcept;

  std::weak_ptr<Connection> connection_;
  std::uint64_t request_ = 0;
};

/// Takes a body piece by piece while it comes, instead of having it collected: uploads. Called on the connection's
/// loop. Lives, like the request, until abort() or until its Responder has answered or is destroyed.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Before the first piece. A sink that may need to hold the client back keeps `flow`.
  virtual void begin(BodyFlow flow) { static_cast<void>(flow); }
  /// False: no more is wanted; refused() follows, and the connection closes after the answer.
  virtual bool write(std::string_view piece) = 0;
  /// The body is whole; the sink answers by `responder` when it is ready.
  virtual void finish(Responder responder) = 0;
  /// write() said false: the place to say why. The default leaves it at 500.
  virtual void refused(Responder responder) { static_cast<void>(responder); }
  /// The client went away, was too slow or sent a malformed body: nothing more comes, nothing can be answered.
  virtual void abort() = 0;
};

/// What to do with a body, said within admit(), when only the head is known. `100 Continue` goes out only for the first
/// two. Saying nothing is 500.
class Admission {
 public:
  virtual ~Admission() = default;
  virtual void collect(std::size_t limit) = 0;  ///< then Application::serve; past `limit` bytes: 413
  virtual void stream(std::unique_ptr<BodySink> sink) = 0;
  virtual void refuse(Response&& response) = 0;  ///< answered now, the connection closes after it
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
