#include "store/plan/secret_box.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <cassert>
#include <cstring>
#include <memory>

#include "base/base64.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace otklik::store {
namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context context() { return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free}; }

const std::uint8_t* bytes(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
std::uint8_t* bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

std::unexpected<Error> closed() {
  return fail(ErrorCode::failed, "a SIP password cannot be read: its key is another, or the database is damaged");
}

std::string ha1(const EVP_MD* digest, std::string_view user, std::string_view realm, std::string_view secret) {
  std::string text;
  text.reserve(user.size() + realm.size() + secret.size() + 2);
  text.append(user).append(":").append(realm).append(":").append(secret);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const int done = EVP_Digest(text.data(), text.size(), out.data(), &size, digest, nullptr);
  wipe(text);
  assert(done == 1);  // both digests are in OpenSSL's default provider
  static_cast<void>(done);
  return hex(std::string_view(reinterpret_cast<const char*>(out.data()), size));
}

}  // namespace

void wipe(std::string& secret) noexcept {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

SecretBox::~SecretBox() { OPENSSL_cleanse(key_.data(), key_.size()); }

Result<SecretBox> SecretBox::open(const std::string& path) {
  auto text = read_file(path, 1024);
  if (!text && text.error().code != ErrorCode::not_found) return std::unexpected(text.error());
  Key key{};
  if (!text) {
    struct stat there{};
    if (::lstat(path.c_str(), &there) == 0) return fail(ErrorCode::failed, path + " cannot be read");
    random_bytes(key);
    std::string line = base64_url(std::string_view(reinterpret_cast<const char*>(key.data()), key.size())) + "\n";
    const auto written = write_atomically(path, line, 0600);
    wipe(line);
    if (!written) return std::unexpected(written.error());
  } else {
    auto read = from_base64(trim(*text));
    wipe(*text);
    if (!read || read->size() != key.size()) {
      return fail(ErrorCode::failed, path +
                                         " holds no key: bring it back from a backup, or remove it and give every line "
                                         "and trunk a new password");
    }
    if (::chmod(path.c_str(), 0600) != 0) log::warn("{} may be readable by others", path);
    std::memcpy(key.data(), read->data(), key.size());
    wipe(*read);
  }
  const SecretBox box(key);
  OPENSSL_cleanse(key.data(), key.size());
  return box;
}

Result<std::string> SecretBox::seal(std::string_view secret, std::string_view belongs_to) const {
  std::array<std::uint8_t, nonce_size> nonce{};
  random_bytes(nonce);
  std::string sealed(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  sealed.resize(nonce_size + secret.size() + tag_size);
  const auto with = context();
  int size = 0;
  const bool done =
      with && EVP_EncryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce.data()) == 1 &&
      EVP_EncryptUpdate(with.get(), nullptr, &size, bytes(belongs_to), static_cast<int>(belongs_to.size())) == 1 &&
      EVP_EncryptUpdate(with.get(), bytes(sealed) + nonce_size, &size, bytes(secret),
                        static_cast<int>(secret.size())) == 1 &&
      EVP_EncryptFinal_ex(with.get(), bytes(sealed) + nonce_size + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_GET_TAG, tag_size, bytes(sealed) + nonce_size + secret.size()) == 1;
  if (!done) return fail(ErrorCode::failed, "a SIP password could not be sealed");
  return base64_url(sealed);
}

Result<std::string> SecretBox::unseal(std::string_view sealed, std::string_view belongs_to) const {
  auto raw = from_base64(sealed);
  if (!raw || raw->size() < nonce_size + tag_size) return closed();
  std::string secret(raw->size() - nonce_size - tag_size, '\0');
  const auto with = context();
  int size = 0;
  const bool done =
      with && EVP_DecryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(*raw)) == 1 &&
      EVP_DecryptUpdate(with.get(), nullptr, &size, bytes(belongs_to), static_cast<int>(belongs_to.size())) == 1 &&
      EVP_DecryptUpdate(with.get(), bytes(secret), &size, bytes(*raw) + nonce_size, static_cast<int>(secret.size())) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_SET_TAG, tag_size, bytes(*raw) + nonce_size + secret.size()) == 1 &&
      EVP_DecryptFinal_ex(with.get(), bytes(secret) + size, &size) == 1;
  if (done) return secret;
  wipe(secret);
  return closed();
}

std::string ha1_md5(std::string_view user, std::string_view realm, std::string_view secret) {
  return ha1(EVP_md5(), user, realm, secret);
}
std::string ha1_sha256(std::string_view user, std::string_view realm, std::string_view secret) {
  return ha1(EVP_sha256(), user, realm, secret);
}

}  // namespace otklik::store
