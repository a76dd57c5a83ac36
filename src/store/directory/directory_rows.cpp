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

using Text = std::string;
using Whole = std::int64_t;

std::unexpected<Error> damaged() { return fail(ErrorCode::failed, "the database's directory is damaged"); }

/// In what order each kind lies: by bytes here, since each database sorts Cyrillic in its own way.
template <class Named>
std::string key_of(const Named& named) {
  if constexpr (std::is_same_v<Named, core::User>) {
    return core::name_key(named.login);
  } else {
    return core::name_key(named.name);
  }
}
std::pair<Time, Uuid> place_of(const core::ApiToken& token) { return {token.created, token.id}; }

/// Making a key costs more than comparing two, and the database has nearly sorted them.
void sort_by_login(std::vector<core::User>& users) {
  std::vector<std::pair<std::string, std::size_t>> keys;
  keys.reserve(users.size());
  for (std::size_t i = 0; i < users.size(); ++i) keys.emplace_back(key_of(users[i]), i);
  if (std::ranges::is_sorted(keys)) return;
  std::ranges::sort(keys);
  std::vector<core::User> sorted;
  sorted.reserve(users.size());
  for (const auto& [key, i] : keys) sorted.push_back(std::move(users[i]));
  users = std::move(sorted);
}

/// Puts what was read of `id` (one, or none any more) in the place of what was there.
template <class Thing, class Place>
void take(std::vector<Thing>& things, const Uuid& id, std::vector<Thing> read, Place place) {
  std::erase_if(things, [&](const Thing& thing) { return thing.id == id; });
  for (auto& thing : read) {
    things.insert(std::ranges::upper_bound(things, place(thing), {}, place), std::move(thing));
  }
}

template <class... Parameters>
Result<std::vector<core::Role>> roles_where(Connection& connection, std::string_view where,
                                            const Parameters&... parameters) {
  auto rows = connection.select<Text, Text, Text, Whole, Whole>(
      fmt::format("SELECT id, name, privileges, created, changed FROM roles {}", where), parameters...);
  if (!rows) return std::unexpected(std::move(rows.error()));
  Reader reader;
  std::vector<core::Role> roles;
  for (auto& [id, name, privileges, created, changed] : *rows) {
    roles.push_back({reader.id(id), std::move(name), privileges_in(privileges), moment(created), moment(changed)});
  }
  if (!reader.sound()) return damaged();
  return roles;
}

/// `where` of the users, `where_held` of the roles that they hold.
template <class... Parameters>
Result<std::vector<core::User>> users_where(Connection& connection, std::string_view where, std::string_view where_held,
                                            const Parameters&... parameters) {
  Reader reader;
  auto held = connection.select<Text, Text>(
      fmt::format("SELECT user_id, role_id FROM user_roles {} ORDER BY user_id, role_id", where_held), parameters...);
  if (!held) return std::unexpected(std::move(held.error()));
  std::unordered_map<Uuid, std::vector<Uuid>> roles_of;
  for (const auto& [user, role] : *held) roles_of[reader.id(user)].push_back(reader.id(role));

  auto rows = connection.select<Text, Text, Text, std::optional<Text>, bool, bool, Text, Text, Text, Whole, Whole>(
      fmt::format("SELECT id, login, name, department, blocked, allow_empty_password, language, verifier, avatar, "
                  "created, changed FROM users {} ORDER BY login_key",
                  where),
      parameters...);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<core::User> users;
  users.reserve(rows->size());
  for (auto& [id, login, name, department, blocked, empty, language, verifier, avatar, created, changed] : *rows) {
    const Uuid user = reader.id(id);
    users.push_back({user, std::move(login), std::move(name), reader.id_or_nil(department), blocked, empty,
                     std::move(language), std::move(verifier), std::move(roles_of[user]), std::move(avatar),
                     moment(created), moment(changed)});
  }
  if (!reader.sound()) return damaged();
  return users;
}

