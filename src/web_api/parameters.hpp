#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "net/http/form.hpp"
#include "net/http/request.hpp"

namespace otklik::web_api {

/// The parameters of a request: those of the URL, then those of an urlencoded body; the URL wins.
net::Form read_parameters(const net::Request& request);

bool has_form_body(const net::RequestHead& head) noexcept;

/// 0 or 1, also false and true in any case. Errors name the parameter: `bad_request`.
Result<std::optional<bool>> read_flag(const net::Form& form, std::string_view name);

/// Seconds, `10` or `0.5`, not below 0; more than fits is as much as fits. Errors as above.
Result<std::optional<std::chrono::milliseconds>> read_seconds(const net::Form& form, std::string_view name);

/// The number alone.
std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text) noexcept;

}  // namespace otklik::web_api
