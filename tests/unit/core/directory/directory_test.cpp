#include "core/directory/directory.hpp"

#include <gtest/gtest.h>

namespace otklik::core {
namespace {

Uuid id(std::uint8_t n) {
  Uuid made;
  made.bytes[15] = n;
  return made;
}

Privileges privileges(std::initializer_list<Privilege> list) {
  Privileges all;
  for (const auto p : list) all.add(p);
  return all;
}

Directory company() {
  Directory::Content content;
  content.generation = 7;
  content.roles = {{id(1), "Администратор", privileges({Privilege::admin_manage, Privilege::webapi_execute}), {}, {}},
                   {id(2), "operator", privileges({Privilege::operate}), {}, {}}};
  content.departments = {{id(9), "Поддержка"}};
  User ivan;
  ivan.id = id(10);
  ivan.login = "Иван";
  ivan.roles = {id(1), id(2)};
  User maria;
  maria.id = id(11);
  maria.login = "Maria";
  maria.roles = {id(2), id(77)};
  User olga;
  olga.id = id(12);
  olga.login = "olga";
  olga.roles = {id(1)};
  olga.blocked = true;
  content.users = {ivan, maria, olga};
  ApiToken token;
  token.id = id(20);
  token.user = id(10);
  token.hash[0] = 5;
  token.scopes = privileges({Privilege::webapi_execute, Privilege::supervise});
  content.tokens = {token};
  return Directory(std::move(content));
}

TEST(Directory, finds_people_by_login_in_any_case_and_by_guid) {
  const Directory directory = company();
  ASSERT_NE(directory.user_by_login("иВАН"), nullptr);
  EXPECT_EQ(directory.user_by_login("иВАН")->id, id(10));
  EXPECT_EQ(directory.find_user(id(11).text()), directory.user_by_login("MARIA"));
  EXPECT_EQ(directory.user_by_login("nobody"), nullptr);
  EXPECT_EQ(directory.find_user("{" + id(12).text() + "}")->login, "olga");
  EXPECT_EQ(directory.find_role("администратор"), directory.role(id(1)));
  EXPECT_EQ(directory.department_by_name("ПОДДЕРЖКА"), directory.department(id(9)));
}

TEST(Directory, joins_the_privileges_of_all_roles) {
  const Directory directory = company();
  EXPECT_EQ(directory.privileges_of(*directory.user_by_login("Иван")),
            privileges({Privilege::admin_manage, Privilege::webapi_execute, Privilege::operate}));
  EXPECT_EQ(directory.privileges_of(*directory.user_by_login("maria")), privileges({Privilege::operate}))
      << "a role that is gone grants nothing";
}

TEST(Directory, bounds_a_token_by_its_scopes_and_by_its_user) {
  const Directory directory = company();
  TokenHash hash{};
  EXPECT_EQ(directory.token_by_hash(hash), nullptr);
  hash[0] = 5;
  const ApiToken* token = directory.token_by_hash(hash);
  ASSERT_NE(token, nullptr);
  const Identity identity = directory.identity_of(*directory.user(token->user), *token);
  EXPECT_EQ(identity.privileges, privileges({Privilege::webapi_execute}));
  EXPECT_EQ(identity.token, id(20));
  EXPECT_TRUE(directory.identity_of(*directory.user(id(10))).token.is_nil());
}

TEST(Directory, counts_administrators_that_are_not_blocked) {
  EXPECT_EQ(company().administrators(), 1U);
  EXPECT_EQ(company().holders_of(id(2)), 2U);
}

TEST(ApiToken, opens_until_it_expires_or_is_revoked) {
  ApiToken token;
  const Time now{std::chrono::seconds(100)};
  EXPECT_TRUE(token.opens_at(now));
  token.expires = now;
  EXPECT_FALSE(token.opens_at(now));
  token.expires = now + std::chrono::seconds(1);
  EXPECT_TRUE(token.opens_at(now));
  token.revoked = now;
  EXPECT_FALSE(token.opens_at(now));
}

}  // namespace
}  // namespace otklik::core
