#include "store/schema.hpp"

namespace otklik::store {

// One SQL for both databases: TEXT, BIGINT and SMALLINT; GUIDs as their text; moments in microseconds since 1970, UTC;
// yes and no as 1 and 0; a *_key column holds the lower-case form (core::name_key) that is unique.
std::span<const db::Upgrade> schema() {
  static const std::vector<db::Upgrade> steps{
      {1,
       "users, roles, departments, API tokens",
       {
           "CREATE TABLE directory_state ("
           "  only_row SMALLINT NOT NULL PRIMARY KEY CHECK (only_row = 1),"
           "  generation BIGINT NOT NULL)",
           "INSERT INTO directory_state (only_row, generation) VALUES (1, 1)",

           "CREATE TABLE departments ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  name TEXT NOT NULL,"
           "  name_key TEXT NOT NULL UNIQUE)",

           "CREATE TABLE users ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  login TEXT NOT NULL,"
           "  login_key TEXT NOT NULL UNIQUE,"
           "  name TEXT NOT NULL,"
           "  department TEXT REFERENCES departments(id),"
           "  blocked SMALLINT NOT NULL,"
           "  allow_empty_password SMALLINT NOT NULL,"
           "  language TEXT NOT NULL,"
           "  verifier TEXT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  changed BIGINT NOT NULL)",
           "CREATE INDEX users_department ON users (department)",

           "CREATE TABLE roles ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  name TEXT NOT NULL,"
           "  name_key TEXT NOT NULL UNIQUE,"
           "  privileges TEXT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  changed BIGINT NOT NULL)",

           "CREATE TABLE user_roles ("
           "  user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,"
           "  role_id TEXT NOT NULL REFERENCES roles(id) ON DELETE CASCADE,"
           "  PRIMARY KEY (user_id, role_id))",
           "CREATE INDEX user_roles_role ON user_roles (role_id)",

           "CREATE TABLE api_tokens ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,"
           "  name TEXT NOT NULL,"
           "  hash TEXT NOT NULL UNIQUE,"
           "  scopes TEXT NOT NULL,"
           "  created BIGINT NOT NULL,"
           "  expires BIGINT,"
           "  last_used BIGINT,"
           "  revoked BIGINT)",
           "CREATE INDEX api_tokens_user ON api_tokens (user_id)",
       }},
      {2,
       "stored files",
       {
           // user_id refers to nobody: a file outlives its user. path_key is the SHA-256 of the path, since an index
           // of PostgreSQL takes no text as long as a path may be.
           "CREATE TABLE files ("
           "  id TEXT NOT NULL PRIMARY KEY,"
           "  area TEXT NOT NULL,"
           "  path TEXT NOT NULL,"
           "  path_key TEXT NOT NULL,"
           "  name TEXT NOT NULL,"
           "  size BIGINT NOT NULL,"
           "  sha256 TEXT NOT NULL,"
           "  user_id TEXT,"
           "  login TEXT NOT NULL,"
           "  stored BIGINT NOT NULL,"
           "  chain TEXT,"
           "  state TEXT NOT NULL,"
           "  held SMALLINT NOT NULL)",
           "CREATE UNIQUE INDEX files_place ON files (area, path_key)",
           "CREATE INDEX files_age ON files (area, stored, id)",
           "CREATE INDEX files_all_ages ON files (stored, id)",
           "CREATE INDEX files_user ON files (user_id, stored)",
           "CREATE INDEX files_chain ON files (chain)",
           "CREATE INDEX files_unsettled ON files (state) WHERE state <> 'whole'",
       }},
      {3, "pictures of users", {"ALTER TABLE users ADD COLUMN avatar TEXT NOT NULL DEFAULT ''"}},
  };
  return steps;
}

}  // namespace otklik::store
