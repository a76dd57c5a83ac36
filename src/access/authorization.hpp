#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "access/secret.hpp"
#include "core/ports/authenticator.hpp"

namespace otklik::access {

/// RFC 7617, read as UTF-8 where it is that and else as Windows-1251, login and password together.
struct BasicCredentials {
  std::string login;
  Secret password;
};

/// RFC 6750 2.1.
struct BearerCredentials {
  Secret token;
};

using Credentials = std::variant<BasicCredentials, BearerCredentials>;

/// Reads the value of an Authorization header. `missing` when there is nothing but blanks, `malformed` for another
/// scheme, no base64, no colon, or a value longer than `longest` bytes.
std::expected<Credentials, core::AuthRefusal::Kind> read_authorization(std::string_view value, std::size_t longest);

}  // namespace otklik::access
