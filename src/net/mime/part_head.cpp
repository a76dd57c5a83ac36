#include "net/mime/part_head.hpp"

#include "base/text.hpp"
#include "net/http/characters.hpp"
#include "net/http/response.hpp"

namespace otklik::net::mime {
namespace {

std::unexpected<Error> malformed(const char* why) { return fail(ErrorCode::bad_request, why); }

/// The escapes of the HTML standard for names in multipart/form-data, and no others: a per cent sign is itself there.
std::string without_browser_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto code = text.substr(0, 3);
    char meant = '\0';
    if (code == "%22") meant = '"';
    if (iequals_ascii(code, "%0d")) meant = '\r';
    if (iequals_ascii(code, "%0a")) meant = '\n';
    out += meant == '\0' ? text.front() : meant;
    text.remove_prefix(meant == '\0' ? 1 : 3);
  }
  return out;
}

/// The next line without its end.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string PartHead::field_name() const {
  return without_browser_escapes(disposition.parameter("name").value_or(std::string_view()));
}

std::string PartHead::file_name() const {
  const auto given = disposition.parameter("filename");
  return without_browser_escapes(given ? *given : type.parameter("name").value_or(std::string_view()));
}

bool PartHead::has_file_name() const noexcept {
  return disposition.parameter("filename").has_value() || type.parameter("name").has_value();
}

Result<PartHead> make_part_head(std::string_view disposition, std::string_view type, std::string_view encoding) {
  PartHead head;
  head.disposition = parse_header_value(disposition);
  head.type = parse_header_value(type);
  if (const auto name = trim(encoding); !name.empty()) {
    const auto known = transfer_encoding_named(name);
    if (!known) return malformed("A part has an unknown Content-Transfer-Encoding");
    head.encoding = *known;
  }
  return head;
}

Result<PartHead> parse_part_head(std::string_view text) {
  if (text.contains('\0')) return malformed("The headers of a part hold a NUL");
  std::string disposition;
  std::string type;
  std::string encoding;
  std::size_t fields = 0;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.empty()) continue;
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_header_name(trim_blanks(name)) || is_blank(line.front())) {
      return malformed("The headers of a part are malformed");
    }
    if (++fields > most_part_fields) return malformed("A part has too many headers");
    // RFC 5322 2.2.3: unfolding takes the line breaks out and leaves the white space.
    std::string value(line.substr(colon + 1));
    while (!text.empty() && is_blank(text.front())) value += take_line(text);
    const auto field = trim_blanks(name);
    std::string* meant = iequals_ascii(field, "content-disposition")         ? &disposition
                         : iequals_ascii(field, "content-type")              ? &type
                         : iequals_ascii(field, "content-transfer-encoding") ? &encoding
                                                                             : nullptr;
    if (meant != nullptr && meant->empty()) *meant = std::move(value);
  }
  return make_part_head(disposition, type, encoding);
}

}  // namespace otklik::net::mime
