#include "store/records/record_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "db/schema.hpp"
#include "store/event_log/event_log.hpp"
#include "store/event_log/feed.hpp"
#include "store/schema.hpp"
#include "unit/db/temp_folder.hpp"
#include "unit/store/place.hpp"

namespace otklik::store {
namespace {

using namespace core;
using namespace std::chrono_literals;
using ::testing::ElementsAre;

/// One server after the other on one log and one database.
class Records : public ::testing::Test {
 protected:
  void SetUp() override {
    {
      auto connection = db::Connection::open(place_->options());
      ASSERT_TRUE(connection) << connection.error().message;
      const auto upgraded = db::upgrade_schema(**connection, schema());
      ASSERT_TRUE(upgraded) << upgraded.error().message;
    }
    start();
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
  }
  void stop() {
    keeper_.reset();
    feed_.reset();
    log_.reset();
    database_.reset();
  }
  /// Puts an event into the log at that second; its number.
  std::uint64_t tell(EventBody body, int second) {
    std::promise<Result<std::uint64_t>> written;
    auto number = written.get_future();
    LogEntry entry{.event = {.at = at(second), .body = std::move(body)},
                   .done = [&](Result<std::uint64_t> result) { written.set_value(std::move(result)); }};
    log_->append({&entry, 1});
    last_ = number.get().value_or(0);
    return last_;
  }
  /// Follows the log until all that was told is in the records, and ends.
  void keep(RecordOptions options = {}) {
    keeper_ = std::make_unique<RecordKeeper>(*database_, *feed_, clock_, options);
    keeper_->start();
    EXPECT_TRUE(keeper_->wait_for(last_, 60s));
    keeper_.reset();
  }
  /// The rows of a SELECT of one text column.
  std::vector<std::string> texts(std::string_view sql) {
    auto rows = database_->read([&](db::Connection& connection) { return connection.select<std::string>(sql); });
    EXPECT_TRUE(rows) << rows.error().message;
    std::vector<std::string> out;
    if (!rows) return out;
    for (auto& [text] : *rows) out.push_back(std::move(text));
    return out;
  }
  std::int64_t number(std::string_view sql) {
    auto rows = database_->read([&](db::Connection& connection) { return connection.select<std::int64_t>(sql); });
    EXPECT_TRUE(rows) << rows.error().message;
    return rows && !rows->empty() ? std::get<0>(rows->front()) : -1;
  }

