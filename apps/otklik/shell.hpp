#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "operation.hpp"

namespace otklik::app {

/// What every command takes, and what the chosen one does. An Operation is performed by the server that works on the
/// data folder, or, when none does, by this very process.
struct Shell {
  std::string data = "./var";
  bool json = false;
  std::string config;                    ///< `--config`: another settings file
  std::vector<std::string> assignments;  ///< `--set key=value`
  std::function<int()> chosen;           ///< set by the parsed command; its result is the exit status

  /// Performs and prints: 0 done, 1 refused or failed with one line on standard error.
  int perform(const Operation& operation) const;
  /// Likewise, without printing the result.
  Result<std::string> ask(const Operation& operation) const;
  /// Prints one line on standard error; the exit status of a failure.
  static int fail_with(const Error& error);
  /// Prints a result as JSON or for people.
  void print(std::string_view result) const;
};

/// A password from the terminal (asked twice, not echoed) or, when standard input is no terminal, its first line.
/// Errors: `bad_request` when the two differ or nothing could be read.
Result<std::string> read_password(const std::string& prompt);

/// Text for people from a JSON result: a list of objects as a table, an object as `key: value` lines, a text as it is.
std::string for_people(std::string_view json);

}  // namespace otklik::app
