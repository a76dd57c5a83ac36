#include "scenario/globals_read.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <lua.hpp>
#include <set>
#include <stdexcept>

#include "scenario/environment.hpp"

static_assert(LUA_VERSION_NUM == 504, "the format of the dump and of its instructions belongs to Lua 5.4");

namespace otklik::scenario {
namespace {

// lopcodes.h of Lua 5.4: op 7 bits, A 8, k 1, B 8, C 8.
constexpr unsigned op_gettabup = 11;
constexpr unsigned op_settabup = 15;
constexpr unsigned op_self = 20;

/// Loading goes by the byte: so much is a few microseconds.
constexpr std::size_t most_quick_bytes = 16 * 1024;

// lobject.h: tags of constants in a dump.
constexpr int tag_float = 0x13, tag_integer = 0x03, tag_short_string = 0x04, tag_long_string = 0x14;

class Dump {
 public:
  explicit Dump(std::string_view bytes) : bytes_(bytes) {}

  void skip(std::size_t n) { static_cast<void>(take(n)); }
  unsigned byte() { return static_cast<unsigned char>(take(1).front()); }
  /// Seven bits a byte, the most significant first; the last byte has its high bit set.
  std::size_t size() {
    std::size_t value = 0;
    for (;;) {
      const unsigned b = byte();
      if (value > (SIZE_MAX >> 7)) throw std::runtime_error("dump");
      value = (value << 7) | (b & 0x7F);
      if ((b & 0x80) != 0) return value;
    }
  }
  std::string_view string() {
    const std::size_t n = size();
    return n == 0 ? std::string_view() : take(n - 1);
  }
  std::string_view take(std::size_t n) {
    if (n > bytes_.size()) throw std::runtime_error("dump");
    const auto part = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return part;
  }

 private:
  std::string_view bytes_;
};

class Scan {
 public:
  /// False: it is no dump of ours.
  bool whole(std::string_view compiled) {
    try {
      Dump dump(compiled);
      // signature, version, format, data, three sizes, two numbers to compare, count of upvalues
      dump.skip(4 + 1 + 1 + 6 + 3 + 8 + 8 + 1);
      function(dump);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  void function(Dump& dump) {
    dump.string();  // source
    const int first_line = static_cast<int>(dump.size());
    dump.size();  // last line
    dump.skip(3);
    const auto code = dump.take(dump.size() * 4);
    std::vector<std::string_view> constants(dump.size());
    for (auto& constant : constants) {
      switch (static_cast<int>(dump.byte())) {
        case tag_float:
        case tag_integer:
          dump.skip(8);
          break;
        case tag_short_string:
        case tag_long_string:
          constant = dump.string();
          break;
        default:
          break;  // nil, false, true
      }
    }
    const std::size_t upvalues = dump.size();
    dump.skip(upvalues * 3);
    for (std::size_t n = dump.size(); n > 0; --n) function(dump);
    const auto line_steps = dump.take(dump.size());
    std::vector<std::pair<std::size_t, int>> absolute(dump.size());
    for (auto& [pc, line] : absolute) {
      pc = dump.size();
      line = static_cast<int>(dump.size());
    }
    for (std::size_t n = dump.size(); n > 0; --n) {  // local variables
      dump.string();
      dump.size();
      dump.size();
    }
    std::vector<std::string_view> names(dump.size());
    for (auto& name : names) name = dump.string();
    instructions(code, constants, names, first_line, line_steps, absolute);
  }

  std::vector<GlobalUse> reads;
  std::set<std::string, std::less<>> assigned;
  bool calls_methods = false;

 private:
  void instructions(std::string_view code, const std::vector<std::string_view>& constants,
                    const std::vector<std::string_view>& upvalues, int line, std::string_view line_steps,
                    const std::vector<std::pair<std::size_t, int>>& absolute) {
    std::size_t next_absolute = 0;
    for (std::size_t pc = 0; pc * 4 < code.size(); ++pc) {
      if (pc < line_steps.size()) {
        const auto step = static_cast<signed char>(line_steps[pc]);
        if (step == -0x80) {
          if (next_absolute < absolute.size()) line = absolute[next_absolute++].second;
        } else {
          line += step;
        }
      }
      std::uint32_t i = 0;
      std::memcpy(&i, code.data() + pc * 4, 4);
      const unsigned op = i & 0x7F, a = (i >> 7) & 0xFF, b = (i >> 16) & 0xFF, c = (i >> 24) & 0xFF;
      if (op == op_gettabup && b < upvalues.size() && upvalues[b] == "_ENV" && c < constants.size()) {
        reads.push_back({std::string(constants[c]), line});
      } else if (op == op_settabup && a < upvalues.size() && upvalues[a] == "_ENV" && b < constants.size()) {
        assigned.emplace(constants[b]);
      } else if (op == op_self) {
        calls_methods = true;
      }
    }
  }
};

}  // namespace

bool looks_quick(std::string_view compiled) {
  Scan scan;
  return compiled.size() <= most_quick_bytes && scan.whole(compiled) && !scan.calls_methods &&
         std::ranges::all_of(scan.reads, [&](const GlobalUse& use) {
           return scan.assigned.contains(use.name) || is_quick_global(use.name);
         });
}

std::vector<GlobalUse> unknown_globals(std::string_view compiled) {
  Scan scan;
  if (!scan.whole(compiled)) return {};
  std::erase_if(scan.reads,
                [&](const GlobalUse& use) { return scan.assigned.contains(use.name) || is_known_global(use.name); });
  std::ranges::sort(scan.reads, {}, [](const GlobalUse& use) { return std::pair(use.line, use.name); });
  const auto same = std::ranges::unique(scan.reads);
  scan.reads.erase(same.begin(), same.end());
  return scan.reads;
}

}  // namespace otklik::scenario
