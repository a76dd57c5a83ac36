#include "unit/web_api/fake_connection.hpp"

#include <unistd.h>

#include "base/text.hpp"

namespace otklik::net {

Responder::Responder(std::shared_ptr<Connection> connection, std::uint64_t request) noexcept
    : connection_(std::move(connection)), request_(request) {}
Responder::Responder(Responder&& other) noexcept
    : connection_(std::move(other.connection_)), request_(other.request_) {}
Responder& Responder::operator=(Responder&& other) noexcept {
  connection_ = std::move(other.connection_);
  request_ = other.request_;
  return *this;
}
Responder::~Responder() {
  if (connection_) connection_->dropped = true;
}
void Responder::send(Response&& response) {
  if (!connection_) return;
  ++connection_->answers;
  connection_->response = std::move(response);
  connection_->later = nullptr;
  connection_.reset();
}
void Responder::after(std::chrono::milliseconds delay, std::move_only_function<void()> work) {
  connection_->delay = delay;
  connection_->later = std::move(work);
}

void BodyFlow::pause() const {}
void BodyFlow::resume() const {}

Responder Connection::responder() { return {shared_from_this(), 1}; }

}  // namespace otklik::net

namespace otklik::test {
namespace {

net::Method method_named(std::string_view text) {
  using enum net::Method;
  if (text == "GET") return get;
  if (text == "HEAD") return head;
  if (text == "POST") return post;
  if (text == "PUT") return put;
  if (text == "DELETE") return delete_;
  if (text == "OPTIONS") return options;
  return other;
}

}  // namespace

SentRequest::SentRequest(std::string_view head, std::string body) : body_(std::move(body)) {
  for (const char c : head) text_ += c == '\n' ? std::string("\r\n") : std::string(1, c);
  text_ += "\r\n\r\n";
  std::string_view rest = text_;
  const auto line = rest.substr(0, rest.find("\r\n"));
  rest.remove_prefix(line.size() + 2);
  request_.request_line = line;
  request_.method_text = line.substr(0, line.find(' '));
  request_.method = method_named(request_.method_text);
  request_.target = line.substr(request_.method_text.size() + 1);
  request_.target = request_.target.substr(0, request_.target.rfind(' '));
  const auto mark = request_.target.find('?');
  request_.path = request_.target.substr(0, mark);
  request_.has_query = mark != std::string_view::npos;
  if (request_.has_query) request_.query = request_.target.substr(mark + 1);
  request_.text = text_;
  while (rest != "\r\n") {
    const auto field = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(field.size() + 2);
    fields_.push_back({field.substr(0, field.find(':')), trim(field.substr(field.find(':') + 1))});
  }
  request_.headers = fields_;
  request_.peer = *Address::parse("192.0.2.7");
  request_.id = 0x2a;
  request_.body = body_;
  if (!body_.empty()) request_.content_length = body_.size();
}

std::string body_of(const net::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response.body)) return **shared;
  if (const auto* piece = std::get_if<net::FilePiece>(&response.body)) {
    std::string out(piece->length, '\0');
    const auto n = ::pread(piece->file->get(), out.data(), out.size(), static_cast<off_t>(piece->offset));
    out.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return out;
  }
  return {};
}

std::string header_of(const net::Response& response, std::string_view name) {
  std::string_view rest = response.headers;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    if (iequals_ascii(line.substr(0, line.find(':')), name)) return std::string(trim(line.substr(line.find(':') + 1)));
  }
  return {};
}

}  // namespace otklik::test
