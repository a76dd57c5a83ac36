#include "scenario/library/pattern.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace otklik::scenario {
namespace {

using Step = PatternItem::Step;
using Fits = PatternItem::Fits;

/// Reads a pattern from left to right and writes its items.
class Compiler {
 public:
  Compiler(lua_State* lua, std::string_view pattern, PatternItem* items, ByteSet* sets) noexcept
      : lua_(lua), at_(pattern.data()), end_(pattern.data() + pattern.size()), item_(items), set_(sets) {}

  int run() {
    while (at_ != end_) one();
    if (std::any_of(is_open_.begin(), is_open_.begin() + captures_, [](bool open) { return open; })) {
      luaL_error(lua_, "unfinished capture");
    }
    put({.step = Step::done});
    return captures_;
  }

 private:
  void one() {
    switch (*at_) {
      case '(':
        ++at_;
        return open();
      case ')':
        ++at_;
        return close();
      case '$':
        if (at_ + 1 == end_) {
          ++at_;
          return put({.step = Step::at_end});
        }
        break;
      case '%':
        if (at_ + 1 != end_) {
          const char next = at_[1];
          if (next == 'b') return balance();
          if (next == 'f') return frontier();
          if (next >= '0' && next <= '9') return back(next - '1');
        }
        break;
      default:
        break;
    }
    repeated(single());
  }

  void open() {
    if (captures_ >= Pattern::most_captures) luaL_error(lua_, "too many captures");
    const auto number = static_cast<std::uint8_t>(captures_++);
    if (at_ != end_ && *at_ == ')') {
      ++at_;
      is_position_[number] = true;
      return put({.step = Step::open_position, .a = number});
    }
    is_open_[number] = true;
    put({.step = Step::open, .a = number});
  }

  void close() {
    for (int i = captures_ - 1; i >= 0; --i) {
      const auto number = static_cast<std::size_t>(i);
      if (is_open_[number]) {
        is_open_[number] = false;
        return put({.step = Step::close, .a = static_cast<std::uint8_t>(number)});
      }
    }
    luaL_error(lua_, "invalid pattern capture");
  }

  void back(int number) {
    if (number < 0 || number >= captures_ || is_open_[static_cast<std::size_t>(number)]) {
      luaL_error(lua_, "invalid capture index %%%d", number + 1);
    }
    at_ += 2;
    const bool position = is_position_[static_cast<std::size_t>(number)];
    put({.step = position ? Step::never : Step::back, .a = static_cast<std::uint8_t>(number)});
  }

  void balance() {
    if (end_ - at_ < 4) luaL_error(lua_, "malformed pattern (missing arguments to '%%b')");
    put({.step = Step::balance, .a = static_cast<std::uint8_t>(at_[2]), .b = static_cast<std::uint8_t>(at_[3])});
    at_ += 4;
  }

  void frontier() {
    at_ += 2;
    if (at_ == end_ || *at_ != '[') luaL_error(lua_, "missing '[' after '%%f' in pattern");
    PatternItem item = bracket();
    item.step = Step::frontier;
    put(item);
  }

  PatternItem single() {
    const char c = *at_;
    if (c == '[') return bracket();
    ++at_;
    if (c == '.') return {.step = Step::one, .fits = Fits::any};
    if (c != '%') return {.step = Step::one, .fits = Fits::byte, .a = static_cast<std::uint8_t>(c)};
    if (at_ == end_) luaL_error(lua_, "malformed pattern (ends with '%%')");
    return escaped(*at_++);
  }

  static PatternItem escaped(char letter) noexcept {
    if (const ByteSet* set = class_named(letter)) return {.step = Step::one, .fits = Fits::set, .set = set};
    return {.step = Step::one, .fits = Fits::byte, .a = static_cast<std::uint8_t>(letter)};
  }

