#include "web_api/www/www_path.hpp"

#include <algorithm>

#include "base/beneath.hpp"
#include "base/text.hpp"
#include "net/http/form.hpp"

namespace otklik::web_api {
namespace {

bool has_dot_component(std::string_view name) noexcept {
  if (name == ".well-known") return false;
  if (name.starts_with(".well-known/")) name.remove_prefix(std::string_view(".well-known/").size());
  return name.starts_with('.') || name.find("/.") != std::string_view::npos;
}

}  // namespace

bool could_be_hook(std::string_view name) noexcept {
  return !std::ranges::search(name, hook_suffix, [](char a, char b) { return ascii_lower(a) == b; }).empty();
}

Result<WwwPath> read_www_path(std::string_view path) {
  if (!path.starts_with('/')) return fail(ErrorCode::bad_request, "The path is malformed");
  WwwPath result;
  if (path.find('%') == std::string_view::npos) {
    result.name = path.substr(1);
  } else {
    auto decoded = net::decode_path(path.substr(1));
    if (!decoded) return fail(ErrorCode::bad_request, "The path is malformed");
    result.name = std::move(*decoded);
  }
  if (result.name.find('\0') != std::string::npos) return fail(ErrorCode::bad_request, "The path is malformed");
  if (!is_utf8(result.name)) result.name = utf8_from_windows_1251(result.name);
  if (result.name.empty()) {
    result.is_folder = true;
    return result;
  }
  if (result.name.back() == '/') {
    result.is_folder = true;
    result.name.pop_back();
  }
  if (!is_confined_name(result.name) || has_dot_component(result.name) || could_be_hook(result.name)) {
    return fail(ErrorCode::not_found);
  }
  return result;
}

}  // namespace otklik::web_api
