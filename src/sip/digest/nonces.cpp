#include "sip/digest/nonces.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/base64.hpp"
#include "base/random.hpp"
#include "sip/digest/digest.hpp"

namespace otklik::sip::digest {
namespace {

constexpr std::size_t places = 1 << 16;
constexpr std::size_t fields_size = 32;     // two numbers of 16 hexadecimal digits
constexpr std::size_t signature_size = 24;  // hexadecimal digits

bool from_hex(std::string_view digits, std::uint64_t& out) {
  out = 0;
  for (const char c : digits) {
    if (c >= '0' && c <= '9') {
      out = out * 16 + static_cast<std::uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      out = out * 16 + static_cast<std::uint64_t>(c - 'a' + 10);
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

Nonces::Nonces(std::int64_t life_ms) : life_(life_ms), seen_(places) { random_bytes(key_); }

std::string Nonces::sign(std::int64_t made, std::uint64_t number) const {
  auto text = fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(made), number);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), bytes.data(), &size);                                                 // NOLINT: C
  return text += hex({reinterpret_cast<const char*>(bytes.data()), signature_size / 2});  // NOLINT: C
}

std::string Nonces::make(std::int64_t now) { return sign(now, next_++); }

bool Nonces::read(std::string_view nonce, Parts& parts) const {
  std::uint64_t made = 0;
  if (nonce.size() != fields_size + signature_size || !from_hex(nonce.substr(0, 16), made) ||
      !from_hex(nonce.substr(16, 16), parts.number)) {
    return false;
  }
  parts.made = static_cast<std::int64_t>(made);
  return equal(sign(parts.made, parts.number), nonce);
}

Nonces::Verdict Nonces::check(std::string_view nonce, std::int64_t now) const {
  Parts parts;
  if (!read(nonce, parts)) return Verdict::foreign;
  return now - parts.made > life_ ? Verdict::stale : Verdict::good;
}

Nonces::Verdict Nonces::take(std::string_view nonce, std::uint32_t nc, std::size_t request, std::int64_t now) {
  Parts parts;
  if (!read(nonce, parts)) return Verdict::foreign;
  if (now - parts.made > life_) return Verdict::stale;
  Seen& seen = seen_[parts.number % places];
  if (seen.number != parts.number) {
    if (seen.number > parts.number) return Verdict::stale;  // so many younger ones that its uses are forgotten
    seen = {parts.number, 0, 0, 0};
  }
  const std::uint32_t count = nc == 0 ? 1 : nc;
  if (count > seen.highest) {
    const auto step = count - seen.highest;
    seen.window = step >= 64 ? 0 : seen.window << step;
    seen.window |= 1;
    seen.highest = count;
    seen.request = request;
    return Verdict::good;
  }
  if (count == seen.highest && request == seen.request) return Verdict::good;
  const auto back = seen.highest - count;
  if (back >= 64 || ((seen.window >> back) & 1U) != 0) return Verdict::replayed;
  seen.window |= std::uint64_t{1} << back;
  return Verdict::good;
}

}  // namespace otklik::sip::digest
