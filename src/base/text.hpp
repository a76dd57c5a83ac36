#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Text as old Russian clients send it: UTF-8, or Windows-1251 where the bytes are no UTF-8.
namespace otklik {

/// Whether the bytes are well-formed UTF-8 (no surrogates, no over-long forms; NUL allowed). RFC 3629.
bool is_utf8(std::string_view bytes) noexcept;

/// The bytes themselves when they are UTF-8, else read as Windows-1251.
std::string to_utf8(std::string_view bytes);

std::string utf8_from_windows_1251(std::string_view bytes);
/// Nothing when a character has no place in Windows-1251 or the text is not UTF-8.
std::optional<std::string> windows_1251_from_utf8(std::string_view text);

/// Lower-case of ASCII, Latin-1 and Cyrillic letters; everything else stays. For comparing logins and names.
std::string lower_utf8(std::string_view text);
/// The other way round. What has no upper case in these alphabets (ß, ÿ) stays.
std::string upper_utf8(std::string_view text);
/// The same for one character.
char32_t lower_of(char32_t code_point) noexcept;
char32_t upper_of(char32_t code_point) noexcept;

/// Calls `each(char32_t)` for every code point; malformed bytes come as U+FFFD, one for each byte.
template <class Each>
void for_each_code_point(std::string_view text, Each each);

void append_utf8(std::string& out, char32_t code_point);

char ascii_lower(char c) noexcept;
bool iequals_ascii(std::string_view a, std::string_view b) noexcept;
std::string_view trim(std::string_view text) noexcept;  ///< without spaces, tabs, CR and LF at both ends

// --- implementation of the template -------------------------------------------------------------------------------

namespace detail {
/// One code point from the front of `text` (not empty): its length in bytes, 0 when malformed.
int decode_utf8(std::string_view text, char32_t& code_point) noexcept;
}  // namespace detail

template <class Each>
void for_each_code_point(std::string_view text, Each each) {
  while (!text.empty()) {
    char32_t c = 0;
    const int n = detail::decode_utf8(text, c);
    each(n == 0 ? char32_t{0xFFFD} : c);
    text.remove_prefix(n == 0 ? 1 : static_cast<std::size_t>(n));
  }
}

}  // namespace otklik
