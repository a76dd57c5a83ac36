#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace otklik::net {

/// What the server itself says in the head of an answer.
struct AnswerHead {
  int status = 200;
  std::string_view date_line;  ///< with its line end
  std::uint64_t request_id = 0;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  enum class Connection : std::uint8_t { unsaid, close, keep_alive, upgrade } connection = Connection::unsaid;
  std::string_view headers;  ///< the application's lines
};

/// Appends status line and server's headers; the caller may add lines and then ends the head with an empty one.
void append_head(std::string& out, const AnswerHead& head);

}  // namespace otklik::net
