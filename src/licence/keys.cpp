#include "licence/keys.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cassert>
#include <optional>

#include "base/base64.hpp"

namespace otklik::licence {
namespace {

constexpr std::size_t raw_size = 32;
constexpr std::size_t signature_size = 64;
constexpr std::size_t id_digits = 16;
constexpr std::size_t most_keys = 64;

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Bio reading_from(std::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  assert(bio);
  return bio;
}

std::string text_in(const Bio& bio) {
  char* begin = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &begin);
  return {begin, static_cast<std::size_t>(size)};
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

struct Block {
  std::string name, content;
};

/// The next `-----BEGIN …` of a PEM text; nothing at its end, or where one is torn: OpenSSL's last error tells which.
std::optional<Block> next_block(const Bio& bio) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(bio.get(), &name, &header, &data, &size) != 1) return std::nullopt;
  Block block{name, {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)}};
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return block;
}

/// An encrypted key would otherwise have OpenSSL ask at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

bool is_ed25519(const EVP_PKEY* key) { return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519; }

}  // namespace

void Key::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

PublicKey::PublicKey(Key::Handle key) : key_(std::move(key)) {
  std::array<unsigned char, raw_size> raw{};
  std::size_t size = raw.size();
  [[maybe_unused]] const int got = EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size);
  assert(got == 1 && size == raw.size());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int digest_size = 0;
  [[maybe_unused]] const int done = EVP_Digest(raw.data(), size, digest.data(), &digest_size, EVP_sha256(), nullptr);
  assert(done == 1);
  id_ = hex({reinterpret_cast<const char*>(digest.data()), digest_size}).substr(0, id_digits);
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  if (signature.size() != signature_size) return false;
  const Context context(EVP_MD_CTX_new());
  const bool good =
      context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

std::string PublicKey::pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  [[maybe_unused]] const int written = PEM_write_bio_PUBKEY(bio.get(), key_.get());
  assert(written == 1);
  return text_in(bio);
}

Result<std::vector<PublicKey>> read_public_keys(std::string_view pem) {
  const Bio bio = reading_from(pem);
  ERR_clear_error();
  std::vector<PublicKey> keys;
  while (auto block = next_block(bio)) {
    if (block->name != PEM_STRING_PUBLIC) continue;
    const unsigned char* begin = bytes(block->content);
    Key::Handle key(d2i_PUBKEY(nullptr, &begin, static_cast<long>(block->content.size())));
    if (!key) {
      ERR_clear_error();
      return fail(ErrorCode::bad_request, "a public key cannot be read");
    }
    if (!is_ed25519(key.get())) return fail(ErrorCode::bad_request, "a public key is not of the kind Ed25519");
    if (keys.size() == most_keys) return fail(ErrorCode::bad_request, "there are more than 64 public keys");
    keys.emplace_back(std::move(key));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) return fail(ErrorCode::bad_request, "a block of it is torn: it takes PEM");
  if (keys.empty()) return fail(ErrorCode::bad_request, "there is no public key in it: it takes PEM");
  return keys;
}

PrivateKey PrivateKey::make() {
  Key::Handle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  assert(key);
  return PrivateKey(std::move(key));
}

Result<PrivateKey> PrivateKey::read(std::string_view pem) {
  const Bio bio = reading_from(pem);
  Key::Handle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!key)
    return fail(ErrorCode::bad_request, "it holds no private key that can be read: it takes PEM, not encrypted");
  if (!is_ed25519(key.get())) return fail(ErrorCode::bad_request, "the private key is not of the kind Ed25519");
  return PrivateKey(std::move(key));
}

std::string PrivateKey::sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new());
  std::string signature(signature_size, '\0');
  std::size_t size = signature.size();
  [[maybe_unused]] const bool done = context &&
                                     EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
                                     EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                                    &size, bytes(message), message.size()) == 1;
  assert(done && size == signature.size());
  return signature;
}

std::string PrivateKey::pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  [[maybe_unused]] const int written =
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  assert(written == 1);
  return text_in(bio);
}

PublicKey PrivateKey::public_key() const {
  std::array<unsigned char, raw_size> raw{};
  std::size_t size = raw.size();
  [[maybe_unused]] const int got = EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size);
  assert(got == 1);
  return PublicKey(Key::Handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), size)));
}

}  // namespace otklik::licence
