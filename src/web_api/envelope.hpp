#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace otklik::web_api {

/// One property of a set. In XML the attributes stand in the order key, value, name: clients with regular expressions
/// rely on it.
struct Property {
  using Value = std::variant<std::monostate, std::int64_t, std::string>;

  std::string key;
  Value value;                       ///< attribute `value`; none: left out
  std::optional<std::string> name;   ///< attribute `name`; none: left out
  std::optional<std::string> cdata;  ///< present: a property_cdata with this text, and neither value nor name

  static Property simple(std::string key, Value value, std::optional<std::string> name = std::nullopt) {
    return {std::move(key), std::move(value), std::move(name), std::nullopt};
  }
  static Property named(std::string key, std::string name) {
    return {std::move(key), {}, std::move(name), std::nullopt};
  }
  static Property text(std::string key, std::string text) {
    return {std::move(key), {}, std::nullopt, std::move(text)};
  }
};

struct PropertySet {
  std::string name;
  std::optional<std::string> id;
  std::vector<Property> properties;
};

/// The vendor's universal answer: `oktellxmlmapper` version 80710 › `data` › property sets.
struct Envelope {
  std::string name;
  std::vector<PropertySet> sets;
  bool is_list = false;  ///< the JSON twin is an array of objects whatever their number
};

/// What the prolog says and what the bytes are.
enum class XmlEncoding : std::uint8_t {
  utf_8_called_utf_16,  ///< UTF-8 bytes below a prolog that says utf-16
  utf_8,
  utf_16,  ///< UTF-16LE with a byte-order mark
};

/// The envelope as the description prints it: two spaces a level, ` />`, LF, no line end after the last tag. What XML
/// forbids and what is no UTF-8 becomes U+FFFD.
std::string render_xml(const Envelope& envelope, XmlEncoding encoding);

/// The same as JSON: `{"<data>":{"<key>":…}}`. A property with a value alone or a name alone is that value, one with
/// both is `{"value":…,"name":…}`; an `id` of the set stands first.
std::string render_json(const Envelope& envelope);

/// `text` as an XML attribute's value: markup escaped, tabs and line breaks as character references, so that a parser
/// gives back what went in.
void append_xml_attribute(std::string& out, std::string_view text);
/// `text` as one or, where it holds `]]>`, several CDATA sections.
void append_xml_cdata(std::string& out, std::string_view text);
/// UTF-16LE with a byte-order mark.
std::string utf_16_from_utf_8(std::string_view text);

}  // namespace otklik::web_api
