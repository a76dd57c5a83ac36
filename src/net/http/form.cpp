#include "net/http/form.hpp"

#include "base/text.hpp"
#include "net/http/characters.hpp"

namespace otklik::net {
namespace {

constexpr std::size_t most_fields = 4096;

// The character that an escape at `at` stands for, or -1.
int escaped(std::string_view text, std::size_t at) noexcept {
  if (text.size() - at < 3) return -1;
  const int high = hex_digit(text[at + 1]);
  const int low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

}  // namespace

std::string decode_form_text(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  bool has_high = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+') {
      c = ' ';
    } else if (c == '%') {
      const int value = escaped(text, i);
      if (value >= 0) {
        c = static_cast<char>(static_cast<unsigned char>(value));
        i += 2;
      }
    }
    has_high = has_high || (static_cast<unsigned char>(c) & 0x80) != 0;
    bytes += c;
  }
  return has_high && !is_utf8(bytes) ? utf8_from_windows_1251(bytes) : bytes;
}

std::optional<std::string> decode_path(std::string_view path) {
  std::string bytes;
  bytes.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      const int value = escaped(path, i);
      if (value < 0) return std::nullopt;
      c = static_cast<char>(static_cast<unsigned char>(value));
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    bytes += c;
  }
  return bytes;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {  // RFC 3986 2.3: the unreserved stay
    const auto u = static_cast<unsigned char>(c);
    if (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
        c == '~') {
      out += c;
    } else {
      out += '%';
      out += "0123456789ABCDEF"[u >> 4];
      out += "0123456789ABCDEF"[u & 15];
    }
  }
  return out;
}

void Form::parse(std::string_view text) {
  while (!text.empty() && fields_.size() < most_fields) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    fields_.emplace_back(decode_form_text(pair.substr(0, equals)), decode_form_text(value));
  }
}

void Form::add(std::string name, std::string value) {
  if (fields_.size() < most_fields) fields_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string_view> Form::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields_) {
    if (!value.empty() && iequals_ascii(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace otklik::net
