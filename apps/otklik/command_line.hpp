#pragma once

namespace otklik::app {

/// Does what the arguments say. The exit status: 0 done, 1 refused or failed with one line on standard error, 2 wrong
/// usage.
int run_command_line(int argc, char** argv);

}  // namespace otklik::app