template <class... Parameters>
Result<std::vector<core::ApiToken>> tokens_where(Connection& connection, std::string_view where,
                                                 const Parameters&... parameters) {
  auto rows = connection.select<Text, Text, Text, Text, Text, Whole, std::optional<Whole>, std::optional<Whole>,
                                std::optional<Whole>>(
      fmt::format("SELECT id, user_id, name, hash, scopes, created, expires, last_used, revoked FROM api_tokens {} "
                  "ORDER BY created, id",
                  where),
      parameters...);
  if (!rows) return std::unexpected(std::move(rows.error()));
  Reader reader;
  std::vector<core::ApiToken> tokens;
  tokens.reserve(rows->size());
  for (auto& [id, user, name, hash, scopes, created, expires, used, revoked] : *rows) {
    tokens.push_back({reader.id(id), reader.id(user), std::move(name), reader.hash(hash), privileges_in(scopes),
                      moment(created), moment(expires), moment(used), moment(revoked)});
  }
  if (!reader.sound()) return damaged();
  return tokens;
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

Result<std::uint64_t> generation_now(Connection& connection) {
  const auto state = connection.select<Whole>("SELECT generation FROM directory_state");
  if (!state) return std::unexpected(state.error());
  if (state->size() != 1) return damaged();
  return static_cast<std::uint64_t>(std::get<0>(state->front()));
}

namespace {

/// The generation, and the departments: one comes and goes with its members, and there are few.
Result<> read_what_is_small(Connection& connection, core::Directory::Content& into) {
  const auto generation = generation_now(connection);
  if (!generation) return std::unexpected(generation.error());
  into.generation = *generation;

  auto rows = connection.select<Text, Text>("SELECT id, name FROM departments");
  if (!rows) return std::unexpected(std::move(rows.error()));
  Reader reader;
  into.departments.clear();
  for (auto& [id, name] : *rows) into.departments.push_back({reader.id(id), std::move(name)});
  if (!reader.sound()) return damaged();
  std::ranges::sort(into.departments, {}, key_of<core::Department>);
  return {};
}

}  // namespace

Result<std::shared_ptr<const core::Directory>> load_directory(Connection& connection) {
  core::Directory::Content content;
  if (auto read = read_what_is_small(connection, content); !read) return std::unexpected(std::move(read.error()));
  auto roles = roles_where(connection, "");
  if (!roles) return std::unexpected(std::move(roles.error()));
  content.roles = std::move(*roles);
  auto users = users_where(connection, "", "");
  if (!users) return std::unexpected(std::move(users.error()));
  content.users = std::move(*users);
  auto tokens = tokens_where(connection, "");
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  content.tokens = std::move(*tokens);

  std::ranges::sort(content.roles, {}, key_of<core::Role>);
  sort_by_login(content.users);
  std::ranges::sort(content.tokens, {}, place_of);
  return std::make_shared<const core::Directory>(std::move(content));
}

Result<std::shared_ptr<const core::Directory>> load_changed(Connection& connection, const core::Directory& before,
                                                            const Uuid& id) {
  core::Directory::Content content = before.content();
  if (auto read = read_what_is_small(connection, content); !read) return std::unexpected(std::move(read.error()));
  auto roles = roles_where(connection, "WHERE id = ?", id.text());
  if (!roles) return std::unexpected(std::move(roles.error()));
  const bool role_is_gone = before.role(id) != nullptr && roles->empty();
  take(content.roles, id, std::move(*roles), key_of<core::Role>);
  if (role_is_gone) {
    for (auto& user : content.users) std::erase(user.roles, id);
  }

  auto users = users_where(connection, "WHERE id = ?", "WHERE user_id = ?", id.text());
  if (!users) return std::unexpected(std::move(users.error()));
  if (before.user(id) != nullptr && users->empty()) {
    std::erase_if(content.tokens, [&](const core::ApiToken& token) { return token.user == id; });
  }
  take(content.users, id, std::move(*users), key_of<core::User>);

  auto tokens = tokens_where(connection, "WHERE id = ?", id.text());
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  take(content.tokens, id, std::move(*tokens), place_of);
  return std::make_shared<const core::Directory>(std::move(content));
}

Result<> begin_change(Connection& connection) {
  return only_error(connection.execute("UPDATE directory_state SET generation = generation + 1"));
}

Result<> insert_user(Connection& connection, const core::User& user) {
  auto done = connection.execute(
      "INSERT INTO users (id, login, login_key, name, department, blocked, allow_empty_password, language, verifier, "
      "avatar, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      user.id.text(), user.login, core::name_key(user.login), user.name, stored(user.department), user.blocked,
      user.allow_empty_password, user.language, user.verifier, user.avatar, stored(user.created), stored(user.changed));
  if (!done) return only_error(std::move(done));
  return insert_roles_of(connection, user);
}

Result<> update_user(Connection& connection, const core::User& user) {
  auto done = connection.execute(
      "UPDATE users SET login = ?, login_key = ?, name = ?, department = ?, blocked = ?, allow_empty_password = ?, "
      "language = ?, verifier = ?, avatar = ?, changed = ? WHERE id = ?",
      user.login, core::name_key(user.login), user.name, stored(user.department), user.blocked,
      user.allow_empty_password, user.language, user.verifier, user.avatar, stored(user.changed), user.id.text());
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
