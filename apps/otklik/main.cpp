#include <sys/stat.h>

#include <csignal>

#include "command_line.hpp"

int main(int argc, char** argv) {
  ::umask(0077);  // what this program makes belongs to its owner alone
  // Who starts us may ignore it, and that is inherited: the ends of plugins would be lost.
  std::signal(SIGCHLD, SIG_DFL);  // NOLINT(cert-err33-c)
  return otklik::app::run_command_line(argc, argv);
}
