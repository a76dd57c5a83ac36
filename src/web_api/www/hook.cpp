#include "web_api/www/hook.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "web_api/parameters.hpp"

namespace otklik::web_api {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::unexpected<Error> broken(std::string why) { return fail(ErrorCode::failed, std::move(why)); }

/// 0 to 4 for `parameter1` to `parameter5` and `startparam1` to `startparam5`; `preferred` for the former.
std::optional<std::size_t> parameter_index(std::string_view key, bool& preferred) noexcept {
  if (key.empty() || key.back() < '1' || key.back() > '5') return std::nullopt;
  const auto stem = key.substr(0, key.size() - 1);
  preferred = iequals_ascii(stem, "parameter");
  if (!preferred && !iequals_ascii(stem, "startparam")) return std::nullopt;
  return static_cast<std::size_t>(key.back() - '1');
}

Result<std::string> text_of(std::string_view key, element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return broken(std::string(key) + " is not a string");
  return std::string(text);
}

Result<std::chrono::milliseconds> seconds_of(element value) {
  double seconds = 0;
  if (!value.is_number() || value.get(seconds) != simdjson::SUCCESS || !(seconds >= 0)) {
    return broken("timeout is not a number of seconds from 0 on");
  }
  constexpr double most = 1e9;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(seconds, most) * 1000));
}

Result<bool> flag_of(element value) {
  bool flag = false;
  if (value.get(flag) == simdjson::SUCCESS) return flag;
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && (number == 0 || number == 1)) return number == 1;
  return broken("async is not true, false, 0 or 1");
}

/// A parameter's value as the hook has it, specials resolved. A special is the whole value, never a part of one.
std::string resolved(const std::string& written, const net::Request& request) {
  if (written.size() < 6 || written.front() != '%') return written;
  if (written == "%parameters%") return std::string(request.query);
  if (written == "%content%") return std::string(request.body);
  if (written == "%headers%") return std::string(request.text);
  if (written == "%page%") return std::string(request.path);
  if (written == "%requestline%") return std::string(request.request_line);
  return written;
}

}  // namespace

Result<Hook> parse_hook(std::string_view json) {
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  // Hooks are read when they change, not with every request: a parser of its own keeps nothing between two.
  simdjson::dom::parser parser;
  element root;
  if (const auto error = parser.parse(json.data(), json.size()).get(root); error != simdjson::SUCCESS) {
    return broken(simdjson::error_message(error));
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return broken("the JSON is not an object");

  Hook hook;
  std::array<std::optional<std::string>, 5> aliases;
  for (const auto [key, value] : object) {
    bool preferred = false;
    if (iequals_ascii(key, "scriptname")) {
      auto text = text_of(key, value);
      if (!text) return std::unexpected(text.error());
      hook.scenario = std::move(*text);
    } else if (iequals_ascii(key, "timeout")) {
      auto seconds = seconds_of(value);
      if (!seconds) return std::unexpected(seconds.error());
      hook.timeout = *seconds;
    } else if (iequals_ascii(key, "async")) {
      auto flag = flag_of(value);
      if (!flag) return std::unexpected(flag.error());
      hook.async = *flag;
    } else if (const auto index = parameter_index(key, preferred)) {
      auto text = text_of(key, value);
      if (!text) return std::unexpected(text.error());
      (preferred ? hook.parameters : aliases)[*index] = std::move(*text);
    }
  }
  if (hook.scenario.empty()) return broken("scriptname is missing");
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    if (!hook.parameters[i]) hook.parameters[i] = std::move(aliases[i]);
  }
  return hook;
}

Result<ScriptOrder> hook_order(const Hook& hook, const net::Request& request, const Options& options) {
  // What the hook decides, the request may get wrong.
  const net::Form given = read_parameters(request);
  auto order = read_script_order(given, options, {.async = hook.async, .timeout = hook.timeout});
  if (!order) return order;
  order->scenario = hook.scenario;
  for (std::size_t i = 0; i < hook.parameters.size(); ++i) {
    if (hook.parameters[i]) order->parameters[i] = resolved(*hook.parameters[i], request);
  }
  return order;
}

}  // namespace otklik::web_api
