#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
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

/// A whole number of 32 bits, with a sign where it has one. Errors as above.
Result<std::optional<std::int32_t>> read_whole(const net::Form& form, std::string_view name);

/// Which of the words was given, in any case: its place among them. Errors as above; it names the words.
Result<std::optional<std::size_t>> read_choice(const net::Form& form, std::string_view name,
                                               std::span<const std::string_view> words);

/// Seconds, `10` or `0.5`, not below 0; more than fits is as much as fits. Errors as above.
Result<std::optional<std::chrono::milliseconds>> read_seconds(const net::Form& form, std::string_view name);

/// The number alone.
std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text) noexcept;

}  // namespace otklik::web_api
