#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace simdjson::dom {
class element;
}

namespace otklik::plugins {

/// What an input or output of a form may be.
enum class ValueType : std::uint8_t { string, integer, number, boolean, date, list, object };

inline constexpr std::array all_value_types{ValueType::string,  ValueType::integer, ValueType::number,
                                            ValueType::boolean, ValueType::date,    ValueType::list,
                                            ValueType::object};

std::string_view name(ValueType type) noexcept;
std::optional<ValueType> value_type_named(std::string_view name) noexcept;

/// Whether a value is of that type. Nothing is converted: `"5"` is no integer, and null is of no type.
bool is_of(const simdjson::dom::element& value, ValueType type) noexcept;

/// `YYYY-MM-DD` or `YYYY-MM-DD hh:mm:ss` of a day and time that exist.
bool is_date(std::string_view text) noexcept;

}  // namespace otklik::plugins
