#include "core/licence/terms.hpp"

#include <algorithm>

namespace otklik::core {
namespace {

/// The decimal number of these digits; nothing when another character is among them.
std::optional<unsigned> digits(std::string_view text) noexcept {
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

void put_digits(std::string& out, unsigned value, std::size_t width) {
  const auto begin = out.size();
  for (std::size_t i = 0; i < width; ++i, value /= 10) out += static_cast<char>('0' + value % 10);
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
}

}  // namespace

std::string_view name(Licensed what) noexcept {
  switch (what) {
    case Licensed::users:
      return "users";
    case Licensed::operators:
      return "operators";
    case Licensed::inner_lines:
      return "lines_inner";
    case Licensed::outer_lines:
      return "lines_outer";
  }
  return {};
}

std::string date_text(Date date) {
  const std::chrono::year_month_day day(date);
  std::string out;
  put_digits(out, static_cast<unsigned>(day.day()), 2);
  out += '.';
  put_digits(out, static_cast<unsigned>(day.month()), 2);
  out += '.';
  put_digits(out, static_cast<unsigned>(static_cast<int>(day.year())), 4);
  return out;
}

std::optional<Date> parse_date(std::string_view text) noexcept {
  if (text.size() != 10 || text[2] != '.' || text[5] != '.') return std::nullopt;
  const auto day = digits(text.substr(0, 2));
  const auto month = digits(text.substr(3, 2));
  const auto year = digits(text.substr(6));
  if (!day || !month || !year || *year == 0) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day));
  if (!date.ok()) return std::nullopt;
  return Date(date);
}

}  // namespace otklik::core
