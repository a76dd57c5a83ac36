// inputparams and inputparamsb64, as anybody may send them: refused by name, or made into what the form declares.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/base64.hpp"
#include "plugins/manifest/values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  using namespace otklik::plugins;
  std::string text(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are bytes
  static const auto form = [] {
    Form made;
    made.inputs = {{"text", ValueType::string, "", "\"\""}, {"whole", ValueType::integer, "", "0"},
                   {"real", ValueType::number, "", "0"},    {"flag", ValueType::boolean, "", "null"},
                   {"day", ValueType::date, "", "null"},    {"list", ValueType::list, "", "[]"},
                   {"object", ValueType::object, "", "{}"}};
    return made;
  }();
  const auto try_it = [](std::string_view inputs) {
    const auto checked = checked_inputs(form, inputs);
    if (!checked) {
      if (checked.error().code != ErrorCode::bad_request || checked.error().message.empty()) std::abort();
      return;
    }
    const auto again = checked_inputs(form, *checked);  // what was accepted is accepted as it is passed on
    if (!again || *again != *checked || checked->find('\n') != std::string::npos) std::abort();
  };
  try_it(text);
  std::ranges::replace(text, ' ', '+');
  if (const auto decoded = from_base64(text)) try_it(*decoded);
  return 0;
}
