#include "net/mime/transfer_decoder.hpp"

#include <array>

#include "base/text.hpp"
#include "net/http/characters.hpp"

namespace otklik::net::mime {
namespace {

// RFC 2045 6.7 has lines of at most 76 characters; white space that is longer than any line anybody writes is text.
constexpr std::size_t most_blanks = 1024;

enum Special : std::int8_t { garbage = -1, space = -2, padding = -3 };

constexpr auto base64_values = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(garbage);
  std::int8_t value = 0;
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")) {
    table[static_cast<std::uint8_t>(c)] = value++;
  }
  for (const char c : std::string_view(" \t\r\n")) table[static_cast<std::uint8_t>(c)] = space;
  table[static_cast<std::uint8_t>('=')] = padding;
  return table;
}();

std::unexpected<Error> malformed(const char* encoding) {
  return fail(ErrorCode::bad_request,
              std::string("A part is not what its Content-Transfer-Encoding says: ") + encoding);
}

}  // namespace

std::optional<TransferEncoding> transfer_encoding_named(std::string_view name) noexcept {
  using enum TransferEncoding;
  if (iequals_ascii(name, "7bit")) return seven_bit;
  if (iequals_ascii(name, "8bit")) return eight_bit;
  if (iequals_ascii(name, "binary")) return binary;
  if (iequals_ascii(name, "base64")) return base64;
  if (iequals_ascii(name, "quoted-printable")) return quoted_printable;
  return std::nullopt;
}

Result<std::string_view> TransferDecoder::decode(std::string_view piece) {
  if (encoding_ == TransferEncoding::base64) return decode_base64(piece);
  if (encoding_ == TransferEncoding::quoted_printable) return decode_quoted_printable(piece);
  return piece;
}

Result<> TransferDecoder::finish() {
  if (encoding_ == TransferEncoding::base64) {
    // A lone digit is not a byte yet; padding, where there is any, completes its group.
    const bool whole = padding_ == 0 ? digits_ == 0 || digits_ == 2 || digits_ == 3 : digits_ + padding_ == 4;
    if (!whole) return malformed("base64");
  } else if (encoding_ == TransferEncoding::quoted_printable && quoting_ == Quoting::half) {
    return malformed("quoted-printable");
  }
  return {};
}

Result<std::string_view> TransferDecoder::decode_base64(std::string_view piece) {
  decoded_.clear();
  decoded_.reserve(piece.size() / 4 * 3 + 3);
  for (const char c : piece) {
    const int value = base64_values[static_cast<std::uint8_t>(c)];
    if (value == space) continue;
    if (value == padding) {
      if (digits_ < 2 || ++padding_ + digits_ > 4) return malformed("base64");
      continue;
    }
    if (value == garbage || padding_ != 0) return malformed("base64");
    group_ = group_ << 6 | static_cast<std::uint32_t>(value);
    if (++digits_ == 1) continue;
    // Each digit from the second on completes a byte.
    decoded_ += static_cast<char>(static_cast<std::uint8_t>(group_ >> (8 - 2 * digits_)));
    if (digits_ == 4) digits_ = 0;
  }
  return std::string_view(decoded_);
}

// False: malformed.
bool TransferDecoder::take_quoted_printable(char c) {
  switch (quoting_) {
    case Quoting::text:
      if (is_blank(c)) {
        if (blanks_.size() == most_blanks) {
          decoded_ += blanks_;
          blanks_.clear();
        }
        blanks_ += c;
        return true;
      }
      if (c != '\r' && c != '\n') decoded_ += blanks_;
      blanks_.clear();
      if (c == '=') {
        quoting_ = Quoting::escape;
      } else {
        decoded_ += c;
      }
      return true;
    case Quoting::escape:
      if (is_blank(c)) {
        quoting_ = Quoting::soft;
      } else if (c == '\r') {
        quoting_ = Quoting::soft_end;
      } else if (c == '\n') {
        quoting_ = Quoting::text;
      } else {
        high_ = hex_digit(c);
        quoting_ = Quoting::half;
        return high_ >= 0;
      }
      return true;
    case Quoting::half: {
      const int low = hex_digit(c);
      decoded_ += static_cast<char>(static_cast<std::uint8_t>(high_ << 4 | low));
      quoting_ = Quoting::text;
      return low >= 0;
    }
    case Quoting::soft:
      if (c == '\r') quoting_ = Quoting::soft_end;
      if (c == '\n') quoting_ = Quoting::text;
      return is_blank(c) || c == '\r' || c == '\n';
    case Quoting::soft_end:
      quoting_ = Quoting::text;
      return c == '\n';
  }
  return false;
}

Result<std::string_view> TransferDecoder::decode_quoted_printable(std::string_view piece) {
  decoded_.clear();
  for (const char c : piece) {
    if (!take_quoted_printable(c)) return malformed("quoted-printable");
  }
  return std::string_view(decoded_);
}

}  // namespace otklik::net::mime
