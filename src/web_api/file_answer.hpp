#pragma once
#include <string>
#include <string_view>

#include "core/ports/script_files.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

namespace otklik::web_api {

/// `attachment; filename="…"` (or `inline`), with `filename*` where the name is not ASCII. RFC 6266.
std::string content_disposition(std::string_view name, bool attachment);

/// A file that a script named by its path. `begun` holds the headers that the script asked for; its Content-Type wins
/// over the one of the name. Errors are JSON: what lies outside the zones is 403 whether it exists or not.
net::Response script_file_response(core::ScriptFiles& files, std::string_view path, bool attachment,
                                   const net::RequestHead& head, net::Response begun);

}  // namespace otklik::web_api
