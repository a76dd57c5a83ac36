#pragma once
#include <string>
#include <string_view>

#include "core/ports/opened_file.hpp"
#include "core/ports/script_files.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

namespace otklik::web_api {

/// `attachment; filename="…"` (or `inline`), with `filename*` where the name is not ASCII. RFC 6266.
std::string content_disposition(std::string_view name, bool attachment);

/// An opened file, as an attachment or as media by the type of its name, with conditions and ranges as net/file/ has
/// them. What users sent comes with `nosniff`, and its active types (HTML, SVG, XML) under a sandbox: the console lives
/// on the same origin. One that is still being written is sent as far as it has got (net/file/growing_file.hpp).
/// `begun` holds headers that go out with it; a Content-Type of theirs wins over the one of the name.
net::Response opened_file_response(core::OpenedFile file, bool attachment, const net::RequestHead& head,
                                   net::Response begun = {});

/// A file that a script named by its path. `begun` holds the headers that the script asked for; its Content-Type wins
/// over the one of the name. Errors are JSON: what lies outside the zones is 403 whether it exists or not.
net::Response script_file_response(core::ScriptFiles& files, std::string_view path, bool attachment,
                                   const net::RequestHead& head, net::Response begun);

}  // namespace otklik::web_api
