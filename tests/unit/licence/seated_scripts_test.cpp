#include "licence/seated_scripts.hpp"

#include "unit/licence/keeper_fixture.hpp"

namespace otklik::licence {
namespace {

/// Keeps what it is asked to run until it is told to end it.
class WaitingScripts final : public core::ScriptHost {
 public:
  std::expected<Uuid, core::StartRefusal> start(core::ScriptStart,
                                                std::move_only_function<void(core::ScriptEnd)> ended) override {
    if (refusal) return std::unexpected(*refusal);
    running.push_back(std::move(ended));
    return Uuid::random();
  }
  void end_all() {
    for (auto& ended : running) ended({});
    running.clear();
  }
  std::optional<core::StartRefusal> refusal;
  std::vector<std::move_only_function<void(core::ScriptEnd)>> running;
};

class SeatedScriptsTest : public KeeperTest {
 protected:
  SeatedScriptsTest() { put(with_users(1)); }

  std::expected<Uuid, core::StartRefusal> start(const Uuid& user) {
    if (!seated_) seated_ = std::make_unique<SeatedScripts>(scripts_, keeper());
    core::ScriptStart start;
    start.user = user;
    return seated_->start(std::move(start), [this](const core::ScriptEnd&) { used_at_the_end_ = users().used; });
  }
  void pass_the_seat_time() { steady_ += options_.seat_time.count(); }

  WaitingScripts scripts_;
  std::unique_ptr<SeatedScripts> seated_;
  std::uint32_t used_at_the_end_ = 99;
  const Uuid ivan_ = Uuid::random(), maria_ = Uuid::random();
};

TEST_F(SeatedScriptsTest, hold_the_users_seat_while_they_run_and_a_while_after_the_request) {
  EXPECT_TRUE(start(ivan_));
  pass_the_seat_time();
  EXPECT_EQ(users().used, 1U) << "it still runs";
  EXPECT_EQ(start(maria_), std::unexpected(core::StartRefusal::licence));
  EXPECT_EQ(seated_->refused(), 1U);
  scripts_.end_all();
  EXPECT_EQ(used_at_the_end_, 0U) << "the seat is free before anybody hears of the end";
  EXPECT_TRUE(start(maria_));
  scripts_.end_all();
  EXPECT_EQ(start(ivan_), std::unexpected(core::StartRefusal::licence)) << "her request was a moment ago";
  pass_the_seat_time();
  EXPECT_TRUE(start(ivan_));
}

TEST_F(SeatedScriptsTest, take_no_seat_for_nobody) {
  EXPECT_TRUE(start(ivan_));
  EXPECT_TRUE(start(Uuid{}));
  EXPECT_TRUE(start(Uuid{}));
  EXPECT_EQ(scripts_.running.size(), 3U);
  EXPECT_EQ(users().used, 1U);
  scripts_.end_all();
}

TEST_F(SeatedScriptsTest, give_back_the_seat_of_a_start_that_was_refused) {
  scripts_.refusal = core::StartRefusal::not_found;
  EXPECT_EQ(start(ivan_), std::unexpected(core::StartRefusal::not_found));
  pass_the_seat_time();
  EXPECT_EQ(users().used, 0U);
}

TEST_F(SeatedScriptsTest, go_on_when_the_limit_sinks) {
  EXPECT_TRUE(start(ivan_));
  put(with_users(0));
  keeper().look();
  pass_the_seat_time();
  EXPECT_EQ(scripts_.running.size(), 1U);
  EXPECT_TRUE(start(ivan_)) << "he has a seat";
  scripts_.end_all();
  pass_the_seat_time();
  EXPECT_EQ(start(ivan_), std::unexpected(core::StartRefusal::licence));
}

}  // namespace
}  // namespace otklik::licence
