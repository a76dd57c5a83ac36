#include "core/plan/rules.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "company.hpp"

namespace otklik::core {
namespace {

using namespace std::chrono_literals;
using namespace company;

template <class Part>
using Spoil = std::function<void(Part&)>;

TEST(PlanRules, let_a_line_be_what_phones_can_have) {
  Line line = phone(1, {});
  line.codecs = {"opus", "pcma"};
  line.caller_id_outside = "+74951234567";
  EXPECT_TRUE(check_line(line));
  line.number = line.sip_user = "17e014";
  EXPECT_TRUE(check_line(line));
  for (const Spoil<Line>& spoil :
       std::vector<Spoil<Line>>{[](Line& l) { l.number = ""; }, [](Line& l) { l.number = "16 001"; },
                                [](Line& l) { l.number = std::string(33, '1'); }, [](Line& l) { l.sip_user = "a@b"; },
                                [](Line& l) { l.sip_user = "a:b"; }, [](Line& l) { l.sip_user = ""; },
                                [](Line& l) { l.name = " x"; }, [](Line& l) { l.caller_id_outside = "ivan"; },
                                [](Line& l) { l.codecs = {"gsm"}; }, [](Line& l) { l.codecs = {"opus", "opus"}; }}) {
    Line bad = line;
    spoil(bad);
    const auto refused = check_line(bad);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::bad_request);
  }
}

TEST(PlanRules, let_a_number_carry_what_its_kind_needs_and_nothing_else) {
  EXPECT_TRUE(check_number(direct(1, "101", user(1))));
  EXPECT_TRUE(check_number(special(1, "*8", SpecialKind::pick_up)));
  EXPECT_TRUE(check_number({.id = number(1), .digits = "100", .kind = NumberKind::ivr, .scenario = "Greeting"}));
  EXPECT_TRUE(check_number({.id = number(1), .digits = "112", .kind = NumberKind::emergency}));
  EXPECT_TRUE(check_number({.id = number(1), .digits = "1", .kind = NumberKind::speed, .target = "101"}));
  for (const InternalNumber& bad : {
           InternalNumber{.id = number(1), .digits = "", .kind = NumberKind::emergency},
           InternalNumber{.id = number(1), .digits = "+7", .kind = NumberKind::emergency},
           InternalNumber{.id = number(1), .digits = "1", .kind = NumberKind::speed},
           InternalNumber{.id = number(1), .digits = "1", .kind = NumberKind::special},
           InternalNumber{.id = number(1), .digits = "1", .kind = NumberKind::ivr},
           InternalNumber{.id = number(1), .digits = "1", .kind = NumberKind::emergency, .scenario = "x"},
           InternalNumber{.id = number(1), .digits = "1", .kind = NumberKind::emergency, .target = "x"},
           InternalNumber{.id = number(1), .digits = "1"},  // a rule without a name
           special(1, "1", SpecialKind::sip_hotline),
       }) {
    EXPECT_FALSE(check_number(bad)) << bad.digits;
  }
  for (const Spoil<Rule>& spoil :
       std::vector<Spoil<Rule>>{[](Rule& r) { r.ring_time = 0s; }, [](Rule& r) { r.ring_time = 601s; },
                                [](Rule& r) { r.queue_limit = 10'001; }, [](Rule& r) { r.longest_wait = -1s; },
                                [](Rule& r) { r.targets.push_back(r.targets.front()); },
                                [](Rule& r) { r.targets.resize(most_targets + 1); }}) {
    auto bad = direct(1, "101", user(1));
    spoil(bad.rule);
    EXPECT_FALSE(check_number(bad));
  }
  auto foreign = special(1, "*8", SpecialKind::pick_up);
  foreign.rule.name = "a rule";
  EXPECT_FALSE(check_number(foreign));
}

TEST(PlanRules, let_a_trunk_reach_a_host) {
  Trunk trunk = company::plan().trunks[0];
  for (const char* server : {"sip.example.net", "sip.example.net:5080", "192.0.2.1", "192.0.2.1:5060", "[2001:db8::1]",
                             "[2001:db8::1]:5060"}) {
    trunk.server = server;
    EXPECT_TRUE(check_trunk(trunk)) << server;
  }
  for (const char* server : {"", "a b", "host:", "host:99999", "http://host", "host;lr", "user@host"}) {
    Trunk bad = trunk;
    bad.server = server;
    EXPECT_FALSE(check_trunk(bad)) << server;
  }
  for (const Spoil<Trunk>& spoil : std::vector<Spoil<Trunk>>{
           [](Trunk& t) { t.name = ""; }, [](Trunk& t) { t.number = ""; }, [](Trunk& t) { t.transport = "sctp"; },
           [](Trunk& t) { t.kind = TrunkKind::registering; }, [](Trunk& t) { t.login = "a b"; },
           [](Trunk& t) { t.domain = "a b"; }, [](Trunk& t) { t.caller_id = "x"; }, [](Trunk& t) { t.prefixes = {""}; },
           [](Trunk& t) { t.incoming_number = "x"; }, [](Trunk& t) { t.codecs = {"x"}; }}) {
    Trunk bad = trunk;
    spoil(bad);
    EXPECT_FALSE(check_trunk(bad));
  }
  trunk.kind = TrunkKind::registering;
  trunk.login = "user@provider";
  EXPECT_TRUE(check_trunk(trunk));
}

TEST(PlanRules, let_a_sip_password_be_what_phones_can_be_told) {
  EXPECT_TRUE(check_sip_secret("correct horse"));
  EXPECT_TRUE(check_sip_secret(std::string(128, 'a')));
  for (const std::string& bad :
       {std::string(), std::string(129, 'a'), std::string(" a"), std::string("пароль"), std::string("a\nb")}) {
    EXPECT_FALSE(check_sip_secret(bad));
  }
}

TEST(PlanRules, look_at_redirection_and_recording_too) {
  EXPECT_TRUE(check_redirect({.id = id(7, 1), .user = user(1), .destination = "102", .caption = "Правило"}));
  EXPECT_FALSE(check_redirect({.id = id(7, 1), .user = user(1), .destination = ""}));
  EXPECT_FALSE(check_redirect({.id = id(7, 1), .user = user(1), .destination = "1", .sources = {"x"}}));
  EXPECT_TRUE(check_recording_rule({.id = id(8, 1), .prefix = "8495"}));
  EXPECT_FALSE(check_recording_rule({.id = id(8, 1), .prefix = "x"}));
  EXPECT_TRUE(check_workplace({.id = workplace(1), .name = "OPERATOR1", .line = line(1)}));
  EXPECT_FALSE(check_workplace({.id = workplace(1), .name = "", .line = line(1)}));
}

}  // namespace
}  // namespace otklik::core
