// Whatever a client names as a picture, what comes out is a name of ours and nothing else, and names itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "files/avatars/avatar_names.hpp"

using namespace otklik::files;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape
  const auto named = read_avatar_name(input);
  if (!named) return 0;
  if (named->full.size() != 36 || named->file_name.size() > 39) std::abort();
  if (named->file_name.find_first_not_of("0123456789abcdef_.jpgn") != std::string::npos) std::abort();
  for (const auto& again : {read_avatar_name(named->file_name), read_avatar_name(avatar_link(named->file_name))}) {
    if (!again || again->full != named->full || again->file_name != named->file_name) std::abort();
  }
  return 0;
}
