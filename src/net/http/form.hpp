#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace otklik::net {

/// `a=1&b=2` of a query or of an `application/x-www-form-urlencoded` body, decoded: `+` is a space, percent escapes and
/// raw bytes make a value, which is UTF-8 or else read as Windows-1251. A `%` without two hexadecimal digits stands for
/// itself. Names keep their case here and are found in any case. Empty pairs (`&&`) are passed over, and so is what
/// follows the 4096th: a body of nothing but `&a` would else cost forty times its size in memory.
class Form {
 public:
  /// Appends; the first value of a name that is not empty wins, so parse the URL before the body.
  void parse(std::string_view text);
  /// One that is UTF-8 already: a field of a multipart form. Within the same limit.
  void add(std::string name, std::string value);

  /// Nothing when absent or empty: an empty parameter counts as absent.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Percent escapes of a path, decoded byte for byte; nothing when one is malformed or stands for NUL.
std::optional<std::string> decode_path(std::string_view path);
/// Decoded as in a form; never fails.
std::string decode_form_text(std::string_view text);
std::string percent_encode(std::string_view text);

}  // namespace otklik::net
