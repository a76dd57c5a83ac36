#include "net/http/http_date.hpp"

#include <array>

#include "net/http/characters.hpp"

namespace otklik::net {
namespace {

namespace cal = std::chrono;

constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void put_two(char* at, unsigned value) noexcept {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

/// Takes a date apart from the left; once something does not fit it takes nothing more.
class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  void text(std::string_view expected) {
    if (ok_ && left_.starts_with(expected)) {
      left_.remove_prefix(expected.size());
    } else {
      ok_ = false;
    }
  }
  template <std::size_t N>
  unsigned one_of(const std::array<std::string_view, N>& names) {
    for (unsigned i = 0; ok_ && i < N; ++i) {
      if (left_.starts_with(names[i])) {
        left_.remove_prefix(names[i].size());
        return i;
      }
    }
    ok_ = false;
    return 0;
  }
  unsigned number(std::size_t digits, bool blank_first = false) {
    if (left_.size() < digits) ok_ = false;
    unsigned value = 0;
    for (std::size_t i = 0; ok_ && i < digits; ++i) {
      const char c = left_[i];
      if (is_digit(c)) {
        value = value * 10 + static_cast<unsigned>(c - '0');
      } else if (!(blank_first && i == 0 && c == ' ')) {
        ok_ = false;
      }
    }
    if (ok_) left_.remove_prefix(digits);
    return value;
  }
  [[nodiscard]] bool is_whole() const { return ok_ && left_.empty(); }

 private:
  std::string_view left_;
  bool ok_ = true;
};

std::optional<cal::sys_seconds> moment(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                                       unsigned second) {
  const cal::year_month_day date{cal::year(year), cal::month(month + 1), cal::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return cal::sys_days(date) + cal::hours(hour) + cal::minutes(minute) + cal::seconds(second);
}

}  // namespace

std::string http_date(cal::sys_seconds when) {
  const auto day = cal::floor<cal::days>(when);
  const cal::year_month_day date(day);
  const cal::hh_mm_ss time(when - day);
  std::string text("Sun, 06 Nov 1994 08:49:37 GMT");
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  text.replace(0, 3, days[cal::weekday(day).c_encoding()]);
  put_two(&text[5], static_cast<unsigned>(date.day()));
  text.replace(8, 3, months[static_cast<unsigned>(date.month()) - 1]);
  put_two(&text[12], year / 100 % 100);
  put_two(&text[14], year % 100);
  put_two(&text[17], static_cast<unsigned>(time.hours().count()));
  put_two(&text[20], static_cast<unsigned>(time.minutes().count()));
  put_two(&text[23], static_cast<unsigned>(time.seconds().count()));
  return text;
}

std::optional<cal::sys_seconds> parse_http_date(std::string_view text, cal::sys_seconds now) {
  {
    Reader fixed(text);  // Sun, 06 Nov 1994 08:49:37 GMT
    fixed.one_of(days);
    fixed.text(", ");
    const auto day = fixed.number(2);
    fixed.text(" ");
    const auto month = fixed.one_of(months);
    fixed.text(" ");
    const auto year = fixed.number(4);
    fixed.text(" ");
    const auto hour = fixed.number(2);
    fixed.text(":");
    const auto minute = fixed.number(2);
    fixed.text(":");
    const auto second = fixed.number(2);
    fixed.text(" GMT");
    if (fixed.is_whole()) return moment(static_cast<int>(year), month, day, hour, minute, second);
  }
  {
    Reader rfc850(text);  // Sunday, 06-Nov-94 08:49:37 GMT
    rfc850.one_of(long_days);
    rfc850.text(", ");
    const auto day = rfc850.number(2);
    rfc850.text("-");
    const auto month = rfc850.one_of(months);
    rfc850.text("-");
    const auto year = rfc850.number(2);
    rfc850.text(" ");
    const auto hour = rfc850.number(2);
    rfc850.text(":");
    const auto minute = rfc850.number(2);
    rfc850.text(":");
    const auto second = rfc850.number(2);
    rfc850.text(" GMT");
    if (rfc850.is_whole()) {
      const int this_year = static_cast<int>(cal::year_month_day(cal::floor<cal::days>(now)).year());
      int full = this_year / 100 * 100 + static_cast<int>(year);
      if (full > this_year + 50) full -= 100;
      return moment(full, month, day, hour, minute, second);
    }
  }
  Reader c(text);  // Sun Nov  6 08:49:37 1994
  c.one_of(days);
  c.text(" ");
  const auto month = c.one_of(months);
  c.text(" ");
  const auto day = c.number(2, true);
  c.text(" ");
  const auto hour = c.number(2);
  c.text(":");
  const auto minute = c.number(2);
  c.text(":");
  const auto second = c.number(2);
  c.text(" ");
  const auto year = c.number(4);
  if (!c.is_whole()) return std::nullopt;
  return moment(static_cast<int>(year), month, day, hour, minute, second);
}

}  // namespace otklik::net
