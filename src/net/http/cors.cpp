#include "net/http/cors.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "net/http/characters.hpp"

namespace otklik::net {
namespace {

constexpr std::string_view request_method = "Access-Control-Request-Method";
constexpr std::string_view request_headers = "Access-Control-Request-Headers";

bool allows_any(const ServerOptions& options) {
  return std::ranges::any_of(options.cors_origins, [](const std::string& o) { return o == "*"; });
}

// An origin is compared byte for byte; browsers send it in lower case. Named origins win over `*`: they may send
// credentials, which nobody gets by `*`.
bool names(const ServerOptions& options, std::string_view origin) {
  return std::ranges::any_of(options.cors_origins,
                             [&](const std::string& o) { return o != "*" && iequals_ascii(o, origin); });
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

/// What is allowed to the origin; false when nothing is.
bool append_allowed(std::string& out, std::string_view origin, const ServerOptions& options) {
  if (origin.empty()) return false;
  if (names(options, origin)) {
    out.append("Access-Control-Allow-Origin: ").append(origin).append("\r\nAccess-Control-Allow-Credentials: true\r\n");
    return true;
  }
  if (!allows_any(options)) return false;
  out.append("Access-Control-Allow-Origin: *\r\n");
  return true;
}

}  // namespace

bool is_preflight(const RequestHead& request) noexcept {
  return request.method == Method::options && request.has_header("Origin") && request.has_header(request_method);
}

std::optional<Response> preflight_answer(const RequestHead& request, const ServerOptions& options) {
  Response response = Response::empty(204);
  std::string lines;
  if (!append_allowed(lines, request.header("Origin"), options)) return std::nullopt;
  const auto method = request.header(request_method);
  const auto headers = request.header(request_headers);
  if (!is_header_name(method)) return std::nullopt;
  bool well_formed = true;
  for_each_element(headers, [&](std::string_view one) { well_formed = well_formed && is_header_name(one); });
  if (!well_formed) return std::nullopt;
  // The origin is what is judged here. Methods and headers are judged by the application, like anyone's.
  response.add("Access-Control-Allow-Methods", method);
  if (!headers.empty()) response.add("Access-Control-Allow-Headers", headers);
  response.add("Access-Control-Max-Age", "600");
  return response;  // append_cors_lines() adds the origin, as to every answer
}

void append_cors_lines(std::string& out, const RequestHead& request, const ServerOptions& options) {
  const bool allowed = append_allowed(out, request.header("Origin"), options);
  if (allowed && !options.cors_exposed.empty()) {
    out.append("Access-Control-Expose-Headers: ").append(joined(options.cors_exposed)).append("\r\n");
  }
  out.append("Vary: Origin\r\n");
}

}  // namespace otklik::net
