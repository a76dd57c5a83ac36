#include "access/sip_hash.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstring>
#include <string>

namespace otklik::access {
namespace {

constexpr std::array<std::uint8_t, 16> counting{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

std::string bytes(const SipDigest& digest) {
  std::string out(16, '\0');
  std::memcpy(out.data(), &digest.low, 8);
  std::memcpy(out.data() + 8, &digest.high, 8);
  return out;
}

std::string by_openssl(const std::array<std::uint8_t, 16>& key, const std::string& text) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  std::size_t size = 16;
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
  EVP_MAC_init(context, key.data(), key.size(), parameters);
  EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string out(16, '\0');
  std::size_t written = 0;
  EVP_MAC_final(context, reinterpret_cast<unsigned char*>(out.data()), &written, out.size());
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  return out;
}

TEST(SipHash, agrees_with_openssl_on_every_length) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(bytes(SipHash(counting)(text)), by_openssl(counting, text)) << i;
    text += static_cast<char>(i);
  }
}

TEST(SipHash, has_a_key_of_its_own) { EXPECT_NE(SipHash()("a"), SipHash()("a")); }

}  // namespace
}  // namespace otklik::access
