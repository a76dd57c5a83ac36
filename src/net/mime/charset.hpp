#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace otklik::net::mime {

/// Text of a charset that mailers and browsers name (UTF-8, Windows-1251, KOI8-R, IBM866, ISO-8859-5, Latin-1 and their
/// kin) as UTF-8; what has no meaning there becomes U+FFFD. Nothing for another charset.
std::optional<std::string> utf8_from(std::string_view charset, std::string_view bytes);

}  // namespace otklik::net::mime
