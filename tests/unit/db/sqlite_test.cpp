#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

#include "unit/db/database_checks.hpp"
#include "unit/db/temp_folder.hpp"

namespace otklik::db {
namespace {

class Sqlite : public ::testing::Test {
 protected:
  [[nodiscard]] ConnectionOptions options() const { return {.file = folder_ / "имя = с пробелом.db"}; }
  otklik::testing::TempFolder folder_;
};

TEST_F(Sqlite, upgrades_a_schema_step_by_step) { checks::upgrades_a_schema_step_by_step(options()); }
TEST_F(Sqlite, leaves_nothing_of_a_failed_upgrade) { checks::leaves_nothing_of_a_failed_upgrade(options()); }
TEST_F(Sqlite, upgrades_once_when_two_start_at_once) { checks::upgrades_once_when_two_start_at_once(options()); }
TEST_F(Sqlite, carries_every_kind_of_value) { checks::carries_every_kind_of_value(options()); }
TEST_F(Sqlite, tells_broken_constraints_as_conflicts) { checks::tells_broken_constraints_as_conflicts(options()); }
TEST_F(Sqlite, serves_many_threads) { checks::serves_many_threads(options()); }

TEST_F(Sqlite, makes_its_files_readable_by_their_owner_only) {
  auto connection = Connection::open(options());
  ASSERT_TRUE(connection);
  ASSERT_TRUE((*connection)->execute("CREATE TABLE t (a BIGINT)"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat found{};
    ASSERT_EQ(::stat((options().file + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(Sqlite, syncs_every_commit_and_watches_foreign_keys) {
  auto connection = Connection::open(options());
  ASSERT_TRUE(connection);
  const auto pragma = [&](const char* sql) { return std::get<0>((*connection)->select<std::string>(sql)->front()); };
  EXPECT_EQ(pragma("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(pragma("PRAGMA synchronous"), "2");
  EXPECT_EQ(pragma("PRAGMA foreign_keys"), "1");
  EXPECT_EQ(pragma("PRAGMA busy_timeout"), "10000");
}

TEST_F(Sqlite, says_that_a_file_is_no_database) {
  std::ofstream(options().file) << std::string(8192, 'x');
  const auto connection = Connection::open(options());
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().message.find(folder_.path()), std::string::npos) << "a path reached the caller";
}

TEST_F(Sqlite, says_that_a_folder_is_missing) {
  const auto connection = Connection::open({.file = folder_ / "no/such/folder.db"});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, ErrorCode::unavailable);
}

TEST_F(Sqlite, loads_no_back_end_but_the_two_it_knows) {
  const auto connection = Connection::open({.backend = "empty", .file = folder_ / "x"});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, ErrorCode::bad_request);
}

TEST_F(Sqlite, finds_a_row_whose_parent_is_gone) {
  auto connection = Connection::open(options());
  ASSERT_TRUE(connection);
  ASSERT_TRUE((*connection)->execute("CREATE TABLE parents (id BIGINT NOT NULL PRIMARY KEY)"));
  ASSERT_TRUE((*connection)->execute("CREATE TABLE children (id BIGINT, parent BIGINT REFERENCES parents(id))"));
  ASSERT_TRUE((*connection)->execute("PRAGMA foreign_keys = OFF"));
  ASSERT_TRUE((*connection)->execute("INSERT INTO children VALUES (1, 7)"));
  const auto faults = check(**connection);
  ASSERT_TRUE(faults) << faults.error().message;
  ASSERT_EQ(faults->size(), 1U);
  EXPECT_NE(faults->front().find("children"), std::string::npos);
}

TEST_F(Sqlite, finds_a_damaged_page) {
  {
    auto connection = Connection::open(options());
    ASSERT_TRUE(connection);
    ASSERT_TRUE((*connection)->execute("CREATE TABLE t (a TEXT PRIMARY KEY)"));
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE((*connection)->execute("INSERT INTO t VALUES (?)", std::to_string(i) + std::string(100, 'x')));
    }
  }
  {
    std::fstream file(options().file, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 3);
    file << std::string(4096, '\x5A');
  }
  auto connection = Connection::open(options());
  ASSERT_TRUE(connection);
  const auto faults = check(**connection);
  EXPECT_TRUE(!faults || !faults->empty());
}

TEST_F(Sqlite, keeps_what_nobody_waits_for_and_drops_what_fails) {
  {
    auto database = Database::open({.connection = options()});
    ASSERT_TRUE(database);
    ASSERT_TRUE((*database)->write([](Connection& c) { return c.execute("CREATE TABLE t (a BIGINT)"); }));
    const auto add = [](std::int64_t n, bool keep) {
      return [n, keep](Connection& c) -> Result<> {
        if (auto done = c.execute("INSERT INTO t VALUES (?)", n); !done) return std::unexpected(done.error());
        if (!keep) return fail(ErrorCode::failed);
        return {};
      };
    };
    ASSERT_TRUE((*database)->write_later(add(1, true)));
    ASSERT_TRUE((*database)->write_later(add(2, false)));
  }
  auto connection = Connection::open(options());
  ASSERT_TRUE(connection);
  const auto rows = (*connection)->select<std::int64_t>("SELECT a FROM t");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(std::get<0>(rows->front()), 1);
}

TEST_F(Sqlite, says_that_another_program_holds_the_lock) {
  ConnectionOptions quick = options();
  quick.busy_timeout = std::chrono::seconds(0);
  auto one = Connection::open(quick);
  auto other = Connection::open(quick);
  ASSERT_TRUE(one && other);
  ASSERT_TRUE((*one)->begin(Access::write));
  const auto second = (*other)->begin(Access::write);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  (*one)->rollback();
  EXPECT_TRUE((*other)->begin(Access::write));
}

}  // namespace
}  // namespace otklik::db
