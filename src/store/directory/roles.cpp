#include "store/directory/directory_change.hpp"

namespace otklik::store {
namespace {

using core::Directory;
using core::Role;

std::unexpected<Error> no_role(std::string_view which) {
  return fail(ErrorCode::not_found, fmt::format("there is no role \"{}\"", which));
}

Result<> check_role(const Directory& directory, const Role& role) {
  if (auto fits = core::check_name("the role's name", role.name); !fits) return fits;
  const Role* other = directory.role_by_name(role.name);
  if (other == nullptr || other->id == role.id) return {};
  return fail(ErrorCode::conflict, fmt::format("there is a role \"{}\" already", other->name));
}

}  // namespace

Result<Role> DirectoryStore::add_role(std::string name, core::Privileges privileges, std::string_view by) {
  Role role{.id = Uuid::random(), .name = std::move(name), .privileges = privileges};
  auto changed =
      change("role.add", role.name, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        if (auto fits = check_role(before, role); !fits) return std::unexpected(std::move(fits.error()));
        role.created = role.changed = clock_.now();
        if (auto done = insert_role(connection, role); !done) return std::unexpected(std::move(done.error()));
        return role.id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *changed->second->role(changed->first);
}

Result<Role> DirectoryStore::set_role(std::string_view which, RoleChange given, std::string_view by) {
  auto changed =
      change("role.set", which, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        const Role* found = before.find_role(which);
        if (found == nullptr) return no_role(which);
        Role role = *found;
        if (given.name) role.name = *given.name;
        if (given.privileges) role.privileges = *given.privileges;
        if (auto fits = check_role(before, role); !fits) return std::unexpected(std::move(fits.error()));
        role.changed = clock_.now();
        if (auto done = update_role(connection, role); !done) return std::unexpected(std::move(done.error()));
        return role.id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *changed->second->role(changed->first);
}

Result<Role> DirectoryStore::remove_role(std::string_view which, bool force, std::string_view by) {
  Role removed;
  auto changed =
      change("role.remove", which, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        const Role* found = before.find_role(which);
        if (found == nullptr) return no_role(which);
        removed = *found;
        if (const auto holders = before.holders_of(removed.id); holders > 0 && !force) {
          return fail(ErrorCode::state_not_allowed,
                      fmt::format("{} users have the role \"{}\"; force takes it from them", holders, removed.name));
        }
        if (auto done = delete_role(connection, removed.id); !done) return std::unexpected(std::move(done.error()));
        return removed.id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return removed;
}

}  // namespace otklik::store
