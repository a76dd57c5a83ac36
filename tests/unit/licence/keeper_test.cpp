#include "licence/keeper.hpp"

#include <gmock/gmock.h>

#include "unit/licence/keeper_fixture.hpp"

namespace otklik::licence {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Fault = core::CertificateFault;
using Kind = core::Standing::Kind;

TEST_F(KeeperTest, has_the_open_licence_without_a_certificate) {
  const auto open = standing();
  EXPECT_EQ(open.kind, Kind::open);
  EXPECT_EQ(open.terms.registration.size(), 7U);
  EXPECT_EQ(open.terms.limits, core::Limits{});
  EXPECT_EQ(open.terms.confirm, core::never);
  EXPECT_EQ(open.fault, std::nullopt);
  EXPECT_EQ(open.machine, machine_mark(options_.machine_id));
  EXPECT_THAT(journal_.facts(), IsEmpty());
  const auto number = open.terms.registration;
  keeper_.reset();
  EXPECT_EQ(standing().terms.registration, number);
}

TEST_F(KeeperTest, has_the_certificate_that_lies_there_at_the_start) {
  put(example_terms());
  EXPECT_EQ(standing().kind, Kind::certificate);
  EXPECT_EQ(standing().terms, example_terms());
  EXPECT_EQ(standing().issuer, issuer_.key.public_key().id());
  ASSERT_THAT(journal_.names(), ElementsAre("licence_installed"));
  const auto told = std::get<core::LicenceInstalled>(journal_.facts()[0]);
  EXPECT_EQ(told.terms, example_terms());
  EXPECT_EQ(told.issuer, standing().issuer);
}

TEST_F(KeeperTest, takes_up_what_changes_and_tells_of_it_once) {
  EXPECT_EQ(standing().kind, Kind::open);
  put(example_terms());
  EXPECT_EQ(standing().kind, Kind::open) << "nobody has looked";
  keeper().look();
  keeper().look();
  EXPECT_EQ(standing().kind, Kind::certificate);
  put(with_users(7));
  keeper().look();
  EXPECT_EQ(standing().terms.limits[core::Licensed::users], 7U);
  put("<broken/>");
  keeper().look();
  keeper().look();
  std::filesystem::remove(folder_.path("licence.xml"));
  keeper().look();
  keeper().look();
  EXPECT_EQ(standing().kind, Kind::open);
  EXPECT_THAT(journal_.names(),
              ElementsAre("licence_installed", "licence_installed", "licence_refused", "licence_removed"));
}

TEST_F(KeeperTest, looks_by_itself_from_time_to_time) {
  options_.look_every = 1ms;
  EXPECT_EQ(standing().kind, Kind::open);
  put(example_terms());  // a half-written one may be seen on the way
  for (;;) {
    const auto told = journal_.facts().size();
    if (standing().kind == Kind::certificate) break;
    journal_.wait_for(told + 1);
  }
  keeper().stop();
  keeper().stop();
}

TEST_F(KeeperTest, has_the_open_licence_and_says_why_when_the_certificate_does_not_hold) {
  const auto number = standing().terms.registration;
  const auto refused = [&](const std::string& certificate) {
    put(certificate);
    keeper().look();
    const auto now = standing();
    EXPECT_EQ(now.kind, Kind::refused);
    EXPECT_EQ(now.terms.registration, number);
    EXPECT_EQ(now.terms.limits, core::Limits{});
    EXPECT_EQ(now.issuer, "");
    return now.fault.value_or(Fault{});
  };
  const auto terms_with = [](auto change) {
    auto terms = example_terms();
    change(terms);
    return terms;
  };
  EXPECT_EQ(refused("garbage"), (Fault{Fault::Kind::broken, "1"}));
  EXPECT_EQ(refused(std::string(70'000, ' ')), (Fault{Fault::Kind::too_large, "65536"}));
  EXPECT_EQ(refused(Issuer().text()).kind, Fault::Kind::foreign_key);
  EXPECT_EQ(refused(issuer_.text(terms_with([](auto& t) { t.machine = std::string(64, 'f'); }))).kind,
            Fault::Kind::other_machine);
  EXPECT_EQ(refused(issuer_.text(terms_with([](auto& t) { t.not_before = day(2026, 11, 25); }))).kind,
            Fault::Kind::not_yet_valid);
  EXPECT_EQ(refused(issuer_.text(terms_with([](auto& t) { t.not_after = day(2026, 11, 23); }))).kind,
            Fault::Kind::expired);
  EXPECT_EQ(refused(issuer_.text(terms_with([](auto& t) { t.versions = "77"; }))).kind, Fault::Kind::other_version);
  EXPECT_EQ(refused(issuer_.text(terms_with([](auto& t) { t.update_limit = day(2020, 1, 1); }))).kind,
            Fault::Kind::too_new);
  std::filesystem::remove(folder_.path("licence.xml"));
  std::filesystem::create_directory(folder_.path("licence.xml"));
  keeper().look();
  EXPECT_EQ(standing().fault, (Fault{Fault::Kind::unreadable, "licence.xml"}));
  for (const auto& fact : journal_.facts()) {
    const auto& told = std::get<core::LicenceRefused>(fact);
    EXPECT_FALSE(told.reason.empty());
    EXPECT_FALSE(told.text.empty());
  }
  EXPECT_EQ(journal_.facts().size(), 9U);
}

TEST_F(KeeperTest, notices_the_day_on_which_a_certificate_begins_and_ends) {
  clock_.set(day(2025, 12, 31));
  put(example_terms());
  EXPECT_EQ(standing().kind, Kind::refused);
  clock_.set(day(2026, 1, 1));
  keeper().look();
  EXPECT_EQ(standing().kind, Kind::certificate);
  EXPECT_FALSE(standing().confirmation_is_due);
  clock_.set(day(2027, 6, 2));
  keeper().look();
  EXPECT_EQ(standing().kind, Kind::certificate);
  EXPECT_TRUE(standing().confirmation_is_due);
  clock_.set(day(2028, 1, 1));
  keeper().look();
  EXPECT_EQ(standing().fault, (Fault{Fault::Kind::expired, "31.12.2027"}));
  EXPECT_THAT(journal_.names(), ElementsAre("licence_refused", "licence_installed", "licence_refused"));
}

TEST_F(KeeperTest, goes_by_the_day_that_a_clock_set_back_says_and_by_its_own_time_for_seats) {
  clock_.set(day(2028, 1, 1));
  put(with_users(1));
  EXPECT_EQ(standing().kind, Kind::refused);
  clock_.set(day(2027, 12, 31));
  keeper().look();
  EXPECT_EQ(standing().kind, Kind::certificate);
  ASSERT_TRUE(keeper().note_request(Uuid::random()));
  clock_.set(day(2025, 1, 1));
  keeper().look();
  EXPECT_EQ(standing().fault, (Fault{Fault::Kind::not_yet_valid, "01.01.2026"}));
  EXPECT_EQ(users().used, 1U);
  steady_ += options_.seat_time.count();
  EXPECT_EQ(users().used, 0U);
  EXPECT_THAT(journal_.names(), ElementsAre("licence_refused", "licence_installed", "licence_refused"));
}

TEST_F(KeeperTest, takes_other_options_while_it_works) {
  put(with_users(1));
  EXPECT_EQ(standing().kind, Kind::certificate);
  folder_.put("others.pem", Issuer().pem());
  auto others = options_;
  others.trusted_keys = folder_.path("others.pem");
  others.seat_time = 1s;
  keeper().use(others);
  EXPECT_EQ(standing().fault->kind, Fault::Kind::foreign_key) << "it holds when use() returns";
  keeper().use(options_);
  EXPECT_EQ(standing().kind, Kind::certificate);
  others.trusted_keys.clear();
  keeper().use(others);
  EXPECT_EQ(standing().kind, Kind::certificate) << "licence-keys.pem of the folder unless something else is named";
  ASSERT_TRUE(keeper().note_request(Uuid::random()));
  steady_ += 1000;
  EXPECT_EQ(users().used, 0U);
}

TEST_F(KeeperTest, takes_up_a_change_of_the_trusted_keys) {
  put(example_terms());
  EXPECT_EQ(standing().kind, Kind::certificate);
  folder_.put("licence-keys.pem", Issuer().pem());
  keeper().look();
  EXPECT_EQ(standing().fault->kind, Fault::Kind::foreign_key);
  folder_.put("licence-keys.pem", "no key");
  keeper().look();
  EXPECT_EQ(standing().fault->kind, Fault::Kind::foreign_key);
  std::filesystem::remove(folder_.path("licence-keys.pem"));
  keeper().look();
  EXPECT_EQ(standing().fault->kind, Fault::Kind::foreign_key);
  folder_.put("licence-keys.pem", Issuer().pem() + issuer_.pem());
  keeper().look();
  EXPECT_EQ(standing().kind, Kind::certificate);
}

TEST_F(KeeperTest, binds_to_this_machine) {
  auto terms = example_terms();
  terms.machine = machine_mark(options_.machine_id);
  put(terms);
  EXPECT_EQ(standing().kind, Kind::certificate);
}

TEST_F(KeeperTest, installs_what_would_hold_and_nothing_else) {
  EXPECT_EQ(standing().kind, Kind::open);
  const auto wrong = keeper().install(Issuer().text());
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->value_or(Fault{}).kind, Fault::Kind::foreign_key);
  EXPECT_FALSE(folder_.has("licence.xml"));
  const auto good = keeper().install(issuer_.text());
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, std::nullopt);
  EXPECT_EQ(standing().kind, Kind::certificate) << "it holds when install() returns";
  ASSERT_TRUE(keeper().install("<broken/>")->has_value());
  EXPECT_EQ(folder_.get("licence.xml"), issuer_.text());
  EXPECT_EQ(standing().kind, Kind::certificate);
}

TEST_F(KeeperTest, keeps_a_users_seat_for_the_time_of_the_setting) {
  options_.seat_time = 60s;
  put(with_users(1));
  EXPECT_TRUE(keeper().note_request(Uuid::random()));
  const auto second = keeper().note_request(Uuid::random());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), (core::SeatRefusal{core::Licensed::users, 1, 1}));
  steady_ += 59'999;
  EXPECT_FALSE(keeper().note_request(Uuid::random()));
  EXPECT_EQ(users().refusals, 2U);
  steady_ += 1;
  EXPECT_TRUE(keeper().note_request(Uuid::random()));
  EXPECT_EQ(users().used, 1U);
}

