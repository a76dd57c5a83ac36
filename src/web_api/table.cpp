#include "web_api/table.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "net/http/form.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api {
namespace {

constexpr std::array table{
    &methods::execsvcscript, &methods::execsvcscriptplain, &methods::download_byscript, &methods::getversion,
    &methods::openapi,
};

}  // namespace

std::span<const Method* const> all_methods() noexcept { return table; }

const Method* find_method_named(std::string_view name) noexcept {
  for (const Method* method : table) {
    if (iequals_ascii(method->name, name)) return method;
  }
  return nullptr;
}

const Method* find_method(std::string_view path) noexcept {
  if (path.size() < 2 || path.front() != '/') return nullptr;
  path.remove_prefix(1);
  if (path.find('%') != std::string_view::npos) {
    auto decoded = net::decode_path(path);
    if (!decoded) return nullptr;
    std::string_view name = *decoded;
    if (name.ends_with('/')) name.remove_suffix(1);
    return find_method_named(name);
  }
  if (path.ends_with('/')) path.remove_suffix(1);
  return find_method_named(path);
}

}  // namespace otklik::web_api
