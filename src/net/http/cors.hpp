#pragma once
#include <optional>
#include <string>

#include "net/http/request.hpp"
#include "net/http/response.hpp"
#include "net/server.hpp"

/// Cross-origin requests of browsers, the Fetch standard's CORS protocol. Used only when origins are set.
namespace otklik::net {

/// Whether it is the question that a browser asks before a request, and not a request itself.
bool is_preflight(const RequestHead& request) noexcept;

/// The answer to it; nothing for an origin that is not allowed, whose OPTIONS goes to the application like any.
std::optional<Response> preflight_answer(const RequestHead& request, const ServerOptions& options);

/// Appends what an answer to `request` needs so that an allowed page may read it. `Vary: Origin` always.
void append_cors_lines(std::string& out, const RequestHead& request, const ServerOptions& options);

}  // namespace otklik::net
