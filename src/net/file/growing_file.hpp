#pragma once
#include <memory>
#include <string_view>

#include "base/unique_fd.hpp"
#include "net/http/response.hpp"

namespace otklik::net {

/// The answer for a file that is still being written: 200 with what is there by the time each piece is sent, so whoever
/// reads slower than it grows gets more than there was when he asked. It ends where it has caught up with the writer.
///
/// Nothing is said about this state that could be taken for the whole file: no length, no ETag and no Last-Modified, no
/// ranges (a Range is ignored, which RFC 9110 14.2 allows), and `Cache-Control: no-store`.
Response growing_file_response(std::shared_ptr<const UniqueFd> file, std::string_view content_type);

}  // namespace otklik::net
