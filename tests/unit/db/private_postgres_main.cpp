/// The private PostgreSQL for suites that are no C++: a line on standard input is an order, a line on standard output its
/// answer. `fresh`: a new database, as `database.connect` takes it; `kill`, `start`: `done`. Ends with its input.
#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "unit/db/private_postgres.hpp"

int main() {
  auto& postgres = otklik::testing::PrivatePostgres::instance();
  for (std::string order; std::getline(std::cin, order);) {
    if (order == "fresh") {
      const std::string connect = postgres.fresh_database();
      std::cout << (connect.empty() ? "failed: " + postgres.failure() : connect) << std::endl;
    } else if (order == "kill") {
      postgres.kill();
      std::cout << "done" << std::endl;
    } else if (order == "start") {
      postgres.start_again();
      std::cout << (postgres.failure().empty() ? "done" : "failed: " + postgres.failure()) << std::endl;
    } else {
      std::cout << "failed: no such order" << std::endl;
    }
  }
}
