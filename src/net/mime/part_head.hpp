#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/mime/header_value.hpp"
#include "net/mime/transfer_decoder.hpp"

namespace otklik::net::mime {

/// What the headers of a part say of it.
struct PartHead {
  HeaderValue disposition;  ///< Content-Disposition; its value is empty when the part has none
  HeaderValue type;         ///< Content-Type; likewise
  TransferEncoding encoding = TransferEncoding::binary;  ///< absent: binary

  [[nodiscard]] bool is_multipart() const noexcept { return type.value.starts_with("multipart/"); }
  /// `name` of Content-Disposition: the form's field. With %22, %0D and %0A for what browsers spell so.
  [[nodiscard]] std::string field_name() const;
  /// `filename` of Content-Disposition, else `name` of Content-Type, as mailers have it; likewise. Empty: none.
  [[nodiscard]] std::string file_name() const;
  /// Whether it has a file name at all, perhaps an empty one: a form's file field that nobody filled.
  [[nodiscard]] bool has_file_name() const noexcept;
};

inline constexpr std::size_t most_part_fields = 64;

/// The header section of a part: its lines, folded or not (RFC 5322 2.2.3), without the empty one behind them. Errors,
/// all `bad_request`: a line that is no field, a NUL, more than 64 fields, an unknown Content-Transfer-Encoding.
Result<PartHead> parse_part_head(std::string_view text);

/// The same of single values, for a request that is one part itself. Empty: absent.
Result<PartHead> make_part_head(std::string_view disposition, std::string_view type, std::string_view encoding);

}  // namespace otklik::net::mime
