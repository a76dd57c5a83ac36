#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <thread>

#include "db/source.hpp"
#include "unit/db/database_checks.hpp"
#include "unit/db/private_postgres.hpp"

namespace otklik::db {
namespace {

using namespace std::chrono_literals;

class Postgres : public ::testing::Test {
 protected:
  void SetUp() override {
    connect_ = otklik::testing::PrivatePostgres::instance().fresh_database();
    ASSERT_FALSE(connect_.empty());
  }
  [[nodiscard]] ConnectionOptions options() const { return {.backend = "postgresql", .connect = connect_}; }
  [[nodiscard]] SourceOptions source() const {
    SourceOptions o;
    o.backend = "postgresql";
    o.connect = connect_;
    o.connections = 2;
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
  /// Breaks every other connection to the test's database, as a restart of the server does.
  void break_connections() const {
    PGconn* connection = PQconnectdb(connect_.c_str());
    PQclear(PQexec(connection,
                   "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                   "WHERE datname = current_database() AND pid <> pg_backend_pid()"));
    PQfinish(connection);
  }
  std::string connect_;
};

TEST_F(Postgres, upgrades_a_schema_step_by_step) { checks::upgrades_a_schema_step_by_step(options()); }
TEST_F(Postgres, leaves_nothing_of_a_failed_upgrade) { checks::leaves_nothing_of_a_failed_upgrade(options()); }
TEST_F(Postgres, upgrades_once_when_two_start_at_once) { checks::upgrades_once_when_two_start_at_once(options()); }
TEST_F(Postgres, carries_every_kind_of_value) { checks::carries_every_kind_of_value(options()); }
TEST_F(Postgres, tells_broken_constraints_as_conflicts) { checks::tells_broken_constraints_as_conflicts(options()); }
TEST_F(Postgres, serves_many_threads) { checks::serves_many_threads(options()); }

TEST_F(Postgres, connects_anew_before_a_transaction) {
  auto database = Database::open({.connection = options(), .readers = 1});
  ASSERT_TRUE(database);
  ASSERT_TRUE((*database)->write([](Connection& c) { return c.execute("CREATE TABLE t (a BIGINT)"); }));
  break_connections();
  EXPECT_TRUE((*database)->write([](Connection& c) { return c.execute("INSERT INTO t VALUES (1)"); }));
  EXPECT_TRUE((*database)->read([](Connection& c) { return c.select<std::int64_t>("SELECT a FROM t"); }));
  const auto torn = (*database)->write([&](Connection& c) -> Result<std::int64_t> {
    auto first = c.execute("INSERT INTO t VALUES (2)");
    EXPECT_TRUE(first);
    break_connections();
    return c.execute("INSERT INTO t VALUES (3)");
  });
  ASSERT_FALSE(torn);
  EXPECT_EQ(torn.error().code, ErrorCode::unavailable);
  const auto count = (*database)->read([](Connection& c) { return c.select<std::int64_t>("SELECT COUNT(*) FROM t"); });
  ASSERT_TRUE(count);
  EXPECT_EQ(std::get<0>(count->front()), 1);
}

TEST_F(Postgres, gives_a_source_the_types_of_its_columns) {
  Source s(source());
  const Rows rows = run(s,
                        "SELECT 1::smallint, 2, 3::bigint, true, 1.5::float8, 12.25::numeric, 7::numeric, "
                        "12345678901234567890.123456789::numeric, timestamp '2026-11-22 15:04:05.75', "
                        "timestamptz '2026-11-22 15:04:05+00', date '2026-11-22', '\\x00ff'::bytea, 'Да', NULL, "
                        "(ARRAY[1,2,3])[1:2], 'infinity'::timestamp, '{\"a\":1}'::jsonb");
  ASSERT_EQ(rows.rows.size(), 1U);
  const std::vector<Value> expected{std::int64_t{1},
                                    std::int64_t{2},
                                    std::int64_t{3},
                                    std::int64_t{1},
                                    1.5,
                                    12.25,
                                    std::int64_t{7},
                                    "12345678901234567890.123456789",
                                    "2026-11-22 15:04:05",
                                    "2026-11-22 15:04:05",
                                    "2026-11-22",
                                    std::string("\0\xFF", 2),
                                    "Да",
                                    Value{},
                                    "{1,2}",
                                    "infinity",
                                    "{\"a\": 1}"};
  EXPECT_EQ(rows.rows[0], expected);
}

TEST_F(Postgres, takes_parameters_of_every_kind) {
  Source s(source());
  run(s, "CREATE TABLE t (a int, b text, c float8, d bytea, e timestamp, f boolean)");
  EXPECT_EQ(
      run(s, "INSERT INTO t VALUES (?,?,?,?,?,?)",
          {std::int64_t{5}, "it's :x ?", 0.1, std::string("\x00\xFF\x01", 3), "2026-01-02 03:04:05", std::int64_t{1}})
          .affected,
      1);
  const Rows rows = run(s, "SELECT * FROM t WHERE b = ? AND a = ?", {"it's :x ?", std::int64_t{5}});
  ASSERT_EQ(rows.rows.size(), 1U);
  EXPECT_EQ(rows.rows[0], (std::vector<Value>{std::int64_t{5}, "it's :x ?", 0.1, std::string("\x00\xFF\x01", 3),
                                              "2026-01-02 03:04:05", std::int64_t{1}}));
  EXPECT_EQ(rows.columns.size(), 6U);
  EXPECT_EQ(run(s, "UPDATE t SET a = NULL WHERE f").affected, 1);
  EXPECT_EQ(run(s, "SELECT a FROM t WHERE false").columns, std::vector<std::string>{"a"});
  EXPECT_EQ(run(s, "SELECT '{\"a\":1}'::jsonb ?? 'a'").rows[0][0], Value{std::int64_t{1}});
  EXPECT_EQ(code(s, "SELECT ?::text", {std::string("a\0b", 3)}), ErrorCode::bad_request);
}

TEST_F(Postgres, refuses_wrong_statements_and_serves_the_next) {
  Source s(source());
  const auto nonsense = s.run("SELEKT 1", {});
  ASSERT_FALSE(nonsense);
  EXPECT_EQ(nonsense.error().code, ErrorCode::bad_request);
  EXPECT_NE(nonsense.error().message.find("syntax"), std::string::npos);
  EXPECT_EQ(code(s, "SELECT 1/0"), ErrorCode::bad_request);
  EXPECT_EQ(code(s, "BEGIN"), ErrorCode::bad_request);
  EXPECT_EQ(code(s, "COPY pg_class TO STDOUT"), ErrorCode::bad_request);
  EXPECT_EQ(code(s, "SELECT 1; SELECT 2"), ErrorCode::bad_request);
  run(s, "SET search_path = nowhere");
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(run(s, "SELECT current_setting('search_path') <> 'nowhere'").rows[0][0], Value{std::int64_t{1}});
  }
}

TEST_F(Postgres, cancels_a_slow_query_in_the_server) {
  Source s(source());
  EXPECT_EQ(code(s, "SELECT pg_sleep(600)", {}, 50ms), ErrorCode::timeout);
  Source watcher(source());
  // The server takes the cancel request when it comes to it.
  for (;;) {
    const Rows still =
        run(watcher,
            "SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(600)%' "
            "AND pid <> pg_backend_pid()");
    if (still.rows[0][0] == Value{std::int64_t{0}}) break;
  }
  EXPECT_EQ(run(s, "SELECT 1").rows.size(), 1U);
}

TEST_F(Postgres, stops_at_its_limits_before_the_answer_is_in_memory) {
  SourceOptions small = source();
  small.most_rows = 1000;
  small.most_bytes = 100'000;
  Source s(small);
  EXPECT_EQ(run(s, "SELECT generate_series(1, 1000)").rows.size(), 1000U);
  EXPECT_EQ(code(s, "SELECT generate_series(1, 100000000)"), ErrorCode::too_large);
  EXPECT_EQ(code(s, "SELECT repeat('x', 200000)"), ErrorCode::too_large);
  EXPECT_EQ(run(s, "SELECT 1").rows.size(), 1U);
}

TEST_F(Postgres, writes_nothing_when_read_only) {
  Source writer(source());
  run(writer, "CREATE TABLE t (a int)");
  SourceOptions reading = source();
  reading.read_only = true;
  Source s(reading);
  for (const char* sql : {"INSERT INTO t VALUES (1)", "DROP TABLE t", "CREATE TABLE u (a int)",
                          "WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM x",
                          "SELECT set_config('transaction_read_only', 'off', false)"}) {
    EXPECT_EQ(code(s, sql), ErrorCode::bad_request) << sql;
  }
  (void)s.run("COMMIT", {});
  (void)s.run("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", {});
  (void)s.run("SET TRANSACTION READ WRITE", {});
  EXPECT_EQ(code(s, "INSERT INTO t VALUES (1)"), ErrorCode::bad_request);
  EXPECT_EQ(run(s, "SELECT COUNT(*) FROM t").rows[0][0], Value{std::int64_t{0}});
}

TEST_F(Postgres, opens_a_broken_connection_anew_before_sending_but_never_after) {
  Source s(source());
  run(s, "CREATE TABLE t (a int)");
  break_connections();
  EXPECT_EQ(run(s, "INSERT INTO t VALUES (1)").affected, 1);
  std::jthread killer([this] {
    // waits until the statement runs, then breaks it
    PGconn* connection = PQconnectdb(connect_.c_str());
    for (bool running = false; !running;) {
      PGresult* seen = PQexec(connection,
                              "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(300)%' AND "
                              "state = 'active' AND pid <> pg_backend_pid()");
      running = PQntuples(seen) == 1;
      PQclear(seen);
    }
    PQfinish(connection);
    break_connections();
  });
  EXPECT_EQ(code(s, "INSERT INTO t SELECT 2 FROM pg_sleep(300)"), ErrorCode::unavailable);
  EXPECT_EQ(run(s, "SELECT COUNT(*) FROM t").rows[0][0], Value{std::int64_t{1}});
}

TEST_F(Postgres, says_that_it_cannot_connect) {
  SourceOptions wrong = source();
  wrong.connect = "host=/nowhere dbname=none password=hunter2";
  Source s(wrong);
  const auto rows = s.run("SELECT 1", {});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::unavailable);
  EXPECT_EQ(rows.error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace otklik::db
