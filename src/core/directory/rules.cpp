#include "core/directory/rules.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/uuid.hpp"

namespace otklik::core {
namespace {

bool is_ascii_letter(char32_t c) noexcept { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
bool is_digit(char32_t c) noexcept { return c >= U'0' && c <= U'9'; }
bool is_control(char32_t c) noexcept { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// The Cyrillic letters that Windows-1251 has: Russian, Ukrainian, Belarusian, Serbian, Macedonian, Bulgarian.
bool is_cyrillic_letter(char32_t c) noexcept {
  return (c >= 0x0401 && c <= 0x045F && c != 0x040D && c != 0x0450 && c != 0x045D) || c == 0x0490 || c == 0x0491;
}

bool is_russian_letter(char32_t c) noexcept { return (c >= 0x0410 && c <= 0x044F) || c == 0x0401 || c == 0x0451; }

// For an error's text: the character itself where it shows, and its code always.
std::string shown(char32_t c) {
  const std::string code = fmt::format("U+{:04X}", static_cast<std::uint32_t>(c));
  if (is_control(c) || c == U' ' || c == 0xFFFD || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E))
    return code;
  std::string text = "\"";
  append_utf8(text, c);
  return text + "\" (" + code + ")";
}

struct Found {
  std::size_t length = 0;  // in characters
  std::size_t place = 0;   // of the first that does not do, from 1; 0: none
  char32_t character = 0;
};

template <class Fits>
Found look_through(std::string_view text, Fits fits) {
  Found found;
  for_each_code_point(text, [&](char32_t c) {
    ++found.length;
    if (found.place == 0 && !fits(c)) {
      found.place = found.length;
      found.character = c;
    }
  });
  return found;
}

bool has_blank_at_an_end(std::string_view text) { return trim(text).size() != text.size(); }

}  // namespace

std::string name_key(std::string_view name) { return lower_utf8(name); }

Result<> check_login(std::string_view login) {
  if (login.empty()) return fail(ErrorCode::bad_request, "the login is empty");
  if (!is_utf8(login)) return fail(ErrorCode::bad_request, "the login is not UTF-8");
  const Found found = look_through(login, [](char32_t c) {
    return is_ascii_letter(c) || is_digit(c) || is_cyrillic_letter(c) ||
           std::u32string_view(U" ._-@+#$&'()!").find(c) != std::u32string_view::npos;
  });
  if (found.place != 0) {
    return fail(
        ErrorCode::bad_request,
        fmt::format("a login holds letters, digits, blanks and . _ - @ + # $ & ' ( ) ! only; character {} is {}",
                    found.place, shown(found.character)));
  }
  if (found.length > 64) return fail(ErrorCode::bad_request, "a login has at most 64 characters");
  if (has_blank_at_an_end(login) || login.find("  ") != std::string_view::npos) {
    return fail(ErrorCode::bad_request, "a login has no blank at its ends and no two blanks in a row");
  }
  if (Uuid::parse(login)) return fail(ErrorCode::bad_request, "a login cannot be a GUID: users are named by these too");
  return {};
}

Result<> check_name(std::string_view what, std::string_view name) {
  if (name.empty()) return fail(ErrorCode::bad_request, fmt::format("{} is empty", what));
  if (!is_utf8(name)) return fail(ErrorCode::bad_request, fmt::format("{} is not UTF-8", what));
  const Found found = look_through(name, [](char32_t c) { return !is_control(c); });
  if (found.place != 0) {
    return fail(ErrorCode::bad_request, fmt::format("{} holds a control character: character {} is {}", what,
                                                    found.place, shown(found.character)));
  }
  if (found.length > 200) return fail(ErrorCode::bad_request, fmt::format("{} has more than 200 characters", what));
  if (has_blank_at_an_end(name)) {
    return fail(ErrorCode::bad_request, fmt::format("{} begins or ends with a blank", what));
  }
  if (Uuid::parse(name)) {
    return fail(ErrorCode::bad_request, fmt::format("{} cannot be a GUID: things are named by these too", what));
  }
  return {};
}

Result<> check_language(std::string_view language) {
  if (language.empty() || language == "ru" || language == "en") return {};
  return fail(ErrorCode::bad_request, "the language is ru or en");
}

Result<> check_password(std::string_view password, const PasswordRules& rules) {
  if (!is_utf8(password)) return fail(ErrorCode::bad_request, "the password is not UTF-8");
  const Found found =
      look_through(password, [](char32_t c) { return (c >= 0x20 && c < 0x7F) || is_russian_letter(c); });
  if (found.place != 0) {
    return fail(ErrorCode::bad_request,
                fmt::format("a password holds ASCII characters and Russian letters only; character {} is {}",
                            found.place, shown(found.character)));
  }
  if (found.length < rules.least) {
    return fail(ErrorCode::bad_request, fmt::format("a password has at least {} characters", rules.least));
  }
  if (found.length > rules.most) {
    return fail(ErrorCode::bad_request, fmt::format("a password has at most {} characters", rules.most));
  }
  return {};
}

std::optional<std::string> password_bytes(std::string_view password) {
  std::string bytes;
  bytes.reserve(password.size());
  bool possible = true;
  for_each_code_point(password, [&](char32_t c) {
    if (c < 0x80) {
      bytes += static_cast<char>(c);
    } else if (c == 0x0401) {  // Ё
      bytes += '\xA8';
    } else if (c == 0x0451) {  // ё
      bytes += '\xB8';
    } else if (is_russian_letter(c)) {
      bytes += static_cast<char>(static_cast<unsigned char>(c - 848));
    } else {
      possible = false;
    }
  });
  if (!possible) return std::nullopt;
  return bytes;
}

}  // namespace otklik::core
