#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace otklik::web_api {

/// A file's name plus this is the name of its hook.
inline constexpr std::string_view hook_suffix = ".execsvcscriptplain";

/// A request's path, read as a name below www/.
struct WwwPath {
  std::string name;        ///< UTF-8, relative, no slash at its ends; empty: www/ itself
  bool is_folder = false;  ///< it ended with a slash
};

/// Percent escapes are decoded once; what is no UTF-8 is read as Windows-1251. Errors: `bad_request` for a malformed
/// escape or NUL; `not_found` for everything that must not be looked up: a component that is empty, `.` or `..`, a
/// back-slash, a component that begins with a dot (but for `.well-known` as the first), and a hook under any spelling.
Result<WwwPath> read_www_path(std::string_view path);

/// Whether a name is or could pass for a hook's: `.execsvcscriptplain` in any case anywhere in it.
bool could_be_hook(std::string_view name) noexcept;

}  // namespace otklik::web_api
