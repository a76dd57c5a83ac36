#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// What users, roles, departments and tokens may be called, and which passwords are possible. All errors are
/// `bad_request` with a text for the person who typed it.
namespace otklik::core {

/// Under what a login or a name is unique and found: lower-case, Cyrillic too.
std::string name_key(std::string_view name);

/// 1 to 64 characters: Latin and Cyrillic letters, digits, single blanks inside, and . _ - @ + # $ & ' ( ) !
/// No colon, which ends the login in Basic (RFC 7617 2); nothing that old clients cannot send in Windows-1251.
Result<> check_login(std::string_view login);

/// 1 to 200 characters without control characters and without blanks at the ends. `what` begins the error's text:
/// `the role's name`.
Result<> check_name(std::string_view what, std::string_view name);

/// Empty, `ru` or `en`.
Result<> check_language(std::string_view language);

struct PasswordRules {
  std::size_t least = 1;   ///< characters; setting `min_password_length`. An empty one needs the user's own permission
  std::size_t most = 128;  ///< characters; not a setting: what the byte table of the clients was tried with

  bool operator==(const PasswordRules&) const = default;
};

/// Whether this password can be set: ASCII without control characters, and Russian letters. What else there is would be
/// dropped or mangled by the byte table that the WebSocket's clients hash with, so that two passwords became one.
/// The error names the first character that does not do and its place.
Result<> check_password(std::string_view password, const PasswordRules& rules);

/// The bytes that clients hash: ASCII as it is, Russian letters in Windows-1251, one byte for each UTF-16 code unit.
/// Nothing for a password with any other character: none such can have been set, so it is wrong.
/// Source: the WebSocket page, 1.8.1, B(p).
std::optional<std::string> password_bytes(std::string_view password);

}  // namespace otklik::core
