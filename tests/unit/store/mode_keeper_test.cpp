#include "store/states/mode_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <latch>

#include "core/core.hpp"
#include "core/states/desk.hpp"
#include "db/schema.hpp"
#include "store/directory/directory_store.hpp"
#include "store/event_log/event_log.hpp"
#include "store/event_log/feed.hpp"
#include "store/schema.hpp"
#include "unit/db/temp_folder.hpp"
#include "unit/store/place.hpp"

namespace otklik::store {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class NoMaker final : public core::CredentialMaker {
 public:
  Result<std::string> verifier_of(std::string_view) override { return "verifier"; }
  core::NewToken new_token() override { return {}; }
};

/// One server after the other on one data folder.
class ModeKeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    {
      auto connection = db::Connection::open(place_->options());
      ASSERT_TRUE(connection) << connection.error().message;
      ASSERT_TRUE(db::upgrade_schema(**connection, schema()));
    }
    start();
    ASSERT_TRUE(people_->add_user({.login = "ivan"}, "shell"));
    ASSERT_TRUE(people_->add_user({.login = "maria"}, "shell"));
    ivan_ = people_->directory()->user_by_login("ivan")->id;
    maria_ = people_->directory()->user_by_login("maria")->id;
    tell_directory();
  }
  void TearDown() override { stop(); }

  void start() {
    auto log = FileEventLog::open({.folder = folder_ / "events"}, clock_);
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
    feed_ = std::make_unique<FileEventFeed>(*log_);
    auto database = db::Database::open({.connection = place_->options()});
    ASSERT_TRUE(database) << database.error().message;
    database_ = std::move(*database);
    auto people = DirectoryStore::open(*database_, maker_, clock_, {});
    ASSERT_TRUE(people) << people.error().message;
    people_ = std::move(*people);
    core_ = std::make_unique<core::Core>(*log_, clock_);
    core_->tell(core::ServerStarted{"1"});
    keeper_ = std::make_unique<ModeKeeper>(*database_, *feed_);
    tell_directory();
  }
  void stop() {
    keeper_.reset();
    if (core_) core_->stop();
    if (log_) log_->stop();
    core_.reset();
    people_.reset();
    database_.reset();
    feed_.reset();
    log_.reset();
  }
  void tell_directory() {
    core_->tell(core::DirectoryChanged{.what = "load", .key = {}, .by = {}, .directory = people_->directory()});
  }
  core::StateOutcome request(const Uuid& user, const core::StateRequest& wanted) {
    core::StateDesk desk(*core_);
    core::StateOutcome came;
    std::latch told(1);
    desk.request({.user = user, .login = {}, .wanted = wanted, .by = "test"}, [&](Result<core::StateOutcome> outcome) {
      if (outcome) came = std::move(*outcome);
      told.count_down();
    });
    told.wait();
    return came;
  }
  std::vector<core::UserStateRestored> restored() {
    auto all = keeper_->restored();
    EXPECT_TRUE(all) << all.error().message;
    return all ? *all : std::vector<core::UserStateRestored>{};
  }

  std::unique_ptr<otklik::testing::Place> place_ = otklik::testing::fresh_place();
  otklik::testing::TempFolder folder_;
  WallClock clock_;
  NoMaker maker_;
  std::unique_ptr<FileEventLog> log_;
  std::unique_ptr<FileEventFeed> feed_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<DirectoryStore> people_;
  std::unique_ptr<core::Core> core_;
  std::unique_ptr<ModeKeeper> keeper_;
  Uuid ivan_, maria_;
};

TEST_F(ModeKeeperTest, restores_what_the_events_say) {
  EXPECT_THAT(restored(), IsEmpty());
  request(ivan_, {.on_callcenter = true, .on_lunch = true, .reason_id = 4});
  request(maria_, {.state = 3});
  stop();
  start();
  const auto all = restored();
  ASSERT_THAT(all, SizeIs(2));
  const auto& ivan = all[0].user == ivan_ ? all[0] : all[1];
  const auto& maria = all[0].user == maria_ ? all[0] : all[1];
  EXPECT_TRUE(ivan.modes.on_callcenter);
  EXPECT_TRUE(ivan.modes.on_lunch);
  EXPECT_EQ(ivan.reason.id, 4);
  EXPECT_EQ(ivan.login, "ivan");
  EXPECT_EQ(maria.chosen, core::ChosenState::away);
}

TEST_F(ModeKeeperTest, forgets_who_has_chosen_nothing_any_more) {
  request(ivan_, {.on_callcenter = true});
  request(ivan_, {.on_callcenter = false});
  stop();
  start();
  EXPECT_THAT(restored(), IsEmpty());
}

TEST_F(ModeKeeperTest, reads_on_from_the_summary) {
  request(ivan_, {.on_callcenter = true});
  request(maria_, {.state = 5});
  ASSERT_TRUE(keeper_->summarize(core_->overview()->states, feed_->last_sequence()));
  request(maria_, {.state = 1});
  stop();
  start();
  const auto all = restored();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].user, ivan_);
}

TEST_F(ModeKeeperTest, holds_on_to_the_summary_when_the_log_was_begun_anew) {
  request(ivan_, {.on_callcenter = true});
  ASSERT_TRUE(keeper_->summarize(core_->overview()->states, feed_->last_sequence()));
  stop();
  std::filesystem::remove_all(folder_ / "events");
  start();
  const auto all = restored();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_TRUE(all[0].modes.on_callcenter);
}

TEST_F(ModeKeeperTest, writes_a_summary_whenever_enough_has_happened) {
  std::latch summarized(1);
  bool told = false;
  keeper_->follow(
      [&] {
        if (!std::exchange(told, true)) summarized.count_down();
        return core_->overview();
      },
      3);
  for (int i = 0; i < 4; ++i) request(ivan_, {.on_callcenter = i % 2 == 0});
  summarized.wait();
  keeper_->stop();
  const auto rows = database_->read([](db::Connection& connection) {
    return connection.select<std::int64_t>("SELECT sequence FROM user_modes_cursor");
  });
  ASSERT_TRUE(rows);
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_GT(std::get<0>(rows->front()), 0);
}

TEST_F(ModeKeeperTest, takes_a_user_out_of_the_summary_who_is_removed) {
  request(ivan_, {.on_callcenter = true});
  ASSERT_TRUE(people_->remove_user("ivan", "shell"));
  ASSERT_TRUE(keeper_->summarize(core_->overview()->states, feed_->last_sequence()));
  stop();
  start();
  EXPECT_THAT(restored(), IsEmpty());
}

}  // namespace
}  // namespace otklik::store
