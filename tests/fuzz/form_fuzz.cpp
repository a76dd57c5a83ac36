// Forms and paths: any bytes become fields, which are UTF-8, and encoding undoes decoding.
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "net/http/form.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT
  net::Form form;
  form.parse(text);
  for (const auto& [name, value] : form.fields()) {
    if (!is_utf8(name) || !is_utf8(value)) __builtin_trap();
    const auto found = form.find(name);
    if (!value.empty() && !found) __builtin_trap();
  }
  if (const auto path = net::decode_path(text)) {
    if (path->find('\0') != std::string::npos || net::decode_path(net::percent_encode(*path)) != path) __builtin_trap();
  }
  return 0;
}
