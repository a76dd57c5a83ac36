#pragma once
#include <string>
#include <string_view>

#include "access/options.hpp"
#include "access/secret.hpp"
#include "base/live.hpp"
#include "core/directory/credentials.hpp"

namespace otklik::access {

/// A slow, salted hash of a short text. Handed in, so that a test needs no 19 MiB. Any thread.
class PasswordHash {
 public:
  virtual ~PasswordHash() = default;

  /// The text to store (PHC string), with a fresh salt. Error: `failed` (no memory).
  [[nodiscard]] virtual Result<std::string> make(std::string_view secret) const = 0;
  /// Whether `verifier` was made of `secret`; false for what is no verifier at all.
  [[nodiscard]] virtual bool matches(const std::string& verifier, std::string_view secret) const = 0;
  /// Whether one made now would cost as much as this one.
  [[nodiscard]] virtual bool is_current(const std::string& verifier) const = 0;
  /// A verifier that nothing matches and that costs as much as one made now: checked where there is no user.
  [[nodiscard]] virtual std::string nobody() const = 0;
};

/// argon2id. Source: RFC 9106.
class Argon2Hash final : public PasswordHash {
 public:
  explicit Argon2Hash(Argon2Cost cost = {}) : cost_(cost) {}

  /// What is made from now on costs this much. Any thread.
  void use(Argon2Cost cost) { cost_.publish(cost); }

  [[nodiscard]] Result<std::string> make(std::string_view secret) const override;
  [[nodiscard]] bool matches(const std::string& verifier, std::string_view secret) const override;
  [[nodiscard]] bool is_current(const std::string& verifier) const override;
  [[nodiscard]] std::string nobody() const override;

 private:
  Live<Argon2Cost> cost_;
};

/// What is hashed instead of a password: the text `Password` that the WebSocket's clients send, lower-case hexadecimal
/// MD5 of its bytes, so that one verifier serves both doors. Nothing for a password that cannot have been set.
/// Source: the WebSocket page, 1.8.1.
std::optional<Secret> websocket_password(std::string_view password);

core::TokenHash hash_of_token(std::string_view token);

/// Makes what the directory stores.
class Credentialist final : public core::CredentialMaker {
 public:
  explicit Credentialist(const PasswordHash& hash) : hash_(hash) {}

  Result<std::string> verifier_of(std::string_view password) override;
  /// `otk_` and 192 random bits: the prefix lets people and secret scanners know one when they see it.
  core::NewToken new_token() override;

 private:
  const PasswordHash& hash_;
};

}  // namespace otklik::access
