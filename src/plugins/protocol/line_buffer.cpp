#include "plugins/protocol/line_buffer.hpp"

#include <cstring>

namespace otklik::plugins {

std::span<char> LineBuffer::room(std::size_t wanted) {
  if (begin_ != 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() < end_ + wanted + padding) bytes_.resize(end_ + wanted + padding);
  return {bytes_.data() + end_, bytes_.size() - end_ - padding};
}

std::optional<std::string_view> LineBuffer::next() noexcept {
  if (too_long_) return std::nullopt;
  const auto* feed = static_cast<const char*>(std::memchr(bytes_.data() + scanned_, '\n', end_ - scanned_));
  if (feed == nullptr) {
    scanned_ = end_;
    too_long_ = end_ - begin_ > most_;
    return std::nullopt;
  }
  const auto at = static_cast<std::size_t>(feed - bytes_.data());
  if (at - begin_ > most_) {
    too_long_ = true;
    return std::nullopt;
  }
  std::string_view line(bytes_.data() + begin_, at - begin_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  begin_ = scanned_ = at + 1;
  return line;
}

}  // namespace otklik::plugins
