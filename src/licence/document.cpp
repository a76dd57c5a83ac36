#include "licence/document.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace otklik::licence {
namespace {

using Kind = core::CertificateFault::Kind;

constexpr std::string_view prolog = R"(<?xml version="1.0" encoding="utf-8"?>)";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view property_begin = "<property_simple key=\"";
constexpr std::string_view property_middle = "\" value=\"";
constexpr std::string_view property_end = "\" />";
constexpr std::array<std::string_view, 3> opening{R"(<oktellxmlmapper version="80710">)",
                                                  R"(<data name="license" count="1">)",
                                                  R"(<property_set name="certificate">)"};
constexpr std::array<std::string_view, 3> closing{"</property_set>", "</data>", "</oktellxmlmapper>"};

constexpr std::array<std::pair<char, std::string_view>, 5> entities{
    {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}}};

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    const auto* const entity = std::ranges::find(entities, c, &std::pair<char, std::string_view>::first);
    if (entity == entities.end()) {
      out += c;
    } else {
      out += entity->second;
    }
  }
}

/// Walks over the text. Every part must be there literally, but for the values.
class Reading {
 public:
  explicit Reading(std::string_view text) : whole_(text), left_(text) {}

  void skip_space() {
    const auto end = left_.find_first_not_of(" \t\r\n");
    left_.remove_prefix(std::min(end, left_.size()));
  }
  bool take(std::string_view literal) {
    if (!left_.starts_with(literal)) return false;
    left_.remove_prefix(literal.size());
    return true;
  }
  /// The text of an attribute up to its closing quote, unescaped; nothing when it is none.
  std::optional<std::string> take_value() {
    std::string value;
    while (!left_.empty() && left_.front() != '"') {
      const auto c = left_.front();
      if (c == '<' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
      if (c != '&') {
        value += c;
        left_.remove_prefix(1);
        continue;
      }
      const auto* const entity =
          std::ranges::find_if(entities, [&](const auto& each) { return left_.starts_with(each.second); });
      if (entity == entities.end()) return std::nullopt;
      value += entity->first;
      left_.remove_prefix(entity->second.size());
    }
    if (left_.empty() || !is_utf8(value)) return std::nullopt;
    return value;
  }
  [[nodiscard]] bool at_end() const noexcept { return left_.empty(); }

  [[nodiscard]] std::unexpected<core::CertificateFault> broken() const {
    const auto read = whole_.substr(0, whole_.size() - left_.size());
    return std::unexpected(
        core::CertificateFault{Kind::broken, std::to_string(1 + std::count(read.begin(), read.end(), '\n'))});
  }

 private:
  std::string_view whole_, left_;
};

}  // namespace

std::string write_document(const Properties& properties) {
  std::string out(prolog);
  std::string indent = "\n";
  for (const auto tag : opening) {
    (out += indent) += tag;
    indent += "  ";
  }
  for (const auto& [key, value] : properties) {
    (out += indent) += property_begin;
    append_escaped(out, key);
    out += property_middle;
    append_escaped(out, value);
    out += property_end;
  }
  for (const auto tag : closing) {
    indent.resize(indent.size() - 2);
    (out += indent) += tag;
  }
  return out += '\n';
}

std::expected<Properties, core::CertificateFault> read_document(std::string_view text) {
  if (text.size() > largest_document) {
    return std::unexpected(core::CertificateFault{Kind::too_large, std::to_string(largest_document)});
  }
  Reading reading(text);
  reading.take(byte_order_mark);
  if (!reading.take(prolog)) return reading.broken();
  for (const auto tag : opening) {
    reading.skip_space();
    if (!reading.take(tag)) return reading.broken();
  }
  Properties properties;
  for (;;) {
    reading.skip_space();
    if (!reading.take(property_begin)) break;
    if (properties.size() == most_properties) return reading.broken();
    auto key = reading.take_value();
    if (!key || !reading.take(property_middle)) return reading.broken();
    auto value = reading.take_value();
    if (!value || !reading.take(property_end)) return reading.broken();
    properties.emplace_back(std::move(*key), std::move(*value));
  }
  for (const auto tag : closing) {
    reading.skip_space();
    if (!reading.take(tag)) return reading.broken();
  }
  reading.skip_space();
  if (!reading.at_end()) return reading.broken();
  return properties;
}

}  // namespace otklik::licence