TEST_F(KeeperTest, counts_each_kind_of_seat_for_itself) {
  put(example_terms());
  const auto someone = Uuid::random();
  auto line = keeper().take(core::Licensed::inner_lines, someone);
  auto first = keeper().take(core::Licensed::operators, someone);
  auto second = keeper().take(core::Licensed::operators, Uuid::random());
  ASSERT_TRUE(line && first && second);
  EXPECT_FALSE(keeper().take(core::Licensed::operators, Uuid::random()));
  EXPECT_EQ(users().used, 0U);
  EXPECT_EQ(keeper().usage()[core::Licensed::inner_lines].left(), 9U);
  EXPECT_EQ(keeper().usage()[core::Licensed::outer_lines].left(), std::nullopt);
  const core::HeldSeat moved = std::move(*first);
  EXPECT_EQ(keeper().usage()[core::Licensed::operators].used, 2U) << "a moved seat is the same one";
  *second = core::HeldSeat();
  EXPECT_EQ(keeper().usage()[core::Licensed::operators].used, 1U);
}

TEST_F(KeeperTest, takes_nobodys_seat_when_the_limit_sinks) {
  put(with_users(3));
  std::vector<core::HeldSeat> seats;
  for (int i = 0; i < 3; ++i) seats.push_back(*keeper().take(core::Licensed::users, Uuid::random()));
  put(with_users(1));
  keeper().look();
  EXPECT_EQ(users(), (core::SeatUsage{.allowed = 1, .used = 3, .turned_away = 0, .refusals = 0}));
  EXPECT_FALSE(keeper().take(core::Licensed::users, Uuid::random()));
  seats.clear();
  EXPECT_TRUE(keeper().take(core::Licensed::users, Uuid::random()));
}

}  // namespace
}  // namespace otklik::licence
