// Transfer encodings: any bytes, the same outcome however they are cut, and the way back for what was decoded.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/base64.hpp"
#include "net/mime/transfer_decoder.hpp"

namespace {

using namespace otklik::net::mime;

std::optional<std::string> decode(TransferEncoding encoding, std::string_view text, std::size_t size) {
  TransferDecoder decoder(encoding);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += size) {
    const auto piece = decoder.decode(text.substr(at, size));
    if (!piece) return std::nullopt;
    out += *piece;
  }
  if (out.size() > text.size()) __builtin_trap();
  return decoder.finish() ? std::optional(out) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT
  for (const auto encoding : {TransferEncoding::binary, TransferEncoding::base64, TransferEncoding::quoted_printable}) {
    const auto whole = decode(encoding, text, std::max<std::size_t>(1, text.size()));
    if (decode(encoding, text, 1) != whole || decode(encoding, text, data[0] % 32 + 1) != whole) __builtin_trap();
  }
  if (decode(TransferEncoding::base64, otklik::base64(text), 7) != text) __builtin_trap();
  return 0;
}
