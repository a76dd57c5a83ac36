#include "base/text.hpp"

#include <array>
#include <cstdint>

namespace otklik {
namespace {

// Windows-1251, 0x80 to 0xBF; 0xC0 to 0xFF are U+0410 to U+044F in order. 0x98 is unassigned and reads as U+0098.
constexpr std::array<char16_t, 64> upper_half{
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x0409, 0x2039, 0x040A,
    0x040C, 0x040B, 0x040F, 0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x0098, 0x2122,
    0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F, 0x00A0, 0x040E, 0x045E, 0x0408, 0x00A4, 0x0490, 0x00A6,
    0x00A7, 0x0401, 0x00A9, 0x0404, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x0407, 0x00B0, 0x00B1, 0x0406, 0x0456,
    0x0491, 0x00B5, 0x00B6, 0x00B7, 0x0451, 0x2116, 0x0454, 0x00BB, 0x0458, 0x0405, 0x0455, 0x0457};

}  // namespace

namespace detail {

int decode_utf8(std::string_view text, char32_t& out) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0) == 0x80; };
  const std::uint8_t a = at(0);
  if (a < 0x80) {
    out = a;
    return 1;
  }
  if (a >= 0xC2 && a <= 0xDF && follows(1)) {
    out = static_cast<char32_t>((a & 0x1F) << 6 | (at(1) & 0x3F));
    return 2;
  }
  if ((a & 0xF0) == 0xE0 && follows(1) && follows(2)) {
    out = static_cast<char32_t>((a & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F));
    return out >= 0x800 && (out < 0xD800 || out > 0xDFFF) ? 3 : 0;
  }
  if (a >= 0xF0 && a <= 0xF4 && follows(1) && follows(2) && follows(3)) {
    out = static_cast<char32_t>((a & 0x07) << 18 | (at(1) & 0x3F) << 12 | (at(2) & 0x3F) << 6 | (at(3) & 0x3F));
    return out >= 0x10000 && out <= 0x10FFFF ? 4 : 0;
  }
  return 0;
}

}  // namespace detail

bool is_utf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    char32_t c = 0;
    const int n = detail::decode_utf8(bytes, c);
    if (n == 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<std::uint8_t>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

std::string utf8_from_windows_1251(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char raw : bytes) {
    const auto byte = static_cast<std::uint8_t>(raw);
    if (byte < 0x80) {
      out += raw;
    } else if (byte < 0xC0) {
      append_utf8(out, upper_half[byte - 0x80]);
    } else {
      append_utf8(out, char32_t{0x0410} + (byte - 0xC0));
    }
  }
  return out;
}

std::optional<std::string> windows_1251_from_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    char32_t c = 0;
    const int n = detail::decode_utf8(text, c);
    if (n == 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(n));
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c >= 0x0410 && c <= 0x044F) {
      out += static_cast<char>(static_cast<std::uint8_t>(0xC0 + (c - 0x0410)));
    } else {
      std::size_t i = 0;
      while (i < upper_half.size() && upper_half[i] != c) ++i;
      if (i == upper_half.size()) return std::nullopt;
      out += static_cast<char>(static_cast<std::uint8_t>(0x80 + i));
    }
  }
  return out;
}

std::string to_utf8(std::string_view bytes) {
  return is_utf8(bytes) ? std::string(bytes) : utf8_from_windows_1251(bytes);
}

char32_t lower_of(char32_t c) noexcept {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
  if (c >= 0x0410 && c <= 0x042F) return c + 32;  // А..Я
  if (c >= 0x0400 && c <= 0x040F) return c + 80;  // Ѐ..Џ, Ё among them
  if (c >= 0x0460 && c <= 0x0481) return c | 1;
  if (c >= 0x048A && c <= 0x04BF) return c | 1;  // Ґ and the Cyrillic of other languages
  return c;
}

char32_t upper_of(char32_t c) noexcept {
  if (c >= U'a' && c <= U'z') return c - 32;
  if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return c - 32;
  if (c >= 0x0430 && c <= 0x044F) return c - 32;  // а..я
  if (c >= 0x0450 && c <= 0x045F) return c - 80;  // ѐ..џ
  if (c >= 0x0460 && c <= 0x0481) return c & ~char32_t{1};
  if (c >= 0x048A && c <= 0x04BF) return c & ~char32_t{1};
  return c;
}

std::string lower_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_code_point(text, [&](char32_t c) { append_utf8(out, lower_of(c)); });
  return out;
}

std::string upper_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_code_point(text, [&](char32_t c) { append_utf8(out, upper_of(c)); });
  return out;
}

char ascii_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool iequals_ascii(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
  }
  return true;
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace otklik
