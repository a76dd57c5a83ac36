#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/unique_fd.hpp"

namespace otklik::net {

/// A body made while it is sent: chunked coding (HTTP/1.0: until the connection closes). Called on the connection's
/// loop; `read` fills at most the given span and returns how much; 0 is the end.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::size_t read(std::span<char> into) = 0;
};

/// A piece of a file, sent by sendfile.
struct FilePiece {
  std::shared_ptr<const UniqueFd> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// Several pieces of a file with text between them: `multipart/byteranges`.
struct FileParts {
  struct Part {
    std::string before;
    FilePiece piece;
  };
  std::vector<Part> parts;
  std::string after;
};

struct Handover;

/// Body of a `101 Switching Protocols`: gets the connection (net/takeover.hpp) when that answer has been sent. Dropped
/// unused when the client has gone before, or when the status is not 101.
class Takeover {
 public:
  virtual ~Takeover() = default;
  virtual void take(Handover handover) = 0;
};

/// What goes back. The server itself adds Date, Connection, Content-Length or Transfer-Encoding, X-Request-Id and,
/// by setting, the CORS headers; for HEAD it sends the head alone.
struct Response {
  using Body = std::variant<std::monostate, std::string, std::shared_ptr<const std::string>, FilePiece,
                            std::unique_ptr<BodySource>, FileParts, std::unique_ptr<Takeover>>;

  int status = 200;
  std::string headers;  ///< whole lines, each `Name: value\r\n`; write them by add()
  Body body;
  bool close = false;  ///< close the connection after this answer

  /// `name` must be a token and not one of the server's own, `value` free of control characters: checked, a bad one
  /// asserts. Text from outside goes through is_header_name(), is_server_header() and is_header_value() first.
  Response& add(std::string_view name, std::string_view value);

  static Response empty(int status) {
    Response r;
    r.status = status;
    return r;
  }
  static Response text(int status, std::string body, std::string_view content_type = "text/plain; charset=utf-8");
  static Response shared(std::shared_ptr<const std::string> body, std::string_view content_type);

 private:
  void add_content_type(std::string_view value);
};

/// RFC 9110 5.6.2: at least one character, all of them token characters.
bool is_header_name(std::string_view name) noexcept;
/// RFC 9110 5.5: no control character but tab, no white space at the ends.
bool is_header_value(std::string_view value) noexcept;
/// Whether the server writes that header itself, so that add() takes it from nobody: Connection, Content-Length, Date,
/// Keep-Alive, Transfer-Encoding.
bool is_server_header(std::string_view name) noexcept;
/// `Not Found` for 404; `Unknown` where RFC 9110 and the IANA registry know no such status.
std::string_view reason_phrase(int status) noexcept;

}  // namespace otklik::net