  static Time at(int second) { return Time(std::chrono::seconds(1'800'000'000 + second)); }
  static Party ivan() {
    return {.line = Uuid::parse("070aafb0-f47c-4df5-a01f-7bb08ceee269").value(),
            .line_number = "16001",
            .user = Uuid::parse("7cf84c23-2736-4fc8-9bf7-bfbb4778fb01").value(),
            .login = "ivan",
            .name = "Иван Петров",
            .number = "101"};
  }
  static Party outsider() {
    return {.line_number = "13001",
            .number = "89161234567",
            .trunk = Uuid::parse("e76c86ea-a28a-4519-b4ff-8879a92c62b7").value()};
  }

  /// A call from outside to ivan, answered and ended; in seconds from `from` on.
  void tell_call(const Uuid& chain, int from) {
    const Uuid a = Uuid::random();
    const Uuid b = Uuid::random();
    const Uuid call = Uuid::random();
    const Uuid talk = Uuid::random();
    tell(ChainBegan{.chain = chain, .origin = ChainOrigin::trunk, .caller = outsider(), .dialled = "101"}, from);
    tell(LegBegan{.leg = a, .chain = chain, .party = outsider()}, from);
    tell(CallBegan{.call = call, .chain = chain, .caller = outsider(), .number = "101"}, from);
    tell(LegBegan{.leg = b, .chain = chain, .placed = true, .party = ivan()}, from + 1);
    tell(RingStarted{.call = call, .chain = chain, .leg = b, .party = ivan(), .caller = outsider(), .number = "101"},
         from + 1);
    tell(RingStopped{.call = call,
                     .chain = chain,
                     .leg = b,
                     .party = ivan(),
                     .caller = outsider(),
                     .answered = true,
                     .began = at(from + 1)},
         from + 5);
    tell(LegAnswered{.leg = b, .chain = chain, .party = ivan()}, from + 5);
    tell(CallEnded{.call = call, .chain = chain, .answered = true, .party = ivan(), .began = at(from)}, from + 5);
    tell(CommutationBegan{.commutation = talk,
                          .chain = chain,
                          .a_leg = a,
                          .b_leg = b,
                          .a = outsider(),
                          .b = ivan(),
                          .type = ConnectionType::outer_inner,
                          .dialled = "101",
                          .recorded = true},
         from + 5);
    tell(CommutationEnded{.commutation = talk,
                          .chain = chain,
                          .a_leg = a,
                          .b_leg = b,
                          .a = outsider(),
                          .b = ivan(),
                          .began = at(from + 5)},
         from + 65);
    tell(LegEnded{.leg = a, .chain = chain, .party = outsider(), .began = at(from), .answered = true}, from + 65);
    tell(LegEnded{.leg = b, .chain = chain, .party = ivan(), .began = at(from + 1), .answered = true}, from + 65);
    tell(ChainEnded{.chain = chain, .began = at(from), .talked = 60s}, from + 65);
  }

  std::unique_ptr<otklik::testing::Place> place_ = otklik::testing::fresh_place();
  otklik::testing::TempFolder folder_;
  WallClock clock_;
  std::unique_ptr<FileEventLog> log_;
  std::unique_ptr<FileEventFeed> feed_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<RecordKeeper> keeper_;
  std::uint64_t last_ = 0;
};

TEST_F(Records, hold_the_whole_journey_of_a_call) {
  const Uuid chain = Uuid::random();
  tell_call(chain, 0);
  keep();
  EXPECT_THAT(texts("SELECT id FROM call_chains"), ElementsAre(chain.text()));
  EXPECT_EQ(number("SELECT ended - began FROM call_chains"), 65'000'000);
  EXPECT_EQ(number("SELECT talked_ms FROM call_chains"), 60'000);
  EXPECT_EQ(number("SELECT count(*) FROM call_legs WHERE ended IS NOT NULL"), 2);
  EXPECT_EQ(number("SELECT ended - began FROM call_rings"), 4'000'000);
  EXPECT_EQ(number("SELECT answered FROM call_attempts"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM record_gaps"), 0);
}

TEST_F(Records, show_a_talk_in_the_shape_that_integrators_read) {
  tell_call(Uuid::random(), 0);
  keep();
  EXPECT_EQ(number("SELECT ConnectionType FROM A_Stat_Connections_1x1"), 5);
  EXPECT_EQ(number("SELECT IsRecorded FROM A_Stat_Connections_1x1"), 1);
  EXPECT_THAT(
      texts("SELECT ALineNum || ' ' || AOutNumber || ' ' || AUserId || ' ' || AStr FROM A_Stat_Connections_1x1"),
      ElementsAre("13001 89161234567 00000000-0000-0000-0000-000000000000 89161234567"));
  EXPECT_THAT(
      texts("SELECT BLineNum || ' ' || BOutNumber || ' ' || BUserId || ' ' || BStr FROM A_Stat_Connections_1x1"),
      ElementsAre("16001 101 7cf84c23-2736-4fc8-9bf7-bfbb4778fb01 Иван Петров"));
  EXPECT_THAT(texts("SELECT TimeStart FROM A_Stat_Connections_1x1"), ElementsAre(local_text(at(5))));
  EXPECT_THAT(texts("SELECT TimeStop FROM A_Stat_Connections_1x1"), ElementsAre(local_text(at(65))));
}

TEST_F(Records, show_missed_calls_and_states_of_users) {
  tell(UserMissedCall{.user = ivan().user,
                      .login = "ivan",
                      .line = ivan().line,
                      .call = Uuid::random(),
                      .chain = Uuid::random(),
                      .caller = outsider(),
                      .number = "101",
                      .began = at(1)},
       20);
  UserStateChanged state{.user = ivan().user, .login = "ivan", .from = UserState::ready, .to = UserState::on_break};
  tell(state, 21);
  state.reason.id = 1001;
  tell(state, 22);
  keep();
  EXPECT_THAT(texts("SELECT Number || ' ' || AOutNumber FROM A_Stat_MissedCalls"), ElementsAre("101 89161234567"));
  EXPECT_THAT(texts("SELECT TimeStart FROM A_Stat_MissedCalls"), ElementsAre(local_text(at(1))));
  EXPECT_EQ(number("SELECT sum(ICode) FROM A_UserStateHistory"), 1000);
  EXPECT_EQ(number("SELECT max(State) FROM A_UserStateHistory"), 2);
}

TEST_F(Records, are_written_once_however_often_it_is_begun) {
  for (int i = 0; i < 20; ++i) {
    tell_call(Uuid::random(), i);
    tell(UserStateChanged{.user = ivan().user, .login = "ivan", .to = UserState::busy}, i);
  }
  // Ended somewhere in between, again and again; each goes on where the records stand.
  for (int i = 0; i < 10; ++i) {
    RecordKeeper keeper(*database_, *feed_, clock_, {.batch = 7});
    keeper.start();
    EXPECT_TRUE(keeper.wait_for(last_ * i / 10, 60s));
    keeper.stop();
  }
  keep({.batch = 7});
  keep();
  EXPECT_EQ(number("SELECT count(*) FROM call_chains"), 20);
  EXPECT_EQ(number("SELECT count(*) FROM call_talks"), 20);
  EXPECT_EQ(number("SELECT count(*) FROM user_state_history"), 20);
  EXPECT_EQ(number("SELECT next_event FROM record_cursor"), static_cast<std::int64_t>(last_ + 1));
}

TEST_F(Records, end_what_the_server_before_has_left_open) {
  const Uuid chain = Uuid::random();
  tell(ChainBegan{.chain = chain, .caller = ivan()}, 10);
  tell(CommutationBegan{.commutation = Uuid::random(), .chain = chain, .a = ivan(), .b = outsider()}, 12);
  keep();
  stop();
  start();
  tell(ServerStarted{"1"}, 100);
  keep();
  EXPECT_THAT(texts("SELECT cause FROM call_chains"), ElementsAre("server_restarted"));
  EXPECT_THAT(texts("SELECT TimeStop FROM A_Stat_Connections_1x1"), ElementsAre(local_text(at(12))));
}

TEST_F(Records, keep_the_end_of_what_has_lost_its_beginning) {
  tell(ChainEnded{.chain = Uuid::random(), .cause = Cause::busy, .began = at(0)}, 9);
  tell(
      HoldEnded{
          .chain = Uuid::random(), .held_leg = Uuid::random(), .holder = ivan(), .held = outsider(), .began = at(2)},
      5);
  keep();
  EXPECT_EQ(number("SELECT ended - began FROM call_chains"), 9'000'000);
  EXPECT_EQ(number("SELECT ended - began FROM call_holds"), 3'000'000);
}

TEST_F(Records, note_that_the_log_is_another_one) {
  tell_call(Uuid::random(), 0);
  keep();
  stop();
  std::filesystem::remove_all(folder_ / "events");
  start();
  tell_call(Uuid::random(), 100);
  keep();
  EXPECT_EQ(number("SELECT count(*) FROM call_chains"), 2);
  EXPECT_THAT(texts("SELECT why FROM record_gaps"), ElementsAre("another_log"));
}

TEST_F(Records, forget_what_is_older_than_they_are_kept) {
  tell_call(Uuid::random(), -1'000'000'000);
  const Uuid kept = Uuid::random();
  tell(ChainBegan{.chain = kept, .caller = ivan()}, -1'000'000'000);  // is on still
  keep();
  EXPECT_EQ(number("SELECT count(*) FROM call_chains"), 2);
  RecordKeeper keeper(*database_, *feed_, clock_, {.keep_for = 24h});
  keeper.start();
  EXPECT_TRUE(keeper.wait_for(last_, 60s));
  tell(LegBegan{.leg = Uuid::random(), .chain = kept}, 0);
  EXPECT_TRUE(keeper.wait_for(last_, 60s));
  keeper.stop();
  EXPECT_THAT(texts("SELECT id FROM call_chains"), ElementsAre(kept.text()));
  EXPECT_EQ(number("SELECT count(*) FROM call_talks"), 0);
}

}  // namespace
}  // namespace otklik::store
