#include "media/record/ogg_page.hpp"

#include <array>

namespace otklik::media {
namespace {

constexpr std::size_t head_size = 27;
constexpr std::size_t checksum_at = 22;

constexpr auto make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t r = i << 24;
    for (int bit = 0; bit < 8; ++bit) r = (r & 0x80000000U) != 0 ? r << 1 ^ 0x04C11DB7U : r << 1;
    table[i] = r;
  }
  return table;
}
constexpr auto table = make_table();

std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (const char c : bytes) sum = sum << 8 ^ table[(sum >> 24 ^ static_cast<std::uint8_t>(c)) & 0xFF];
  return sum;
}

template <class T>
void append_little(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
}

template <class T>
T read_little(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
  return static_cast<T>(value);
}

}  // namespace

void append_ogg_page(const OggPage& page, std::string& out) {
  const std::size_t begin = out.size();
  out += "OggS";
  out += '\0';
  out += static_cast<char>(page.flags);
  append_little(out, page.granule);
  append_little(out, page.serial);
  append_little(out, page.number);
  append_little(out, std::uint32_t{0});
  out += static_cast<char>(page.lacing.size());
  out += page.lacing;
  out += page.body;
  const std::uint32_t sum = checksum(std::string_view(out).substr(begin));
  for (std::size_t i = 0; i < 4; ++i) out[begin + checksum_at + i] = static_cast<char>(sum >> (8 * i));
}

bool add_ogg_lacing(std::size_t size, std::string& lacing) {
  if (lacing.size() + size / 255 + 1 > 255) return false;
  lacing.append(size / 255, static_cast<char>(255));
  lacing += static_cast<char>(size % 255);
  return true;
}

std::optional<OggPage> parse_ogg_page(std::string_view bytes, std::size_t& length) {
  if (bytes.size() < head_size || bytes.substr(0, 4) != "OggS" || bytes[4] != 0) return std::nullopt;
  const std::size_t segments = static_cast<std::uint8_t>(bytes[26]);
  if (bytes.size() < head_size + segments) return std::nullopt;
  std::size_t body = 0;
  for (std::size_t i = 0; i < segments; ++i) body += static_cast<std::uint8_t>(bytes[head_size + i]);
  length = head_size + segments + body;
  if (bytes.size() < length) return std::nullopt;
  OggPage page;
  page.flags = static_cast<std::uint8_t>(bytes[5]);
  page.granule = read_little<std::uint64_t>(bytes, 6);
  page.serial = read_little<std::uint32_t>(bytes, 14);
  page.number = read_little<std::uint32_t>(bytes, 18);
  page.lacing = bytes.substr(head_size, segments);
  page.body = bytes.substr(head_size + segments, body);
  std::string copy(bytes.substr(0, length));
  copy.replace(checksum_at, 4, 4, '\0');
  if (checksum(copy) != read_little<std::uint32_t>(bytes, checksum_at)) return std::nullopt;
  return page;
}

}  // namespace otklik::media
