#include "core/plan/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "company.hpp"

namespace otklik::core {
namespace {

using namespace company;
using testing::ElementsAre;
using testing::IsEmpty;

std::string shown(const Resolution& resolution) {
  if (const auto* inside = std::get_if<InsideNumber>(&resolution)) {
    return inside->number->digits + (inside->rest.empty() ? "" : "+" + inside->rest) +
           (inside->speed == nullptr ? "" : " by " + inside->speed->digits);
  }
  if (const auto* outside = std::get_if<OutsideNumber>(&resolution)) {
    std::string text = "out " + outside->number;
    for (const auto& route : outside->routes) {
      text += " " + route.trunk->name + ":" + route.number + (route.caller_id.empty() ? "" : "<" + route.caller_id);
    }
    return text + (outside->emergency ? " !" : "");
  }
  return std::string(name(std::get<UnknownNumber>(resolution).why));
}

TEST(Plan, finds_a_line_by_its_id_number_sip_name_user_and_name) {
  const Plan plan(company::plan());
  EXPECT_EQ(plan.line(line(1))->number, "16001");
  EXPECT_EQ(plan.line_by_number("16002")->id, line(2));
  EXPECT_EQ(plan.line_by_sip_user("16003")->id, line(3));
  EXPECT_EQ(plan.lines_of_user(user(1)).front()->id, line(1));
  EXPECT_EQ(plan.lines_named("касса").front()->id, line(1));
  EXPECT_EQ(plan.line(line(9)), nullptr);
  EXPECT_EQ(plan.line_by_number(""), nullptr);
  EXPECT_THAT(plan.lines_of_user({}), IsEmpty());
  EXPECT_THAT(plan.lines_named(""), IsEmpty());
}

TEST(Plan, knows_which_number_is_direct) {
  const Plan plan(company::plan());
  EXPECT_EQ(plan.direct_number(user(2))->digits, "102");
  EXPECT_EQ(plan.direct_number(user(9)), nullptr);
  EXPECT_EQ(plan.direct_numbers(user(1)).size(), 1U);
}

TEST(Plan, goes_through_numbers_within_numbers_for_users_and_lines) {
  const Plan plan(company::plan());
  EXPECT_THAT(plan.users_of(*plan.number_by_digits("120")), ElementsAre(user(2), user(1)));
  const auto lines = plan.lines_of(*plan.number_by_digits("120"));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0]->id, line(2));
  EXPECT_EQ(lines[1]->id, line(1));
  EXPECT_EQ(lines[2]->id, line(3));
  EXPECT_THAT(plan.lines_of(*plan.number_by_digits("103")), IsEmpty());
}

TEST(Plan, comes_to_an_end_in_a_ring_of_numbers) {
  auto content = company::plan();
  content.numbers[0].rule.targets = {{TargetKind::number, number(20)}, {TargetKind::user, user(1)}};
  const Plan plan(std::move(content));
  EXPECT_THAT(plan.users_of(*plan.number_by_digits("101")), ElementsAre(user(2), user(1)));
}

TEST(Plan, leaves_out_lines_that_are_not_enabled) {
  auto content = company::plan();
  content.lines[1].enabled = false;
  const Plan plan(std::move(content));
  EXPECT_EQ(plan.lines_of(*plan.number_by_digits("120")).size(), 2U);
}

TEST(Resolving, finds_inside_numbers_first) {
  const Plan plan(company::plan());
  EXPECT_EQ(shown(plan.resolve("101")), "101");
  EXPECT_EQ(shown(plan.resolve(" 1-2-0 ")), "120");
  EXPECT_EQ(shown(plan.resolve("ivan")), "malformed");
  EXPECT_EQ(shown(plan.resolve("199")), "not_in_plan");
  EXPECT_EQ(shown(plan.resolve("101", nullptr, LookUp::inside)), "101");
  EXPECT_EQ(shown(plan.resolve("84951234567", nullptr, LookUp::inside)), "not_in_plan");
}

