#include "net/http/request.hpp"

#include "base/text.hpp"

namespace otklik::net {

std::string_view RequestHead::header(std::string_view name) const noexcept {
  for (const auto& field : headers) {
    if (iequals_ascii(field.name, name)) return field.value;
  }
  return {};
}

bool RequestHead::has_header(std::string_view name) const noexcept {
  for (const auto& field : headers) {
    if (iequals_ascii(field.name, name)) return true;
  }
  return false;
}

std::string request_id_text(std::uint64_t id) {
  std::string text(16, '0');
  for (std::size_t i = 16; i > 0; --i, id >>= 4) text[i - 1] = "0123456789abcdef"[id & 15];
  return text;
}

}  // namespace otklik::net
