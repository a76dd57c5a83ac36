#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <lua.hpp>
#include <string_view>

#include "scenario/library/byte_set.hpp"
#include "scenario/library/cost.hpp"

/// Lua's patterns (Lua 5.4 Reference Manual 6.4.1), compiled to a row of items and matched without recursion: a stack
/// of choices takes the place of calls, so a long pattern needs no limit on depth, and every step is charged.
namespace otklik::scenario {

/// One step of a compiled pattern.
struct PatternItem {
  enum class Step : std::uint8_t {
    one,       ///< one byte that fits
    optional,  ///< `?`
    many,      ///< `*` (`+` is `one` and `many`)
    few,       ///< `-`
    open,
    open_position,
    close,
    back,      ///< `%1`
    never,     ///< `%1` where capture 1 is a position: nothing fits
    balance,   ///< `%bxy`
    frontier,  ///< `%f[set]`
    at_end,    ///< `$`
    done,
  };
  enum class Fits : std::uint8_t { byte, any, set };

  Step step = Step::done;
  Fits fits = Fits::any;
  std::uint8_t a = 0;  ///< the byte, the number of the capture, or the first byte of a balance
  std::uint8_t b = 0;  ///< the last byte of a balance
  const ByteSet* set = nullptr;

  [[nodiscard]] bool takes(char c) const noexcept {
    const auto byte = static_cast<std::uint8_t>(c);
    switch (fits) {
      case Fits::byte:
        return byte == a;
      case Fits::any:
        return true;
      case Fits::set:
        break;
    }
    return set->has(byte);
  }
};

/// A place to come back to when what follows does not match.
struct PatternChoice {
  const PatternItem* item;
  const char* at;
  const char* least;
};

/// A compiled pattern. It lives in memory of its owner and needs no destructor, so that it may lie in a Lua userdata.
class Pattern {
 public:
  static constexpr int most_captures = 32;

  /// How many bytes of storage, aligned as std::max_align_t, the pattern needs.
  static std::size_t storage_size(std::string_view pattern) noexcept;

  /// Compiles into `storage`. Raises a Lua error for a malformed pattern. A `^` in front is an ordinary byte here.
  Pattern(lua_State* lua, std::string_view pattern, void* storage);

  [[nodiscard]] const PatternItem* items() const noexcept { return items_; }
  [[nodiscard]] PatternChoice* choices() const noexcept { return choices_; }
  [[nodiscard]] int captures() const noexcept { return captures_; }

 private:
  PatternChoice* choices_;
  ByteSet* sets_;
  PatternItem* items_;
  int captures_ = 0;
};

/// Looks for a compiled pattern in one subject.
class Matcher {
 public:
  struct Capture {
    const char* begin;
    const char* end;  ///< nullptr: `()`, a position
  };

  Matcher(lua_State* lua, const Pattern& pattern, std::string_view subject) noexcept
      : pattern_(&pattern), begin_(subject.data()), end_(subject.data() + subject.size()), meter_(lua) {}

  /// The end of the match that begins at `from`, or nullptr.
  const char* match_at(const char* from);

  /// Where the first match at or after `from` begins, or nullptr; `match_end` is set to its end.
  const char* search(const char* from, const char*& match_end);

  [[nodiscard]] const char* begin() const noexcept { return begin_; }
  [[nodiscard]] const char* end() const noexcept { return end_; }
  [[nodiscard]] int captures() const noexcept { return pattern_->captures(); }
  [[nodiscard]] const Capture& capture(int i) const noexcept { return captures_[static_cast<std::size_t>(i)]; }
  Meter& meter() noexcept { return meter_; }

 private:
  const char* longest(const PatternItem& item, const char* from) const noexcept;
  const char* balance(const PatternItem& item, const char* from) const noexcept;
  /// Takes up the newest choice that has something left: where the match goes on, or nullptr when none has.
  const PatternItem* resume(PatternChoice*& top, const char*& at);

  const Pattern* pattern_;
  const char* begin_;
  const char* end_;
  Meter meter_;
  std::array<Capture, Pattern::most_captures> captures_;  // set before it is read, by the order of the items
};

}  // namespace otklik::scenario
