#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace otklik::net::mime {

/// A header value with parameters: `form-data; name="file"; filename="a.txt"`, `text/plain; charset=utf-8`. All text is
/// UTF-8, however it was spelt.
struct HeaderValue {
  std::string value;                                            ///< what stands before the first `;`, lower-case
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names lower-case, each once

  /// Nothing when it is absent; `name` in lower case.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const noexcept;
};

/// Reads what browsers, mailers and hand-written clients make of Content-Disposition and Content-Type. Never fails:
/// what cannot be understood is passed over, and at most 64 parameters are looked at.
///
/// A value is a quoted string or stands bare, up to the next `;`. In quotes a back-slash is an escape before `"` and
/// itself, and plain otherwise: old browsers send `C:\folder\a.txt`. Bytes are UTF-8, or else Windows-1251. Understood
/// on top of that: RFC 2231 continuations and charsets (`filename*0*=UTF-8''…; filename*1=…`), RFC 8187 `filename*`,
/// which wins over `filename`, and RFC 2047 words within a value.
HeaderValue parse_header_value(std::string_view text);

}  // namespace otklik::net::mime
