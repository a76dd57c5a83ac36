#include "access/sip_hash.hpp"

#include <bit>
#include <cstring>

#include "base/random.hpp"

namespace otklik::access {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie");

std::uint64_t word_at(const void* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() noexcept {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void take(std::uint64_t word) noexcept {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  [[nodiscard]] std::uint64_t finish() noexcept {
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace

SipHash::SipHash() {
  std::array<std::uint8_t, 16> key{};
  random_bytes(key);
  *this = SipHash(key);
}

SipHash::SipHash(const std::array<std::uint8_t, 16>& key) noexcept
    : k0_(word_at(key.data())), k1_(word_at(key.data() + 8)) {}

SipDigest SipHash::operator()(std::string_view text) const noexcept {
  State state{k0_ ^ 0x736f6d6570736575ULL, k1_ ^ 0x646f72616e646f6dULL ^ 0xEE, k0_ ^ 0x6c7967656e657261ULL,
              k1_ ^ 0x7465646279746573ULL};
  std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
  const std::size_t whole = text.size() & ~std::size_t{7};
  for (std::size_t i = 0; i < whole; i += 8) state.take(word_at(text.data() + i));
  for (std::size_t i = whole; i < text.size(); ++i) {
    last |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << (8 * (i - whole));
  }
  state.take(last);
  SipDigest digest;
  state.v2 ^= 0xEE;
  digest.low = state.finish();
  state.v1 ^= 0xDD;
  digest.high = state.finish();
  return digest;
}

}  // namespace otklik::access
