#include <simdjson.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "shell.hpp"

namespace otklik::app {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::string shown(element value) {
  switch (value.type()) {
    case element_type::STRING:
      return std::string(std::string_view(value));
    case element_type::NULL_VALUE:
      return "-";
    case element_type::BOOL:
      return bool(value) ? "yes" : "no";
    case element_type::ARRAY: {
      std::string out;
      for (const auto item : simdjson::dom::array(value)) out += (out.empty() ? "" : ", ") + shown(item);
      return out.empty() ? "-" : out;
    }
    default:
      return simdjson::minify(value);
  }
}

std::size_t width(std::string_view text) {
  std::size_t n = 0;
  for_each_code_point(text, [&](char32_t) { ++n; });
  return n;
}

std::string table(simdjson::dom::array list) {
  std::vector<std::string> columns;
  for (const auto [key, value] : simdjson::dom::object(list.at(0))) columns.emplace_back(key);
  std::vector<std::vector<std::string>> rows{columns};
  for (const auto item : list) {
    auto& row = rows.emplace_back();
    for (const auto& column : columns) {
      element value;
      row.push_back(item[column].get(value) == simdjson::SUCCESS ? shown(value) : "-");
    }
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    if (!out.empty()) out += '\n';
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - width(row[i]) + 2, ' ');
    }
  }
  return out;
}

}  // namespace

std::string for_people(std::string_view json) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return std::string(json);
  if (root.is_null()) return {};
  if (root.is_array()) {
    const simdjson::dom::array list(root);
    if (list.size() == 0) return {};
    element first;
    if (list.at(0).get(first) == simdjson::SUCCESS && first.is_object()) return table(list);
    std::string out;
    for (const auto item : list) out += (out.empty() ? "" : "\n") + shown(item);
    return out;
  }
  if (root.is_object()) {
    std::string out;
    for (const auto [key, value] : simdjson::dom::object(root)) {
      out += (out.empty() ? "" : "\n") + std::string(key) + ": " + shown(value);
    }
    return out;
  }
  return shown(root);
}

}  // namespace otklik::app
