#include "net/http/chunked_decoder.hpp"

#include <algorithm>

#include "net/http/characters.hpp"

namespace otklik::net {
namespace {

constexpr std::uint32_t line_most = 1024;
constexpr std::uint32_t trailers_most = 8 * 1024;
// Chunks of a byte with long extensions would make us read a hundred bytes for each of data: a few kilobytes are
// anybody's, after that framing may not be more than 16 times the data.
constexpr std::uint64_t free_framing = 16 * 1024;
constexpr std::uint64_t framing_for_a_byte = 16;
constexpr std::uint64_t body_most = std::uint64_t{1} << 62;

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::step(std::string_view input) noexcept {
  std::size_t i = 0;
  while (i < input.size() && place_ != Place::done && place_ != Place::failed) {
    if (place_ == Place::data) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - i));
      left_ -= n;
      if (left_ == 0) place_ = Place::data_return;
      return {i + n, input.substr(i, n)};
    }
    ++framing_;
    place_ = take(input[i++]);
    if (framing_ > free_framing && framing_ - free_framing > announced_ * framing_for_a_byte) place_ = Place::failed;
  }
  return {i, {}};
}

ChunkedDecoder::Place ChunkedDecoder::take(char c) noexcept {
  switch (place_) {
    case Place::size_first:
      left_ = 0;
      digits_ = 0;
      line_ = 0;
      [[fallthrough]];
    case Place::size: {
      const int digit = hex_digit(c);
      if (digit >= 0) {
        if (++digits_ > 16 || left_ > (body_most >> 4)) return Place::failed;
        left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
        return Place::size;
      }
      if (digits_ == 0) return Place::failed;
      if (c == ';') return Place::extension;
      if (is_blank(c)) return Place::blank_before_extension;
      return c == '\r' ? Place::size_line_feed : Place::failed;
    }
    case Place::blank_before_extension:  // RFC 9112 7.1.1: BWS ";"
      if (++line_ > line_most) return Place::failed;
      return c == ';' ? Place::extension : is_blank(c) ? Place::blank_before_extension : Place::failed;
    case Place::extension:
      if (++line_ > line_most) return Place::failed;
      if (c == '\r') return Place::size_line_feed;
      return is_control(c) ? Place::failed : Place::extension;
    case Place::size_line_feed:
      if (c != '\n') return Place::failed;
      if (left_ == 0) {
        line_ = 0;
        return Place::trailer_first;
      }
      if (announced_ > body_most - left_) return Place::failed;
      announced_ += left_;
      return Place::data;
    case Place::data_return:
      return c == '\r' ? Place::data_line_feed : Place::failed;
    case Place::data_line_feed:
      return c == '\n' ? Place::size_first : Place::failed;
    case Place::trailer_first:
      if (c == '\r') return Place::last_line_feed;
      ++line_;
      return is_token_character(c) ? Place::trailer_name : Place::failed;
    case Place::trailer_name:
      if (++line_ > trailers_most) return Place::failed;
      return c == ':' ? Place::trailer_value : is_token_character(c) ? Place::trailer_name : Place::failed;
    case Place::trailer_value:
      if (++line_ > trailers_most) return Place::failed;
      return c == '\r' ? Place::trailer_line_feed : is_control(c) ? Place::failed : Place::trailer_value;
    case Place::trailer_line_feed:
      return c == '\n' ? Place::trailer_first : Place::failed;
    case Place::last_line_feed:
      return c == '\n' ? Place::done : Place::failed;
    case Place::data:
    case Place::done:
    case Place::failed:
      break;
  }
  return Place::failed;
}

}  // namespace otklik::net
