#include "net/http/forwarded.hpp"

#include <optional>
#include <ranges>

#include "base/text.hpp"
#include "net/http/characters.hpp"

namespace otklik::net {
namespace {

// `192.0.2.1`, and as some proxies write it: `192.0.2.1:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
std::optional<Address> address_of(std::string_view text) {
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    return bracket == std::string_view::npos ? std::nullopt : Address::parse(text.substr(1, bracket - 1));
  }
  if (const auto address = Address::parse(text)) return address;
  const auto colon = text.find(':');
  return colon == std::string_view::npos ? std::nullopt : Address::parse(text.substr(0, colon));
}

// The caller as the proxies tell it; the last trusted one when they tell no other.
Address caller_of(const RequestHead& request, const std::function<bool(const Address&)>& is_trusted) {
  Address caller = request.peer;
  // A proxy adds to the last line of a header, or a line behind it.
  for (const auto& field : request.headers | std::views::reverse) {
    if (!iequals_ascii(field.name, "X-Forwarded-For")) continue;
    for (auto left = field.value; !left.empty();) {
      const auto comma = left.rfind(',');
      const auto address = address_of(trim_blanks(comma == std::string_view::npos ? left : left.substr(comma + 1)));
      if (!address) return caller;
      caller = *address;
      if (!is_trusted(caller)) return caller;
      left = comma == std::string_view::npos ? std::string_view() : left.substr(0, comma);
    }
  }
  return caller;
}

}  // namespace

void apply_forwarded(RequestHead& request, const std::function<bool(const Address&)>& is_trusted) {
  request.peer = caller_of(request, is_trusted);
  for (const auto& field : request.headers | std::views::reverse) {
    if (!iequals_ascii(field.name, "X-Forwarded-Proto")) continue;
    const auto comma = field.value.rfind(',');
    const auto last = trim_blanks(comma == std::string_view::npos ? field.value : field.value.substr(comma + 1));
    if (iequals_ascii(last, "https") || iequals_ascii(last, "http")) request.secure = iequals_ascii(last, "https");
    return;
  }
}

}  // namespace otklik::net
