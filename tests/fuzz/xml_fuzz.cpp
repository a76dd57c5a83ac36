// XML as scripts read it: whatever is read can be written, and reads back as the same text.
#include <cstdint>
#include <cstdlib>

#include "unit/scenario/library/test_state.hpp"

using otklik::scenario::TestState;

namespace {

constexpr std::string_view round_trip = R"(
  local element, why = xml.parse(...)
  if element == nil then
    assert(type(why) == 'string')
    return true
  end
  xml.text(element)
  xml.find(element, '*[@a][2]/@b')
  xml.all(element, '*/*/text()')
  -- A name that pugixml takes may be none that XML has; then it cannot be written.
  local ok, once = pcall(xml.write, element)
  if not ok then return string.find(once, 'name', 1, true) ~= nil, once end
  local read = assert(xml.parse(once))
  return xml.write(read) == once, once
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static TestState state;
  state.budget().instructions_used = 0;
  const auto outcome = state.run(round_trip, {std::string(reinterpret_cast<const char*>(data), size)});
  if (!outcome.error.empty() || outcome.spent || outcome.values.empty() || outcome.values[0] != "true") {
    std::fprintf(stderr, "%s%s\n", outcome.error.c_str(), outcome.values.size() < 2 ? "" : outcome.values[1].c_str());
    std::abort();
  }
  return 0;
}
