#include "scenario/sql_sources.hpp"

#include <gtest/gtest.h>

#include <future>
#include <semaphore>

namespace otklik::scenario {
namespace {

struct Gate {
  std::counting_semaphore<> reached{0}, open{0};
};

/// A database that answers with its name, and when it is let go.
SqlSource named(const std::string& name, std::shared_ptr<Gate> gate = nullptr) {
  return {[name, gate](std::string_view, std::span<const db::Value>, std::chrono::milliseconds) -> Result<db::Rows> {
            if (gate) {
              gate->reached.release();
              gate->open.acquire();
            }
            db::Rows rows;
            rows.columns = {name};
            return rows;
          },
          1};
}

class Sources : public testing::Test {
 protected:
  std::future<std::string> ask(std::string_view source) {
    auto promise = std::make_shared<std::promise<std::string>>();
    auto answer = promise->get_future();
    sources_.ask(source, "select 1", {}, std::chrono::milliseconds(0), [promise](Result<db::Rows> rows) {
      promise->set_value(rows ? rows->columns.at(0) : rows.error().message);
    });
    return answer;
  }
  static std::map<std::string, std::optional<SqlSource>> change(const std::string& name,
                                                                std::optional<SqlSource> source) {
    std::map<std::string, std::optional<SqlSource>> changed;
    changed.emplace(name, std::move(source));
    return changed;
  }

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  SqlSources sources_{{{"crm", named("first", gate_)}}, 10};
};

TEST_F(Sources, answer_what_they_were_asked_although_others_have_taken_their_place) {
  auto at_work = ask("crm");
  auto queued = ask("crm");
  sources_.use(change("crm", named("second")));
  EXPECT_EQ(ask("crm").get(), "second");
  gate_->open.release(2);
  EXPECT_EQ(at_work.get(), "first");
  EXPECT_EQ(queued.get(), "first");
  sources_.use(change("crm", named("third")));  // and sweeps the first
  EXPECT_EQ(ask("crm").get(), "third");
}

TEST_F(Sources, come_and_go) {
  EXPECT_EQ(ask("other").get(), "There is no data source of that name");
  sources_.use(change("other", named("new")));
  EXPECT_EQ(ask("other").get(), "new");
  sources_.use(change("other", std::nullopt));
  EXPECT_EQ(ask("other").get(), "There is no data source of that name");
}

TEST_F(Sources, end_with_a_replaced_one_still_at_work) {
  auto at_work = ask("crm");
  gate_->reached.acquire();
  sources_.use(change("crm", std::nullopt));
  gate_->open.release();
  sources_.stop();
  EXPECT_EQ(at_work.get(), "first");
}

TEST(ChangedSources, are_those_that_are_new_other_or_gone) {
  const db::SourceOptions one{.backend = "sqlite3", .connect = "a.db"};
  const db::SourceOptions other{.backend = "sqlite3", .connect = "b.db"};
  const auto changed = changed_sources({{"same", one}, {"other", one}, {"gone", one}},
                                       {{"same", one}, {"other", other}, {"new", one}});
  ASSERT_EQ(changed.size(), 3U);
  EXPECT_TRUE(changed.at("other"));
  EXPECT_TRUE(changed.at("new"));
  EXPECT_FALSE(changed.at("gone"));
}

}  // namespace
}  // namespace otklik::scenario
