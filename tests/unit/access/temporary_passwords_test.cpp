#include "access/temporary_passwords.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "unit/access/doorkeeper_fixture.hpp"

namespace otklik::access::fakes {
namespace {

using core::TemporaryUse;
using namespace std::chrono_literals;

core::Identity who_is(const Uuid& user) {
  core::Identity identity;
  identity.user = user;
  return identity;
}

class TemporaryPassword : public testing::Test {
 protected:
  TemporaryPasswordKeeper& keeper(TemporaryPasswordOptions options = {}) {
    if (!keeper_) {
      directory_ = company_.directory();
      keeper_ = std::make_unique<TemporaryPasswordKeeper>(options, [this] { return directory_; }, clock_, steady_);
    }
    return *keeper_;
  }
  std::string issue(const std::string& login) {
    const auto& user = company_.user(login);
    return keeper().issue(keeper_directory().identity_of(*keeper_directory().user(user.id))).value();
  }
  const core::Directory& keeper_directory() {
    static_cast<void>(keeper());
    return *directory_;
  }
  std::string who(const std::string& password, TemporaryUse use = TemporaryUse::file) {
    const auto identity = keeper().redeem(password, use);
    return identity ? identity->login : "nobody";
  }

  Company company_;
  HandClock clock_;
  HandSteady steady_;
  std::shared_ptr<const core::Directory> directory_;
  std::unique_ptr<TemporaryPasswordKeeper> keeper_;
};

TEST_F(TemporaryPassword, opens_for_its_user_as_often_as_wanted) {
  const auto password = issue("Иван");
  EXPECT_EQ(password.size(), 32U);
  EXPECT_EQ(password.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(who(password), "Иван");
  EXPECT_EQ(who(issue("admin")), "admin");
}

TEST_F(TemporaryPassword, counts_for_one_upload_and_still_opens_links) {
  const auto password = issue("Иван");
  EXPECT_EQ(who(password, TemporaryUse::upload), "Иван");
  EXPECT_EQ(who(password, TemporaryUse::upload), "nobody");
  EXPECT_EQ(who(password, TemporaryUse::file), "Иван");
}

TEST_F(TemporaryPassword, counts_for_one_upload_however_many_come_at_once) {
  const auto password = issue("Иван");
  std::atomic<int> let_in{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { let_in += keeper().redeem(password, TemporaryUse::upload) != nullptr ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(let_in, 1);
}

TEST_F(TemporaryPassword, ends_after_its_time) {
  const auto password = issue("Иван");
  steady_.pass(120s - 1ns);
  EXPECT_EQ(who(password), "Иван");
  steady_.pass(1ns);
  EXPECT_EQ(who(password), "nobody");
}

TEST_F(TemporaryPassword, opens_nothing_when_it_is_none) {
  const auto password = issue("Иван");
  for (const auto& wrong : {std::string(), std::string("x"), password.substr(1), password + "a", std::string(32, 'A'),
                            std::string(100'000, 'A'), std::string(32, '\0')}) {
    EXPECT_EQ(who(wrong), "nobody");
  }
}

TEST_F(TemporaryPassword, has_the_rights_of_the_moment_it_is_used) {
  const auto password = issue("Иван");
  EXPECT_TRUE(keeper().redeem(password, TemporaryUse::file)->privileges.has(core::Privilege::webapi_execute));
  company_.user("Иван").roles.clear();
  directory_ = company_.directory();
  EXPECT_FALSE(keeper().redeem(password, TemporaryUse::file)->privileges.has(core::Privilege::webapi_execute));
  company_.user("Иван").blocked = true;
  directory_ = company_.directory();
  EXPECT_EQ(who(password), "nobody");
  EXPECT_EQ(keeper().issue(who_is(company_.user("Иван").id)).error().code, ErrorCode::forbidden);
  EXPECT_EQ(keeper().issue(who_is(Company::id(200))).error().code, ErrorCode::not_found);
}

TEST_F(TemporaryPassword, ends_with_the_token_it_was_asked_for_with) {
  auto& token = company_.add_token(50, "token", "admin");
  directory_ = nullptr;
  const auto& directory = keeper_directory();
  const auto password =
      keeper().issue(directory.identity_of(*directory.user(company_.user("admin").id), token)).value();
  const auto identity = keeper().redeem(password, TemporaryUse::file);
  ASSERT_NE(identity, nullptr);
  EXPECT_FALSE(identity->privileges.has(core::Privilege::admin_manage)) << "more than the token's scopes";
  company_.content.tokens.front().revoked = clock_.now();
  directory_ = company_.directory();
  EXPECT_EQ(who(password), "nobody");
}

TEST_F(TemporaryPassword, makes_room_for_its_users_own_next_ones_only) {
  keeper({.most_of_a_user = 2, .most = 3});
  const auto first = issue("Иван");
  const auto second = issue("Иван");
  const auto third = issue("Иван");
  EXPECT_EQ(who(first), "nobody") << "the oldest of his";
  EXPECT_EQ(who(second), "Иван");
  EXPECT_EQ(who(issue("admin")), "admin");
  EXPECT_EQ(keeper().issue(who_is(company_.user("new").id)).error().code, ErrorCode::too_many);
  EXPECT_EQ(who(third), "Иван");
  steady_.pass(120s);
  EXPECT_EQ(who(issue("new")), "new") << "the old ones had gone";
}

TEST_F(TemporaryPassword, is_never_given_twice) {
  std::set<std::string> all;
  for (int i = 0; i < 100; ++i) all.insert(issue("admin"));
  EXPECT_EQ(all.size(), 100U);
}

}  // namespace
}  // namespace otklik::access::fakes
