#include "sip/edge/flow_token.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstring>

#include "base/base64.hpp"
#include "base/random.hpp"
#include "sip/digest/digest.hpp"

namespace otklik::sip {
namespace {

constexpr std::size_t flow_size = 1 + 8 + 2 + 16;
constexpr std::size_t signature_size = 9;  // 36 bytes in all: base64 without padding

}  // namespace

FlowTokens::FlowTokens() { random_bytes(key_); }

std::string FlowTokens::signature(std::string_view bytes) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
       bytes.size(), sum.data(), &size);                               // NOLINT: C
  return {reinterpret_cast<const char*>(sum.data()), signature_size};  // NOLINT: C
}

std::string FlowTokens::make(const Flow& flow) const {
  std::string bytes(flow_size, '\0');
  bytes[0] = static_cast<char>(flow.peer.transport);
  std::memcpy(bytes.data() + 1, &flow.connection, 8);
  std::memcpy(bytes.data() + 9, &flow.peer.port, 2);
  std::memcpy(bytes.data() + 11, flow.peer.address.bytes.data(), 16);
  return base64_url(bytes + signature(bytes));
}

std::optional<Flow> FlowTokens::read(std::string_view token) const {
  if (token.size() != (flow_size + signature_size) / 3 * 4) return std::nullopt;
  const auto bytes = from_base64(token);
  if (!bytes || bytes->size() != flow_size + signature_size) return std::nullopt;
  const auto signed_part = std::string_view(*bytes).substr(0, flow_size);
  if (!digest::equal(signature(signed_part), std::string_view(*bytes).substr(flow_size))) return std::nullopt;
  Flow flow;
  flow.peer.transport = static_cast<Transport>(signed_part[0]);
  std::memcpy(&flow.connection, signed_part.data() + 1, 8);
  std::memcpy(&flow.peer.port, signed_part.data() + 9, 2);
  std::memcpy(flow.peer.address.bytes.data(), signed_part.data() + 11, 16);
  return flow;
}

}  // namespace otklik::sip
