#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/application.hpp"
#include "net/http/chunked_decoder.hpp"
#include "net/http/head_parser.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

namespace otklik::net {

/// What a connection needs from the first byte of a request to the last of its answer, and only then: an idle
/// connection has none. Reused for the next request, then given back to the worker's pool.
struct Exchange {
  static constexpr std::size_t usual_capacity = 2 * 1024;  ///< holds the head of nearly every request
  static constexpr std::size_t kept_body = 64 * 1024;      ///< a larger body's memory is not kept for the next one

  Exchange() : buffer(new char[usual_capacity]) {}

  /// What has been read and not been dealt with. The views of `request` point here too, so between the head and the
  /// answer nothing in it may move.
  [[nodiscard]] std::string_view unread() const noexcept { return {buffer.get() + begin, end - begin}; }
  [[nodiscard]] bool has_unread() const noexcept { return begin != end || !carry.empty(); }

  /// Room behind what has been read, at least `least`; moves and grows. Only while no head is complete.
  void make_room(std::size_t least);
  /// Puts `carry` back where heads are read. Likewise.
  void take_carry();
  /// Ready for the next request; what has not been read of the buffer stays.
  void reset_request();
  /// As new, but for memory worth keeping.
  void reset_all();

  std::unique_ptr<char[]> buffer;
  std::size_t capacity = usual_capacity;
  std::size_t begin = 0, end = 0;
  std::string carry;  ///< read together with the end of a chunked body, but behind it

  bool is_fresh = true;  ///< nothing of a request has been put here since the last reset

  HeadParser parser;
  std::vector<HeaderField> fields;
  Request request;

  ChunkedDecoder chunks;
  std::uint64_t body_left = 0;  ///< of a body with a length
  std::string body;
  std::size_t body_limit = 0;
  std::unique_ptr<BodySink> sink;

  Response response;
  std::move_only_function<void()> later;  ///< Responder::after

  // The answer's body on its way.
  std::string_view memory_left;
  int file = -1;
  std::uint64_t file_offset = 0, file_left = 0;
  std::size_t part = 0;
  std::uint64_t sent = 0;  ///< bytes of the body handed to the socket or to its queue, for the log
};

}  // namespace otklik::net
