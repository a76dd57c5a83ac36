#pragma once
#include <string_view>

namespace otklik::net {

/// The content type of a file by the ending of its name, in any case; text types with `; charset=utf-8`.
/// `application/octet-stream` for an ending that is not known. Sources: the IANA registry, and WHATWG's MIME standard
/// where the two differ (`text/javascript`).
std::string_view media_type(std::string_view file_name) noexcept;

/// Whether a browser may run what a document of this content type holds (HTML, SVG and all other XML): such a file from
/// a stranger is to be sent under `Content-Security-Policy: sandbox`.
bool is_active_type(std::string_view content_type) noexcept;

/// The ending, without a dot, that files of a type usually have: `jpg` for `image/jpeg`. Empty: unknown.
std::string_view usual_ending(std::string_view content_type) noexcept;

}  // namespace otklik::net
