/// What a change of the directory costs when it is large: processor time of the change itself, and of reading it whole.
/// `bench_directory [users] [changes]`; SQLite in a temporary folder.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "db/schema.hpp"
#include "store/directory/directory_rows.hpp"
#include "store/directory/directory_store.hpp"
#include "store/schema.hpp"

namespace {

using namespace otklik;

struct CheapMaker final : core::CredentialMaker {
  Result<std::string> verifier_of(std::string_view) override { return std::string(97, 'v'); }
  core::NewToken new_token() override {
    core::NewToken token;
    token.text = "otk_" + std::to_string(++made);
    for (int i = 0; i < 4; ++i) token.hash[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(made >> (8 * i));
    return token;
  }
  int made = 0;
};

double processor_milliseconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1000 + static_cast<double>(t.tv_usec) / 1000;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// As many users as a large company has, each with two roles and a token, written straight into the tables.
void fill(db::Database& database, const core::Directory& roles, int users) {
  must(database.write([&](db::Connection& connection) -> Result<> {
    for (int i = 0; i < users; ++i) {
      core::User user{.id = Uuid::random(), .login = fmt::format("сотрудник{}", i)};
      user.name = fmt::format("Сотрудник Номер {}", i);
      user.verifier = std::string(97, 'v');
      for (const auto& role : roles.roles()) user.roles.push_back(role.id);
      if (auto done = store::insert_user(connection, user); !done) return done;
      core::ApiToken token{.id = Uuid::random(), .user = user.id, .name = "t"};
      token.hash[31] = 1;
      for (std::size_t b = 0; b < 4; ++b) token.hash[b] = static_cast<std::uint8_t>(i >> (8 * b));
      if (auto done = store::insert_token(connection, token); !done) return done;
    }
    return {};
  }));
}

}  // namespace

int main(int argc, char** argv) {
  const int users = argc > 1 ? std::atoi(argv[1]) : 5000;
  const int changes = argc > 2 ? std::atoi(argv[2]) : 20;
  const std::string folder = std::filesystem::temp_directory_path() / fmt::format("otklik-bench-{}", ::getpid());
  std::filesystem::create_directory(folder);
  {
    const db::ConnectionOptions where{.file = folder + "/bench.db"};
    must(db::upgrade_schema(*must(db::Connection::open(where)), store::schema()));
    auto database = must(db::Database::open({.connection = where}));
    CheapMaker maker;
    const WallClock clock;
    auto store = must(store::DirectoryStore::open(*database, maker, clock, {}));
    core::Privileges all;
    all.add(core::Privilege::admin_manage);
    must(store->add_role("administrator", all, "bench"));
    must(store->add_role("operator", all, "bench"));
    fill(*database, *store->directory(), users);
    must(store->reload("bench"));

    const auto measure = [&](std::string_view what, auto each) {
      const double before = processor_milliseconds();
      const auto began = std::chrono::steady_clock::now();
      for (int i = 0; i < changes; ++i) each(i);
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
      fmt::print("{:<28} {:8.2f} ms of processor time, {:8.2f} ms\n", what,
                 (processor_milliseconds() - before) / changes, took.count() / changes);
    };
    fmt::print("{} users, {} times each\n", users, changes);
    measure("reading it whole", [&](int) { must(store->reload("bench")); });
    measure("a user's name",
            [&](int i) { must(store->set_user("сотрудник7", {.name = fmt::format("Имя {}", i)}, "bench")); });
    measure("a new user", [&](int i) { must(store->add_user({.login = fmt::format("new{}", i)}, "bench")); });
    measure("a user gone", [&](int i) { must(store->remove_user(fmt::format("new{}", i), "bench")); });
    measure("a new token",
            [&](int i) { must(store->create_token({.user = "сотрудник9", .name = fmt::format("t{}", i)}, "bench")); });
    measure("a role's privileges", [&](int i) {
      core::Privileges now = all;
      if (i % 2 == 0) now.add(core::Privilege::operate);
      must(store->set_role("operator", {.privileges = now}, "bench"));
    });
  }
  std::filesystem::remove_all(folder);
}
