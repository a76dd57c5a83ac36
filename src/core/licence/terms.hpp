#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace otklik::core {

/// What a licence limits. Each is counted for itself.
enum class Licensed : std::uint8_t {
  users,        ///< users at work at once, through whatever door
  operators,    ///< users in the call centre at once
  inner_lines,  ///< internal lines in use
  outer_lines,  ///< channels of trunks in use
};

inline constexpr std::array all_licensed{Licensed::users, Licensed::operators, Licensed::inner_lines,
                                         Licensed::outer_lines};

/// `users`, `operators`, `lines_inner`, `lines_outer`: in certificates, answers and metrics.
std::string_view name(Licensed what) noexcept;

/// A value for each Licensed.
template <class Value>
struct OfEachLicensed {
  std::array<Value, all_licensed.size()> values{};

  [[nodiscard]] Value& operator[](Licensed what) noexcept { return values[static_cast<std::size_t>(what)]; }
  [[nodiscard]] const Value& operator[](Licensed what) const noexcept { return values[static_cast<std::size_t>(what)]; }
  bool operator==(const OfEachLicensed&) const = default;
};

/// How many at once; nothing: as many as come.
using Limit = std::optional<std::uint32_t>;
using Limits = OfEachLicensed<Limit>;

using Date = std::chrono::sys_days;

/// What a date that never comes is shown as: 31.12.9999.
inline constexpr Date never{std::chrono::year(9999) / std::chrono::December / 31};

/// `dd.MM.yyyy`, as the vendor's description has it.
std::string date_text(Date date);
/// The same read: exactly ten characters, a day that exists, in the years 1 to 9999.
std::optional<Date> parse_date(std::string_view text) noexcept;

/// What a licence says. As it is made: the open licence, but for its registration number.
struct Terms {
  std::string registration;  ///< 7 digits
  std::string owner;         ///< who holds it; empty: the open licence
  std::string product = "Otklik";
  std::string versions = "*";      ///< which versions of the product: `*` all, `1` or `1.2` those that begin so
  std::string machine;             ///< the only machine it holds on, as its mark; empty: any
  Date confirm = never;            ///< when the holder is next to have it confirmed
  Date update_limit = never;       ///< the last build date of the versions that it covers
  std::optional<Date> not_before;  ///< its first day; nothing: it has always held
  Date not_after = never;          ///< its last day
  Limits limits;

  bool operator==(const Terms&) const = default;
};

}  // namespace otklik::core
