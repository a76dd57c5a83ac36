#include "store/event_log/crc32c.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

namespace otklik::store {
namespace {

static_assert(std::endian::native == std::endian::little, "the file format and the word-wise sums are little-endian");

constexpr std::uint32_t polynomial = 0x82F63B78;  // 0x1EDC6F41 with its bits reversed

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? polynomial : 0);
    table[byte] = sum;
  }
  return table;
}
constexpr auto table = make_table();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::string_view bytes, std::uint32_t before) noexcept {
  std::uint64_t sum = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    sum = _mm_crc32_u64(sum, word);
  }
  auto narrow = static_cast<std::uint32_t>(sum);
  for (; left > 0; ++at, --left) narrow = _mm_crc32_u8(narrow, static_cast<std::uint8_t>(*at));
  return ~narrow;
}
bool has_instruction() noexcept { return __builtin_cpu_supports("sse4.2") != 0; }
#elif defined(__aarch64__)
__attribute__((target("crc"))) std::uint32_t by_instruction(std::string_view bytes, std::uint32_t before) noexcept {
  std::uint32_t sum = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    sum = __crc32cd(sum, word);
  }
  for (; left > 0; ++at, --left) sum = __crc32cb(sum, static_cast<std::uint8_t>(*at));
  return ~sum;
}
bool has_instruction() noexcept { return (::getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
#else
std::uint32_t by_instruction(std::string_view bytes, std::uint32_t before) noexcept {
  return detail::crc32c_by_table(bytes, before);
}
bool has_instruction() noexcept { return false; }
#endif

}  // namespace

std::uint32_t detail::crc32c_by_table(std::string_view bytes, std::uint32_t before) noexcept {
  std::uint32_t sum = ~before;
  for (const char c : bytes) sum = (sum >> 8) ^ table[(sum ^ static_cast<std::uint8_t>(c)) & 0xFF];
  return ~sum;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) noexcept {
  static const bool fast = has_instruction();
  return fast ? by_instruction(bytes, before) : detail::crc32c_by_table(bytes, before);
}

}  // namespace otklik::store
