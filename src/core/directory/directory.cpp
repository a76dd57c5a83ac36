#include "core/directory/directory.hpp"

#include <algorithm>
#include <cstring>

#include "core/directory/rules.hpp"

namespace otklik::core {
namespace {

template <class Things>
const typename Things::value_type* at(const Things& things, const auto& index, const auto& key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : &things[found->second];
}

}  // namespace

std::size_t Directory::TokenHashHash::operator()(const TokenHash& hash) const noexcept {
  std::size_t h = 0;  // a hash of a secret is as good as random already
  std::memcpy(&h, hash.data(), sizeof h);
  return h;
}

Directory::Directory(Content content) : content_(std::move(content)) {
  const auto index = [](const auto& things, ById& by_id) {
    by_id.reserve(things.size());
    for (std::size_t i = 0; i < things.size(); ++i) by_id.emplace(things[i].id, i);
  };
  index(content_.users, user_by_id_);
  index(content_.roles, role_by_id_);
  index(content_.departments, department_by_id_);
  index(content_.tokens, token_by_id_);
  for (std::size_t i = 0; i < content_.users.size(); ++i) user_by_key_.emplace(name_key(content_.users[i].login), i);
  for (std::size_t i = 0; i < content_.users.size(); ++i) user_by_name_.emplace(name_key(content_.users[i].name), i);
  for (std::size_t i = 0; i < content_.users.size(); ++i) {
    if (!content_.users[i].avatar.empty()) user_by_avatar_.emplace(content_.users[i].avatar, i);
  }
  for (std::size_t i = 0; i < content_.roles.size(); ++i) role_by_key_.emplace(name_key(content_.roles[i].name), i);
  for (std::size_t i = 0; i < content_.departments.size(); ++i) {
    department_by_key_.emplace(name_key(content_.departments[i].name), i);
  }
  for (std::size_t i = 0; i < content_.tokens.size(); ++i) token_by_hash_.emplace(content_.tokens[i].hash, i);
}

const User* Directory::user(const Uuid& id) const noexcept { return at(content_.users, user_by_id_, id); }
const User* Directory::user_by_login(std::string_view login) const {
  return at(content_.users, user_by_key_, name_key(login));
}
const User* Directory::find_user(std::string_view login_or_id) const {
  if (const User* found = user_by_login(login_or_id)) return found;
  const auto id = Uuid::parse(login_or_id);
  return id ? user(*id) : nullptr;
}
std::vector<const User*> Directory::users_named(std::string_view name) const {
  std::vector<const User*> users;
  const auto [begin, end] = user_by_name_.equal_range(name_key(name));
  for (auto at = begin; at != end; ++at) users.push_back(&content_.users[at->second]);
  return users;
}
const User* Directory::user_by_avatar(std::string_view file_name) const {
  return at(content_.users, user_by_avatar_, file_name);
}
const Role* Directory::role(const Uuid& id) const noexcept { return at(content_.roles, role_by_id_, id); }
const Role* Directory::role_by_name(std::string_view name) const {
  return at(content_.roles, role_by_key_, name_key(name));
}
const Role* Directory::find_role(std::string_view name_or_id) const {
  if (const Role* found = role_by_name(name_or_id)) return found;
  const auto id = Uuid::parse(name_or_id);
  return id ? role(*id) : nullptr;
}
const Department* Directory::department(const Uuid& id) const noexcept {
  return at(content_.departments, department_by_id_, id);
}
const Department* Directory::department_by_name(std::string_view name) const {
  return at(content_.departments, department_by_key_, name_key(name));
}
const ApiToken* Directory::token(const Uuid& id) const noexcept { return at(content_.tokens, token_by_id_, id); }
const ApiToken* Directory::token_by_hash(const TokenHash& hash) const noexcept {
  return at(content_.tokens, token_by_hash_, hash);
}

Privileges Directory::privileges_of(const User& user) const noexcept {
  Privileges all;
  for (const Uuid& id : user.roles) {
    if (const Role* found = role(id)) all.add(found->privileges);
  }
  return all;
}

Identity Directory::identity_of(const User& user) const {
  return {.user = user.id, .login = user.login, .name = user.name, .privileges = privileges_of(user), .token = {}};
}

Identity Directory::identity_of(const User& user, const ApiToken& token) const {
  Identity identity = identity_of(user);
  identity.privileges = identity.privileges.common_with(token.scopes);
  identity.token = token.id;
  return identity;
}

std::size_t Directory::administrators() const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      content_.users, [this](const User& u) { return !u.blocked && privileges_of(u).has(Privilege::admin_manage); }));
}

std::size_t Directory::holders_of(const Uuid& role) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      content_.users, [&](const User& u) { return std::ranges::find(u.roles, role) != u.roles.end(); }));
}

}  // namespace otklik::core
