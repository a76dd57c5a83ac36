// Whatever a client calls a file or a folder becomes a name that lies where it is put, or is refused.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/beneath.hpp"
#include "base/text.hpp"
#include "files/upload/names.hpp"

namespace {

using namespace otklik;
using namespace otklik::files;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_file_name(std::string_view given) {
  const std::string bare = without_folders(given);
  require(is_utf8(bare) && bare.find_first_of("/\\") == std::string::npos);
  const std::string name = safe_file_name(bare);
  require(is_utf8(name) && is_confined_name(name) && name.find_first_of("/\\:") == std::string::npos);
  require(!name.starts_with('.') && !name.ends_with('.') && !name.ends_with(' '));
  require(!lower_utf8(name).ends_with(".execsvcscriptplain"));
  for (const unsigned number : {1U, 2U, 10'000U}) {
    const std::string numbered = numbered_name(name, number);
    require(is_utf8(numbered) && is_confined_name(numbered) && numbered.size() <= 255);
  }
}

void check_subfolder(std::string_view given) {
  const auto plain = plain_subfolder(given);
  if (!plain) {
    require(plain.error().code == ErrorCode::forbidden || plain.error().code == ErrorCode::bad_request);
    return;
  }
  require(is_utf8(*plain) && (plain->empty() || is_confined_name(*plain)) && plain->find('\\') == std::string::npos);
  require(plain_subfolder(*plain) == *plain);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT
  check_file_name(text);
  check_subfolder(text);
  return 0;
}
