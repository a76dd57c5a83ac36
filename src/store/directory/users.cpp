#include <algorithm>
#include <utility>

#include "store/directory/directory_change.hpp"

namespace otklik::store {
namespace {

using core::Directory;
using core::User;

std::unexpected<Error> no_user(std::string_view who) {
  return fail(ErrorCode::not_found, fmt::format("there is no user \"{}\"", who));
}

Result<std::vector<Uuid>> role_ids(const Directory& directory, const std::vector<std::string>& names) {
  std::vector<Uuid> ids;
  for (const auto& name : names) {
    const core::Role* role = directory.find_role(name);
    if (role == nullptr) return fail(ErrorCode::not_found, fmt::format("there is no role \"{}\"", name));
    ids.push_back(role->id);
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

Result<> check_login_is_free(const Directory& directory, std::string_view login, const Uuid& his_own) {
  const User* other = directory.user_by_login(login);
  if (other == nullptr || other->id == his_own) return {};
  return fail(ErrorCode::conflict, fmt::format("there is a user \"{}\" already", other->login));
}

// The GUID of a department of that name, made when new.
Result<Uuid> department_named(db::Connection& connection, const Directory& directory, const std::string& name) {
  if (name.empty()) return Uuid{};
  if (auto fits = core::check_name("the department's name", name); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  if (const core::Department* known = directory.department_by_name(name)) return known->id;
  const core::Department made{.id = Uuid::random(), .name = name};
  if (auto done = insert_department(connection, made); !done) return std::unexpected(std::move(done.error()));
  return made.id;
}

Result<> check_card(const User& user) {
  if (auto fits = core::check_login(user.login); !fits) return fits;
  if (auto fits = core::check_name("the user's name", user.name); !fits) return fits;
  return core::check_language(user.language);
}

Result<> apply_roles(const Directory& directory, const UserChange& change, std::vector<Uuid>& roles) {
  if (change.roles) {
    auto ids = role_ids(directory, *change.roles);
    if (!ids) return std::unexpected(std::move(ids.error()));
    roles = std::move(*ids);
  }
  auto added = role_ids(directory, change.add_roles);
  if (!added) return std::unexpected(std::move(added.error()));
  auto removed = role_ids(directory, change.remove_roles);
  if (!removed) return std::unexpected(std::move(removed.error()));
  roles.insert(roles.end(), added->begin(), added->end());
  std::erase_if(roles, [&](const Uuid& id) { return std::ranges::binary_search(*removed, id); });
  std::ranges::sort(roles);
  roles.erase(std::ranges::unique(roles).begin(), roles.end());
  return {};
}

}  // namespace

Result<std::string> DirectoryStore::verifier_for(std::string_view password, bool allow_empty) {
  if (password.empty()) {
    if (!options_->allow_empty_passwords) {
      return fail(ErrorCode::bad_request, "an empty password is not allowed on this server (allow_empty_passwords)");
    }
    if (!allow_empty) {
      return fail(ErrorCode::bad_request, "an empty password is not allowed for this user (allow_empty_password)");
    }
  } else if (auto fits = core::check_password(password, options_->passwords); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  return maker_.verifier_of(password);
}

Result<User> DirectoryStore::add_user(NewUser given, std::string_view by) {
  User user{.id = Uuid::random(),
            .login = std::move(given.login),
            .name = std::move(given.name),
            .department = {},
            .blocked = given.blocked,
            .allow_empty_password = given.allow_empty_password,
            .language = std::move(given.language),
            .verifier = {},
            .roles = {}};
  if (user.name.empty()) user.name = user.login;
  if (auto fits = check_card(user); !fits) return std::unexpected(std::move(fits.error()));
  // Before the slow hash, and again inside the transaction.
  if (auto is_free = check_login_is_free(*directory(), user.login, {}); !is_free) {
    return std::unexpected(std::move(is_free.error()));
  }
  if (given.password) {
    auto verifier = verifier_for(*given.password, user.allow_empty_password);
    if (!verifier) return std::unexpected(std::move(verifier.error()));
    user.verifier = std::move(*verifier);
  }
  auto changed =
      change("user.add", user.login, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        if (auto is_free = check_login_is_free(before, user.login, {}); !is_free) {
          return std::unexpected(std::move(is_free.error()));
        }
        auto roles = role_ids(before, given.roles);
        if (!roles) return std::unexpected(std::move(roles.error()));
        user.roles = std::move(*roles);
        auto department = department_named(connection, before, given.department);
        if (!department) return department;
        user.department = *department;
        user.created = user.changed = clock_.now();
        if (auto done = insert_user(connection, user); !done) return std::unexpected(std::move(done.error()));
        return user.id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *changed->second->user(changed->first);
}

Result<User> DirectoryStore::set_user(std::string_view who, UserChange given, std::string_view by) {
  auto changed = change("user.set", who, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
    const User* found = before.find_user(who);
    if (found == nullptr) return no_user(who);
    User user = *found;
    if (given.login) user.login = *given.login;
    if (given.name) user.name = *given.name;
    if (given.language) user.language = *given.language;
    if (given.blocked) user.blocked = *given.blocked;
    if (given.allow_empty_password) user.allow_empty_password = *given.allow_empty_password;
    if (auto fits = check_card(user); !fits) return std::unexpected(std::move(fits.error()));
    if (auto is_free = check_login_is_free(before, user.login, user.id); !is_free) {
      return std::unexpected(std::move(is_free.error()));
    }
    if (auto done = apply_roles(before, given, user.roles); !done) return std::unexpected(std::move(done.error()));
    if (given.department) {
      auto department = department_named(connection, before, *given.department);
      if (!department) return department;
      user.department = *department;
    }
    user.changed = clock_.now();
    if (auto done = update_user(connection, user); !done) return std::unexpected(std::move(done.error()));
    return user.id;
  });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *changed->second->user(changed->first);
}

Result<User> DirectoryStore::block_user(std::string_view who, bool blocked, std::string_view by) {
  auto changed = change(blocked ? "user.block" : "user.unblock", who, by,
                        [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
                          const User* found = before.find_user(who);
                          if (found == nullptr) return no_user(who);
                          User user = *found;
                          user.blocked = blocked;
                          user.changed = clock_.now();
                          if (auto done = update_user(connection, user); !done)
                            return std::unexpected(std::move(done.error()));
                          return user.id;
                        });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *changed->second->user(changed->first);
}

Result<User> DirectoryStore::set_password(std::string_view who, std::string_view password, std::string_view by) {
  const auto now = directory();
  const User* known = now->find_user(who);
  if (known == nullptr) return no_user(who);
  auto verifier = verifier_for(password, known->allow_empty_password);
  if (!verifier) return std::unexpected(std::move(verifier.error()));
  auto changed =
      change("user.passwd", who, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        const User* found = before.find_user(who);
        if (found == nullptr) return no_user(who);
        User user = *found;
        user.verifier = *verifier;
        user.changed = clock_.now();
        if (auto done = update_user(connection, user); !done) return std::unexpected(std::move(done.error()));
        return user.id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *changed->second->user(changed->first);
}

Result<> DirectoryStore::renew_verifier(const Uuid& id, const std::string& before, std::string renewed,
                                        std::string_view by) {
  const auto now = directory();
  const User* known = now->user(id);
  if (known == nullptr || known->verifier != before) return {};
  const auto changed = change("user.rehash", known->login, by,
                              [&](db::Connection& connection, const Directory& directory) -> Result<Uuid> {
                                const User* found = directory.user(id);
                                if (found == nullptr || found->verifier != before)
                                  return fail(ErrorCode::conflict, "he has another password");
                                User user = *found;
                                user.verifier = std::move(renewed);
                                if (auto done = update_user(connection, user); !done)
                                  return std::unexpected(std::move(done.error()));
                                return id;
                              });
  if (!changed && changed.error().code != ErrorCode::conflict) return std::unexpected(changed.error());
  return {};
}

Result<std::string> DirectoryStore::set_avatar(std::string_view who, std::string_view file_name, std::string_view by) {
  std::string before_it;
  auto changed =
      change("user.avatar", who, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        const User* found = before.find_user(who);
        if (found == nullptr) return no_user(who);
        User user = *found;
        before_it = std::exchange(user.avatar, std::string(file_name));
        user.changed = clock_.now();
        if (auto done = update_user(connection, user); !done) return std::unexpected(std::move(done.error()));
        return user.id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return before_it;
}

Result<User> DirectoryStore::remove_user(std::string_view who, std::string_view by) {
  User removed;
  auto changed =
      change("user.remove", who, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        const User* found = before.find_user(who);
        if (found == nullptr) return no_user(who);
        removed = *found;
        if (auto done = delete_user(connection, removed.id); !done) return std::unexpected(std::move(done.error()));
        return removed.id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return removed;
}

}  // namespace otklik::store
