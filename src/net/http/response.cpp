#include "net/http/response.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/text.hpp"
#include "net/http/characters.hpp"

namespace otklik::net {
namespace {

struct StatusName {
  int status;
  std::string_view phrase;
};

// The IANA registry of HTTP status codes, in order.
constexpr std::array status_names{
    StatusName{100, "Continue"},
    StatusName{101, "Switching Protocols"},
    StatusName{102, "Processing"},
    StatusName{103, "Early Hints"},
    StatusName{200, "OK"},
    StatusName{201, "Created"},
    StatusName{202, "Accepted"},
    StatusName{203, "Non-Authoritative Information"},
    StatusName{204, "No Content"},
    StatusName{205, "Reset Content"},
    StatusName{206, "Partial Content"},
    StatusName{207, "Multi-Status"},
    StatusName{208, "Already Reported"},
    StatusName{226, "IM Used"},
    StatusName{300, "Multiple Choices"},
    StatusName{301, "Moved Permanently"},
    StatusName{302, "Found"},
    StatusName{303, "See Other"},
    StatusName{304, "Not Modified"},
    StatusName{305, "Use Proxy"},
    StatusName{307, "Temporary Redirect"},
    StatusName{308, "Permanent Redirect"},
    StatusName{400, "Bad Request"},
    StatusName{401, "Unauthorized"},
    StatusName{402, "Payment Required"},
    StatusName{403, "Forbidden"},
    StatusName{404, "Not Found"},
    StatusName{405, "Method Not Allowed"},
    StatusName{406, "Not Acceptable"},
    StatusName{407, "Proxy Authentication Required"},
    StatusName{408, "Request Timeout"},
    StatusName{409, "Conflict"},
    StatusName{410, "Gone"},
    StatusName{411, "Length Required"},
    StatusName{412, "Precondition Failed"},
    StatusName{413, "Content Too Large"},
    StatusName{414, "URI Too Long"},
    StatusName{415, "Unsupported Media Type"},
    StatusName{416, "Range Not Satisfiable"},
    StatusName{417, "Expectation Failed"},
    StatusName{421, "Misdirected Request"},
    StatusName{422, "Unprocessable Content"},
    StatusName{423, "Locked"},
    StatusName{424, "Failed Dependency"},
    StatusName{425, "Too Early"},
    StatusName{426, "Upgrade Required"},
    StatusName{428, "Precondition Required"},
    StatusName{429, "Too Many Requests"},
    StatusName{431, "Request Header Fields Too Large"},
    StatusName{451, "Unavailable For Legal Reasons"},
    StatusName{500, "Internal Server Error"},
    StatusName{501, "Not Implemented"},
    StatusName{502, "Bad Gateway"},
    StatusName{503, "Service Unavailable"},
    StatusName{504, "Gateway Timeout"},
    StatusName{505, "HTTP Version Not Supported"},
    StatusName{506, "Variant Also Negotiates"},
    StatusName{507, "Insufficient Storage"},
    StatusName{508, "Loop Detected"},
    StatusName{511, "Network Authentication Required"},
};

constexpr std::array server_headers{std::string_view("Connection"), std::string_view("Content-Length"),
                                    std::string_view("Date"), std::string_view("Keep-Alive"),
                                    std::string_view("Transfer-Encoding")};

}  // namespace

Response& Response::add(std::string_view name, std::string_view value) {
  assert(is_header_name(name) && is_header_value(value) && !is_server_header(name));
  headers.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

Response Response::text(int status, std::string body, std::string_view content_type) {
  Response r;
  r.status = status;
  r.body = std::move(body);
  r.add_content_type(content_type);
  return r;
}

Response Response::shared(std::shared_ptr<const std::string> body, std::string_view content_type) {
  Response r;
  r.body = std::move(body);
  r.add_content_type(content_type);
  return r;
}

// As add(), without the look at a name that is known to be good.
void Response::add_content_type(std::string_view value) {
  assert(is_header_value(value));
  constexpr std::string_view name = "Content-Type: ";
  headers.reserve(headers.size() + name.size() + value.size() + 2);
  headers.append(name).append(value).append("\r\n");
}

bool is_header_name(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, is_token_character);
}

bool is_header_value(std::string_view value) noexcept {
  if (value.empty()) return true;
  unsigned bad = static_cast<unsigned>(is_blank(value.front())) | static_cast<unsigned>(is_blank(value.back()));
  for (const char c : value) bad |= static_cast<unsigned>(is_control(c));  // no early exit: vector instructions
  return bad == 0;
}

bool is_server_header(std::string_view name) noexcept {
  return std::ranges::any_of(server_headers, [&](std::string_view own) { return iequals_ascii(own, name); });
}

std::string_view reason_phrase(int status) noexcept {
  const auto found = std::ranges::lower_bound(status_names, status, {}, &StatusName::status);
  return found != status_names.end() && found->status == status ? found->phrase : "Unknown";
}

}  // namespace otklik::net