TEST(Resolving, goes_outside_by_the_trunks_in_order_each_with_its_own_number) {
  auto content = company::plan();
  content.trunks[0].outgoing = *parse_rewrite_rules("8/1/+7");
  content.trunks[1].prefixes = {"8"};
  content.trunks[1].caller_id = "84950000000";
  content.lines[0].caller_id_outside = "84951111111";
  const Plan plan(std::move(content));
  EXPECT_EQ(shown(plan.resolve("84951234567")), "out 84951234567 Main:+74951234567 Spare:84951234567<84950000000");
  EXPECT_EQ(shown(plan.resolve("84951234567", plan.line(line(1)))),
            "out 84951234567 Main:+74951234567<84951111111 Spare:84951234567<84951111111");
  EXPECT_EQ(shown(plan.resolve("555555")), "out 555555 Main:555555");
  EXPECT_EQ(shown(plan.resolve("5555")), "not_in_plan");
}

TEST(Resolving, shows_the_number_that_the_trunks_rule_says) {
  auto content = company::plan();
  content.trunks.pop_back();
  content.trunks[0].caller_id = "100";
  content.lines[0].caller_id_outside = "200";
  content.trunks[0].caller_id_rule = CallerIdRule::of_trunk;
  const Plan fixed(content);
  EXPECT_EQ(shown(fixed.resolve("555555", fixed.line(line(1)), LookUp::by_plan, "300")), "out 555555 Main:555555<100");
  content.trunks[0].caller_id_rule = CallerIdRule::pass_through;
  const Plan passed(content);
  EXPECT_EQ(shown(passed.resolve("555555", passed.line(line(1)), LookUp::by_plan, "300")),
            "out 555555 Main:555555<300");
  EXPECT_EQ(shown(passed.resolve("555555", passed.line(line(1)))), "out 555555 Main:555555<200");
}

TEST(Resolving, asks_for_the_prefix_where_one_is_set) {
  auto content = company::plan();
  content.trunks.pop_back();
  content.outside.prefix = "9";
  const Plan plan(std::move(content));
  EXPECT_EQ(shown(plan.resolve("984951234567")), "out 84951234567 Main:84951234567");
  EXPECT_EQ(shown(plan.resolve("84951234567")), "not_in_plan");
  EXPECT_EQ(shown(plan.resolve("84951234567", nullptr, LookUp::outside)), "out 84951234567 Main:84951234567");
  EXPECT_EQ(shown(plan.resolve("9")), "not_in_plan");
}

TEST(Resolving, refuses_what_may_not_be_called) {
  auto content = company::plan();
  content.lines[1].calls_outside = false;
  content.outside.forbidden = {"810"};
  const Plan plan(content);
  EXPECT_EQ(shown(plan.resolve("84951234567", plan.line(line(2)))), "not_permitted");
  EXPECT_EQ(shown(plan.resolve("81049301234", plan.line(line(1)))), "not_permitted");
  content.trunks[0].enabled = content.trunks[1].enabled = false;
  EXPECT_EQ(shown(Plan(content).resolve("84951234567")), "no_trunk");
}

TEST(Resolving, lets_emergency_calls_through_whatever_is_not_permitted) {
  auto content = company::plan();
  content.trunks.pop_back();
  content.lines[1].calls_outside = false;
  content.outside.forbidden = {"1"};
  content.numbers.push_back({.id = number(30), .digits = "112", .kind = NumberKind::emergency});
  content.numbers.push_back({.id = number(31), .digits = "03", .kind = NumberKind::emergency, .target = "103"});
  const Plan plan(std::move(content));
  EXPECT_EQ(shown(plan.resolve("112", plan.line(line(2)))), "out 112 Main:112 !");
  EXPECT_EQ(shown(plan.resolve("03", plan.line(line(2)))), "out 103 Main:103 !");
  EXPECT_EQ(shown(plan.resolve("112", plan.line(line(2)), LookUp::outside)), "out 112 Main:112 !");
}

TEST(Resolving, takes_what_is_dialled_behind_special_numbers) {
  auto content = company::plan();
  content.trunks.pop_back();
  content.outside.prefix = "7";
  content.numbers.push_back(special(30, "9", SpecialKind::city));
  content.numbers.push_back(special(31, "*8", SpecialKind::pick_up));
  content.numbers.push_back(special(32, "0", SpecialKind::pbx));
  content.numbers.push_back(special(33, "199", SpecialKind::echo_test));
  const Plan plan(std::move(content));
  EXPECT_EQ(shown(plan.resolve("9555555")), "out 555555 Main:555555");
  EXPECT_EQ(shown(plan.resolve("95")), "not_in_plan");
  EXPECT_EQ(shown(plan.resolve("*8")), "*8");
  EXPECT_EQ(shown(plan.resolve("*8101")), "*8+101");
  EXPECT_EQ(shown(plan.resolve("0101")), "101");
  EXPECT_EQ(shown(plan.resolve("0555555")), "not_in_plan");
  EXPECT_EQ(shown(plan.resolve("199")), "199");
  EXPECT_EQ(shown(plan.resolve("1995")), "not_in_plan");
}

