#include "net/file/conditional.hpp"

#include <optional>

#include "base/text.hpp"
#include "net/http/http_date.hpp"

namespace otklik::net {
namespace {

std::string_view opaque(std::string_view etag) noexcept { return etag.starts_with("W/") ? etag.substr(2) : etag; }

bool equal_strongly(std::string_view a, std::string_view b) noexcept { return a == b && a.starts_with('"'); }
bool equal_weakly(std::string_view a, std::string_view b) noexcept { return opaque(a) == opaque(b); }

// An entity tag may hold commas, so the list is read by its quotes. RFC 9110 8.8.3.
template <class Equal>
bool lists(std::string_view list, std::string_view etag, Equal equal) {
  if (etag.empty()) return false;
  for (;;) {
    const auto quote = list.find('"');
    if (quote == std::string_view::npos) return false;
    const auto end = list.find('"', quote + 1);
    if (end == std::string_view::npos) return false;
    const bool weak = quote >= 2 && list.substr(quote - 2, 2) == "W/";
    const std::size_t begin = weak ? quote - 2 : quote;
    if (equal(list.substr(begin, end + 1 - begin), etag)) return true;
    list.remove_prefix(end + 1);
  }
}

// Any of the lines of that name: a list may be spread over several.
template <class Equal>
bool any_line_lists(const RequestHead& head, std::string_view name, std::string_view etag, Equal equal) {
  for (const auto& field : head.headers) {
    if (!iequals_ascii(field.name, name)) continue;
    if (field.value == "*" || lists(field.value, etag, equal)) return true;
  }
  return false;
}

std::optional<std::chrono::sys_seconds> date_of(const RequestHead& head, std::string_view name) {
  const auto value = head.header(name);
  return value.empty() ? std::nullopt : parse_http_date(value);
}

}  // namespace

Precondition evaluate_preconditions(const RequestHead& head, const Validators& validators) {
  const bool reads = head.method == Method::get || head.method == Method::head;
  if (head.has_header("If-Match")) {
    if (!any_line_lists(head, "If-Match", validators.etag, equal_strongly)) return Precondition::failed;
  } else if (validators.has_last_modified) {
    const auto date = date_of(head, "If-Unmodified-Since");
    if (date && validators.last_modified > *date) return Precondition::failed;
  }
  if (head.has_header("If-None-Match")) {
    if (any_line_lists(head, "If-None-Match", validators.etag, equal_weakly)) {
      return reads ? Precondition::not_modified : Precondition::failed;
    }
  } else if (reads && validators.has_last_modified) {
    const auto date = date_of(head, "If-Modified-Since");
    if (date && validators.last_modified <= *date) return Precondition::not_modified;
  }
  return Precondition::passed;
}

bool range_applies(const RequestHead& head, const Validators& validators) {
  if (!head.has_header("If-Range")) return true;
  const auto value = head.header("If-Range");
  if (value.starts_with('"') || value.starts_with("W/")) return equal_strongly(value, validators.etag);
  const auto date = parse_http_date(value);
  // A weak tag says that the state may have changed within the second, so the date is no strong validator either.
  return date && validators.has_last_modified && *date == validators.last_modified &&
         !validators.etag.starts_with("W/");
}

}  // namespace otklik::net
