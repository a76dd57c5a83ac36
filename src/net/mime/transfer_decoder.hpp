#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace otklik::net::mime {

/// Content-Transfer-Encoding. RFC 2045 6.
enum class TransferEncoding : std::uint8_t { seven_bit, eight_bit, binary, base64, quoted_printable };

/// In any case; nothing for an encoding that is not one of the five.
std::optional<TransferEncoding> transfer_encoding_named(std::string_view name) noexcept;

/// Takes the encoding off a body that comes piece by piece, the same however it is cut. Memory does not grow with it.
///
/// 7bit, 8bit and binary pass through as they are. base64: white space is passed over wherever it stands, padding may
/// be left out at the end, anything else is `bad_request`. quoted-printable: white space at the end of a line is none,
/// a
/// `=` that begins no escape is `bad_request`.
class TransferDecoder {
 public:
  explicit TransferDecoder(TransferEncoding encoding = TransferEncoding::binary) noexcept : encoding_(encoding) {}

  /// What `piece` stands for; valid until the next call, and may point into `piece`. After an error nothing more.
  [[nodiscard]] Result<std::string_view> decode(std::string_view piece);
  /// Nothing more comes: whether it ended where it may.
  [[nodiscard]] Result<> finish();

 private:
  Result<std::string_view> decode_base64(std::string_view piece);
  Result<std::string_view> decode_quoted_printable(std::string_view piece);
  bool take_quoted_printable(char c);

  enum class Quoting : std::uint8_t {
    text,
    escape,    // behind `=`
    half,      // behind `=` and one digit
    soft,      // white space between `=` and the end of the line
    soft_end,  // behind the CR of a soft line break
  };

  TransferEncoding encoding_;
  std::string decoded_;
  // base64
  std::uint32_t group_ = 0;
  int digits_ = 0;
  int padding_ = 0;
  // quoted-printable
  Quoting quoting_ = Quoting::text;
  int high_ = 0;
  std::string blanks_;  // may turn out to be the end of a line
};

}  // namespace otklik::net::mime