TEST(Resolving, follows_a_speed_number_once) {
  auto content = company::plan();
  content.trunks.pop_back();
  content.numbers.push_back({.id = number(30), .digits = "*1", .kind = NumberKind::speed, .target = "101"});
  content.numbers.push_back({.id = number(31), .digits = "*2", .kind = NumberKind::speed, .target = "84951234567"});
  content.numbers.push_back({.id = number(32), .digits = "*3", .kind = NumberKind::speed, .target = "*1"});
  content.numbers.push_back({.id = number(33), .digits = "*4", .kind = NumberKind::speed, .target = "*4"});
  const Plan plan(std::move(content));
  EXPECT_EQ(shown(plan.resolve("*1")), "101 by *1");
  EXPECT_EQ(shown(plan.resolve("*2")), "out 84951234567 Main:84951234567");
  EXPECT_EQ(shown(plan.resolve("*3")), "not_in_plan");
  EXPECT_EQ(shown(plan.resolve("*4")), "not_in_plan");
}

TEST(Resolving, leads_calls_from_outside_to_the_trunks_number_or_to_what_they_dialled) {
  auto content = company::plan();
  content.trunks[0].incoming_number = "120";
  content.numbers.push_back(special(30, "*8", SpecialKind::pick_up));
  content.numbers.push_back(special(31, "130", SpecialKind::conference));
  content.numbers.push_back({.id = number(32), .digits = "112", .kind = NumberKind::emergency});
  content.numbers.push_back({.id = number(33), .digits = "100", .kind = NumberKind::ivr, .scenario = "Greeting"});
  const Plan plan(std::move(content));
  const Trunk& main = *plan.trunk_by_name("main");
  const Trunk& spare = *plan.trunk_by_name("13002");
  EXPECT_EQ(shown(plan.resolve_incoming(main, "+74951234567")), "120");
  EXPECT_EQ(shown(plan.resolve_incoming(spare, "101")), "101");
  EXPECT_EQ(shown(plan.resolve_incoming(spare, "100")), "100");
  EXPECT_EQ(shown(plan.resolve_incoming(spare, "130")), "130");
  EXPECT_EQ(shown(plan.resolve_incoming(spare, "*8")), "not_in_plan");
  EXPECT_EQ(shown(plan.resolve_incoming(spare, "112")), "not_in_plan");
  EXPECT_EQ(shown(plan.resolve_incoming(spare, "84951234567")), "not_in_plan");
  EXPECT_EQ(shown(plan.resolve_incoming(spare, "sip")), "malformed");
}

TEST(Plan, knows_a_trunk_by_the_address_its_calls_come_from) {
  auto content = company::plan();
  content.trunks[0].sources = {*Network::parse("192.0.2.0/24")};
  content.trunks[1].sources = {*Network::parse("192.0.2.9"), *Network::parse("2001:db8::/32")};
  const Plan plan(content);
  EXPECT_EQ(plan.trunk_by_source(*Address::parse("192.0.2.9"))->id, trunk(1));
  EXPECT_EQ(plan.trunk_by_source(*Address::parse("2001:db8::1"))->id, trunk(2));
  EXPECT_EQ(plan.trunk_by_source(*Address::parse("198.51.100.1")), nullptr);
  content.trunks[0].enabled = false;
  EXPECT_EQ(Plan(content).trunk_by_source(*Address::parse("192.0.2.9"))->id, trunk(2));
}

