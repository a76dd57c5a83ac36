#include "pictures/format.hpp"

namespace otklik::pictures {

std::optional<Format> recognise(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return Format::jpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return Format::png;
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return Format::gif;
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv) return Format::webp;
  return std::nullopt;
}

std::string_view media_type(Format format) noexcept {
  switch (format) {
    case Format::jpeg:
      return "image/jpeg";
    case Format::png:
      return "image/png";
    case Format::webp:
      return "image/webp";
    case Format::gif:
      return "image/gif";
  }
  return "application/octet-stream";
}

}  // namespace otklik::pictures
