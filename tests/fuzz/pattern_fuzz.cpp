// Our pattern functions against Lua's own: the same answers, whatever the subject and the pattern.
// Input: the subject, a line end, the pattern, and perhaps a line end and the replacement.
#include <cstdint>
#include <cstdlib>

#include "unit/scenario/library/test_state.hpp"

using otklik::scenario::TestState;

namespace {

constexpr std::string_view compare = R"(
  local subject, pattern, replacement = ...
  local complaints = {'malformed pattern', 'missing', 'unfinished capture', 'invalid pattern capture',
                      'invalid capture index', 'too many captures'}
  local function same(name, ...)
    local ours, theirs = table.pack(pcall(string[name], ...)), table.pack(pcall(stock.string[name], ...))
    if not ours[1] then
      -- Lua notices what is wrong with a pattern only where it gets to it.
      for _, complaint in ipairs(complaints) do
        if stock.string.find(ours[2], complaint, 1, true) then return end
      end
    end
    if not theirs[1] and stock.string.find(theirs[2], 'pattern too complex', 1, true) then return end
    if ours.n ~= theirs.n then return name .. ': the number of results' end
    for i = 1, ours.n do
      if ours[i] ~= theirs[i] then return name .. ': ' .. tostring(ours[i]) .. ' instead of ' .. tostring(theirs[i]) end
    end
  end
  local function all(library)
    return function(subject, pattern)
      local found, n = {}, 0
      for a, b in library.gmatch(subject, pattern) do
        n = n + 2
        found[n - 1], found[n] = tostring(a), tostring(b)
      end
      return stock.table.concat(found, '|')
    end
  end
  string.all, stock.string.all = all(string), all(stock.string)
  local wrong = same('find', subject, pattern) or same('find', subject, pattern, -3) or same('match', subject, pattern, 2)
      or same('gsub', subject, pattern, replacement) or same('gsub', subject, pattern, function(a) return a ~= 'a' and a end)
      or same('all', subject, pattern)
  return wrong
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t first = input.find('\n');
  if (first == std::string_view::npos || first > 40) return 0;  // Lua's own has no budget: a short subject is its bound
  const std::string_view behind = input.substr(first + 1);
  const std::size_t second = behind.find('\n');
  const std::string pattern(behind.substr(0, second));
  const std::string replacement(second == std::string_view::npos ? "<%1>" : behind.substr(second + 1));
  // Each repetition multiplies the work of Lua's own by the length of the subject.
  std::size_t repetitions = 0;
  for (const char c : pattern) repetitions += c == '*' || c == '+' || c == '-' || c == '?';
  if (repetitions > 3 || replacement.size() > 100) return 0;
  static TestState state;
  state.budget().instructions_used = 0;
  const auto outcome = state.run(compare, {std::string(input.substr(0, first)), pattern, replacement});
  if (!outcome.error.empty() || outcome.spent || outcome.values.empty() || outcome.values[0] != "nil") {
    std::fprintf(stderr, "%s%s\n", outcome.error.c_str(), outcome.values.empty() ? "" : outcome.values[0].c_str());
    std::abort();
  }
  return 0;
}
