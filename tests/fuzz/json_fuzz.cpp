// JSON as scripts read it: simdjson must agree on what is JSON, and what is written reads back as the same text.
#include <simdjson.h>

#include <cstdint>
#include <cstdlib>

#include "unit/scenario/library/test_state.hpp"

using otklik::scenario::TestState;

namespace {

constexpr std::string_view round_trip = R"(
  local value, why = json.decode(...)
  if value == nil then return 'no', why end
  local once = json.encode(value)
  local again = json.encode((json.decode(once)))
  local ascii = json.encode((json.decode(json.encode(value, {ascii = true, pretty = true}))))
  return 'yes', once == again and once == ascii
)";

[[noreturn]] void differs(const char* how) {
  std::fprintf(stderr, "%s\n", how);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  static TestState state;
  state.budget().instructions_used = 0;
  const auto outcome = state.run(round_trip, {text});
  if (!outcome.error.empty()) differs(outcome.error.c_str());
  if (outcome.spent || outcome.values.size() != 2) differs("no outcome");
  const bool ours = outcome.values[0] == "yes";
  if (ours && outcome.values[1] != "true") differs("written and read back is something else");
  simdjson::dom::parser parser;
  const auto error = parser.parse(text).error();
  if (ours == (error == simdjson::SUCCESS)) return 0;
  if (ours) {
    // We read integers of any length, and half of a surrogate pair as U+FFFD.
    if (error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR) return 0;
    if (text.starts_with("\xEF\xBB\xBF")) return 0;  // and pass over a byte order mark
    differs(simdjson::error_message(error));
  }
  const std::string& why = outcome.values[1];
  if (why.starts_with("nested too deep") || why.starts_with("a number too great")) return 0;
  differs(why.c_str());
}
