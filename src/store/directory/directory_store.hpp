#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/live.hpp"
#include "base/snapshot.hpp"
#include "core/directory/credentials.hpp"
#include "core/directory/directory.hpp"
#include "core/directory/rules.hpp"
#include "core/events.hpp"
#include "core/ports/avatars.hpp"
#include "db/database.hpp"

namespace otklik::store {

struct DirectoryOptions {
  core::PasswordRules passwords{};
  bool allow_empty_passwords = false;      ///< setting `allow_empty_passwords`: whether anybody may have an empty one
  std::size_t most_tokens_of_a_user = 50;  ///< that are not revoked

  bool operator==(const DirectoryOptions&) const = default;
};

struct NewUser {
  std::string login;
  std::string name{};                     ///< empty: the login
  std::string department{};               ///< made when new; empty: none
  std::string language{};                 ///< `ru`, `en`; empty: the server's
  std::optional<std::string> password{};  ///< nothing: no password opens until one is set
  std::vector<std::string> roles{};       ///< names or GUIDs
  bool allow_empty_password = false;
  bool blocked = false;
};

/// What is set changes, the rest stays.
struct UserChange {
  std::optional<std::string> login{};
  std::optional<std::string> name{};
  std::optional<std::string> department{};  ///< empty: none
  std::optional<std::string> language{};
  std::optional<std::vector<std::string>> roles{};  ///< these and no others
  std::vector<std::string> add_roles{};
  std::vector<std::string> remove_roles{};
  std::optional<bool> blocked{};
  std::optional<bool> allow_empty_password{};
};

struct RoleChange {
  std::optional<std::string> name{};
  std::optional<core::Privileges> privileges{};
};

struct TokenRequest {
  std::string user;                          ///< login or GUID
  std::string name;                          ///< what it is for; one name is one valid token of a user
  std::optional<core::Privileges> scopes{};  ///< nothing: all that the user has now
  std::optional<Time> expires{};             ///< nothing: never
};

struct CreatedToken {
  core::ApiToken token;
  std::string text;  ///< secret, and seen this once only
};

/// Users, roles, departments and API tokens, kept in the database. Each operation is one transaction; when it returns a
/// value, that is on the disk, and every listener has been told. Operations block (a password tens of milliseconds, the
/// disk a few): call them from a thread that may wait; any thread.
///
/// Users and roles are named by login or name (in any case) or by GUID. `by` says who wants it: a login, or `shell`.
/// Errors: `bad_request`, `not_found`, `conflict` (the name is taken, a name fits several), `state_not_allowed` (the
/// last administrator, a role in use), `too_many`, and those of the database.
class DirectoryStore final : public core::AvatarOwners {
 public:
  /// Called after each change, one at a time, with the newest directory, on the thread that made the change. Quick;
  /// must not call back into the store.
  using Listener = std::function<void(std::shared_ptr<const core::Directory>, const core::DirectoryChanged&)>;

  /// The schema must be up to date (store::schema()). Reads the directory. All references outlive the store.
  static Result<std::unique_ptr<DirectoryStore>> open(db::Database& database, core::CredentialMaker& maker,
                                                      const Clock& clock, DirectoryOptions options);

  /// These hold for every operation from now on. Any thread.
  void use(const DirectoryOptions& options) { options_.publish(options); }

  /// Before the first change.
  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }

  /// The newest, without asking the database.
  [[nodiscard]] std::shared_ptr<const core::Directory> directory() const override { return snapshot_.take(); }
  /// Read anew: what tokens were last used for, and what another program changed. Listeners are told of a new
  /// generation.
  Result<std::shared_ptr<const core::Directory>> reload(std::string_view by);

  Result<core::User> add_user(NewUser user, std::string_view by);
  Result<core::User> set_user(std::string_view who, UserChange change, std::string_view by);
  Result<core::User> block_user(std::string_view who, bool blocked, std::string_view by);
  /// An empty one only for a user who may have it, on a server that allows it.
  Result<core::User> set_password(std::string_view who, std::string_view password, std::string_view by);
  /// The same password at today's cost; nothing when his verifier is another than `before` by now.
  Result<> renew_verifier(const Uuid& user, const std::string& before, std::string renewed, std::string_view by);
  Result<std::string> set_avatar(std::string_view who, std::string_view file_name, std::string_view by) override;
  /// With his tokens. Returns who he was.
  Result<core::User> remove_user(std::string_view who, std::string_view by);

  Result<core::Role> add_role(std::string name, core::Privileges privileges, std::string_view by);
  Result<core::Role> set_role(std::string_view which, RoleChange change, std::string_view by);
  /// `force` takes it from everybody who has it.
  Result<core::Role> remove_role(std::string_view which, bool force, std::string_view by);

  Result<CreatedToken> create_token(TokenRequest request, std::string_view by);
  /// By GUID, or by its name where only one valid token has it. At once, and for good; revoking twice is no error.
  Result<core::ApiToken> revoke_token(std::string_view which, std::string_view by);
  /// Kept when the database comes to it, without a new generation. Never blocks; any thread.
  void note_token_used(const Uuid& token, Time when);

 private:
  DirectoryStore(db::Database& database, core::CredentialMaker& maker, const Clock& clock, DirectoryOptions options)
      : database_(database), maker_(maker), clock_(clock), options_(options) {}

  /// `body(Connection&, const Directory& before)` makes the change and returns the GUID of what it made or changed.
  template <class Body>
  Result<std::pair<Uuid, std::shared_ptr<const core::Directory>>> change(std::string what, std::string_view key,
                                                                         std::string_view by, Body body);
  /// What the change that has just begun finds: the newest that is known, when nobody else has changed anything since.
  Result<std::shared_ptr<const core::Directory>> as_of_this_change(db::Connection& connection);
  void publish(std::shared_ptr<const core::Directory> directory, const core::DirectoryChanged& fact);
  Result<std::string> verifier_for(std::string_view password, bool allow_empty);

  db::Database& database_;
  core::CredentialMaker& maker_;
  const Clock& clock_;
  Live<DirectoryOptions> options_;
  std::vector<Listener> listeners_;
  std::mutex publishing_;
  SnapshotHolder<core::Directory> snapshot_;
};

}  // namespace otklik::store
