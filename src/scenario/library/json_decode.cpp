// JSON (RFC 8259) straight into Lua values. There is no tree between: what is read is charged to the memory and the
// instructions of the run as it grows, integers of any length are read, and a mistake has a line and a column.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "base/text.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/json.hpp"
#include "scenario/library/memory.hpp"

namespace otklik::scenario {
namespace {

class JsonReader {
 public:
  JsonReader(lua_State* lua, std::string_view text)
      : lua_(lua), begin_(text.data()), at_(begin_), end_(begin_ + text.size()), meter_(lua), scratch_(lua) {
    push_json_array_mark(lua);
    array_mark_ = lua_gettop(lua);
  }

  /// Pushes the value of the whole text; false when it is no JSON.
  bool read() {
    if (text_left() >= 3 && std::string_view(at_, 3) == "\xEF\xBB\xBF") at_ += 3;  // RFC 8259 8.1: may be ignored
    if (!value(0)) return false;
    skip_blanks();
    if (at_ != end_) return fails("something after the end");
    meter_.settle();
    return true;
  }

  /// What was wrong, with its line and column.
  void push_failure() const {
    const auto line = std::count(begin_, at_, '\n') + 1;
    const char* start = at_;
    while (start != begin_ && start[-1] != '\n') --start;
    lua_pushfstring(lua_, "%s at line %d, column %d", why_, static_cast<int>(line), static_cast<int>(at_ - start) + 1);
  }

 private:
  [[nodiscard]] std::size_t text_left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  bool fails(const char* why) noexcept {
    why_ = why;
    return false;
  }

  void skip_blanks() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool value(int depth) {
    skip_blanks();
    meter_.step(4);
    if (at_ == end_) return fails("the text ends too early");
    switch (*at_) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return word("true", [&] { lua_pushboolean(lua_, 1); });
      case 'f':
        return word("false", [&] { lua_pushboolean(lua_, 0); });
      case 'n':
        return word("null", [&] { push_json_null(lua_); });
      default:
        return number();
    }
  }

  template <class Push>
  bool word(std::string_view word, Push push) {
    if (!std::string_view(at_, text_left()).starts_with(word)) return fails("no JSON value");
    at_ += word.size();
    push();
    return true;
  }

  bool enter(int depth) {
    if (depth >= most_nested) return fails("nested too deep");
    ++at_;
    meter_.step(8);
    luaL_checkstack(lua_, 4, "json.decode");
    lua_newtable(lua_);
    return true;
  }

  bool object(int depth) {
    if (!enter(depth)) return false;
    skip_blanks();
    if (at_ != end_ && *at_ == '}') return ++at_, true;
    for (;;) {
      skip_blanks();
      if (at_ == end_ || *at_ != '"') return fails("a name in quotes expected");
      if (!string()) return false;
      skip_blanks();
      if (at_ == end_ || *at_ != ':') return fails("':' expected");
      ++at_;
      if (!value(depth + 1)) return false;
      lua_rawset(lua_, -3);
      skip_blanks();
      if (at_ == end_) return fails("the text ends too early");
      if (*at_ == '}') return ++at_, true;
      if (*at_ != ',') return fails("',' or '}' expected");
      ++at_;
    }
  }

  bool array(int depth) {
    if (!enter(depth)) return false;
    lua_pushvalue(lua_, array_mark_);
    lua_setmetatable(lua_, -2);
    skip_blanks();
    if (at_ != end_ && *at_ == ']') return ++at_, true;
    for (lua_Integer i = 1;; ++i) {
      if (!value(depth + 1)) return false;
      lua_rawseti(lua_, -2, i);
      skip_blanks();
      if (at_ == end_) return fails("the text ends too early");
      if (*at_ == ']') return ++at_, true;
      if (*at_ != ',') return fails("',' or ']' expected");
      ++at_;
    }
  }

  bool string() {
    const char* const first = ++at_;
    if (!plain_bytes()) return false;
    meter_.step(reading(static_cast<std::size_t>(at_ - first)));
    if (*at_ == '"') {  // no escape: as it stands
      lua_pushlstring(lua_, first, static_cast<std::size_t>(at_ - first));
      ++at_;
      return true;
    }
    scratch_.assign(first, at_);
    while (*at_ == '\\') {
      if (!escape()) return false;
      const char* const from = at_;
      if (!plain_bytes()) return false;
      meter_.step(1 + reading(static_cast<std::size_t>(at_ - from)));
      scratch_.append(from, at_);
    }
    ++at_;
    push_text(lua_, scratch_);
    return true;
  }

