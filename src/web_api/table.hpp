#pragma once
#include <span>
#include <string>
#include <string_view>

#include "web_api/method.hpp"

namespace otklik::web_api {

/// Every method, in the order of the description. The one place where a method is entered; serving, its JSON twin, the
/// pages of docs/, `otklik describe` and the OpenAPI document all read it.
std::span<const Method* const> all_methods() noexcept;

/// The method of a path as sent (`/GetVersion/`, `/download/byscript`, `/download/rec/ABC`): any case, percent escapes
/// decoded, one trailing slash passed over. Null: none.
const Method* find_method(std::string_view path) noexcept;

/// What follows the name of `method`, which find_method() found for this path: decoded, without the slash before it;
/// `ABC` of `/download/rec/ABC`. Empty where there is none.
std::string method_tail(const Method& method, std::string_view path);

/// A path as it may stand in a log: without the code of a link.
std::string_view loggable_path(std::string_view path);

/// By name alone, in any case. Null: none.
const Method* find_method_named(std::string_view name) noexcept;

}  // namespace otklik::web_api
