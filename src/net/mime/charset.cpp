#include "net/mime/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.hpp"

namespace otklik::net::mime {
namespace {

struct Row {
  std::string_view name;
  const char* system_name;
};

/// What a name from the network may stand for: the system's converter itself knows names that mean a great deal more.
constexpr std::array table{
    Row{"windows-1251", "CP1251"},
    Row{"cp1251", "CP1251"},
    Row{"x-cp1251", "CP1251"},
    Row{"koi8-r", "KOI8-R"},
    Row{"koi8-u", "KOI8-U"},
    Row{"ibm866", "IBM866"},
    Row{"cp866", "IBM866"},
    Row{"iso-8859-5", "ISO-8859-5"},
    Row{"iso-8859-1", "ISO-8859-1"},
    Row{"latin1", "ISO-8859-1"},
    Row{"iso-8859-15", "ISO-8859-15"},
    Row{"windows-1252", "CP1252"},
    Row{"x-mac-cyrillic", "MAC-CYRILLIC"},
};

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::string well_formed(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for_each_code_point(bytes, [&](char32_t c) { append_utf8(out, c); });
  return out;
}

class Converter {
 public:
  explicit Converter(const char* from) : handle_(::iconv_open("UTF-8", from)) {}
  ~Converter() {
    if (usable()) ::iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  [[nodiscard]] bool usable() const noexcept {
    return handle_ != reinterpret_cast<iconv_t>(-1);  // NOLINT: iconv_open's own way to say no
  }

  std::string convert(std::string_view bytes) const {
    std::string out;
    std::string input(bytes);
    char* at = input.data();
    std::size_t left = input.size();
    std::array<char, 512> room{};
    while (left != 0) {
      char* to = room.data();
      std::size_t free = room.size();
      const bool failed = ::iconv(handle_, &at, &left, &to, &free) == static_cast<std::size_t>(-1);
      const int cause = errno;
      out.append(room.data(), room.size() - free);
      if (!failed || cause == E2BIG) continue;
      out += replacement;
      ++at;
      --left;
    }
    return out;
  }

 private:
  iconv_t handle_;
};

}  // namespace

std::optional<std::string> utf8_from(std::string_view charset, std::string_view bytes) {
  if (iequals_ascii(charset, "utf-8") || iequals_ascii(charset, "utf8") || iequals_ascii(charset, "us-ascii") ||
      iequals_ascii(charset, "ascii")) {
    return well_formed(bytes);
  }
  const auto* row = std::ranges::find_if(table, [&](const Row& r) { return iequals_ascii(r.name, charset); });
  if (row == table.end()) return std::nullopt;
  const Converter converter(row->system_name);
  if (!converter.usable()) return std::nullopt;
  return converter.convert(bytes);
}

}  // namespace otklik::net::mime
