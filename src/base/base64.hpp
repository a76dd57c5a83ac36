#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace otklik {

std::string base64(std::string_view bytes);
/// With the URL-safe alphabet and no padding. RFC 4648 5.
std::string base64_url(std::string_view bytes);

/// Standard or URL-safe alphabet, padding optional but right where present; nothing on any other character.
std::optional<std::string> from_base64(std::string_view text);

/// Lower-case hexadecimal digits.
std::string hex(std::string_view bytes);

}  // namespace otklik
