#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace otklik::plugins {

/// Cuts a stream of bytes into lines of bounded length, in place.
class LineBuffer {
 public:
  /// Behind every line lie so many more bytes that may be read, whatever they hold: simdjson wants that.
  static constexpr std::size_t padding = 64;

  explicit LineBuffer(std::size_t most_line) : most_(most_line) {}

  /// Where the next bytes go: at least `wanted` of them.
  std::span<char> room(std::size_t wanted);
  /// So many bytes were written into room().
  void filled(std::size_t count) noexcept { end_ += count; }

  /// The next whole line, without its line feed and a carriage return before it; it lives until room() is called.
  std::optional<std::string_view> next() noexcept;
  /// Whether what has come of the current line is longer than a line may be. next() gives nothing then.
  [[nodiscard]] bool is_too_long() const noexcept { return too_long_; }
  /// What has come after the last whole line.
  [[nodiscard]] std::string_view rest() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }

 private:
  const std::size_t most_;
  std::string bytes_;
  std::size_t begin_ = 0;    // of the current line
  std::size_t scanned_ = 0;  // no line feed before here
  std::size_t end_ = 0;      // of what has come
  bool too_long_ = false;
};

}  // namespace otklik::plugins
