#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

struct evp_pkey_st;

namespace otklik::licence {

/// A key of OpenSSL's.
class Key {
 public:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;
};

/// Tells whether a signature was made with the private key of its pair. Ed25519, RFC 8032.
class PublicKey {
 public:
  explicit PublicKey(Key::Handle key);

  /// What certificates call it: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;
  /// `-----BEGIN PUBLIC KEY-----` …
  [[nodiscard]] std::string pem() const;

 private:
  Key::Handle key_;
  std::string id_;
};

/// Every public key of a PEM text; what stands between them is for people. Errors: `bad_request` for a key of another
/// kind, for what cannot be read, and for a text that holds none.
Result<std::vector<PublicKey>> read_public_keys(std::string_view pem);

/// Signs. Leaves the memory with the object.
class PrivateKey {
 public:
  static PrivateKey make();
  /// PKCS #8, unencrypted. Errors: `bad_request`.
  static Result<PrivateKey> read(std::string_view pem);

  [[nodiscard]] std::string sign(std::string_view message) const;
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] PublicKey public_key() const;

 private:
  explicit PrivateKey(Key::Handle key) : key_(std::move(key)) {}
  Key::Handle key_;
};

}  // namespace otklik::licence
