#pragma once
#include <array>
#include <cstdint>
#include <string_view>

/// Classes of octets, as RFC 9110 and RFC 9112 name them.
namespace otklik::net {

namespace detail {

struct CharacterTable {
  std::array<bool, 256> is{};
  [[nodiscard]] constexpr bool operator()(char c) const noexcept { return is[static_cast<std::uint8_t>(c)]; }
};

constexpr CharacterTable make_token_table() {
  CharacterTable t;
  for (char c = '0'; c <= '9'; ++c) t.is[static_cast<std::uint8_t>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) t.is[static_cast<std::uint8_t>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) t.is[static_cast<std::uint8_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) t.is[static_cast<std::uint8_t>(c)] = true;
  return t;
}

constexpr CharacterTable make_host_table() {  // RFC 3986 3.2.2 reg-name and IP-literal, and the colon before a port
  CharacterTable t = make_token_table();
  for (const char c : std::string_view("#^`|")) t.is[static_cast<std::uint8_t>(c)] = false;
  for (const char c : std::string_view("()=;:[]")) t.is[static_cast<std::uint8_t>(c)] = true;
  return t;
}

inline constexpr CharacterTable token_characters = make_token_table();
inline constexpr CharacterTable host_characters = make_host_table();

}  // namespace detail

/// RFC 9110 5.6.2 tchar.
constexpr bool is_token_character(char c) noexcept { return detail::token_characters(c); }

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

/// A control character where a field value stands: everything below the space but tab, and DEL. RFC 9110 5.5.
constexpr bool is_control(char c) noexcept {
  const auto u = static_cast<std::uint8_t>(c);
  return (u < 0x20 && u != '\t') || u == 0x7F;
}

/// The value of a hexadecimal digit, or -1.
constexpr int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// Without spaces and tabs at both ends. RFC 9110 5.6.3 OWS.
constexpr std::string_view trim_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Calls `each(element)` for every element of a comma-separated list that is not empty. RFC 9110 5.6.1.
template <class Each>
constexpr void for_each_element(std::string_view list, Each each) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto element = trim_blanks(list.substr(0, comma));
    if (!element.empty()) each(element);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
}

}  // namespace otklik::net
