#include <algorithm>

#include "store/directory/directory_change.hpp"

namespace otklik::store {
namespace {

using core::ApiToken;
using core::Directory;

// By GUID, or by name among the tokens that were not revoked.
Result<const ApiToken*> find_token(const Directory& directory, std::string_view which) {
  if (const auto id = Uuid::parse(which)) {
    if (const ApiToken* found = directory.token(*id)) return found;
  }
  const ApiToken* found = nullptr;
  for (const ApiToken& token : directory.tokens()) {
    if (token.revoked || core::name_key(token.name) != core::name_key(which)) continue;
    if (found != nullptr) {
      return fail(ErrorCode::conflict, fmt::format("several tokens are named \"{}\": give the GUID of one", which));
    }
    found = &token;
  }
  if (found == nullptr) return fail(ErrorCode::not_found, fmt::format("there is no token \"{}\"", which));
  return found;
}

}  // namespace

Result<CreatedToken> DirectoryStore::create_token(TokenRequest request, std::string_view by) {
  if (auto fits = core::check_name("the token's name", request.name); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  const core::NewToken made = maker_.new_token();
  auto changed = change(
      "token.create", request.name, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        const core::User* user = before.find_user(request.user);
        if (user == nullptr) return fail(ErrorCode::not_found, fmt::format("there is no user \"{}\"", request.user));
        const core::Privileges has = before.privileges_of(*user);
        const core::Privileges scopes = request.scopes.value_or(has);
        if (scopes == core::Privileges{})
          return fail(ErrorCode::bad_request, "a token without any privilege opens nothing");
        if (!(scopes.common_with(has) == scopes)) {
          return fail(ErrorCode::bad_request,
                      fmt::format("the user \"{}\" has not all of these privileges", user->login));
        }
        const Time now = clock_.now();
        if (request.expires && *request.expires <= now) {
          return fail(ErrorCode::bad_request, "the token would have expired already");
        }
        std::size_t valid = 0;
        for (const ApiToken& other : before.tokens()) {
          if (other.user != user->id || other.revoked) continue;
          ++valid;
          if (core::name_key(other.name) == core::name_key(request.name)) {
            return fail(ErrorCode::conflict,
                        fmt::format("the user \"{}\" has a token \"{}\" already", user->login, other.name));
          }
        }
        if (valid >= options_->most_tokens_of_a_user) {
          return fail(ErrorCode::too_many,
                      fmt::format("a user has at most {} tokens", options_->most_tokens_of_a_user));
        }
        const ApiToken token{.id = Uuid::random(),
                             .user = user->id,
                             .name = request.name,
                             .hash = made.hash,
                             .scopes = scopes,
                             .created = now,
                             .expires = request.expires,
                             .last_used = {},
                             .revoked = {}};
        if (auto done = insert_token(connection, token); !done) return std::unexpected(std::move(done.error()));
        return token.id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return CreatedToken{.token = *changed->second->token(changed->first), .text = made.text};
}

Result<ApiToken> DirectoryStore::revoke_token(std::string_view which, std::string_view by) {
  auto changed =
      change("token.revoke", which, by, [&](db::Connection& connection, const Directory& before) -> Result<Uuid> {
        auto token = find_token(before, which);
        if (!token) return std::unexpected(std::move(token.error()));
        if ((*token)->revoked) return (*token)->id;
        if (auto done = store::revoke_token(connection, (*token)->id, clock_.now()); !done) {
          return std::unexpected(std::move(done.error()));
        }
        return (*token)->id;
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *changed->second->token(changed->first);
}

}  // namespace otklik::store
