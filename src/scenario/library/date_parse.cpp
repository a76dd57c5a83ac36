#include <array>

#include "base/text.hpp"
#include "scenario/library/date_pattern.hpp"

namespace otklik::scenario {
namespace {

using Kind = DatePart::Kind;
using Parsed = std::expected<ParsedDate, std::string_view>;

constexpr std::string_view not_as_expected = "the text is no date of this form";
constexpr std::string_view no_such_time = "there is no such day or time";

/// Month names as their beginnings, which tell them apart in every spelling (май and мая, Mar and May).
constexpr std::array<std::array<std::string_view, 3>, 12> month_beginnings = {{{"jan", "янв", ""},
                                                                               {"feb", "фев", ""},
                                                                               {"mar", "мар", ""},
                                                                               {"apr", "апр", ""},
                                                                               {"may", "май", "мая"},
                                                                               {"jun", "июн", ""},
                                                                               {"jul", "июл", ""},
                                                                               {"aug", "авг", ""},
                                                                               {"sep", "сен", ""},
                                                                               {"oct", "окт", ""},
                                                                               {"nov", "ноя", ""},
                                                                               {"dec", "дек", ""}}};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] bool sees_digit() const noexcept {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }

  bool literal(std::string_view text) noexcept {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  bool number(int& value, int least, int most) noexcept {
    value = 0;
    int count = 0;
    for (; count < most && sees_digit(); ++count) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return count >= least;
  }

  /// Digits behind the point, as many as there are; past the sixth they are passed over.
  bool fraction(int& microseconds) noexcept {
    microseconds = 0;
    int count = 0;
    for (; sees_digit(); ++count) {
      if (count < 6) microseconds = microseconds * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    for (int i = count; i < 6; ++i) microseconds *= 10;
    return count != 0;
  }

  /// `Z`, `+03:00`, `+0300`, `+03`.
  bool offset(int& seconds) noexcept {
    seconds = 0;
    if (literal("Z") || literal("z")) return true;
    const bool east = literal("+");
    if (!east && !literal("-")) return false;
    int hours = 0, minutes = 0;
    if (!number(hours, 2, 2)) return false;
    if ((literal(":") || sees_digit()) && !number(minutes, 2, 2)) return false;
    if (hours > 14 || minutes > 59) return false;
    seconds = (hours * 60 + minutes) * 60 * (east ? 1 : -1);
    return true;
  }

  /// A word of letters, in lower case.
  std::string word() {
    std::size_t size = 0;
    while (size < rest_.size() && size < 40 &&
           (static_cast<unsigned char>(rest_[size]) >= 0x80 ||
            (ascii_lower(rest_[size]) >= 'a' && ascii_lower(rest_[size]) <= 'z'))) {
      ++size;
    }
    const std::string lower = lower_utf8(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return lower;
  }

 private:
  std::string_view rest_;
};

Parsed checked(const ParsedDate& date) {
  if (!date.moment && !is_valid(date.reading)) return std::unexpected(no_such_time);
  return date;
}

bool month_by_name(Scanner& scanner, int& month) {
  const std::string word = scanner.word();
  for (std::size_t i = 0; i < month_beginnings.size(); ++i) {
    for (const auto beginning : month_beginnings[i]) {
      if (!beginning.empty() && word.starts_with(beginning)) {
        month = static_cast<int>(i) + 1;
        return true;
      }
    }
  }
  return false;
}

/// ` HH:mm[:ss[.fff]]` behind a date.
bool time_of_day(Scanner& scanner, Reading& reading) {
  if (!scanner.number(reading.hour, 1, 2) || !scanner.literal(":") || !scanner.number(reading.minute, 2, 2))
    return false;
  if (!scanner.literal(":")) return true;
  if (!scanner.number(reading.second, 2, 2)) return false;
  return !(scanner.literal(".") || scanner.literal(",")) || scanner.fraction(reading.microsecond);
}

}  // namespace

Parsed parse_date(const List<DatePart>& parts, std::string_view text) {
  Scanner scanner(text);
  ParsedDate date;
  Reading& reading = date.reading;
  bool afternoon = false, has_half = false;
  for (const DatePart& part : parts) {
    // Digits follow each other only where the pattern gives widths: yyyyMMdd.
    const int least = part.width > 1 ? 2 : 1;
    bool fits = true;
    int number = 0;
    switch (part.kind) {
      case Kind::literal:
        fits = scanner.literal(part.literal);
        break;
      case Kind::year:
        fits = scanner.number(reading.year, 4, 4);
        break;
      case Kind::year_of_century:
        fits = scanner.number(number, 2, 2);
        reading.year = number + (number < 70 ? 2000 : 1900);  // as POSIX has it, a year later
        break;
      case Kind::month:
        fits = scanner.number(reading.month, least, 2);
        break;
      case Kind::month_name:
      case Kind::short_month_name:
        fits = month_by_name(scanner, reading.month);
        break;
      case Kind::day:
        fits = scanner.number(reading.day, least, 2);
        break;
      case Kind::weekday_name:
      case Kind::short_weekday_name:
        fits = !scanner.word().empty();
        break;
      case Kind::hour:
        fits = scanner.number(reading.hour, least, 2);
        break;
      case Kind::hour_of_half:
        fits = scanner.number(reading.hour, least, 2) && reading.hour >= 1 && reading.hour <= 12;
        break;
      case Kind::minute:
        fits = scanner.number(reading.minute, least, 2);
        break;
      case Kind::second:
        fits = scanner.number(reading.second, least, 2);
        break;
      case Kind::fraction:
        fits = scanner.fraction(reading.microsecond);
        break;
      case Kind::half: {
        const std::string half = scanner.word();
        has_half = true;
        afternoon = half == "pm";
        fits = afternoon || half == "am";
        break;
      }
      case Kind::offset:
      case Kind::offset_without_colon:
        fits = scanner.offset(number);
        date.offset = number;
        break;
      case Kind::zone_name:
        fits = scanner.literal("UTC") || scanner.literal("GMT");
        date.offset = 0;
        break;
      case Kind::unix_time: {
        const bool negative = scanner.literal("-");
        Moment seconds = 0;
        for (fits = scanner.sees_digit(); scanner.sees_digit() && seconds < last_moment / second;) {
          if (!scanner.number(number, 1, 1)) break;
          seconds = seconds * 10 + number;
        }
        date.moment = (negative ? -seconds : seconds) * second;
        if (*date.moment < first_moment || *date.moment > last_moment) return std::unexpected(no_such_time);
        break;
      }
      case Kind::yearday:
      case Kind::weekday:
      case Kind::week:
      case Kind::week_year:
        fits = scanner.number(number, 1, part.kind == Kind::week_year ? 4 : 3);
        break;
    }
    if (!fits) return std::unexpected(not_as_expected);
  }
  if (!scanner.at_end()) return std::unexpected(not_as_expected);
  if (has_half) reading.hour = reading.hour % 12 + (afternoon ? 12 : 0);
  return checked(date);
}

Parsed parse_usual_date(std::string_view text) {
  Scanner scanner(trim(text));
  ParsedDate date;
  Reading& reading = date.reading;
  int first = 0;
  if (!scanner.number(first, 1, 4)) return std::unexpected(not_as_expected);
  const bool is_iso = scanner.literal("-");
  if (is_iso) {
    reading.year = first;
    if (first < 1000 || !scanner.number(reading.month, 2, 2) || !scanner.literal("-") ||
        !scanner.number(reading.day, 2, 2)) {
      return std::unexpected(not_as_expected);
    }
  } else {
    reading.day = first;
    if (!scanner.literal(".") || !scanner.number(reading.month, 1, 2) || !scanner.literal(".") ||
        !scanner.number(reading.year, 4, 4)) {
      return std::unexpected(not_as_expected);
    }
  }
  if (!scanner.at_end()) {
    const bool parted = scanner.literal(" ") || (is_iso && (scanner.literal("T") || scanner.literal("t")));
    if (!parted || !time_of_day(scanner, reading)) return std::unexpected(not_as_expected);
    if (!scanner.at_end()) {
      int offset = 0;
      scanner.literal(" ");
      if (!is_iso || !scanner.offset(offset) || !scanner.at_end()) return std::unexpected(not_as_expected);
      date.offset = offset;
    }
  }
  return checked(date);
}

}  // namespace otklik::scenario
