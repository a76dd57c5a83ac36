#include "net/http/answer_head.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include "net/http/response.hpp"

namespace otklik::net {
namespace {

constexpr int first_status = 100;
constexpr int last_status = 599;

// Every status line, made once. RFC 9112 4: the version is the server's own, also towards HTTP/1.0.
std::array<std::string, last_status - first_status + 1> make_status_lines() {
  std::array<std::string, last_status - first_status + 1> lines;
  for (int status = first_status; status <= last_status; ++status) {
    lines[static_cast<std::size_t>(status - first_status)] =
        "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) + "\r\n";
  }
  return lines;
}

std::string_view status_line(int status) {
  static const auto lines = make_status_lines();
  return lines[static_cast<std::size_t>(status - first_status)];
}

char* put(char* at, std::string_view text) noexcept {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

}  // namespace

void append_head(std::string& out, const AnswerHead& head) {
  constexpr std::size_t fixed_lines = 256;  // more than all the lines below but the application's can need
  const auto status = status_line(head.status);
  const std::size_t held = out.size();
  const std::size_t most = held + status.size() + head.date_line.size() + head.headers.size() + fixed_lines;
  out.resize_and_overwrite(most, [&](char* begin, std::size_t) {
    char* at = begin + held;
    at = put(at, status);
    at = put(at, head.date_line);
    at = put(at, "X-Request-Id: ");
    for (int shift = 60; shift >= 0; shift -= 4) *at++ = "0123456789abcdef"[head.request_id >> shift & 15];
    if (head.content_length) {
      at = put(at, "\r\nContent-Length: ");
      at = std::to_chars(at, at + 20, *head.content_length).ptr;
    } else if (head.chunked) {
      at = put(at, "\r\nTransfer-Encoding: chunked");
    }
    switch (head.connection) {
      case AnswerHead::Connection::unsaid:
        break;
      case AnswerHead::Connection::close:
        at = put(at, "\r\nConnection: close");
        break;
      case AnswerHead::Connection::keep_alive:
        at = put(at, "\r\nConnection: keep-alive");
        break;
      case AnswerHead::Connection::upgrade:
        at = put(at, "\r\nConnection: Upgrade");
        break;
    }
    at = put(at, "\r\n");
    at = put(at, head.headers);
    return static_cast<std::size_t>(at - begin);
  });
}

}  // namespace otklik::net
