#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/mime/part_head.hpp"

namespace otklik::net::mime {

/// Hears the parts of a multipart body in order. A part that is itself a multipart is not told of: its own parts are.
/// What it returns as an error ends the parsing, with that error.
class PartHandler {
 public:
  virtual ~PartHandler() = default;
  virtual Result<> begin_part(PartHead head) = 0;
  /// As it came, before its transfer encoding is taken off. `piece` is valid for the call.
  virtual Result<> part_data(std::string_view piece) = 0;
  virtual Result<> end_part() = 0;
};

struct MultipartLimits {
  std::size_t depth = 4;                ///< of multiparts in multiparts, the outermost counted: `bad_request`
  std::size_t parts = 2000;             ///< in all, the nested ones too: `too_large`
  std::size_t header_size = 16 * 1024;  ///< bytes of the headers of one part: `too_large`
};

/// A multipart body (RFC 2046 5.1, RFC 7578) that comes piece by piece, cut anywhere. What lies between boundaries is
/// handed on where it is, uncopied, but for the few bytes at a cut that may begin a boundary.
///
/// A boundary is a line of its own: `--boundary`, perhaps `--`, perhaps white space, and the end of the line, which may
/// be LF alone. A line that only begins so is data. Preamble and epilogue are passed over. A body that ends before its
/// last boundary is `bad_request`.
class MultipartParser {
 public:
  /// `boundary`: the parameter of Content-Type, see boundary_of(). The handler must outlive the parser.
  MultipartParser(std::string_view boundary, PartHandler& handler, const MultipartLimits& limits = {});
  ~MultipartParser();
  MultipartParser(const MultipartParser&) = delete;
  MultipartParser& operator=(const MultipartParser&) = delete;

  [[nodiscard]] Result<> feed(std::string_view piece);
  /// The body has ended.
  [[nodiscard]] Result<> finish();

 private:
  /// Parsers of nested multiparts count with the outermost one.
  struct Shared {
    PartHandler& handler;
    MultipartLimits limits;
    std::size_t parts = 0;
  };
  enum class State : std::uint8_t { preamble, head, part, epilogue };
  struct Delimiter {
    enum class Kind : std::uint8_t { none, partial, open, close };
    Kind kind = Kind::none;
    std::size_t length = 0;
  };

  MultipartParser(std::string_view boundary, std::shared_ptr<Shared> shared, std::size_t depth);
  [[nodiscard]] Delimiter delimiter_at(std::string_view text, bool at_end) const noexcept;
  Result<> take_data(std::string_view& piece);
  Result<> take_held(std::string_view& piece);
  Result<> take_head(std::string_view& piece);
  Result<> data(std::string_view bytes);
  Result<> data_before(std::size_t end, std::string_view joined);
  Result<> reached(const Delimiter& delimiter);
  Result<> begin_part();
  Result<> end_part();

  const std::string needle_;  // LF, two hyphens, the boundary
  const std::shared_ptr<Shared> shared_;
  const std::size_t depth_;
  State state_ = State::preamble;
  std::string held_ = "\n";      // what may begin a delimiter, at the end of what has come
  bool held_is_made_up_ = true;  // its first byte stands for the beginning of a line, and is no data
  std::string head_;
  std::size_t line_ = 0;  // where the present line of head_ begins
  std::unique_ptr<MultipartParser> nested_;
};

/// The boundary of a multipart Content-Type; `bad_request` where it has none, or one that cannot be.
Result<std::string> boundary_of(const HeaderValue& type);

}  // namespace otklik::net::mime
