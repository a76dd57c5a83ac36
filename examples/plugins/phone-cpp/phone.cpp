// Telephone numbers as people write them, in one form (E.164: at most 15 digits).
#include "otklik_plugin.hpp"

namespace {

otklik::Json normalise(const otklik::Json& inputs) {
  const std::string& given = inputs["number"].text();
  const std::string& country = inputs["country"].text();
  std::string digits;
  for (const char c : given) {
    if (c >= '0' && c <= '9') digits += c;
  }
  const bool is_international = given.find('+') != std::string::npos;
  if (!is_international && country == "7" && digits.size() == 11 && digits[0] == '8') {
    digits[0] = '7';  // the trunk prefix of the Russian plan
  } else if (!is_international && digits.size() <= 10 && !digits.empty()) {
    digits = country + digits;
  }
  const bool is_valid = digits.size() >= 7 && digits.size() <= 15;
  return otklik::Json::object({{"number", is_valid ? "+" + digits : std::string()},
                               {"is_valid", is_valid},
                               {"digits", static_cast<std::int64_t>(digits.size())}});
}

}  // namespace

int main() {
  otklik::Plugin plugin;
  plugin.form("normalise", normalise);
  return plugin.run();
}
