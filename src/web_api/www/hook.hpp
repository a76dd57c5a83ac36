#pragma once
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http/request.hpp"
#include "web_api/options.hpp"
#include "web_api/script_run.hpp"

namespace otklik::web_api {

/// What lies beside a page as `page.html.execsvcscriptplain`: which script answers for the page, without authorization.
struct Hook {
  std::string scenario;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<bool> async;
  std::array<std::optional<std::string>, 5> parameters;  ///< as written: a constant, or a special such as `%page%`
};

/// Reads `{"scriptname", "timeout"?, "async"?, "parameter1".."parameter5"?}`; `startparamN` is understood for
/// `parameterN`, names count in any case, unknown ones are passed over, a byte-order mark too. The error says in one
/// line what is wrong, for the log.
Result<Hook> parse_hook(std::string_view json);

/// What a request for the page starts: its own parameters, then what the hook says, which wins. `name` of the request
/// chooses nothing. Errors: `bad_request` for a malformed parameter that the hook does not set itself.
Result<ScriptOrder> hook_order(const Hook& hook, const net::Request& request, const Options& options);

}  // namespace otklik::web_api
