#include "web_api/table.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "net/http/form.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api {
namespace {

constexpr std::array table{
    &methods::execsvcscript,
    &methods::execsvcscriptplain,
    &methods::tst_getintnumberreadyusers,
    &methods::tst_getuserstate,
    &methods::gettotalqueueinfo,
    &methods::getlicensefulltext,
    &methods::getlicensefullxml,
    &methods::getlicenseinfo,
    &methods::download_rec,
    &methods::download_fax,
    &methods::download_vm,
    &methods::download_byscript,
    &methods::download_files,
    &methods::getsharedfile,
    &methods::downloadrecordbylink,
    &methods::getavatar,
    &methods::execpluginmethod,
    &methods::getversion,
    &methods::openapi,
    &methods::upload,
    &methods::wp_getchaincontent,
    &methods::wp_getabonentinfo,
    &methods::wp_autocallstart,
    &methods::wp_switchcall,
    &methods::wp_autocallstop,
    &methods::wp_flash,
    &methods::wp_declinecall,
    &methods::wp_answercall,
    &methods::wp_abortcall,
    &methods::wp_setuserstate,
};

/// `download/rec/ABC` begins with the name of a method that takes a tail.
bool has_name_and_tail(const Method& method, std::string_view path) noexcept {
  const auto size = method.name.size();
  return method.tail != nullptr && path.size() > size && path[size] == '/' &&
         iequals_ascii(path.substr(0, size), method.name);
}

const Method* find_method_of(std::string_view path) noexcept {
  std::string_view name = path;
  if (name.ends_with('/')) name.remove_suffix(1);
  if (const Method* method = find_method_named(name)) return method;
  const auto at = std::ranges::find_if(table, [&](const Method* m) { return has_name_and_tail(*m, path); });
  return at == table.end() ? nullptr : *at;
}

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
  if (path.find('%') == std::string_view::npos) return find_method_of(path);
  const auto decoded = net::decode_path(path);
  return decoded ? find_method_of(*decoded) : nullptr;
}

std::string method_tail(const Method& method, std::string_view path) {
  if (method.tail == nullptr || path.empty()) return {};
  auto decoded = net::decode_path(path.substr(1));
  if (!decoded || decoded->size() <= method.name.size()) return {};
  decoded->erase(0, method.name.size() + 1);
  if (decoded->ends_with('/')) decoded->pop_back();
  return std::move(*decoded);
}

std::string_view loggable_path(std::string_view path) {
  const Method* method = find_method(path);
  if (method == nullptr || method->tail == nullptr) return path;
  const bool is_plain = path.find('%') == std::string_view::npos;
  return is_plain ? path.substr(0, 1 + method->name.size()) : method->name;
}

}  // namespace otklik::web_api
