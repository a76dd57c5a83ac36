#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "db/source.hpp"
#include "unit/db/temp_folder.hpp"

namespace otklik::db {
namespace {

using namespace std::chrono_literals;

class SqliteSource : public ::testing::Test {
 protected:
  SqliteSource() {
    Source source(options());
    run(source, "CREATE TABLE t (a INTEGER, b TEXT, c)");
  }
  [[nodiscard]] SourceOptions options() const {
    SourceOptions o;
    o.backend = "sqlite3";
    o.connect = folder_ / "source.db";
    return o;
  }
  static Rows run(Source& source, std::string_view sql, std::vector<Value> parameters = {}) {
    auto rows = source.run(sql, parameters);
    EXPECT_TRUE(rows) << sql << ": " << rows.error().message;
    return rows ? std::move(*rows) : Rows{};
  }
  static ErrorCode code(Source& source, std::string_view sql, std::vector<Value> parameters = {},
                        std::chrono::milliseconds timeout = 0ms) {
    auto rows = source.run(sql, parameters, timeout);
    EXPECT_FALSE(rows) << sql;
    return rows ? ErrorCode::internal : rows.error().code;
  }
  otklik::testing::TempFolder folder_;
};

TEST_F(SqliteSource, gives_each_value_the_type_it_has) {
  Source source(options());
  EXPECT_EQ(run(source, "INSERT INTO t VALUES (?,?,?)", {std::int64_t{9'007'199'254'740'993}, "Да?", 1.5}).affected, 1);
  run(source, "INSERT INTO t VALUES (?,?,?)", {Value{}, std::string("a\0b", 3), std::string("\xFF\0", 2)});
  const Rows rows = run(source, "SELECT a, b, c, 1+1 AS sum FROM t ORDER BY rowid");
  EXPECT_EQ(rows.columns, (std::vector<std::string>{"a", "b", "c", "sum"}));
  ASSERT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(rows.rows[0], (std::vector<Value>{std::int64_t{9'007'199'254'740'993}, "Да?", 1.5, std::int64_t{2}}));
  EXPECT_EQ(rows.rows[1],
            (std::vector<Value>{Value{}, std::string("a\0b", 3), std::string("\xFF\0", 2), std::int64_t{2}}));
  EXPECT_EQ(rows.affected, 0);
  EXPECT_EQ(run(source, "UPDATE t SET b = 'x'").affected, 2);
}

TEST_F(SqliteSource, refuses_wrong_statements_with_the_databases_own_words) {
  Source source(options());
  EXPECT_EQ(code(source, "SELECT ?"), ErrorCode::bad_request);
  EXPECT_EQ(code(source, "SELECT ?", {Value{}, Value{}}), ErrorCode::bad_request);
  EXPECT_EQ(code(source, "SELECT :a", {}), ErrorCode::bad_request);
  EXPECT_EQ(code(source, "SELECT 1; SELECT 2"), ErrorCode::bad_request);
  const auto nonsense = source.run("SELEKT 1", {});
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().code, ErrorCode::bad_request);
  EXPECT_NE(nonsense.error().message.find("SELEKT"), std::string::npos);
  run(source, "CREATE UNIQUE INDEX u ON t (a)");
  run(source, "INSERT INTO t (a) VALUES (1)");
  EXPECT_EQ(code(source, "INSERT INTO t (a) VALUES (1)"), ErrorCode::bad_request);
}

TEST_F(SqliteSource, reaches_no_other_file_and_keeps_no_transaction) {
  Source source(options());
  for (const std::string& sql :
       {std::string("ATTACH '") + (folder_ / "other.db") + "' AS other",
        std::string("VACUUM INTO '") + (folder_ / "copy.db") + "'", std::string("BEGIN"), std::string("SAVEPOINT a"),
        std::string("PRAGMA journal_mode = DELETE"), std::string("PRAGMA user_version = 5"),
        std::string("SELECT load_extension('x')"), std::string("PRAGMA writable_schema = ON")}) {
    EXPECT_EQ(code(source, sql), ErrorCode::bad_request) << sql;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "copy.db"));
  EXPECT_EQ(run(source, "PRAGMA table_info(t)").rows.size(), 3U);
}

TEST_F(SqliteSource, stops_an_endless_query_and_serves_the_next) {
  SourceOptions one = options();
  one.connections = 1;
  Source source(one);
  EXPECT_EQ(
      code(source, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n", {}, 30ms),
      ErrorCode::timeout);
  EXPECT_EQ(run(source, "SELECT 1").rows.size(), 1U);
}

TEST_F(SqliteSource, stops_waiting_for_another_programs_lock) {
  Source source(options());
  std::promise<void> locked;
  std::promise<void> release;
  // A long write holds the lock: a trigger-free way is a statement that runs until we let it.
  SourceOptions other = options();
  Source holder(other);
  std::jthread thread([&] {
    locked.set_value();
    auto done = holder.run(
        "INSERT INTO t (a) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0",
        {}, 600ms);
    EXPECT_FALSE(done);
  });
  locked.get_future().wait();
  // Whether the lock is held already or not, the answer is one of the two, and in time.
  const auto got = source.run("INSERT INTO t (a) VALUES (2)", {}, 50ms);
  EXPECT_TRUE(got || got.error().code == ErrorCode::timeout);
}

TEST_F(SqliteSource, stops_at_its_limits_of_rows_and_bytes) {
  SourceOptions small = options();
  small.most_rows = 3;
  small.most_bytes = 1000;
  Source source(small);
  const char* rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n";
  EXPECT_EQ(run(source, rows, {std::int64_t{3}}).rows.size(), 3U);
  EXPECT_EQ(code(source, rows, {std::int64_t{4}}), ErrorCode::too_large);
  EXPECT_EQ(code(source, "SELECT printf('%.*c', 900, 'x'), printf('%.*c', 900, 'x')"), ErrorCode::too_large);
  EXPECT_EQ(code(source, "SELECT hex(zeroblob(5000))"), ErrorCode::too_large);
  EXPECT_EQ(run(source, "SELECT 1").rows.size(), 1U);
}

TEST_F(SqliteSource, writes_nothing_when_read_only) {
  SourceOptions reading = options();
  reading.read_only = true;
  Source source(reading);
  EXPECT_EQ(code(source, "INSERT INTO t (a) VALUES (1)"), ErrorCode::bad_request);
  EXPECT_EQ(code(source, "DROP TABLE t"), ErrorCode::bad_request);
  EXPECT_EQ(run(source, "SELECT COUNT(*) FROM t").rows[0][0], Value{std::int64_t{0}});
}

TEST_F(SqliteSource, says_when_no_connection_came_free) {
  SourceOptions one = options();
  one.connections = 1;
  Source source(one);
  std::promise<void> running;
  std::jthread slow([&] {
    running.set_value();
    (void)source.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n", {}, 400ms);
  });
  running.get_future().wait();
  // It may still get in before the slow one does; sooner or later it finds the pool empty.
  for (;;) {
    const auto got = source.run("SELECT 1", {}, 20ms);
    if (got) {
      std::this_thread::yield();
      continue;
    }
    EXPECT_EQ(got.error().code, ErrorCode::too_many);
    break;
  }
}

TEST_F(SqliteSource, serves_many_threads) {
  Source source(options());
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const auto got = source.run("SELECT ?", std::vector<Value>{std::int64_t{t}});
        EXPECT_TRUE(got && got->rows[0][0] == Value{std::int64_t{t}});
      }
    });
  }
}

TEST_F(SqliteSource, says_that_it_cannot_connect) {
  SourceOptions wrong = options();
  wrong.connect = folder_ / "no/such.db";
  Source source(wrong);
  EXPECT_EQ(code(source, "SELECT 1"), ErrorCode::unavailable);
  wrong.backend = "oracle";
  Source unknown(wrong);
  EXPECT_EQ(code(unknown, "SELECT 1"), ErrorCode::bad_request);
}

}  // namespace
}  // namespace otklik::db
