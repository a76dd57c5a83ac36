#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace otklik::net {

/// Takes the chunked coding off a body, RFC 9112 7.1, byte by byte and without a buffer of its own. Extensions and
/// trailer fields are checked and thrown away. Refused: a bare CR or LF, white space that belongs to no extension, a
/// size past 16 digits, a line past 1 KiB, trailers past 8 KiB, and more framing than data can excuse.
class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { more, done, failed };

  void reset() noexcept { *this = ChunkedDecoder(); }

  struct Step {
    std::size_t taken = 0;  ///< bytes of the input that are dealt with
    std::string_view data;  ///< a piece of the body, inside the input; may be empty
  };

  /// Reads up to the end of one piece of data, or of the input. Call until all of the input is taken or state() is no
  /// longer `more`; what follows a body that is done is not taken.
  Step step(std::string_view input) noexcept;

  [[nodiscard]] State state() const noexcept {
    return place_ == Place::done ? State::done : place_ == Place::failed ? State::failed : State::more;
  }
  /// Bytes of data of chunks whose size has been read, whether they have come or not.
  [[nodiscard]] std::uint64_t announced() const noexcept { return announced_; }

 private:
  enum class Place : std::uint8_t {
    size_first,
    size,
    blank_before_extension,
    extension,
    size_line_feed,
    data,
    data_return,
    data_line_feed,
    trailer_first,
    trailer_name,
    trailer_value,
    trailer_line_feed,
    last_line_feed,
    done,
    failed
  };

  Place take(char c) noexcept;

  Place place_ = Place::size_first;
  std::uint8_t digits_ = 0;
  std::uint32_t line_ = 0;  ///< bytes of the present size line, or of all trailers
  std::uint64_t left_ = 0;  ///< of the present chunk
  std::uint64_t announced_ = 0;
  std::uint64_t framing_ = 0;  ///< bytes that were no data
};

}  // namespace otklik::net
