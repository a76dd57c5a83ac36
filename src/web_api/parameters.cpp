#include "web_api/parameters.hpp"

#include <charconv>
#include <cstdint>

#include "base/text.hpp"

namespace otklik::web_api {

bool has_form_body(const net::RequestHead& head) noexcept {
  const auto type = head.header("content-type");
  return iequals_ascii(trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded");
}

net::Form read_parameters(const net::Request& request) {
  net::Form form;
  if (request.has_query) form.parse(request.query);
  if (!request.body.empty() && has_form_body(request)) form.parse(request.body);
  return form;
}

Result<std::optional<bool>> read_flag(const net::Form& form, std::string_view name) {
  const auto given = form.find(name);
  if (!given) return std::nullopt;
  const auto text = trim(*given);
  if (text == "0" || iequals_ascii(text, "false")) return false;
  if (text == "1" || iequals_ascii(text, "true")) return true;
  return fail(ErrorCode::bad_request, std::string(name) + " is 0 or 1");
}

Result<std::optional<std::int32_t>> read_whole(const net::Form& form, std::string_view name) {
  const auto given = form.find(name);
  if (!given) return std::nullopt;
  const auto text = trim(*given);
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return value;
  return fail(ErrorCode::bad_request, std::string(name) + " is a whole number");
}

Result<std::optional<std::size_t>> read_choice(const net::Form& form, std::string_view name,
                                               std::span<const std::string_view> words) {
  const auto given = form.find(name);
  if (!given) return std::nullopt;
  const auto text = trim(*given);
  std::string known;
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (iequals_ascii(text, words[at])) return at;
    known += at == 0 ? " is " : at + 1 == words.size() ? " or " : ", ";
    known += words[at];
  }
  return fail(ErrorCode::bad_request, std::string(name) + known);
}

std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text) noexcept {
  constexpr std::int64_t most = 1'000'000'000'000;  // milliseconds: 30 years, and no overflow below
  text = trim(text);
  std::int64_t value = 0;
  std::int64_t scale = 0;  // what the next digit of the fraction is worth; 0: still before the point
  bool any = false;
  for (const char c : text) {
    if (c == '.' && scale == 0 && any) {
      scale = 100;
      any = false;  // a point wants a digit after it
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    if (scale == 0) {
      if (value < most) value = value * 10 + (c - '0') * 1000;
    } else if (scale > 0) {
      value += (c - '0') * scale;
      scale = scale == 1 ? -1 : scale / 10;  // below a millisecond nothing counts
    }
  }
  if (!any) return std::nullopt;
  return std::chrono::milliseconds(value < most ? value : most);
}

Result<std::optional<std::chrono::milliseconds>> read_seconds(const net::Form& form, std::string_view name) {
  const auto given = form.find(name);
  if (!given) return std::nullopt;
  const auto seconds = parse_seconds(*given);
  if (!seconds) return fail(ErrorCode::bad_request, std::string(name) + " is a number of seconds, not below 0");
  return seconds;
}

}  // namespace otklik::web_api
