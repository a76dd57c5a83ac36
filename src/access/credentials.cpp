#include "access/credentials.hpp"

#include <argon2.h>
#include <openssl/evp.h>

#include <array>
#include <cassert>

#include "base/base64.hpp"
#include "base/random.hpp"
#include "core/directory/rules.hpp"

namespace otklik::access {
namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  [[maybe_unused]] const int done = EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr);
  assert(done == 1);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string without_padding(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string random_string(std::size_t size) {
  std::array<std::uint8_t, 64> bytes{};
  random_bytes(std::span(bytes).first(size));
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

/// How a verifier of that cost begins (PHC string).
std::string prefix_of(const Argon2Cost& cost) {
  return fmt::format("$argon2id$v=19$m={},t={},p={}$", cost.memory_kib, cost.passes, cost.lanes);
}

}  // namespace

Result<std::string> Argon2Hash::make(std::string_view secret) const {
  const Argon2Cost& cost = *cost_;
  const std::string salt = random_string(salt_bytes);
  std::string encoded(argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, salt_bytes, hash_bytes, Argon2_id),
                      '\0');
  const int done = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, secret.data(), secret.size(),
                                         salt.data(), salt.size(), hash_bytes, encoded.data(), encoded.size());
  if (done != ARGON2_OK)
    return fail(ErrorCode::failed, "the password could not be hashed: no memory, or bad parameters");
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool Argon2Hash::matches(const std::string& verifier, std::string_view secret) const {
  return argon2id_verify(verifier.c_str(), secret.data(), secret.size()) == ARGON2_OK;
}

bool Argon2Hash::is_current(const std::string& verifier) const { return verifier.starts_with(prefix_of(*cost_)); }

std::string Argon2Hash::nobody() const {
  return fmt::format("{}{}${}", prefix_of(*cost_), without_padding(base64(random_string(salt_bytes))),
                     without_padding(base64(random_string(hash_bytes))));
}

std::optional<Secret> websocket_password(std::string_view password) {
  auto bytes = core::password_bytes(password);
  if (!bytes) return std::nullopt;
  Secret hashed(hex(digest(EVP_md5(), *bytes)));
  wipe(*bytes);
  return hashed;
}

core::TokenHash hash_of_token(std::string_view token) {
  const std::string bytes = digest(EVP_sha256(), token);
  core::TokenHash hash{};
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

Result<std::string> Credentialist::verifier_of(std::string_view password) {
  const auto hashed = websocket_password(password);
  if (!hashed) return fail(ErrorCode::bad_request, "a password holds ASCII characters and Russian letters only");
  return hash_.make(hashed->text());
}

core::NewToken Credentialist::new_token() {
  core::NewToken token;
  token.text = "otk_" + random_text(192);
  token.hash = hash_of_token(token.text);
  return token;
}

}  // namespace otklik::access
