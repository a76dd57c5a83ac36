#include "web_api/envelope.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "base/text.hpp"

namespace otklik::web_api {
namespace {

constexpr std::string_view mapper_version = "80710";
constexpr char32_t replacement = 0xFFFD;

/// XML 1.0, production [2] Char.
constexpr bool is_xml_char(char32_t c) noexcept {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xFFFE && c != 0xFFFF);
}

/// Whether a byte may be copied as it stands, whatever the context: the great majority.
constexpr bool is_plain(char c) noexcept {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x80 && c != '&' && c != '<' && c != '>' && c != '"';
}

template <class Special>
void append_filtered(std::string& out, std::string_view text, Special special) {
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && is_plain(text[run])) ++run;
    out.append(text, 0, run);
    text.remove_prefix(run);
    if (text.empty()) break;
    char32_t c = 0;
    const int n = detail::decode_utf8(text, c);
    if (n == 0 || !is_xml_char(c)) {
      append_utf8(out, replacement);
    } else if (!special(c)) {
      out.append(text, 0, static_cast<std::size_t>(n));
    }
    text.remove_prefix(n == 0 ? 1 : static_cast<std::size_t>(n));
  }
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_xml_attribute(out, value);
  out += '"';
}

struct ValueText {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(const std::string& text) const { return text; }
};

void append_property(std::string& out, const Property& property) {
  if (property.cdata) {
    out += "      <property_cdata";
    append_attribute(out, "key", property.key);
    out += '>';
    append_xml_cdata(out, *property.cdata);
    out += "</property_cdata>\n";
    return;
  }
  out += "      <property_simple";
  append_attribute(out, "key", property.key);
  if (!std::holds_alternative<std::monostate>(property.value)) {
    append_attribute(out, "value", std::visit(ValueText{}, property.value));
  }
  if (property.name) append_attribute(out, "name", *property.name);
  out += " />\n";
}

void append_json_value(JsonWriter& json, const Property::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    json.value(*number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    json.value(*text);
  } else {
    json.null();
  }
}

void append_json_set(JsonWriter& json, const PropertySet& set) {
  json.begin_object();
  // A set whose properties hold the id themselves shows it once.
  const bool own_id = std::ranges::any_of(set.properties, [](const Property& p) { return p.key == "id"; });
  if (set.id && !own_id) json.field("id", *set.id);
  for (const auto& property : set.properties) {
    json.key(property.key);
    const bool has_value = !std::holds_alternative<std::monostate>(property.value);
    if (property.cdata) {
      json.value(*property.cdata);
    } else if (has_value && property.name) {
      json.begin_object().key("value");
      append_json_value(json, property.value);
      json.field("name", *property.name).end_object();
    } else if (property.name) {
      json.value(*property.name);
    } else {
      append_json_value(json, property.value);
    }
  }
  json.end_object();
}

}  // namespace

void append_xml_attribute(std::string& out, std::string_view text) {
  append_filtered(out, text, [&](char32_t c) {
    switch (c) {
      case '&':
        out += "&amp;";
        return true;
      case '<':
        out += "&lt;";
        return true;
      case '>':
        out += "&gt;";
        return true;
      case '"':
        out += "&quot;";
        return true;
      case '\t':
        out += "&#x9;";
        return true;  // XML 1.0 3.3.3: as themselves they would be read as spaces
      case '\n':
        out += "&#xA;";
        return true;
      case '\r':
        out += "&#xD;";
        return true;
      default:
        return false;
    }
  });
}

void append_xml_cdata(std::string& out, std::string_view text) {
  out += "<![CDATA[";
  for (;;) {
    const auto end = text.find("]]>");
    const auto piece = text.substr(0, end == std::string_view::npos ? end : end + 2);
    append_filtered(out, piece, [](char32_t) { return false; });
    if (end == std::string_view::npos) break;
    out += "]]><![CDATA[";
    text.remove_prefix(end + 2);
  }
  out += "]]>";
}

std::string utf_16_from_utf_8(std::string_view text) {
  std::string out;
  out.reserve(2 + text.size() * 2);
  const auto put = [&](char32_t unit) {
    out += static_cast<char>(static_cast<std::uint8_t>(unit & 0xFF));
    out += static_cast<char>(static_cast<std::uint8_t>(unit >> 8));
  };
  put(0xFEFF);
  for_each_code_point(text, [&](char32_t c) {
    if (c < 0x10000) {
      put(c);
    } else {
      put(0xD800 + ((c - 0x10000) >> 10));
      put(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  });
  return out;
}

std::string render_xml(const Envelope& envelope, XmlEncoding encoding) {
  std::string out = R"(<?xml version="1.0" encoding=")";
  out += encoding == XmlEncoding::utf_8 ? "utf-8" : "utf-16";
  out += "\"?>\n<oktellxmlmapper version=\"";
  out += mapper_version;
  out += "\">\n  <data";
  append_attribute(out, "name", envelope.name);
  append_attribute(out, "count", std::to_string(envelope.sets.size()));
  out += ">\n";
  for (const auto& set : envelope.sets) {
    out += "    <property_set";
    append_attribute(out, "name", set.name);
    if (set.id) append_attribute(out, "id", *set.id);
    out += ">\n";
    for (const auto& property : set.properties) append_property(out, property);
    out += "    </property_set>\n";
  }
  out += "  </data>\n</oktellxmlmapper>";
  return encoding == XmlEncoding::utf_16 ? utf_16_from_utf_8(out) : out;
}

std::string render_json(const Envelope& envelope) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key(envelope.name);
  if (envelope.is_list) {
    json.begin_array();
    for (const auto& set : envelope.sets) append_json_set(json, set);
    json.end_array();
  } else if (envelope.sets.empty()) {
    json.null();
  } else {
    append_json_set(json, envelope.sets.front());
  }
  json.end_object();
  return out;
}

}  // namespace otklik::web_api
