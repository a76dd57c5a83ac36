#include "store/directory/directory_rows.hpp"

#include "base/base64.hpp"
#include "core/directory/rules.hpp"

namespace otklik::store {
namespace {

using db::Connection;

std::int64_t stored(Time when) { return when.time_since_epoch().count(); }
Time moment(std::int64_t stored) { return Time(Duration(stored)); }

std::optional<std::int64_t> stored(const std::optional<Time>& when) {
  return when ? std::optional(stored(*when)) : std::nullopt;
}
std::optional<Time> moment(const std::optional<std::int64_t>& stored) {
  return stored ? std::optional(moment(*stored)) : std::nullopt;
}

std::optional<std::string> stored(const Uuid& id) { return id.is_nil() ? std::nullopt : std::optional(id.text()); }

std::string stored(const core::TokenHash& hash) {
  return hex(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

std::optional<core::TokenHash> hash_in(std::string_view text) {
  core::TokenHash hash{};
  if (text.size() != hash.size() * 2) return std::nullopt;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return hash;
}

// GUIDs and hashes of rows. A row that holds none was not written by us: the whole reading fails then.
class Reader {
 public:
  Uuid id(std::string_view text) {
    const auto parsed = Uuid::parse(text);
    if (!parsed) sound_ = false;
    return parsed.value_or(Uuid{});
  }
  Uuid id_or_nil(const std::optional<std::string>& text) { return text ? id(*text) : Uuid{}; }
  core::TokenHash hash(std::string_view text) {
    const auto parsed = hash_in(text);
    if (!parsed) sound_ = false;
    return parsed.value_or(core::TokenHash{});
  }
  [[nodiscard]] bool sound() const noexcept { return sound_; }

 private:
  bool sound_ = true;
};

Result<> only_error(Result<std::int64_t> done) {
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<> insert_roles_of(Connection& connection, const core::User& user) {
  for (const Uuid& role : user.roles) {
    auto done =
        connection.execute("INSERT INTO user_roles (user_id, role_id) VALUES (?, ?)", user.id.text(), role.text());
    if (!done) return only_error(std::move(done));
  }
  return {};
}

}  // namespace

std::string text_of(core::Privileges privileges) {
  std::string text;
  for (int i = 0; !core::name(static_cast<core::Privilege>(i)).empty(); ++i) {
    const auto privilege = static_cast<core::Privilege>(i);
    if (!privileges.has(privilege)) continue;
    if (!text.empty()) text += ' ';
    text += core::name(privilege);
  }
  return text;
}

core::Privileges privileges_in(std::string_view text) {
  core::Privileges privileges;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (const auto known = core::privilege_named(text.substr(0, end))) privileges.add(*known);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return privileges;
}

Result<std::shared_ptr<const core::Directory>> load_directory(Connection& connection) {
  using Text = std::string;
  using Whole = std::int64_t;
  Reader reader;
  core::Directory::Content content;

  const auto state = connection.select<Whole>("SELECT generation FROM directory_state");
  if (!state) return std::unexpected(state.error());
  if (state->size() != 1) return fail(ErrorCode::failed, "the database's directory is damaged");
  content.generation = static_cast<std::uint64_t>(std::get<0>(state->front()));

  auto departments = connection.select<Text, Text>("SELECT id, name FROM departments ORDER BY name_key");
  if (!departments) return std::unexpected(std::move(departments.error()));
  for (auto& [id, name] : *departments) content.departments.push_back({reader.id(id), std::move(name)});

  auto roles = connection.select<Text, Text, Text, Whole, Whole>(
      "SELECT id, name, privileges, created, changed FROM roles ORDER BY name_key");
  if (!roles) return std::unexpected(std::move(roles.error()));
  for (auto& [id, name, privileges, created, changed] : *roles) {
    content.roles.push_back(
        {reader.id(id), std::move(name), privileges_in(privileges), moment(created), moment(changed)});
  }

  auto held = connection.select<Text, Text>("SELECT user_id, role_id FROM user_roles ORDER BY user_id, role_id");
  if (!held) return std::unexpected(std::move(held.error()));
  std::unordered_map<Uuid, std::vector<Uuid>> roles_of;
  for (const auto& [user, role] : *held) roles_of[reader.id(user)].push_back(reader.id(role));

  auto users = connection.select<Text, Text, Text, std::optional<Text>, bool, bool, Text, Text, Whole, Whole>(
      "SELECT id, login, name, department, blocked, allow_empty_password, language, verifier, created, changed "
      "FROM users ORDER BY login_key");
  if (!users) return std::unexpected(std::move(users.error()));
  content.users.reserve(users->size());
  for (auto& [id, login, name, department, blocked, empty, language, verifier, created, changed] : *users) {
    const Uuid user = reader.id(id);
    content.users.push_back({user, std::move(login), std::move(name), reader.id_or_nil(department), blocked, empty,
                             std::move(language), std::move(verifier), std::move(roles_of[user]), moment(created),
                             moment(changed)});
  }

  auto tokens = connection.select<Text, Text, Text, Text, Text, Whole, std::optional<Whole>, std::optional<Whole>,
                                  std::optional<Whole>>(
      "SELECT id, user_id, name, hash, scopes, created, expires, last_used, revoked FROM api_tokens "
      "ORDER BY created, id");
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  for (auto& [id, user, name, hash, scopes, created, expires, used, revoked] : *tokens) {
    content.tokens.push_back({reader.id(id), reader.id(user), std::move(name), reader.hash(hash), privileges_in(scopes),
                              moment(created), moment(expires), moment(used), moment(revoked)});
  }
  if (!reader.sound()) return fail(ErrorCode::failed, "the database's directory is damaged");
  return std::make_shared<const core::Directory>(std::move(content));
}

Result<> begin_change(Connection& connection) {
  return only_error(connection.execute("UPDATE directory_state SET generation = generation + 1"));
}

Result<> insert_user(Connection& connection, const core::User& user) {
  auto done = connection.execute(
      "INSERT INTO users (id, login, login_key, name, department, blocked, allow_empty_password, language, verifier, "
      "created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      user.id.text(), user.login, core::name_key(user.login), user.name, stored(user.department), user.blocked,
      user.allow_empty_password, user.language, user.verifier, stored(user.created), stored(user.changed));
  if (!done) return only_error(std::move(done));
  return insert_roles_of(connection, user);
}

Result<> update_user(Connection& connection, const core::User& user) {
  auto done = connection.execute(
      "UPDATE users SET login = ?, login_key = ?, name = ?, department = ?, blocked = ?, allow_empty_password = ?, "
      "language = ?, verifier = ?, changed = ? WHERE id = ?",
      user.login, core::name_key(user.login), user.name, stored(user.department), user.blocked,
      user.allow_empty_password, user.language, user.verifier, stored(user.changed), user.id.text());
  if (!done) return only_error(std::move(done));
  done = connection.execute("DELETE FROM user_roles WHERE user_id = ?", user.id.text());
  if (!done) return only_error(std::move(done));
  return insert_roles_of(connection, user);
}

Result<> delete_user(Connection& connection, const Uuid& id) {
  return only_error(connection.execute("DELETE FROM users WHERE id = ?", id.text()));
}

Result<> insert_role(Connection& connection, const core::Role& role) {
  return only_error(connection.execute(
      "INSERT INTO roles (id, name, name_key, privileges, created, changed) VALUES (?, ?, ?, ?, ?, ?)", role.id.text(),
      role.name, core::name_key(role.name), text_of(role.privileges), stored(role.created), stored(role.changed)));
}

Result<> update_role(Connection& connection, const core::Role& role) {
  return only_error(
      connection.execute("UPDATE roles SET name = ?, name_key = ?, privileges = ?, changed = ? WHERE id = ?", role.name,
                         core::name_key(role.name), text_of(role.privileges), stored(role.changed), role.id.text()));
}

Result<> delete_role(Connection& connection, const Uuid& id) {
  return only_error(connection.execute("DELETE FROM roles WHERE id = ?", id.text()));
}

Result<> insert_department(Connection& connection, const core::Department& department) {
  return only_error(connection.execute("INSERT INTO departments (id, name, name_key) VALUES (?, ?, ?)",
                                       department.id.text(), department.name, core::name_key(department.name)));
}

Result<> delete_empty_departments(Connection& connection) {
  return only_error(connection.execute(
      "DELETE FROM departments WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.department = departments.id)"));
}

Result<> insert_token(Connection& connection, const core::ApiToken& token) {
  return only_error(connection.execute(
      "INSERT INTO api_tokens (id, user_id, name, hash, scopes, created, expires, last_used, revoked) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      token.id.text(), token.user.text(), token.name, stored(token.hash), text_of(token.scopes), stored(token.created),
      stored(token.expires), stored(token.last_used), stored(token.revoked)));
}

Result<> revoke_token(Connection& connection, const Uuid& id, Time when) {
  return only_error(connection.execute("UPDATE api_tokens SET revoked = ? WHERE id = ?", stored(when), id.text()));
}

Result<> note_token_used(Connection& connection, const Uuid& id, Time when) {
  return only_error(
      connection.execute("UPDATE api_tokens SET last_used = ? WHERE id = ? AND (last_used IS NULL OR last_used < ?)",
                         stored(when), id.text(), stored(when)));
}

}  // namespace otklik::store
