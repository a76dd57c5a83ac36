#include "net/file/media_type.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace otklik::net {
namespace {

struct Row {
  std::string_view ending;
  std::string_view type;
};

// In the order of the endings.
constexpr std::array table{
    Row{"3gp", "video/3gpp"},
    Row{"7z", "application/x-7z-compressed"},
    Row{"aac", "audio/aac"},
    Row{"amr", "audio/AMR"},
    Row{"apng", "image/apng"},
    Row{"atom", "application/atom+xml; charset=utf-8"},
    Row{"avi", "video/x-msvideo"},
    Row{"avif", "image/avif"},
    Row{"bin", "application/octet-stream"},
    Row{"bmp", "image/bmp"},
    Row{"bz2", "application/x-bzip2"},
    Row{"cer", "application/pkix-cert"},
    Row{"cjs", "text/javascript; charset=utf-8"},
    Row{"conf", "text/plain; charset=utf-8"},
    Row{"css", "text/css; charset=utf-8"},
    Row{"csv", "text/csv; charset=utf-8"},
    Row{"cur", "image/x-icon"},
    Row{"deb", "application/vnd.debian.binary-package"},
    Row{"doc", "application/msword"},
    Row{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Row{"eml", "message/rfc822"},
    Row{"eot", "application/vnd.ms-fontobject"},
    Row{"epub", "application/epub+zip"},
    Row{"exe", "application/vnd.microsoft.portable-executable"},
    Row{"flac", "audio/flac"},
    Row{"geojson", "application/geo+json"},
    Row{"gif", "image/gif"},
    Row{"gsm", "audio/x-gsm"},
    Row{"gz", "application/gzip"},
    Row{"htm", "text/html; charset=utf-8"},
    Row{"html", "text/html; charset=utf-8"},
    Row{"ico", "image/x-icon"},
    Row{"ics", "text/calendar; charset=utf-8"},
    Row{"ini", "text/plain; charset=utf-8"},
    Row{"jpeg", "image/jpeg"},
    Row{"jpg", "image/jpeg"},
    Row{"js", "text/javascript; charset=utf-8"},
    Row{"json", "application/json; charset=utf-8"},
    Row{"jsonl", "application/jsonl; charset=utf-8"},
    Row{"jsonld", "application/ld+json; charset=utf-8"},
    Row{"jxl", "image/jxl"},
    Row{"log", "text/plain; charset=utf-8"},
    Row{"m3u8", "application/vnd.apple.mpegurl"},
    Row{"m4a", "audio/mp4"},
    Row{"m4v", "video/mp4"},
    Row{"map", "application/json; charset=utf-8"},
    Row{"md", "text/markdown; charset=utf-8"},
    Row{"mid", "audio/midi"},
    Row{"mjs", "text/javascript; charset=utf-8"},
    Row{"mkv", "video/matroska"},
    Row{"mov", "video/quicktime"},
    Row{"mp3", "audio/mpeg"},
    Row{"mp4", "video/mp4"},
    Row{"mpeg", "video/mpeg"},
    Row{"mpg", "video/mpeg"},
    Row{"odp", "application/vnd.oasis.opendocument.presentation"},
    Row{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    Row{"odt", "application/vnd.oasis.opendocument.text"},
    Row{"oga", "audio/ogg"},
    Row{"ogg", "audio/ogg"},
    Row{"ogv", "video/ogg"},
    Row{"opus", "audio/ogg"},
    Row{"otf", "font/otf"},
    Row{"p12", "application/pkcs12"},
    Row{"p7s", "application/pkcs7-signature"},
    Row{"pdf", "application/pdf"},
    Row{"pem", "application/x-pem-file"},
    Row{"png", "image/png"},
    Row{"ppt", "application/vnd.ms-powerpoint"},
    Row{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    Row{"rar", "application/vnd.rar"},
    Row{"rss", "application/rss+xml; charset=utf-8"},
    Row{"rtf", "application/rtf"},
    Row{"sip", "text/plain; charset=utf-8"},
    Row{"sql", "application/sql; charset=utf-8"},
    Row{"svg", "image/svg+xml; charset=utf-8"},
    Row{"swf", "application/x-shockwave-flash"},
    Row{"tar", "application/x-tar"},
    Row{"tgz", "application/gzip"},
    Row{"tif", "image/tiff"},
    Row{"tiff", "image/tiff"},
    Row{"toml", "application/toml; charset=utf-8"},
    Row{"ts", "video/mp2t"},
    Row{"tsv", "text/tab-separated-values; charset=utf-8"},
    Row{"ttf", "font/ttf"},
    Row{"txt", "text/plain; charset=utf-8"},
    Row{"vcard", "text/vcard; charset=utf-8"},
    Row{"vcf", "text/vcard; charset=utf-8"},
    Row{"vtt", "text/vtt; charset=utf-8"},
    Row{"wasm", "application/wasm"},
    Row{"wav", "audio/wav"},
    Row{"weba", "audio/webm"},
    Row{"webm", "video/webm"},
    Row{"webmanifest", "application/manifest+json; charset=utf-8"},
    Row{"webp", "image/webp"},
    Row{"wma", "audio/x-ms-wma"},
    Row{"wmv", "video/x-ms-wmv"},
    Row{"woff", "font/woff"},
    Row{"woff2", "font/woff2"},
    Row{"xhtml", "application/xhtml+xml; charset=utf-8"},
    Row{"xls", "application/vnd.ms-excel"},
    Row{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Row{"xml", "text/xml; charset=utf-8"},
    Row{"xsd", "text/xml; charset=utf-8"},
    Row{"xsl", "text/xml; charset=utf-8"},
    Row{"xslt", "text/xml; charset=utf-8"},
    Row{"xz", "application/x-xz"},
    Row{"yaml", "application/yaml; charset=utf-8"},
    Row{"yml", "application/yaml; charset=utf-8"},
    Row{"zip", "application/zip"},
    Row{"zst", "application/zstd"},
};

static_assert(std::ranges::is_sorted(table, {}, &Row::ending));

constexpr std::size_t longest_ending = 11;

}  // namespace

std::string_view media_type(std::string_view name) noexcept {
  constexpr std::string_view unknown = "application/octet-stream";
  const auto slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return unknown;
  const auto ending = name.substr(dot + 1);
  if (ending.size() > longest_ending) return unknown;
  std::array<char, longest_ending> lower{};
  std::ranges::transform(ending, lower.begin(), ascii_lower);
  const std::string_view key(lower.data(), ending.size());
  const auto found = std::ranges::lower_bound(table, key, {}, &Row::ending);
  return found != table.end() && found->ending == key ? found->type : unknown;
}

std::string_view usual_ending(std::string_view content_type) noexcept {
  // Where the table has several endings of a type and the first is not the usual one, or has the type by another name.
  static constexpr std::array usual{
      Row{"gz", "application/x-gzip"}, Row{"html", "text/html"},        Row{"jpg", "image/jpeg"},
      Row{"js", "text/javascript"},    Row{"json", "application/json"}, Row{"mp3", "audio/mp3"},
      Row{"ogg", "audio/ogg"},         Row{"txt", "text/plain"},        Row{"wav", "audio/x-wav"},
      Row{"wav", "audio/wave"},        Row{"xml", "application/xml"},   Row{"zip", "application/x-zip-compressed"},
  };
  const auto bare = [](std::string_view type) { return trim(type.substr(0, type.find(';'))); };
  const auto type = bare(content_type);
  const auto is_it = [&](const Row& row) { return iequals_ascii(bare(row.type), type); };
  if (const auto* row = std::ranges::find_if(usual, is_it); row != usual.end()) return row->ending;
  const auto* row = std::ranges::find_if(table, is_it);
  return row == table.end() ? std::string_view() : row->ending;
}

bool is_active_type(std::string_view content_type) noexcept {
  const auto type = trim(content_type.substr(0, content_type.find(';')));
  constexpr std::string_view xml = "xml";
  const bool ends_in_xml = type.size() >= xml.size() && iequals_ascii(type.substr(type.size() - xml.size()), xml);
  return ends_in_xml || iequals_ascii(type, "text/html");
}

}  // namespace otklik::net