  PatternItem bracket() {
    const char* inside = at_ + 1;
    const bool complement = inside != end_ && *inside == '^';
    if (complement) ++inside;
    // The first byte inside belongs to the set even if it is ']'; an escape hides the byte behind it.
    const char* close = inside;
    do {
      if (close == end_) luaL_error(lua_, "malformed pattern (missing ']')");
      if (*close++ == '%' && close != end_) ++close;
    } while (close == end_ || *close != ']');
    auto& set = *::new (set_++) ByteSet{};
    for (const char* p = inside; p < close; ++p) {
      if (*p == '%') {
        ++p;
        if (const ByteSet* named = class_named(*p)) {
          set.add(*named);
        } else {
          set.add(static_cast<std::uint8_t>(*p));
        }
      } else if (p + 2 < close && p[1] == '-') {
        set.add(static_cast<std::uint8_t>(p[0]), static_cast<std::uint8_t>(p[2]));
        p += 2;
      } else {
        set.add(static_cast<std::uint8_t>(*p));
      }
    }
    if (complement) set.invert();
    at_ = close + 1;
    return {.step = Step::one, .fits = Fits::set, .set = &set};
  }

  void repeated(PatternItem item) {
    switch (at_ == end_ ? '\0' : *at_) {
      case '?':
        item.step = Step::optional;
        break;
      case '-':
        item.step = Step::few;
        break;
      case '+':
        put(item);
        [[fallthrough]];
      case '*':
        item.step = Step::many;
        break;
      default:
        return put(item);
    }
    ++at_;
    put(item);
  }

  void put(const PatternItem& item) noexcept { ::new (item_++) PatternItem(item); }

  lua_State* lua_;
  const char* at_;
  const char* end_;
  PatternItem* item_;
  ByteSet* set_;
  int captures_ = 0;
  std::array<bool, Pattern::most_captures> is_open_{};
  std::array<bool, Pattern::most_captures> is_position_{};
};

struct Layout {
  std::size_t choices = 0, sets = 0, items = 1;
};

// No item takes less than a byte of the pattern, no set less than its bracket, no choice less than its repetition sign.
Layout layout_of(std::string_view pattern) noexcept {
  Layout layout;
  layout.items += pattern.size();
  for (const char c : pattern) {
    layout.sets += c == '[';
    layout.choices += c == '*' || c == '+' || c == '-' || c == '?';
  }
  return layout;
}

}  // namespace

std::size_t Pattern::storage_size(std::string_view pattern) noexcept {
  const Layout layout = layout_of(pattern);
  return layout.choices * sizeof(PatternChoice) + layout.sets * sizeof(ByteSet) + layout.items * sizeof(PatternItem);
}

Pattern::Pattern(lua_State* lua, std::string_view pattern, void* storage) {
  charge(lua, reading(pattern.size()));
  const Layout layout = layout_of(pattern);
  choices_ = static_cast<PatternChoice*>(storage);
  sets_ = reinterpret_cast<ByteSet*>(choices_ + layout.choices);
  items_ = reinterpret_cast<PatternItem*>(sets_ + layout.sets);
  captures_ = Compiler(lua, pattern, items_, sets_).run();
}

const char* Matcher::longest(const PatternItem& item, const char* from) const noexcept {
  switch (item.fits) {
    case Fits::any:
      return end_;
    case Fits::byte:
      while (from != end_ && static_cast<std::uint8_t>(*from) == item.a) ++from;
      return from;
    case Fits::set:
      break;
  }
  const ByteSet& set = *item.set;
  while (from != end_ && set.has(static_cast<std::uint8_t>(*from))) ++from;
  return from;
}

const char* Matcher::balance(const PatternItem& item, const char* from) const noexcept {
  if (from == end_ || static_cast<std::uint8_t>(*from) != item.a) return nullptr;
  std::size_t depth = 1;
  for (++from; from != end_; ++from) {
    const auto byte = static_cast<std::uint8_t>(*from);
    if (byte == item.b) {
      if (--depth == 0) return from + 1;
    } else if (byte == item.a) {
      ++depth;
    }
  }
  return nullptr;
}

