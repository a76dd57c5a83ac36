#pragma once
#include <sys/types.h>

#include <string>

#include "unit/db/temp_folder.hpp"

namespace otklik::testing {

/// A PostgreSQL of the test program's own: a cluster in a temporary folder, one Unix socket, no TCP. It is started by
/// the first test that asks and ends with the program, however that ends.
class PrivatePostgres {
 public:
  /// The one of this program. Fails the test when PostgreSQL cannot be started; connect() is empty then.
  static PrivatePostgres& instance();
  ~PrivatePostgres();
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;

  /// A fresh, empty database, as SOCI takes it.
  std::string fresh_database();

  /// Ends the server as a crash of its machine would, or starts it again on what it has; its databases stay.
  void kill();
  void start_again();

  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  PrivatePostgres();
  void start();
  void run_server();

  TempFolder folder_;
  std::string failure_;
  pid_t server_ = -1;
  int made_ = 0;
};

}  // namespace otklik::testing
