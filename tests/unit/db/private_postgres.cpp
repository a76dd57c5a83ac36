#include "unit/db/private_postgres.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

namespace otklik::testing {
namespace {

constexpr const char* bin = "/usr/lib/postgresql/15/bin/";

struct Child {
  pid_t pid = -1;
  int output = -1;  // both streams
};

// PostgreSQL refuses to run as root: then it runs as an account that owns nothing.
const passwd* account() {
  if (::geteuid() != 0) return nullptr;
  if (const passwd* postgres = ::getpwnam("postgres")) return postgres;
  return ::getpwnam("nobody");
}

Child spawn(const std::vector<std::string>& command, const std::string& folder) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  const passwd* user = account();
  const uid_t uid = user == nullptr ? 0 : user->pw_uid;
  const gid_t gid = user == nullptr ? 0 : user->pw_gid;
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  static char lc[] = "LC_ALL=C";
  static char path[] = "PATH=/usr/bin:/bin";
  char* environment[] = {lc, path, nullptr};

  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], 1);
    ::dup2(ends[1], 2);
    if (user != nullptr && (::setgid(gid) != 0 || ::setuid(uid) != 0)) ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which clears it
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    ::execve(arguments[0], arguments.data(), environment);
    ::_exit(127);
  }
  ::close(ends[1]);
  return {pid, ends[0]};
}

// Reads until `until` was said, or to the end.
std::string read_until(int fd, std::string_view until) {
  std::string said;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;) {
    said.append(buffer, static_cast<std::size_t>(n));
    if (!until.empty() && said.find(until) != std::string::npos) break;
  }
  return said;
}

}  // namespace

PrivatePostgres& PrivatePostgres::instance() {
  static PrivatePostgres server;
  return server;
}

PrivatePostgres::PrivatePostgres() { start(); }

void PrivatePostgres::start() {
  const std::string initdb = std::string(bin) + "initdb";
  if (::access(initdb.c_str(), X_OK) != 0) {
    failure_ = initdb + " is missing: install the package postgresql-15";
    return;
  }
  if (const passwd* user = account();
      user != nullptr && ::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
    failure_ = "the folder for PostgreSQL cannot be given away";
    return;
  }
  const Child init = spawn({initdb, "-D", folder_ / "data", "-A", "trust", "-U", "otklik", "-E", "UTF8", "--no-locale",
                            "-N", "--no-instructions"},
                           folder_.path());
  const std::string said = read_until(init.output, {});
  ::close(init.output);
  int status = -1;
  ::waitpid(init.pid, &status, 0);
  if (status != 0) {
    failure_ = "initdb failed: " + said;
    return;
  }
  run_server();
}

void PrivatePostgres::run_server() {
  const Child server = spawn({std::string(bin) + "postgres", "-D", folder_ / "data", "-k", folder_.path(), "-F", "-c",
                              "listen_addresses=", "-c", "log_min_messages=log", "-c", "max_connections=40", "-c",
                              "autovacuum=off", "-c", "timezone=UTC"},
                             folder_.path());
  server_ = server.pid;
  const std::string log = read_until(server.output, "ready to accept connections");
  if (log.find("ready to accept connections") == std::string::npos) failure_ = "postgres does not start: " + log;
  // The end of the pipe stays open: the server writes a few lines more, and never fills it.
}

PrivatePostgres::~PrivatePostgres() { kill(); }

void PrivatePostgres::kill() {
  if (server_ <= 0) return;
  ::kill(server_, SIGQUIT);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

void PrivatePostgres::start_again() {
  kill();
  run_server();
}

std::string PrivatePostgres::fresh_database() {
  if (!failure_.empty()) {
    ADD_FAILURE() << failure_;
    return {};
  }
  const std::string name = fmt::format("test_{}", ++made_);
  const std::string where = fmt::format("host={} user=otklik ", folder_.path());
  PGconn* connection = PQconnectdb((where + "dbname=postgres").c_str());
  PGresult* result = PQexec(connection, ("CREATE DATABASE " + name).c_str());
  if (PQresultStatus(result) != PGRES_COMMAND_OK) ADD_FAILURE() << PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
  return where + "dbname=" + name;
}

}  // namespace otklik::testing
