// Whatever a client sends as a recordlink opens the one file that a good code in it stands for, or nothing. The input
// is taken as it stands, and as what stands around a good code.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "files/links.hpp"

namespace {

using namespace otklik;
using namespace otklik::files;
using core::FileArea;

void require(bool holds) {
  if (!holds) std::abort();
}

class StillClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time(std::chrono::seconds(1'800'000'000)); }
};

void check(const Links& links, std::string_view text, const Uuid& file, const std::string& code) {
  const auto in_text = code_in(text);
  // What is taken for the code stands in the text.
  require(in_text.empty() || text.find(in_text) != std::string_view::npos);
  require(in_text.find_first_of("/?#") == std::string_view::npos);
  for (const auto area : {FileArea::recording, FileArea::fax}) {
    const auto found = links.file_of(area, text);
    if (!found) {
      require(found.error().code == ErrorCode::not_found);
      continue;
    }
    // Nobody makes up a signature: it is the one code that there is.
    require(area == FileArea::recording && *found == file && in_text == code);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const StillClock clock;
  static const LinkKey key{1, 2, 3};
  static const Links links(key, std::chrono::seconds::zero(), clock);
  static const Uuid file{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  static const std::string code = links.code_of(FileArea::recording, file);
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape
  check(links, text, file, code);
  const auto middle = size / 2;
  check(links, std::string(text.substr(0, middle)) + code + std::string(text.substr(middle)), file, code);
  // A good code with some of its bytes changed.
  std::string spoilt = code;
  for (std::size_t i = 0; i + 1 < size; i += 2) spoilt[data[i] % spoilt.size()] = static_cast<char>(data[i + 1]);
  check(links, spoilt, file, code);
  return 0;
}
