#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "core/ports/script_files.hpp"
#include "net/request.hpp"
#include "net/response.hpp"

namespace otklik::web_api {

/// Strong: the size and the moment of writing to the nanosecond.
std::string etag_of(std::uint64_t size, std::int64_t written_ns);

/// Content-Type by the name, ETag, Last-Modified, Accept-Ranges: the lines that every answer for a file of www/ has.
std::string file_headers(std::string_view name, std::int64_t written_ns, std::string_view etag);

/// `attachment; filename="…"` (or `inline`), with `filename*` where the name is not ASCII. RFC 6266.
std::string content_disposition(std::string_view name, bool attachment);

/// A whole file, in memory or open.
struct FileContent {
  std::uint64_t size = 0;
  std::int64_t written_ns = 0;
  std::string_view etag;
  std::shared_ptr<const std::string> kept;  ///< or
  std::shared_ptr<const UniqueFd> open;
};

/// 200, 206, 304, 412 or 416, as the request's conditions and Range say. `response` holds the headers already.
net::Response file_response(const FileContent& content, const net::RequestHead& head, net::Response response);

/// A file that a script named. `response` holds the headers that it asked for.
net::Response script_file_response(core::ScriptFiles& files, std::string_view path, bool attachment,
                                   const net::RequestHead& head, net::Response response);

}  // namespace otklik::web_api
