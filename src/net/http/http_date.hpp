#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace otklik::net {

/// `Sun, 06 Nov 1994 08:49:37 GMT`: RFC 9110 5.6.7 IMF-fixdate, always 29 characters.
std::string http_date(std::chrono::sys_seconds when);

/// Any of the three forms of RFC 9110 5.6.7; nothing when it is none of them. A two-digit year that lies more than 50
/// years ahead of `now` is of the century before.
std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text,
    std::chrono::sys_seconds now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));

}  // namespace otklik::net
