#include "core/plan/timetable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace otklik::core {
namespace {

constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::size_t most_intervals = 100;
constexpr std::uint16_t whole_day = 1440;

std::optional<std::uint8_t> day_named(std::string_view text) {
  for (std::uint8_t day = 0; day < day_names.size(); ++day) {
    if (iequals_ascii(day_names[day], text)) return day;
  }
  return std::nullopt;
}

/// `09:00`, `9:05`, `24:00`.
std::optional<std::uint16_t> parse_minute(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2 || text.size() != colon + 3) return std::nullopt;
  unsigned hour = 0;
  for (const char c : text.substr(0, colon)) {
    if (c < '0' || c > '9') return std::nullopt;
    hour = hour * 10 + static_cast<unsigned>(c - '0');
  }
  const char tens = text[colon + 1];
  const char ones = text[colon + 2];
  if (tens < '0' || tens > '5' || ones < '0' || ones > '9') return std::nullopt;
  const unsigned minute = hour * 60 + static_cast<unsigned>(tens - '0') * 10 + static_cast<unsigned>(ones - '0');
  if (minute > whole_day) return std::nullopt;
  return static_cast<std::uint16_t>(minute);
}

/// A range of days, and what of each.
struct Part {
  std::uint8_t first = 0, last = 0;
  std::uint16_t start = 0, stop = whole_day;
};

std::optional<Part> parse_part(std::string_view text) {
  Part part;
  const auto blank = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view days = text.substr(0, blank);
  const auto dash = days.find('-');
  const auto first = day_named(days.substr(0, std::min(dash, days.size())));
  const auto last = dash == std::string_view::npos ? first : day_named(days.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  part.first = *first;
  part.last = *last;
  const std::string_view hours = trim(text.substr(blank));
  if (hours.empty()) return part;
  const auto between = hours.find('-');
  if (between == std::string_view::npos) return std::nullopt;
  const auto start = parse_minute(trim(hours.substr(0, between)));
  const auto stop = parse_minute(trim(hours.substr(between + 1)));
  if (!start || !stop || *start == whole_day || *start == *stop) return std::nullopt;
  part.start = *start;
  part.stop = *stop;
  return part;
}

void append(std::vector<WeekInterval>& intervals, const Part& part) {
  for (std::uint8_t day = part.first;; day = static_cast<std::uint8_t>((day + 1) % 7)) {
    if (part.start < part.stop) {
      intervals.push_back({day, part.start, part.stop});
    } else {  // over midnight
      intervals.push_back({day, part.start, whole_day});
      if (part.stop > 0) intervals.push_back({static_cast<std::uint8_t>((day + 1) % 7), 0, part.stop});
    }
    if (day == part.last) return;
  }
}

}  // namespace

bool Timetable::contains(const WeekMoment& moment) const noexcept {
  if (intervals.empty()) return true;
  return std::ranges::any_of(intervals, [&](const WeekInterval& interval) { return interval.contains(moment); });
}

Result<Timetable> parse_timetable(std::string_view text) {
  Timetable timetable;
  for (std::string_view rest = text; !trim(rest).empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    const std::string_view one = trim(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (one.empty()) continue;
    const auto part = parse_part(one);
    if (!part) {
      return fail(ErrorCode::bad_request,
                  fmt::format("\"{}\" is no part of a week: it is written mon-fri 09:00-18:00", one));
    }
    append(timetable.intervals, *part);
    if (timetable.intervals.size() > most_intervals) {
      return fail(ErrorCode::bad_request, fmt::format("a timetable has at most {} intervals", most_intervals));
    }
  }
  return timetable;
}

std::string text_of(const Timetable& timetable) {
  std::string text;
  for (const auto& [day, start, stop] : timetable.intervals) {
    if (!text.empty()) text += ", ";
    text += day_names[day];
    if (start == 0 && stop == whole_day) continue;
    text += fmt::format(" {:02}:{:02}-{:02}:{:02}", start / 60, start % 60, stop / 60, stop % 60);
  }
  return text;
}

}  // namespace otklik::core
