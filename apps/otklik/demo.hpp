#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "data_folder.hpp"
#include "operation.hpp"

namespace otklik::app {

class Server;

/// A login of the demo company, as printed and kept in `demo-logins.txt`.
struct DemoLogin {
  std::string login;
  std::string password;  ///< empty: only its hash is known
};

/// Writes the demo company's scenarios and pages where none of that name lie yet.
Result<> write_demo_files(const DataFolder& folder);

/// Makes the demo company's roles, users, lines and numbers in a folder that has no users yet; otherwise changes nothing. Passwords are
/// random, or `OTKLIK_DEMO_PASSWORD` for all; they are kept in `demo-logins.txt`, which only its owner reads.
Result<> make_demo_company(Server& server, const DataFolder& folder);

/// What `demo-logins.txt` holds; empty when there is no such file.
std::vector<DemoLogin> read_demo_logins(const DataFolder& folder);

}  // namespace otklik::app
