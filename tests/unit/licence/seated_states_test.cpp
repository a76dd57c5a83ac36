#include "licence/seated_states.hpp"

#include "unit/licence/keeper_fixture.hpp"

namespace otklik::licence {
namespace {

/// Does what it is asked, as the machine would.
class FakeDesk final : public core::UserStateDesk {
 public:
  void request(Asked asked, Done done) override {
    core::StateOutcome outcome;
    auto& now = standings[asked.user];
    now.user = asked.user;
    if (asked.wanted.on_callcenter) now.modes.on_callcenter = *asked.wanted.on_callcenter;
    if (asked.wanted.on_redirect) now.modes.on_redirect = *asked.wanted.on_redirect;
    outcome.after = now;
    done(std::move(outcome));
  }
  std::map<Uuid, core::UserStanding> standings;
};

class SeatedStatesTest : public KeeperTest {
 protected:
  SeatedStatesTest() {
    auto terms = with_users(10);
    terms.limits[core::Licensed::operators] = 1;
    put(terms);
  }
  core::StateOutcome ask(const Uuid& user, core::StateRequest wanted) {
    if (!seated_) seated_ = std::make_unique<SeatedStates>(desk_, keeper());
    core::StateOutcome came;
    seated_->request({.user = user, .login = {}, .wanted = std::move(wanted), .by = "test"},
                     [&](Result<core::StateOutcome> outcome) { came = std::move(*outcome); });
    return came;
  }
  std::uint32_t used() { return keeper().usage()[core::Licensed::operators].used; }
  static core::StatesView view(const std::map<Uuid, core::UserStanding>& standings) {
    core::SharedMapWriter<Uuid, core::UserStanding> users;
    for (const auto& [id, standing] : standings) users.put(id, standing);
    return {.users = users.snapshot(), .connected = {}};
  }

  FakeDesk desk_;
  std::unique_ptr<SeatedStates> seated_;
  const Uuid ivan_ = Uuid::random(), maria_ = Uuid::random();
};

TEST_F(SeatedStatesTest, hold_a_seat_from_entering_the_call_centre_to_leaving_it) {
  EXPECT_TRUE(ask(ivan_, {.on_callcenter = true}).refusals.empty());
  EXPECT_EQ(used(), 1U);
  EXPECT_TRUE(ask(ivan_, {.on_callcenter = true}).refusals.empty());
  EXPECT_EQ(used(), 1U);
  ask(ivan_, {.on_callcenter = false});
  EXPECT_EQ(used(), 0U);
}

TEST_F(SeatedStatesTest, pass_over_only_the_call_centre_where_no_seat_is_left) {
  ask(ivan_, {.on_callcenter = true});
  const auto outcome = ask(maria_, {.on_redirect = true, .on_callcenter = true});
  ASSERT_EQ(outcome.refusals.size(), 1U);
  EXPECT_EQ(outcome.refusals.front(), core::StateRefusal::licence);
  EXPECT_TRUE(outcome.after.modes.on_redirect);
  EXPECT_FALSE(outcome.after.modes.on_callcenter);
  ask(ivan_, {.on_callcenter = false});
  EXPECT_TRUE(ask(maria_, {.on_callcenter = true}).refusals.empty());
}

TEST_F(SeatedStatesTest, seat_who_is_in_the_call_centre_after_a_start_and_name_the_rest) {
  ask(ivan_, {});
  desk_.standings[ivan_].modes.on_callcenter = true;
  desk_.standings[maria_].modes.on_callcenter = true;
  const auto without = seated_->seat(view(desk_.standings));
  EXPECT_EQ(without.size(), 1U);
  EXPECT_EQ(used(), 1U);
}

TEST_F(SeatedStatesTest, give_back_the_seat_of_who_is_removed) {
  ask(ivan_, {.on_callcenter = true});
  seated_->look(view({}));
  EXPECT_EQ(used(), 0U);
}

}  // namespace
}  // namespace otklik::licence
