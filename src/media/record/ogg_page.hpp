#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Pages of the Ogg container, one logical stream: RFC 3533 6.
namespace otklik::media {

struct OggPage {
  std::uint8_t flags = 0;  ///< 1: continued, 2: first, 4: last
  std::uint64_t granule = 0;
  std::uint32_t serial = 0;
  std::uint32_t number = 0;
  std::string lacing;  ///< a byte for each segment
  std::string_view body;
};

/// The page with its checksum, appended to `out`. At most 255 lacing bytes.
void append_ogg_page(const OggPage& page, std::string& out);
/// Adds the lacing of a packet of `size` bytes; false: it does not fit into this page any more, nothing was added.
bool add_ogg_lacing(std::size_t size, std::string& lacing);

/// A whole page with a right checksum at the beginning of `bytes`; its length into `length`. `body` lies in `bytes`.
std::optional<OggPage> parse_ogg_page(std::string_view bytes, std::size_t& length);

}  // namespace otklik::media
