#include "core/plan/naming.hpp"

#include <gtest/gtest.h>

#include "company.hpp"

namespace otklik::core {
namespace {

using namespace company;
using Kind = NamingFault::Kind;

class Naming : public testing::Test {
 protected:
  /// The line's number, or what was wrong.
  std::string line_of(const LineNames& names) {
    const auto found = find_line(Plan(plan_), Directory(people_), names);
    return found ? found->line->number : fault(found.error());
  }
  /// The user's login, or what was wrong.
  std::string user_of(const LineNames& names) {
    const auto found = find_user_of(Plan(plan_), Directory(people_), names);
    return found ? found->user->login : fault(found.error());
  }
  static std::string fault(const NamingFault& fault) {
    switch (fault.kind) {
      case Kind::none_given:
        return "none given";
      case Kind::not_found:
        return "not found";
      case Kind::no_line:
        return "no line";
      case Kind::ambiguous:
        return "ambiguous";
      case Kind::disagree:
        return "disagree";
    }
    return "?";
  }

  Plan::Content plan_ = company::plan();
  Directory::Content people_ = company::directory().content();
};

TEST_F(Naming, finds_a_line_by_each_way_to_name_it) {
  EXPECT_EQ(line_of({.line = "16001"}), "16001");
  EXPECT_EQ(line_of({.line = "касса"}), "16001");
  EXPECT_EQ(line_of({.line = line(2).text()}), "16002");
  EXPECT_EQ(line_of({.user = "IVAN"}), "16001");
  EXPECT_EQ(line_of({.user = "мария смирнова"}), "16002");
  EXPECT_EQ(line_of({.user = user(2).text()}), "16002");
  EXPECT_EQ(line_of({.wp = "operator1"}), "16001");
  EXPECT_EQ(line_of({.wp = workplace(1).text()}), "16001");
  EXPECT_EQ(line_of({.line = number(1).text()}), "16001");
}

TEST_F(Naming, takes_every_way_in_every_parameter) {
  for (const std::string_view value : {"16001", "Касса", "ivan", "Иван Петров", "OPERATOR1", "101"}) {
    EXPECT_EQ(line_of({.line = value}), "16001") << value;
    EXPECT_EQ(line_of({.user = value}), "16001") << value;
    EXPECT_EQ(line_of({.wp = value}), "16001") << value;
  }
}

TEST_F(Naming, tells_none_given_from_not_found_and_from_a_user_without_a_line) {
  EXPECT_EQ(line_of({}), "none given");
  EXPECT_EQ(line_of({.user = "nobody"}), "not found");
  EXPECT_EQ(line_of({.line = Uuid{}.text()}), "not found");
  EXPECT_EQ(line_of({.user = "petr"}), "no line");
  EXPECT_EQ(line_of({.user = "103"}), "no line");
  const auto fault = find_line(Plan(plan_), Directory(people_), {.user = "nobody"});
  EXPECT_EQ(fault.error().error().code, ErrorCode::not_found);
  EXPECT_EQ(fault.error().parameter, "user");
  EXPECT_EQ(find_line(Plan(plan_), Directory(people_), {}).error().error().code, ErrorCode::bad_request);
}

TEST_F(Naming, refuses_what_fits_several) {
  people_.users[1].name = "Иван Петров";
  EXPECT_EQ(line_of({.user = "Иван Петров"}), "ambiguous");
  EXPECT_EQ(line_of({.line = "120"}), "ambiguous");
  plan_.lines[2].user = user(1);
  EXPECT_EQ(line_of({.user = "ivan"}), "ambiguous");
  EXPECT_EQ(line_of({.line = "16003"}), "16003");
  plan_.lines[2].enabled = false;
  EXPECT_EQ(line_of({.user = "ivan"}), "16001");
  EXPECT_EQ(find_line(Plan(plan_), Directory(people_), {.line = "120"}).error().error().code, ErrorCode::conflict);
}

TEST_F(Naming, wants_several_parameters_to_agree) {
  EXPECT_EQ(line_of({.line = "16001", .user = "ivan", .wp = "OPERATOR1"}), "16001");
  EXPECT_EQ(line_of({.line = "16002", .user = "ivan"}), "disagree");
  EXPECT_EQ(line_of({.line = "16001", .user = "nobody"}), "not found");
  EXPECT_EQ(find_line(Plan(plan_), Directory(people_), {.line = "16002", .user = "ivan"}).error().error().code,
            ErrorCode::conflict);
}

TEST_F(Naming, prefers_what_the_parameter_is_called_after) {
  people_.users[1].login = "16001";  // maria's login is ivan's line
  EXPECT_EQ(line_of({.line = "16001"}), "16001");
  EXPECT_EQ(line_of({.user = "16001"}), "16002");
  EXPECT_EQ(line_of({.wp = "16001"}), "ambiguous");
  plan_.workplaces.push_back({.id = workplace(2), .name = "16001", .line = line(3)});
  EXPECT_EQ(line_of({.wp = "16001"}), "16003");
}

TEST_F(Naming, knows_whose_line_it_is) {
  const Plan plan(plan_);
  const Directory people(people_);
  EXPECT_EQ(find_line(plan, people, {.line = "16001"})->user->login, "ivan");
  EXPECT_EQ(find_line(plan, people, {.line = "16003"})->user, nullptr);
}

TEST_F(Naming, finds_a_user_who_has_no_line_or_several) {
  EXPECT_EQ(user_of({.user = "petr"}), "petr");
  EXPECT_EQ(user_of({.line = "16002"}), "maria");
  EXPECT_EQ(user_of({.user = "101"}), "ivan");
  plan_.lines[2].user = user(1);
  EXPECT_EQ(user_of({.line = "16003", .user = "ivan"}), "ivan");
  EXPECT_EQ(user_of({.line = "16002", .user = "ivan"}), "disagree");
  EXPECT_EQ(user_of({.line = "120"}), "ambiguous");
  EXPECT_EQ(user_of({.wp = "nowhere"}), "not found");
  EXPECT_EQ(user_of({}), "none given");
  plan_.lines[2].user = {};
  EXPECT_EQ(user_of({.line = "16003"}), "not found");
}

}  // namespace
}  // namespace otklik::core
