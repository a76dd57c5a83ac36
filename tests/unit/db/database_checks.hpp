#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "db/database.hpp"
#include "db/schema.hpp"

/// What both databases must do alike. SQLite's tests run these on a file, PostgreSQL's on a server.
namespace otklik::db::checks {

inline std::vector<Upgrade> two_upgrades() {
  return {{1,
           "things",
           {"CREATE TABLE things (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, weight DOUBLE PRECISION)",
            "CREATE TABLE parts (id BIGINT NOT NULL PRIMARY KEY, thing BIGINT NOT NULL REFERENCES things(id))"}},
          {2, "colours", {"ALTER TABLE things ADD COLUMN colour TEXT"}}};
}

inline void upgrades_a_schema_step_by_step(const ConnectionOptions& options) {
  auto connection = Connection::open(options);
  ASSERT_TRUE(connection) << connection.error().message;
  const auto upgrades = two_upgrades();
  EXPECT_EQ(schema_version(**connection), 0);
  EXPECT_EQ(upgrade_schema(**connection, std::span(upgrades).first(1)), 0);
  EXPECT_EQ(schema_version(**connection), 1);
  EXPECT_EQ(upgrade_schema(**connection, upgrades), 1);
  EXPECT_EQ(upgrade_schema(**connection, upgrades), 2);
  const auto newer = upgrade_schema(**connection, std::span(upgrades).first(1));
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::unavailable);
  EXPECT_NE(newer.error().message.find("newer"), std::string::npos);
}

inline void leaves_nothing_of_a_failed_upgrade(const ConnectionOptions& options) {
  auto connection = Connection::open(options);
  ASSERT_TRUE(connection);
  const std::vector<Upgrade> bad{{1, "broken", {"CREATE TABLE half (id BIGINT)", "CREATE TABLE half (id BIGINT)"}}};
  const auto done = upgrade_schema(**connection, bad);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message.find("CREATE"), std::string::npos) << "SQL reached the caller";
  EXPECT_EQ(schema_version(**connection), 0);
  EXPECT_FALSE((*connection)->select<std::int64_t>("SELECT COUNT(*) FROM half"));
}

inline void upgrades_once_when_two_start_at_once(const ConnectionOptions& options) {
  const auto upgrades = two_upgrades();
  std::atomic<int> fine = 0;
  {
    std::vector<std::jthread> starters;
    for (int i = 0; i < 4; ++i) {
      starters.emplace_back([&] {
        auto connection = Connection::open(options);
        if (connection && upgrade_schema(**connection, upgrades)) ++fine;
      });
    }
  }
  EXPECT_EQ(fine, 4);
  auto connection = Connection::open(options);
  EXPECT_EQ(schema_version(**connection), 2);
}

inline void carries_every_kind_of_value(const ConnectionOptions& options) {
  auto connection = Connection::open(options);
  ASSERT_TRUE(connection);
  const auto upgrades = two_upgrades();
  ASSERT_TRUE(upgrade_schema(**connection, upgrades));
  constexpr std::int64_t big = 9'007'199'254'740'993;
  EXPECT_EQ((*connection)
                ->execute("INSERT INTO things (id, name, weight, colour) VALUES (?, ?, ?, ?)", big,
                          "Ёлка 'в' : кавычках?", 0.1, std::nullopt),
            1);
  const auto rows = (*connection)
                        ->select<std::int64_t, std::string, double, std::optional<std::string>>(
                            "SELECT id, name, weight, colour FROM things WHERE id = ?", big);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front(), std::tuple(big, std::string("Ёлка 'в' : кавычках?"), 0.1, std::optional<std::string>()));
  EXPECT_EQ((*connection)->execute("UPDATE things SET colour = ? WHERE id = ?", std::optional<std::string>("red"), 1),
            0);
}

inline void tells_broken_constraints_as_conflicts(const ConnectionOptions& options) {
  auto connection = Connection::open(options);
  ASSERT_TRUE(connection);
  const auto upgrades = two_upgrades();
  ASSERT_TRUE(upgrade_schema(**connection, upgrades));
  ASSERT_TRUE((*connection)->execute("INSERT INTO things (id, name) VALUES (1, 'a')"));
  const auto twice = (*connection)->execute("INSERT INTO things (id, name) VALUES (2, 'a')");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::conflict);
  const auto orphan = (*connection)->execute("INSERT INTO parts (id, thing) VALUES (1, 99)");
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().code, ErrorCode::conflict);
}

inline void serves_many_threads(const ConnectionOptions& options) {
  {
    auto first = Connection::open(options);
    ASSERT_TRUE(first);
    const auto upgrades = two_upgrades();
    ASSERT_TRUE(upgrade_schema(**first, upgrades));
  }
  auto database = Database::open({.connection = options});
  ASSERT_TRUE(database) << database.error().message;

  const auto dropped = (*database)->write([](Connection& c) -> Result<std::int64_t> {
    auto done = c.execute("INSERT INTO things (id, name) VALUES (1000, 'gone')");
    if (!done) return done;
    return fail(ErrorCode::bad_request, "changed my mind");
  });
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().message, "changed my mind");

  std::atomic<int> fine = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 25; ++i) {
          const int id = t * 100 + i;
          if ((*database)->write([&](Connection& c) {
                return c.execute("INSERT INTO things (id, name) VALUES (?, ?)", id, std::to_string(id));
              })) {
            ++fine;
          }
          const auto seen = (*database)->read(
              [&](Connection& c) { return c.select<std::int64_t>("SELECT COUNT(*) FROM things WHERE id = ?", id); });
          EXPECT_TRUE(seen && std::get<0>(seen->front()) == 1) << "a reader does not see what was acknowledged";
        }
      });
    }
  }
  EXPECT_EQ(fine, 100);
  const auto count =
      (*database)->read([](Connection& c) { return c.select<std::int64_t>("SELECT COUNT(*) FROM things"); });
  ASSERT_TRUE(count);
  EXPECT_EQ(std::get<0>(count->front()), 100);
  const auto written = (*database)->read(
      [](Connection& c) { return c.execute("INSERT INTO things (id, name) VALUES (5000, 'by a reader')"); });
  EXPECT_FALSE(written) << "a reader wrote";
  const auto faults = (*database)->read([](Connection& c) { return check(c); });
  ASSERT_TRUE(faults);
  EXPECT_TRUE(faults->empty());
}

}  // namespace otklik::db::checks
