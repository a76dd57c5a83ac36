#include "scenario/library/date_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "scenario/library/function.hpp"

namespace otklik::scenario {
namespace {

using Kind = DatePart::Kind;

constexpr std::array<std::string_view, 12> months = {"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 12> months_ru = {
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"};
constexpr std::array<std::string_view, 12> months_of_ru = {"января",   "февраля", "марта",  "апреля",
                                                           "мая",      "июня",    "июля",   "августа",
                                                           "сентября", "октября", "ноября", "декабря"};
constexpr std::array<std::string_view, 12> short_months_ru = {"янв", "фев", "мар", "апр", "май", "июн",
                                                              "июл", "авг", "сен", "окт", "ноя", "дек"};
constexpr std::array<std::string_view, 7> weekdays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                      "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 7> weekdays_ru = {"понедельник", "вторник", "среда",      "четверг",
                                                         "пятница",     "суббота", "воскресенье"};
constexpr std::array<std::string_view, 7> short_weekdays_ru = {"пн", "вт", "ср", "чт", "пт", "сб", "вс"};

class PatternReader {
 public:
  PatternReader(lua_State* lua, int argument, std::string_view pattern)
      : lua_(lua), argument_(argument), rest_(pattern), parts_(lua) {}

  List<DatePart> read() {
    if (rest_.find('%') != std::string_view::npos) {
      while (!rest_.empty()) percent();
    } else {
      while (!rest_.empty()) letters();
    }
    return std::move(parts_);
  }

 private:
  void percent() {
    const std::size_t sign = rest_.find('%');
    put_literal(rest_.substr(0, sign));
    if (sign == std::string_view::npos) return rest_.remove_prefix(rest_.size());
    rest_.remove_prefix(sign);
    if (rest_.size() < 2) fail("ends with '%'");
    const char letter = rest_[1];
    const auto sign_itself = rest_.substr(1, 1);
    rest_.remove_prefix(2);
    switch (letter) {
      case 'Y':
        return put(Kind::year, 4);
      case 'y':
        return put(Kind::year_of_century, 2);
      case 'm':
        return put(Kind::month, 2);
      case 'B':
        return put(Kind::month_name);
      case 'b':
        return put(Kind::short_month_name);
      case 'd':
        return put(Kind::day, 2);
      case 'e':
        return put(Kind::day);
      case 'A':
        return put(Kind::weekday_name);
      case 'a':
        return put(Kind::short_weekday_name);
      case 'H':
        return put(Kind::hour, 2);
      case 'I':
        return put(Kind::hour_of_half, 2);
      case 'M':
        return put(Kind::minute, 2);
      case 'S':
        return put(Kind::second, 2);
      case 'f':
        return put(Kind::fraction, 6);
      case 'p':
        return put(Kind::half);
      case 'z':
        return put(Kind::offset_without_colon);
      case 'Z':
        return put(Kind::zone_name);
      case 'j':
        return put(Kind::yearday, 3);
      case 'u':
        return put(Kind::weekday);
      case 'V':
        return put(Kind::week, 2);
      case 'G':
        return put(Kind::week_year, 4);
      case 's':
        return put(Kind::unix_time);
      case '%':
        return put_literal(sign_itself);
      case 'F':
        return put_all({{Kind::year, 4, {}}, dash, {Kind::month, 2, {}}, dash, {Kind::day, 2, {}}});
      case 'T':
        return put_all({{Kind::hour, 2, {}}, colon, {Kind::minute, 2, {}}, colon, {Kind::second, 2, {}}});
      case 'R':
        return put_all({{Kind::hour, 2, {}}, colon, {Kind::minute, 2, {}}});
      default:
        fail("has an unknown sign behind '%'");
    }
  }

  void letters() {
    const char letter = rest_.front();
    std::size_t count = rest_.find_first_not_of(letter);
    if (count == std::string_view::npos) count = rest_.size();
    const auto width = static_cast<int>(std::min<std::size_t>(count, 10));
    switch (letter) {
      case 'y':
        put(width > 2 ? Kind::year : Kind::year_of_century, width > 2 ? 4 : 2);
        break;
      case 'M':
        put(width == 3 ? Kind::short_month_name : width > 3 ? Kind::month_name : Kind::month, width);
        break;
      case 'd':
        put(width == 3 ? Kind::short_weekday_name : width > 3 ? Kind::weekday_name : Kind::day, width);
        break;
      case 'H':
        put(Kind::hour, std::min(width, 2));
        break;
      case 'h':
        put(Kind::hour_of_half, std::min(width, 2));
        break;
      case 'm':
        put(Kind::minute, std::min(width, 2));
        break;
      case 's':
        put(Kind::second, std::min(width, 2));
        break;
      case 'f':
        put(Kind::fraction, std::min(width, 6));
        break;
      case 't':
        put(Kind::half);
        break;
      case 'z':
        put(Kind::offset);
        break;
      case '\'':
        return quoted();
      case '\\':
        if (rest_.size() < 2) fail("ends with '\\'");
        put_literal(rest_.substr(1, 1));
        return rest_.remove_prefix(2);
      default:
        // 'T' and 'Z' of ISO 8601 need no quotes; any other letter is more likely a slip than meant.
        if (ascii_lower(letter) >= 'a' && ascii_lower(letter) <= 'z' && letter != 'T' && letter != 'Z')
          fail("has an unknown letter");
        put_literal(rest_.substr(0, count));
    }
    rest_.remove_prefix(count);
  }

