#include "plugins/manifest/value_type.hpp"

#include <simdjson.h>

#include <chrono>
#include <limits>

namespace otklik::plugins {
namespace {

/// The number that the next `digits` characters are; nothing when one is no digit.
std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) noexcept {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// Two digits after `before`, at most `most`.
bool take_part(std::string_view& text, char before, int most) noexcept {
  if (!take(text, before)) return false;
  const auto value = take_number(text, 2);
  return value && *value <= most;
}

}  // namespace

std::string_view name(ValueType type) noexcept {
  switch (type) {
    case ValueType::string:
      return "string";
    case ValueType::integer:
      return "integer";
    case ValueType::number:
      return "number";
    case ValueType::boolean:
      return "boolean";
    case ValueType::date:
      return "date";
    case ValueType::list:
      return "list";
    case ValueType::object:
      return "object";
  }
  return "";
}

std::optional<ValueType> value_type_named(std::string_view wanted) noexcept {
  for (const auto type : all_value_types) {
    if (name(type) == wanted) return type;
  }
  return std::nullopt;
}

bool is_date(std::string_view text) noexcept {
  const auto year = take_number(text, 4);
  if (!year || *year == 0 || !take(text, '-')) return false;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return false;
  const auto day = take_number(text, 2);
  if (!day) return false;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return false;
  if (text.empty()) return true;
  return take_part(text, ' ', 23) && take_part(text, ':', 59) && take_part(text, ':', 59) && text.empty();
}

bool is_of(const simdjson::dom::element& value, ValueType type) noexcept {
  using simdjson::dom::element_type;
  const auto kind = value.type();
  switch (type) {
    case ValueType::string:
      return kind == element_type::STRING;
    case ValueType::integer:
      return kind == element_type::INT64;  // past int64 simdjson says UINT64
    case ValueType::number:
      return kind == element_type::INT64 || kind == element_type::UINT64 || kind == element_type::DOUBLE;
    case ValueType::boolean:
      return kind == element_type::BOOL;
    case ValueType::date: {
      std::string_view text;
      return value.get(text) == simdjson::SUCCESS && is_date(text);
    }
    case ValueType::list:
      return kind == element_type::ARRAY;
    case ValueType::object:
      return kind == element_type::OBJECT;
  }
  return false;
}

}  // namespace otklik::plugins
