#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "net/http/request.hpp"
#include "net/limits.hpp"

namespace otklik::net {

/// Reads request line and header section of one HTTP/1.x request, RFC 9112, from text that grows. The outcome depends
/// on the bytes alone, never on how they were cut into pieces.
///
/// Strict where two readers of one stream could disagree about where a request ends (request smuggling):
/// - a line ends in CR LF. RFC 9112 2.2 lets a recipient take a bare LF too; we don't, because a proxy in front that
///   takes LF for a part of a value would then see other fields than we do. A bare CR is refused for the same reason.
/// - Content-Length once, digits only; Transfer-Encoding once, exactly `chunked`, never both, never in HTTP/1.0.
/// - no folded lines, no white space before the colon, no control characters, Host exactly once in HTTP/1.1.
/// Tolerant where nothing hangs on it: bytes from 0x80 and any visible ASCII but `#` in the target (old clients send
/// Cyrillic and JSON raw), one empty line before the request (RFC 9112 2.2), absolute-form targets.
class HeadParser {
 public:
  enum class State : std::uint8_t { more, done, failed };
  enum class Expectation : std::uint8_t { none, continue_, unknown };

  /// For the next request.
  void reset() noexcept;

  /// `text` begins at the first byte of the request and holds all of it that has come; what was given before must be
  /// its beginning, though it may lie elsewhere in memory. When done, `head` and `fields` point into `text`, except for
  /// what only the connection knows (peer, secure, id). Call no more after done or failed.
  State parse(std::string_view text, const Limits& limits, RequestHead& head, std::vector<HeaderField>& fields);

  /// After done: bytes of the head, empty line and all.
  [[nodiscard]] std::size_t size() const noexcept { return line_; }
  /// After done: whether the client lets the connection stand. RFC 9112 9.3.
  [[nodiscard]] bool keeps_alive() const noexcept { return keeps_alive_; }
  [[nodiscard]] Expectation expectation() const noexcept { return expectation_; }

  /// After failed: 400, 414, 431, 501 or 505, and what was wrong, for the client and the log.
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] std::string_view reason() const noexcept { return reason_; }

 private:
  struct Piece {
    std::uint32_t at = 0, size = 0;
    [[nodiscard]] std::string_view of(std::string_view text) const noexcept { return text.substr(at, size); }
  };
  struct FieldPiece {
    Piece name, value;
  };

  bool fail(int status, std::string_view reason) noexcept;
  bool take_request_line(std::string_view text, std::string_view line, const Limits& limits);
  bool take_target(std::string_view text);
  bool take_field(std::string_view text, std::string_view line, const Limits& limits);
  bool take_framing(std::string_view name, std::string_view value);
  bool take_content_length(std::string_view value);
  bool take_transfer_encoding(std::string_view value);
  bool take_host(std::string_view value, Piece where);
  void take_connection(std::string_view value);
  bool finish(std::string_view text, RequestHead& head, std::vector<HeaderField>& fields);

  std::size_t line_ = 0;     ///< where the line begins that is not complete yet
  std::size_t scanned_ = 0;  ///< no line end before here
  std::size_t begin_ = 0;    ///< of the request line: 2 after a leading empty line
  std::vector<FieldPiece> pieces_;
  Piece request_line_, method_, target_, path_, query_, host_;
  Method kind_ = Method::other;
  int minor_version_ = 1;
  int hosts_ = 0;
  bool has_request_line_ = false, has_query_ = false, host_in_target_ = false;
  bool chunked_ = false, has_transfer_encoding_ = false;
  bool says_close_ = false, says_keep_alive_ = false, keeps_alive_ = false;
  Expectation expectation_ = Expectation::none;
  std::optional<std::uint64_t> content_length_;
  int status_ = 0;
  std::string_view reason_;
};

}  // namespace otklik::net
