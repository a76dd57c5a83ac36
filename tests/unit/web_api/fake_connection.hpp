#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/application.hpp"

namespace otklik::net {

/// Stands in for the connection of the web server behind a Responder (fake_connection.cpp defines the Responder's
/// members, so the linker never takes the real ones): what was answered is looked at, and its timer is fired by hand.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Responder responder();

  std::optional<Response> response;
  int answers = 0;
  bool dropped = false;  ///< the responder went without an answer
  std::optional<std::chrono::milliseconds> delay;
  std::move_only_function<void()> later;

  void fire() {
    auto work = std::move(later);
    later = nullptr;
    if (work && !response) work();
  }
};

}  // namespace otklik::net

namespace otklik::test {

/// A request and the text that its views point into.
class SentRequest {
 public:
  /// `head` with LF for line ends, without the empty line: `GET /getversion HTTP/1.1\nHost: x`.
  explicit SentRequest(std::string_view head, std::string body = {});
  SentRequest(const SentRequest&) = delete;
  SentRequest& operator=(const SentRequest&) = delete;

  [[nodiscard]] net::Request& request() noexcept { return request_; }

 private:
  std::string text_;
  std::string body_;
  std::vector<net::HeaderField> fields_;
  net::Request request_;
};

/// The body of an answer, wherever it lies; of a file its bytes.
std::string body_of(const net::Response& response);
/// The value of a header line of an answer; empty when absent.
std::string header_of(const net::Response& response, std::string_view name);

}  // namespace otklik::test
