// Multipart bodies: any bytes, the same parts however they are cut. The boundary is `b`, that of nested ones what they
// say.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/mime/multipart_parser.hpp"

namespace {

using namespace otklik;
using namespace otklik::net::mime;

struct Told final : PartHandler {
  std::string text;
  std::size_t bytes = 0;
  bool inside = false;

  Result<> begin_part(PartHead head) override {
    if (std::exchange(inside, true)) __builtin_trap();
    text += "<" + head.field_name() + "|" + head.file_name() + ">";
    return {};
  }
  Result<> part_data(std::string_view piece) override {
    if (!inside || piece.empty()) __builtin_trap();
    bytes += piece.size();
    text += piece;
    return {};
  }
  Result<> end_part() override {
    if (!std::exchange(inside, false)) __builtin_trap();
    text += "</>";
    return {};
  }
};

struct Outcome {
  std::optional<ErrorCode> error;
  std::string told;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(std::string_view body, std::size_t piece) {
  Told told;
  MultipartParser parser("b", told, {.depth = 3, .parts = 50, .header_size = 300});
  Result<> result;
  for (std::size_t at = 0; result && at < body.size(); at += piece) result = parser.feed(body.substr(at, piece));
  if (result) result = parser.finish();
  if (told.bytes > body.size()) __builtin_trap();
  if (result && told.inside) __builtin_trap();
  // How far it got before an error may depend on the cuts, whether there is one may not.
  return {result ? std::nullopt : std::optional(result.error().code), result ? told.text : std::string()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT
  const auto whole = parse(body, std::max<std::size_t>(1, body.size()));
  if (parse(body, 1) != whole || parse(body, data[0] % 64 + 1) != whole) __builtin_trap();
  return 0;
}