  /// Goes on to the next quote or backslash.
  bool plain_bytes() {
    for (;;) {
      if (at_ == end_) return fails("the text ends too early");
      const auto byte = static_cast<std::uint8_t>(*at_);
      if (byte == '"' || byte == '\\') return true;
      if (byte < 0x20) return fails("a control character in a string");
      if (byte < 0x80) {
        ++at_;
        continue;
      }
      char32_t code_point = 0;
      const int n = otklik::detail::decode_utf8({at_, text_left()}, code_point);
      if (n == 0) return fails("bytes that are no UTF-8");
      at_ += n;
    }
  }

  bool escape() {
    if (text_left() < 2) return fails("the text ends too early");
    switch (at_[1]) {
      case '"':
      case '\\':
      case '/':
        scratch_ += at_[1];
        break;
      case 'b':
        scratch_ += '\b';
        break;
      case 'f':
        scratch_ += '\f';
        break;
      case 'n':
        scratch_ += '\n';
        break;
      case 'r':
        scratch_ += '\r';
        break;
      case 't':
        scratch_ += '\t';
        break;
      case 'u':
        return escaped_code_point();
      default:
        return fails("an unknown escape");
    }
    at_ += 2;
    return true;
  }

  /// Half of a surrogate pair alone becomes U+FFFD: one broken character must not lose a request.
  bool escaped_code_point() {
    char32_t code_point = 0;
    if (!four_digits(at_, code_point)) return fails("four hexadecimal digits expected");
    at_ += 6;
    if (code_point >= 0xD800 && code_point <= 0xDFFF) {
      char32_t low = 0;
      if (code_point < 0xDC00 && four_digits(at_, low) && low >= 0xDC00 && low <= 0xDFFF) {
        code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
        at_ += 6;
      } else {
        code_point = 0xFFFD;
      }
    }
    std::string bytes;  // at most four: never on the heap
    append_utf8(bytes, code_point);
    scratch_.append(bytes);
    return true;
  }

  [[nodiscard]] bool four_digits(const char* at, char32_t& value) const noexcept {
    if (end_ - at < 6 || at[0] != '\\' || at[1] != 'u') return false;
    std::uint32_t number = 0;
    const auto [stop, error] = std::from_chars(at + 2, at + 6, number, 16);
    value = number;
    return error == std::errc() && stop == at + 6;
  }

  bool number() {
    const char* const first = at_;
    const auto digits = [&] {
      const char* const from = at_;
      while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
      return at_ != from;
    };
    if (at_ != end_ && *at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
      ++at_;
    } else if (!digits()) {
      at_ = first;
      return fails("no JSON value");
    }
    bool whole = true;
    if (at_ != end_ && *at_ == '.') {
      whole = false;
      ++at_;
      if (!digits()) return fails("a digit expected");
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      whole = false;
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return fails("a digit expected");
    }
    meter_.step(reading(static_cast<std::size_t>(at_ - first)));
    if (whole) {
      lua_Integer integer = 0;
      if (std::from_chars(first, at_, integer).ec == std::errc()) {
        lua_pushinteger(lua_, integer);
        return true;
      }
    }
    double real = 0;  // integers beyond 64 bits too, as Lua itself reads them
    if (std::from_chars(first, at_, real).ec != std::errc()) {
      // Out of range: too great, or so small that it is zero.
      scratch_.assign(first, at_);
      real = std::strtod(scratch_.c_str(), nullptr);
      if (real > 1 || real < -1) return fails("a number too great");
    }
    lua_pushnumber(lua_, real);
    return true;
  }

  lua_State* lua_;
  const char* begin_;
  const char* at_;
  const char* end_;
  Meter meter_;
  Text scratch_;
  int array_mark_ = 0;
  const char* why_ = "";
};

}  // namespace

int json_decode(lua_State* lua) {
  const auto text = check_text(lua, 1);
  JsonReader reader(lua, text);
  if (reader.read()) return 1;
  luaL_pushfail(lua);
  reader.push_failure();
  return 2;
}

}  // namespace otklik::scenario
