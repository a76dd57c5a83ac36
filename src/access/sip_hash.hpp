#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

namespace otklik::access {

/// A keyed hash of 128 bits: nobody without the key can tell what was hashed, or find two texts that meet.
struct SipDigest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const SipDigest&) const = default;
};

/// SipHash-2-4 with 128 bits of output. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, and
/// the authors' note on 128 bits.
class SipHash {
 public:
  /// A random key, of this object alone.
  SipHash();
  explicit SipHash(const std::array<std::uint8_t, 16>& key) noexcept;

  [[nodiscard]] SipDigest operator()(std::string_view text) const noexcept;

 private:
  std::uint64_t k0_ = 0;
  std::uint64_t k1_ = 0;
};

}  // namespace otklik::access

template <>
struct std::hash<otklik::access::SipDigest> {
  std::size_t operator()(const otklik::access::SipDigest& digest) const noexcept { return digest.low; }
};
