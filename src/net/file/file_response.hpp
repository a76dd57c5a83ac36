#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/file/conditional.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

namespace otklik::net {

/// An open regular file as HTTP sees it.
struct FileFacts {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified = 0;  ///< nanoseconds since 1970, UTC

  /// Errors: `not_found` when it is no regular file, `failed`.
  static Result<FileFacts> of(int fd);

  /// A strong entity tag, unless the file was changed within the last second before `now`: it could be changed once
  /// more without its time showing it, so the tag is weak then (RFC 9110 8.8.1).
  [[nodiscard]] Validators validators(Time now = WallClock().now()) const;
};

/// The answer to a request for a file: 200, 206 (one part or `multipart/byteranges`), 304, 412 or 416, with ETag,
/// Last-Modified and Accept-Ranges. Range counts for GET only; for HEAD the server sends the head alone. `content_type`
/// must be a header value. The caller adds what else he wants (Content-Disposition, Cache-Control, …).
Response file_response(const RequestHead& head, std::shared_ptr<const UniqueFd> file, const FileFacts& facts,
                       std::string_view content_type, Time now = WallClock().now());

}  // namespace otklik::net
