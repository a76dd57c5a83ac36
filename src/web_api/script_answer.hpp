#pragma once
#include <string>
#include <string_view>

#include "core/ports/script_files.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"
#include "web_api/answer.hpp"
#include "web_api/options.hpp"
#include "web_api/script_run.hpp"

namespace otklik::web_api {

/// What Return value 2 asks for.
struct ScriptStatus {
  enum class Kind : std::uint8_t { status, file, unknown };
  Kind kind = Kind::status;
  int status = 200;  ///< of `status`, and 200 for the unknown
};

/// Empty: 200. `404`, `404 Not Found` (the reason is the server's own, whatever it says): that status, from 200 to 599,
/// since no answer ends with a 1xx. `file`: Return value 1 is a path. Anything else is unknown.
ScriptStatus read_return_value_2(std::string_view text) noexcept;

/// Return value 3 onto `response`: one `Name: value` a line (LF or CRLF). Calls `refused(line number, why)` for what is
/// no header line or is the server's own, and for what is past 64 fields or 16 KiB; those are left out.
void add_return_value_3(net::Response& response, std::string_view lines,
                        std::move_only_function<void(int, std::string_view)> refused);

/// What a body without a Content-Type is taken for by how it begins: `text/html`, `text/xml`, `application/json` or
/// `text/plain`, UTF-8.
std::string_view sniffed_content_type(std::string_view body) noexcept;

/// Whether a header section (`Name: value\r\n` lines) holds that field.
bool has_field(std::string_view headers, std::string_view name) noexcept;

/// The answer of execsvcscript: `started` and `startresult`, and the value where there is one.
net::Response xml_script_response(ScriptOutcome outcome, const AnswerStyle& style, ReturnValueShape shape);

/// The answer of execsvcscriptplain and of hooks to what came of a script. `attachment`: how a file is sent.
net::Response plain_response(ScriptOutcome outcome, const net::RequestHead& head, std::string_view scenario,
                             bool attachment, core::ScriptFiles& files);

/// The answer of download/byscript: Return value 1 is a path.
net::Response file_by_script_response(ScriptOutcome outcome, const net::RequestHead& head, bool attachment,
                                      core::ScriptFiles& files);

}  // namespace otklik::web_api
