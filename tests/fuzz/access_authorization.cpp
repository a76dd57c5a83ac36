// Any bytes as the value of an Authorization header.
#include <cstdint>
#include <cstdlib>

#include "access/authorization.hpp"
#include "access/credentials.hpp"
#include "base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const auto read = access::read_authorization(value, 2048);
  if (!read) return 0;
  if (value.size() > 2048 + 64 && trim(value).size() > 2048) std::abort();
  if (const auto* basic = std::get_if<access::BasicCredentials>(&*read)) {
    // Whatever came in is text from here on, and the login ends at the first colon.
    if (!is_utf8(basic->login) || !is_utf8(basic->password.text())) std::abort();
    if (basic->login.find(':') != std::string::npos) std::abort();
    const auto hashed = access::websocket_password(basic->password.text());
    if (hashed && hashed->text().size() != 32) std::abort();
  } else if (std::get<access::BearerCredentials>(*read).token.text().empty()) {
    std::abort();
  }
  return 0;
}
