// What base64 writes it reads back; what it reads without padding errors has one meaning.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/base64.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape
  if (otklik::from_base64(otklik::base64(input)) != input) std::abort();
  if (const auto bytes = otklik::from_base64(input)) {
    if (bytes->size() > input.size()) std::abort();
    if (otklik::from_base64(otklik::base64(*bytes)) != bytes) std::abort();
  }
  return 0;
}
