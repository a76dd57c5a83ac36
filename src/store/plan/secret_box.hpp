#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace otklik::store {

/// Seals short secrets so that the database alone, or a copy of it, opens nothing: AES-256-GCM (NIST SP 800-38D) with a
/// random nonce for each, under a key that lies in a file of its own.
class SecretBox {
 public:
  using Key = std::array<std::uint8_t, 32>;

  explicit SecretBox(const Key& key) noexcept : key_(key) {}
  ~SecretBox();
  SecretBox(const SecretBox&) = default;
  SecretBox& operator=(const SecretBox&) = default;

  /// With the key in the file (base64, mode 0600), which is made when it is absent. Errors: `failed` (it holds no key,
  /// cannot be read or written), `storage_full`.
  static Result<SecretBox> open(const std::string& path);

  /// `secret` as text for a column. `belongs_to` is what it is for (an id): sealed with it, it cannot be put elsewhere.
  [[nodiscard]] Result<std::string> seal(std::string_view secret, std::string_view belongs_to) const;
  /// Errors: `failed` (another key, another owner, damaged).
  [[nodiscard]] Result<std::string> unseal(std::string_view sealed, std::string_view belongs_to) const;

 private:
  Key key_;
};

/// Hex in lower case, of `user:realm:secret`: what a registrar keeps in place of the secret (RFC 7616 3.4.2).
std::string ha1_md5(std::string_view user, std::string_view realm, std::string_view secret);
std::string ha1_sha256(std::string_view user, std::string_view realm, std::string_view secret);

/// Overwrites the bytes in a way that no optimizer removes.
void wipe(std::string& secret) noexcept;

}  // namespace otklik::store
