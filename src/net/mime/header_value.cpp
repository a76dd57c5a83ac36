#include "net/mime/header_value.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

#include "base/text.hpp"
#include "net/http/characters.hpp"
#include "net/mime/charset.hpp"
#include "net/mime/encoded_word.hpp"

namespace otklik::net::mime {
namespace {

constexpr std::size_t most_parameters = 64;
constexpr unsigned most_sections = 64;

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), ascii_lower);
  return out;
}

/// One `name=value` as it was spelt, without its quotes.
struct Spelt {
  std::string name;
  std::string value;
};

/// Behind the opening quote; moves `text` behind the closing one, or to the end where there is none.
std::string take_quoted(std::string_view& text) {
  std::string out;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != '"'; ++i) {
    const bool escapes = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (escapes) ++i;
    out += text[i];
  }
  text.remove_prefix(std::min(i + 1, text.size()));
  return out;
}

std::vector<Spelt> spelt_parameters(std::string_view text) {
  std::vector<Spelt> out;
  while (!text.empty() && out.size() < most_parameters) {
    const auto end = text.find_first_of("=;");
    if (end == std::string_view::npos) break;
    const auto name = trim(text.substr(0, end));
    const bool has_value = text[end] == '=';
    text.remove_prefix(end + 1);
    if (!has_value) continue;
    Spelt parameter{lower_ascii(name), {}};
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    if (text.starts_with('"')) {
      text.remove_prefix(1);
      parameter.value = take_quoted(text);
      const auto next = text.find(';');
      text.remove_prefix(next == std::string_view::npos ? text.size() : next + 1);
    } else {
      const auto next = text.find(';');
      parameter.value = trim(text.substr(0, next));
      text.remove_prefix(next == std::string_view::npos ? text.size() : next + 1);
    }
    if (!parameter.name.empty()) out.push_back(std::move(parameter));
  }
  return out;
}

/// `name*0*`: the name, which section of the value this is, and whether it is percent-encoded. RFC 2231 3, 4.
struct SectionName {
  std::string_view name;
  unsigned number = 0;
  bool is_numbered = false;
  bool is_encoded = false;
};

std::optional<SectionName> section_name(std::string_view spelt) {
  SectionName out;
  out.is_encoded = spelt.ends_with('*');
  if (out.is_encoded) spelt.remove_suffix(1);
  const auto star = spelt.find('*');
  out.name = spelt.substr(0, star);
  if (out.name.empty()) return std::nullopt;
  if (star == std::string_view::npos) return out;
  const auto digits = spelt.substr(star + 1);
  if (digits.empty() || digits.size() > 3 || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  for (const char digit : digits) out.number = out.number * 10 + static_cast<unsigned>(digit - '0');
  if (out.number >= most_sections) return std::nullopt;
  out.is_numbered = true;
  return out;
}

/// `UTF-8'ru'%D0%9F…`: the charset, and the bytes. RFC 8187 3.2.
struct Extended {
  std::string charset;
  std::string bytes;
};

Extended extended_value(std::string_view text) {
  const auto first = text.find('\'');
  const auto second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos) return {{}, decode_escapes(text, '%')};
  return {std::string(text.substr(0, first)), decode_escapes(text.substr(second + 1), '%')};
}

/// Both forms of one parameter's value.
struct Collected {
  std::optional<std::string> plain;
  std::optional<std::string> extended;  // UTF-8 already
  std::map<unsigned, Spelt> sections;   // name: "*" when encoded
};

std::string in_utf8(const Extended& value) {
  auto known = value.charset.empty() ? std::nullopt : utf8_from(value.charset, value.bytes);
  return known ? std::move(*known) : to_utf8(value.bytes);
}

/// From section 0 up to the first that is missing.
std::optional<std::string> joined(const std::map<unsigned, Spelt>& sections) {
  Extended whole;
  unsigned expected = 0;
  for (const auto& [number, section] : sections) {
    if (number != expected) break;
    ++expected;
    if (section.name.empty()) {
      whole.bytes += section.value;
    } else if (number == 0) {
      whole = extended_value(section.value);
    } else {
      whole.bytes += decode_escapes(section.value, '%');
    }
  }
  if (expected == 0) return std::nullopt;
  return in_utf8(whole);
}

std::string plain_text(std::string_view bytes) {
  const std::string text = to_utf8(bytes);
  return text.contains("=?") ? decode_encoded_words(text) : text;
}

}  // namespace

std::optional<std::string_view> HeaderValue::parameter(std::string_view name) const noexcept {
  const auto at = std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
  return at == parameters.end() ? std::nullopt : std::optional<std::string_view>(at->second);
}

HeaderValue parse_header_value(std::string_view text) {
  HeaderValue out;
  const auto semicolon = text.find(';');
  out.value = to_utf8(lower_ascii(trim(text.substr(0, semicolon))));
  if (semicolon == std::string_view::npos) return out;

  std::vector<std::pair<std::string, Collected>> collected;  // in the order of their first appearance
  for (auto& spelt : spelt_parameters(text.substr(semicolon + 1))) {
    const auto section = section_name(spelt.name);
    if (!section) continue;
    // As UTF-8 from here on: one name may be spelt in several charsets.
    std::string name = to_utf8(section->name);
    auto at = std::ranges::find(collected, name, &std::pair<std::string, Collected>::first);
    if (at == collected.end()) at = collected.emplace(collected.end(), std::move(name), Collected{});
    Collected& parameter = at->second;
    if (section->is_numbered) {
      parameter.sections.try_emplace(section->number, Spelt{section->is_encoded ? "*" : "", std::move(spelt.value)});
    } else if (section->is_encoded) {
      if (!parameter.extended) parameter.extended = in_utf8(extended_value(spelt.value));
    } else if (!parameter.plain) {
      parameter.plain = std::move(spelt.value);
    }
  }
  for (auto& [name, parameter] : collected) {
    std::optional<std::string> value = std::move(parameter.extended);
    if (!value) value = joined(parameter.sections);
    if (!value && parameter.plain) value = plain_text(*parameter.plain);
    if (value) out.parameters.emplace_back(std::move(name), std::move(*value));
  }
  return out;
}

}  // namespace otklik::net::mime
