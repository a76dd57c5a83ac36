#include "shell.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "control_socket.hpp"
#include "data_folder.hpp"
#include "server.hpp"

namespace otklik::app {
namespace {

/// Switches the terminal's echo off while it lives.
class Silence {
 public:
  Silence() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~Silence() {
    if (active_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
  bool active_ = false;
};

Result<std::string> ask_silently(const std::string& prompt) {
  std::fputs(prompt.c_str(), stderr);
  std::string line;
  const Silence silence;
  const bool read = static_cast<bool>(std::getline(std::cin, line));
  std::fputc('\n', stderr);
  if (!read) return fail(ErrorCode::bad_request, "no password was given");
  return line;
}

}  // namespace

Result<std::string> read_password(const std::string& prompt) {
  if (::isatty(STDIN_FILENO) == 0) {
    std::string line;
    if (!std::getline(std::cin, line)) return fail(ErrorCode::bad_request, "no password on standard input");
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }
  auto first = ask_silently(prompt + ": ");
  if (!first) return first;
  const auto second = ask_silently(prompt + " once more: ");
  if (!second) return second;
  if (*first != *second) return fail(ErrorCode::bad_request, "the two passwords differ");
  return first;
}

int Shell::fail_with(const Error& error) {
  std::fprintf(stderr, "otklik: %s\n", error.message.c_str());
  return 1;
}

void Shell::print(std::string_view result) const {
  const std::string text = json ? std::string(result) : for_people(result);
  if (!text.empty()) std::printf("%s\n", text.c_str());
}

Result<std::string> Shell::ask(const Operation& operation) const {
  const auto folder = DataFolder::open(data);
  if (!folder) return std::unexpected(folder.error());
  if (auto answer = ask_running_server(folder->control_socket(), operation)) return std::move(*answer);
  return perform_without_server(*this, operation);
}

int Shell::perform(const Operation& operation) const {
  const auto answer = ask(operation);
  if (!answer) return fail_with(answer.error());
  print(*answer);
  return 0;
}

}  // namespace otklik::app