const PatternItem* Matcher::resume(PatternChoice*& top, const char*& at) {
  while (top != pattern_->choices()) {
    meter_.step();
    PatternChoice& choice = top[-1];
    const PatternItem& item = *choice.item;
    const PatternItem& next = choice.item[1];
    switch (item.step) {
      case Step::many:
        if (next.step == Step::one && next.fits == Fits::byte) {  // only where that byte stands can the rest begin
          const auto room = static_cast<std::size_t>(choice.at - choice.least);
          const void* found = ::memrchr(choice.least, next.a, room);
          meter_.step(copying(room));
          if (found == nullptr) {
            --top;
            continue;
          }
          choice.at = static_cast<const char*>(found);
        } else {
          --choice.at;
        }
        at = choice.at;
        if (choice.at == choice.least) --top;
        return &next;
      case Step::few:
        if (choice.at == end_ || !item.takes(*choice.at)) {
          --top;
          continue;
        }
        ++choice.at;
        if (item.fits == Fits::any && next.step == Step::one && next.fits == Fits::byte) {
          const auto room = static_cast<std::size_t>(end_ - choice.at);
          const void* found = room == 0 ? nullptr : std::memchr(choice.at, next.a, room);
          meter_.step(copying(found == nullptr ? room : static_cast<const char*>(found) - choice.at));
          if (found == nullptr) {
            --top;
            continue;
          }
          choice.at = static_cast<const char*>(found);
        }
        at = choice.at;
        return &next;
      default:  // optional: once, without the byte
        at = choice.at;
        --top;
        return &next;
    }
  }
  return nullptr;
}

const char* Matcher::match_at(const char* at) {
  const PatternItem* item = pattern_->items();
  PatternChoice* top = pattern_->choices();
  for (;;) {
    meter_.step();
    bool goes_on = true;
    switch (item->step) {
      case Step::one:
        goes_on = at != end_ && item->takes(*at);
        ++at;
        break;
      case Step::optional:
        if (at != end_ && item->takes(*at)) {
          *top++ = {.item = item, .at = at, .least = at};
          ++at;
        }
        break;
      case Step::many: {
        const char* last = longest(*item, at);
        if (last != at) {
          *top++ = {.item = item, .at = last, .least = at};
          if (item->fits != Fits::any) meter_.step(reading(static_cast<std::size_t>(last - at)));
          at = last;
        }
        break;
      }
      case Step::few:
        *top++ = {.item = item, .at = at, .least = at};
        break;
      case Step::open:
        captures_[item->a] = {.begin = at, .end = at};
        break;
      case Step::open_position:
        captures_[item->a] = {.begin = at, .end = nullptr};
        break;
      case Step::close:
        captures_[item->a].end = at;
        break;
      case Step::back: {
        const Capture& capture = captures_[item->a];
        const auto size = static_cast<std::size_t>(capture.end - capture.begin);
        meter_.step(copying(size));
        goes_on = static_cast<std::size_t>(end_ - at) >= size && std::memcmp(capture.begin, at, size) == 0;
        if (goes_on) at += size;
        break;
      }
      case Step::never:
        goes_on = false;
        break;
      case Step::balance: {
        const char* after = balance(*item, at);
        meter_.step(at == end_ || static_cast<std::uint8_t>(*at) != item->a
                        ? 1
                        : reading(static_cast<std::size_t>((after == nullptr ? end_ : after) - at)));
        goes_on = after != nullptr;
        at = after;
        break;
      }
      case Step::frontier: {
        const auto before = static_cast<std::uint8_t>(at == begin_ ? '\0' : at[-1]);
        const auto here = static_cast<std::uint8_t>(at == end_ ? '\0' : *at);
        goes_on = !item->set->has(before) && item->set->has(here);
        break;
      }
      case Step::at_end:
        goes_on = at == end_;
        break;
      case Step::done:
        return at;
    }
    if (goes_on) {
      ++item;
    } else {
      item = resume(top, at);
      if (item == nullptr) return nullptr;
    }
  }
}

const char* Matcher::search(const char* from, const char*& match_end) {
  const PatternItem& first = pattern_->items()[0];
  for (;; ++from) {
    if (first.step == Step::one) {  // where the first byte does not fit, nothing begins
      const char* const skipped_from = from;
      if (first.fits == Fits::byte) {
        const void* found = from == end_ ? nullptr : std::memchr(from, first.a, static_cast<std::size_t>(end_ - from));
        from = found == nullptr ? end_ : static_cast<const char*>(found);
        meter_.step(copying(static_cast<std::size_t>(from - skipped_from)));
      } else {
        while (from != end_ && !first.takes(*from)) ++from;
        meter_.step(reading(static_cast<std::size_t>(from - skipped_from)));
      }
      if (from == end_) return nullptr;
    }
    match_end = match_at(from);
    if (match_end != nullptr) return from;
    if (from == end_) return nullptr;
  }
}

}  // namespace otklik::scenario
