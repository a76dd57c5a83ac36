#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "core/identity.hpp"

namespace otklik::core {

struct User {
  Uuid id;
  std::string login;  ///< as it was given; compared in any case
  std::string name;   ///< full name
  Uuid department;    ///< nil: none
  bool blocked = false;
  bool allow_empty_password = false;  ///< counts only where the server allows it too
  std::string language;               ///< `ru`, `en`; empty: the server's
  std::string verifier;               ///< of the password, see CredentialMaker; empty: no password opens
  std::vector<Uuid> roles;            ///< in order, each once
  std::string avatar{};               ///< file name of his full picture, see Avatars; empty: none
  Time created{};
  Time changed{};
  bool operator==(const User&) const = default;
};

struct Role {
  Uuid id;
  std::string name;
  Privileges privileges;
  Time created{};
  Time changed{};
  bool operator==(const Role&) const = default;
};

/// Exists while somebody is in it.
struct Department {
  Uuid id;
  std::string name;
  bool operator==(const Department&) const = default;
};

/// SHA-256 of a token's text.
using TokenHash = std::array<std::uint8_t, 32>;

struct ApiToken {
  Uuid id;
  Uuid user;
  std::string name;
  TokenHash hash{};
  Privileges scopes;  ///< what it opens at most; the user's own privileges bound it too
  Time created{};
  std::optional<Time> expires;
  std::optional<Time> last_used;  ///< as of the time the directory was read
  std::optional<Time> revoked;
  bool operator==(const ApiToken&) const = default;

  [[nodiscard]] bool opens_at(Time now) const noexcept { return !revoked && (!expires || now < *expires); }
};

/// Everybody and everything, at one moment. Immutable, so that any thread may read it.
class Directory {
 public:
  struct Content {
    std::uint64_t generation = 0;  ///< grows with every change
    std::vector<User> users;
    std::vector<Role> roles;
    std::vector<Department> departments;
    std::vector<ApiToken> tokens;
  };

  Directory() = default;
  explicit Directory(Content content);

  /// All of it, for who makes the next one.
  [[nodiscard]] const Content& content() const noexcept { return content_; }
  [[nodiscard]] std::uint64_t generation() const noexcept { return content_.generation; }
  [[nodiscard]] std::span<const User> users() const noexcept { return content_.users; }
  [[nodiscard]] std::span<const Role> roles() const noexcept { return content_.roles; }
  [[nodiscard]] std::span<const Department> departments() const noexcept { return content_.departments; }
  [[nodiscard]] std::span<const ApiToken> tokens() const noexcept { return content_.tokens; }

  /// Null when there is none. Valid as long as the directory.
  [[nodiscard]] const User* user(const Uuid& id) const noexcept;
  [[nodiscard]] const User* user_by_login(std::string_view login) const;
  /// By login in any case or by GUID: how people name a user.
  [[nodiscard]] const User* find_user(std::string_view login_or_id) const;
  /// Those with this full name, in any case: it need not be one only.
  [[nodiscard]] std::vector<const User*> users_named(std::string_view name) const;
  /// Whose full picture has this file name.
  [[nodiscard]] const User* user_by_avatar(std::string_view file_name) const;
  [[nodiscard]] const Role* role(const Uuid& id) const noexcept;
  [[nodiscard]] const Role* role_by_name(std::string_view name) const;
  [[nodiscard]] const Role* find_role(std::string_view name_or_id) const;
  [[nodiscard]] const Department* department(const Uuid& id) const noexcept;
  [[nodiscard]] const Department* department_by_name(std::string_view name) const;
  [[nodiscard]] const ApiToken* token(const Uuid& id) const noexcept;
  [[nodiscard]] const ApiToken* token_by_hash(const TokenHash& hash) const noexcept;

  /// The union over his roles. Whether he is blocked does not matter here.
  [[nodiscard]] Privileges privileges_of(const User& user) const noexcept;
  /// Who he is to the rest of the program when he comes with his password.
  [[nodiscard]] Identity identity_of(const User& user) const;
  /// Likewise with a token of his: its scopes bound the privileges.
  [[nodiscard]] Identity identity_of(const User& user, const ApiToken& token) const;

  /// How many may administer and are not blocked.
  [[nodiscard]] std::size_t administrators() const noexcept;
  [[nodiscard]] std::size_t holders_of(const Uuid& role) const noexcept;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  struct TokenHashHash {
    std::size_t operator()(const TokenHash& hash) const noexcept;
  };
  using ByText = std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>>;
  using ById = std::unordered_map<Uuid, std::size_t>;

  Content content_;
  ById user_by_id_, role_by_id_, department_by_id_, token_by_id_;
  ByText user_by_key_, user_by_avatar_, role_by_key_, department_by_key_;
  std::unordered_multimap<std::string, std::size_t> user_by_name_;
  std::unordered_map<TokenHash, std::size_t, TokenHashHash> token_by_hash_;
};

}  // namespace otklik::core
