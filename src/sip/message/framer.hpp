#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace otklik::sip {

/// Cuts a stream of bytes into SIP messages (RFC 3261 18.3), and finds the keep-alives between them (RFC 5626 3.5.1).
class Framer {
 public:
  enum class Found {
    nothing,  ///< more bytes are needed
    message,  ///< message() is one
    ping,     ///< CR LF CR LF: to be answered by CR LF
    broken    ///< where the next message begins can no longer be told: close the connection
  };

  /// `most`: bytes of head and body together.
  explicit Framer(std::size_t most) : most_(most) {}

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// Call until `nothing` or `broken`.
  Found next();
  /// The bytes of the message that next() has found; good until the next call of feed() or next().
  [[nodiscard]] std::string_view message() const noexcept { return std::string_view(buffer_).substr(0, message_); }
  /// Why it is broken: a status for an answer, 400 or 513.
  [[nodiscard]] int fault() const noexcept { return fault_; }
  [[nodiscard]] bool is_empty() const noexcept { return buffer_.size() == message_; }

 private:
  Found broken(int status) {
    fault_ = status;
    return Found::broken;
  }

  std::size_t most_;
  std::string buffer_;
  std::size_t message_ = 0;   ///< length of the message at the front that was handed out
  std::size_t searched_ = 0;  ///< where the end of the head was looked for up to
  int fault_ = 0;
};

}  // namespace otklik::sip
