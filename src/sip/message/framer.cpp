#include "sip/message/framer.hpp"

#include "base/text.hpp"
#include "sip/message/words.hpp"

namespace otklik::sip {
namespace {

/// Content-Length of a head; nothing when there is none, a number past every limit when it cannot be read or differs.
std::optional<std::uint64_t> length_in(std::string_view head) {
  std::optional<std::uint64_t> found;
  while (!head.empty()) {
    const auto end = head.find('\n');
    const auto line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || line.front() == ' ' || line.front() == '\t') continue;
    const auto name = trim(line.substr(0, colon));
    if (!iequals_ascii(name, "Content-Length") && !iequals_ascii(name, "l")) continue;
    const auto value = number_of(trim(line.substr(colon + 1)), UINT32_MAX).value_or(UINT64_MAX);
    if (found && *found != value) return UINT64_MAX;
    found = value;
  }
  return found;
}

}  // namespace

Framer::Found Framer::next() {
  if (message_ != 0) {
    buffer_.erase(0, message_);
    message_ = 0;
    searched_ = 0;
  }
  if (fault_ != 0) return Found::broken;
  if (buffer_.starts_with("\r\n")) {
    if (buffer_.size() == 2) return Found::nothing;  // half a ping, or a line end before a message
    if (buffer_.size() == 3 && buffer_[2] == '\r') return Found::nothing;
    const bool ping = buffer_.compare(2, 2, "\r\n") == 0;
    buffer_.erase(0, ping ? 4 : 2);
    searched_ = 0;
    return ping ? Found::ping : next();
  }
  const auto end = buffer_.find("\r\n\r\n", searched_);
  if (end == std::string::npos) {
    if (buffer_.size() > most_) return broken(513);
    searched_ = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
    return Found::nothing;
  }
  const std::size_t head = end + 4;
  // 18.3: on a stream it must be there. Some leave it out where there is no body, and nothing can come of it.
  const auto body = length_in(std::string_view(buffer_).substr(0, head)).value_or(0);
  if (body == UINT64_MAX) return broken(400);
  if (head > most_ || body > most_ - head) return broken(513);
  if (buffer_.size() < head + body) {
    searched_ = end;
    return Found::nothing;
  }
  message_ = head + static_cast<std::size_t>(body);
  return Found::message;
}

}  // namespace otklik::sip
