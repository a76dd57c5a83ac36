#include "access/authorization.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

namespace otklik::access {
namespace {

using Kind = core::AuthRefusal::Kind;

bool is_token68(std::string_view text) noexcept {  // RFC 9110 11.2
  if (text.empty()) return false;
  for (const char c : text) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~+/=").find(c) != std::string_view::npos;
    if (!fits) return false;
  }
  return true;
}

std::expected<Credentials, Kind> read_basic(std::string_view text) {
  auto bytes = from_base64(text);
  if (!bytes) return std::unexpected(Kind::malformed);
  std::string both = to_utf8(*bytes);
  wipe(*bytes);
  const auto colon = both.find(':');  // the first: a password may hold more
  if (colon == std::string::npos) {
    wipe(both);
    return std::unexpected(Kind::malformed);
  }
  BasicCredentials basic{.login = both.substr(0, colon), .password = Secret(both.substr(colon + 1))};
  wipe(both);
  return basic;
}

}  // namespace

std::expected<Credentials, Kind> read_authorization(std::string_view value, std::size_t longest) {
  value = trim(value);
  if (value.empty()) return std::unexpected(Kind::missing);
  if (value.size() > longest) return std::unexpected(Kind::malformed);
  const auto blank = value.find(' ');
  if (blank == std::string_view::npos) return std::unexpected(Kind::malformed);
  const std::string_view scheme = value.substr(0, blank);
  const std::string_view rest = trim(value.substr(blank));
  if (iequals_ascii(scheme, "Basic")) return read_basic(rest);
  if (iequals_ascii(scheme, "Bearer") && is_token68(rest)) return BearerCredentials{.token = Secret(std::string(rest))};
  return std::unexpected(Kind::malformed);
}

}  // namespace otklik::access
