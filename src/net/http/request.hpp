#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/address.hpp"

namespace otklik::net {

enum class Method : std::uint8_t { get, head, post, put, delete_, options, patch, trace, connect, other };

struct HeaderField {
  std::string_view name;   ///< as sent
  std::string_view value;  ///< without white space at its ends
};

/// Everything before the body. The views live as long as the request they came with: until its Responder has answered.
struct RequestHead {
  Method method = Method::get;
  std::string_view method_text;
  std::string_view target;  ///< as sent, before any decoding
  std::string_view path;    ///< the target up to `?`, raw; of an absolute-form target the part after the authority
  std::string_view query;   ///< what follows `?`, raw, without it
  bool has_query = false;
  std::string_view host;          ///< of an absolute-form target its authority, else the Host header; may be empty
  std::string_view request_line;  ///< without its line end
  std::string_view text;          ///< request line and header section as received, with the empty line
  std::span<const HeaderField> headers;
  int minor_version = 1;  ///< HTTP/1.x
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  Address peer;          ///< the caller: the socket's other end, or what a listed proxy says of it
  bool secure = false;   ///< TLS, here or at a listed proxy
  std::uint64_t id = 0;  ///< unique while the program runs; shown to clients and in the log as text

  /// The first value of that name in any case; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  [[nodiscard]] bool has_header(std::string_view name) const noexcept;
  [[nodiscard]] bool has_body() const noexcept { return chunked || content_length.value_or(0) != 0; }
};

/// An id as X-Request-Id and the log show it: 16 hexadecimal digits.
std::string request_id_text(std::uint64_t id);

/// A request whose body, if it has one, has been read whole (chunked coding removed).
struct Request : RequestHead {
  std::string_view body;
};

}  // namespace otklik::net