TEST(Redirection, is_by_the_first_rule_that_fits_the_user_his_mode_the_caller_and_the_hour) {
  auto content = company::plan();
  content.redirects = {
      {.id = id(7, 1), .user = user(1), .destination = "102", .timetable = *parse_timetable("mon 09:00-18:00")},
      {.id = id(7, 2), .user = user(1), .destination = "103", .priority = 2, .sources = {"8495"}},
      {.id = id(7, 3), .user = user(2), .destination = "101", .only_for_redirect_state = false},
      {.id = id(7, 4), .user = user(3), .destination = "101", .enabled = false},
  };
  const Plan plan(std::move(content));
  const WeekMoment work{1, 600};
  const WeekMoment night{1, 60};
  const auto to = [&](const Uuid& whose, bool on, std::string_view caller, const WeekMoment& now) {
    const auto* rule = plan.redirect_for(whose, on, caller, now);
    return rule == nullptr ? std::string() : rule->destination;
  };
  EXPECT_EQ(to(user(1), true, "101", work), "102");
  EXPECT_EQ(to(user(1), false, "101", work), "");
  EXPECT_EQ(to(user(1), true, "101", night), "");
  EXPECT_EQ(to(user(1), true, "84951234567", night), "103");
  EXPECT_EQ(to(user(2), false, "", night), "101");
  EXPECT_EQ(to(user(3), true, "101", work), "");
}

TEST(Recording, is_said_by_the_line_then_by_the_first_rule_that_fits_then_by_default) {
  auto content = company::plan();
  content.recording_rules = {
      {.id = id(8, 1), .record = false, .direction = TalkDirection::inside, .user = user(1)},
      {.id = id(8, 2), .record = false, .number = number(20)},
      {.id = id(8, 3), .record = true, .trunk = trunk(1), .prefix = "8495"},
      {.id = id(8, 4), .record = false, .trunk = trunk(1)},
  };
  content.lines[2].recording = LineRecording::always;
  const Plan plan(content);
  const Line* ivan = plan.line(line(1));
  const Line* maria = plan.line(line(2));
  EXPECT_FALSE(plan.is_recorded({.first = maria, .second = ivan}));
  EXPECT_TRUE(plan.is_recorded({.first = plan.line(line(3)), .second = ivan}));
  EXPECT_FALSE(plan.is_recorded({.direction = TalkDirection::incoming, .second = maria, .number = number(20)}));
  EXPECT_TRUE(plan.is_recorded(
      {.direction = TalkDirection::outgoing, .first = ivan, .trunk = trunk(1), .outside = "84951234567"}));
  EXPECT_FALSE(
      plan.is_recorded({.direction = TalkDirection::outgoing, .first = ivan, .trunk = trunk(1), .outside = "8800"}));
  EXPECT_TRUE(plan.is_recorded({.direction = TalkDirection::outgoing, .first = ivan, .trunk = trunk(2)}));
  content.record_by_default = false;
  content.lines[1].recording = LineRecording::never;
  const Plan other(content);
  EXPECT_FALSE(
      other.is_recorded({.direction = TalkDirection::outgoing, .first = other.line(line(1)), .trunk = trunk(2)}));
  EXPECT_TRUE(other.is_recorded({.first = other.line(line(2)), .second = other.line(line(3))}));
}

TEST(Parts, are_spoken_of_by_names_that_lead_back) {
  for (const auto kind :
       {NumberKind::standard, NumberKind::special, NumberKind::speed, NumberKind::ivr, NumberKind::emergency}) {
    EXPECT_EQ(number_kind_named(name(kind)), kind);
  }
  for (const auto kind :
       {SpecialKind::flash, SpecialKind::city, SpecialKind::pbx, SpecialKind::pick_up, SpecialKind::sip_hotline,
        SpecialKind::echo_test, SpecialKind::conference, SpecialKind::voicemail}) {
    EXPECT_EQ(special_kind_named(name(kind)), kind);
  }
  EXPECT_EQ(hunting_named("all"), Hunting::all_at_once);
  EXPECT_EQ(trunk_kind_named("registering"), TrunkKind::registering);
  EXPECT_EQ(caller_id_rule_named("pass"), CallerIdRule::pass_through);
  EXPECT_EQ(line_recording_named("never"), LineRecording::never);
  EXPECT_EQ(target_kind_named("line"), TargetKind::line);
  EXPECT_EQ(talk_direction_named("incoming"), TalkDirection::incoming);
  EXPECT_EQ(number_kind_named("other"), std::nullopt);
}

}  // namespace
}  // namespace otklik::core