  void quoted() {
    const std::size_t end = rest_.find('\'', 1);
    if (end == std::string_view::npos) fail("has a quote that is not closed");
    put_literal(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
  }

  void put(Kind kind, int width = 1) { parts_.push_back({.kind = kind, .width = width, .literal = {}}); }
  void put_all(std::initializer_list<DatePart> parts) { parts_.insert(parts_.end(), parts); }
  void put_literal(std::string_view text) {
    if (!text.empty()) parts_.push_back({.kind = Kind::literal, .width = 1, .literal = text});
  }

  void fail(const char* why) {
    lua_pushfstring(lua_, "the pattern %s", why);
    luaL_argerror(lua_, argument_, lua_tostring(lua_, -1));
  }

  static constexpr DatePart dash{.kind = Kind::literal, .width = 1, .literal = "-"};
  static constexpr DatePart colon{.kind = Kind::literal, .width = 1, .literal = ":"};

  lua_State* lua_;
  int argument_;
  std::string_view rest_;
  List<DatePart> parts_;
};

std::string_view month_name(const LocalReading& reading, Language language, bool beside_day) noexcept {
  const auto i = static_cast<std::size_t>(reading.month - 1);
  if (language == Language::english) return months[i];
  return beside_day ? months_of_ru[i] : months_ru[i];
}

std::string_view short_month_name(const LocalReading& reading, Language language, bool beside_day) noexcept {
  const auto i = static_cast<std::size_t>(reading.month - 1);
  if (language == Language::english) return months[i].substr(0, 3);
  return beside_day && reading.month == 5 ? months_of_ru[i] : short_months_ru[i];
}

}  // namespace

std::string_view weekday_name(int weekday, Language language) noexcept {
  const auto i = static_cast<std::size_t>(weekday - 1);
  return language == Language::english ? weekdays[i] : weekdays_ru[i];
}

List<DatePart> read_date_pattern(lua_State* lua, int argument, std::string_view pattern) {
  luaL_argcheck(lua, pattern.size() <= 1000, argument, "pattern too long");
  return PatternReader(lua, argument, pattern).read();
}

void append_date(Text& out, const List<DatePart>& parts, Moment moment, const LocalReading& reading,
                 Language language) {
  // A Russian month beside its day stands in the genitive: 22 ноября, but ноябрь 2026.
  const bool beside_day =
      std::any_of(parts.begin(), parts.end(), [](const DatePart& p) { return p.kind == Kind::day; });
  const auto put = std::back_inserter(out);
  const auto digits = [&](int value, int width) { fmt::format_to(put, "{:0{}}", value, width); };
  for (const DatePart& part : parts) {
    switch (part.kind) {
      case Kind::literal:
        out += part.literal;
        break;
      case Kind::year:
        digits(reading.year, 4);
        break;
      case Kind::year_of_century:
        digits(reading.year % 100, 2);
        break;
      case Kind::month:
        digits(reading.month, part.width);
        break;
      case Kind::month_name:
        out += month_name(reading, language, beside_day);
        break;
      case Kind::short_month_name:
        out += short_month_name(reading, language, beside_day);
        break;
      case Kind::day:
        digits(reading.day, part.width);
        break;
      case Kind::weekday_name:
        out += weekday_name(reading.weekday, language);
        break;
      case Kind::short_weekday_name:
        out += language == Language::english ? weekday_name(reading.weekday, language).substr(0, 3)
                                             : short_weekdays_ru[static_cast<std::size_t>(reading.weekday - 1)];
        break;
      case Kind::hour:
        digits(reading.hour, part.width);
        break;
      case Kind::hour_of_half:
        digits((reading.hour + 11) % 12 + 1, part.width);
        break;
      case Kind::minute:
        digits(reading.minute, part.width);
        break;
      case Kind::second:
        digits(reading.second, part.width);
        break;
      case Kind::fraction: {
        int value = reading.microsecond;
        for (int i = part.width; i < 6; ++i) value /= 10;
        digits(value, part.width);
        break;
      }
      case Kind::half:
        out += reading.hour < 12 ? "AM" : "PM";
        break;
      case Kind::offset:
      case Kind::offset_without_colon: {
        const int minutes = (reading.offset < 0 ? -reading.offset : reading.offset) / 60;
        fmt::format_to(put, "{}{:02}{}{:02}", reading.offset < 0 ? '-' : '+', minutes / 60,
                       part.kind == Kind::offset ? ":" : "", minutes % 60);
        break;
      }
      case Kind::zone_name:
        out += reading.zone_name;
        break;
      case Kind::yearday:
        digits(reading.yearday, part.width);
        break;
      case Kind::weekday:
        digits(reading.weekday, 1);
        break;
      case Kind::week:
        digits(week_of(reading).number, 2);
        break;
      case Kind::week_year:
        digits(week_of(reading).year, 4);
        break;
      case Kind::unix_time:
        fmt::format_to(put, "{}", (moment - reading.microsecond) / second);
        break;
    }
  }
}

}  // namespace otklik::scenario
