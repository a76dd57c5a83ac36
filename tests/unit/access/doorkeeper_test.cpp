#include "access/doorkeeper.hpp"

#include <gmock/gmock.h>

#include "unit/access/doorkeeper_fixture.hpp"

namespace otklik::access {
namespace {

using namespace std::chrono_literals;
using namespace fakes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Door : public DoorkeeperTest {};

TEST_F(Door, lets_in_who_knows_his_password) {
  EXPECT_EQ(said(verify(basic("admin", "Secret1"))), "admin");
  EXPECT_EQ(said(verify(basic("ADMIN", "Secret1"))), "admin");
  EXPECT_EQ(said(verify(basic("иван", "Пароль1"))), "Иван");
  EXPECT_EQ(said(verify("Basic " + base64("\xC8\xE2\xE0\xED:\xCF\xE0\xF0\xEE\xEB\xFC\x31"))), "Иван");
  const auto identity = verify(basic("admin", "Secret1"));
  EXPECT_TRUE((*identity)->privileges.has(core::Privilege::admin_manage));
  EXPECT_FALSE((*identity)->privileges.has(core::Privilege::webapi_execute));
}

TEST_F(Door, answers_the_wrong_and_the_unknown_alike_at_the_same_cost) {
  int checks = 0;
  for (const auto& header :
       {basic("admin", "secret1"), basic("nobody", "Secret1"), basic("olga", "Secret1"), basic("admin", "naïve 日"),
        basic("admin", ""), basic("strict", ""), basic("tv", ""), basic("new", "x"), basic("", "")}) {
    EXPECT_EQ(said(verify(header, address("192.0.2." + std::to_string(checks + 1)))), "wrong");
    EXPECT_EQ(hash_.checks, ++checks) << "no hash was made";
  }
  EXPECT_THAT(journal_.facts(), ElementsAre("out admin wrong_password 192.0.2.1", "out  unknown_login 192.0.2.2",
                                            "out olga blocked 192.0.2.3", "out admin wrong_password 192.0.2.4",
                                            "out admin empty_password 192.0.2.5", "out strict empty_password 192.0.2.6",
                                            "out tv empty_password 192.0.2.7", "out new no_password 192.0.2.8",
                                            "out  unknown_login 192.0.2.9"));
}

TEST_F(Door, tells_missing_and_malformed_without_a_hash) {
  EXPECT_EQ(said(verify("")), "missing");
  EXPECT_EQ(said(verify("Basic !")), "malformed");
  EXPECT_EQ(hash_.checks, 0);
}

TEST_F(Door, opens_with_an_empty_password_where_both_allow_it) {
  DoorkeeperOptions options;
  options.allow_empty_passwords = true;
  door(options);
  EXPECT_EQ(said(verify(basic("tv", ""))), "tv");
  EXPECT_EQ(said(verify(basic("strict", ""))), "wrong");
  EXPECT_EQ(said(verify(basic("admin", ""))), "wrong");
}

TEST_F(Door, recalls_whom_it_verified_without_a_hash) {
  const auto header = basic("admin", "Secret1");
  EXPECT_EQ(door().recall(header), nullptr);
  ASSERT_TRUE(verify(header));
  ASSERT_NE(door().recall(header), nullptr);
  EXPECT_EQ(door().recall(header)->login, "admin");
  EXPECT_EQ(door().recall(basic("admin", "secret1")), nullptr);
  EXPECT_EQ(door().recall(""), nullptr);
  EXPECT_EQ(said(verify(header)), "admin");
  EXPECT_EQ(hash_.checks, 1);
  EXPECT_THAT(journal_.facts(), ElementsAre("in admin password 192.0.2.1"));
}

TEST_F(Door, forgets_whom_it_verified_after_a_while) {
  const auto header = basic("admin", "Secret1");
  ASSERT_TRUE(verify(header));
  steady_.pass(599s);
  EXPECT_TRUE(door().recall(header));
  steady_.pass(600s);
  EXPECT_FALSE(door().recall(header)) << "idle for ten minutes";
  ASSERT_TRUE(verify(header));
  for (int i = 0; i < 11; ++i) {
    steady_.pass(300s);
    EXPECT_TRUE(door().recall(header));
  }
  steady_.pass(300s);
  EXPECT_FALSE(door().recall(header)) << "an hour";
}

TEST_F(Door, forgets_a_user_the_moment_he_changes_and_nobody_else) {
  const auto change_and_see = [&](auto change) {
    company_ = Company();
    door().directory_changed(company_.directory());
    EXPECT_TRUE(verify(basic("admin", "Secret1")));
    EXPECT_TRUE(verify(basic("Иван", "Пароль1")));
    change();
    door().directory_changed(company_.directory());
    EXPECT_TRUE(door().recall(basic("Иван", "Пароль1"))) << "somebody else was forgotten too";
    return door().recall(basic("admin", "Secret1")) != nullptr;
  };
  EXPECT_TRUE(change_and_see([] {}));
  EXPECT_TRUE(change_and_see([&] { company_.user("admin").language = "en"; }));
  EXPECT_FALSE(change_and_see([&] { company_.user("admin").verifier = "for:another"; }));
  EXPECT_FALSE(change_and_see([&] { company_.user("admin").blocked = true; }));
  EXPECT_FALSE(change_and_see([&] { company_.user("admin").roles = {Company::id(2)}; }));
  EXPECT_FALSE(change_and_see([&] { company_.content.roles[0].privileges.add(core::Privilege::operate); }));
  EXPECT_FALSE(change_and_see([&] { company_.user("admin").login = "root"; }));
  EXPECT_FALSE(change_and_see([&] { company_.user("admin").allow_empty_password = true; }));
  EXPECT_FALSE(change_and_see([&] { company_.content.users.erase(company_.content.users.begin()); }));
}

TEST_F(Door, trusts_no_check_that_a_change_has_overtaken) {
  hash_.hold();
  auto answer = ask(basic("admin", "Secret1"));
  hash_.wait_inside(1);
  company_.user("admin").verifier = "for:another";
  door().directory_changed(company_.directory());
  hash_.release();
  EXPECT_EQ(said(answer.get()), "busy") << "checked against what holds no more";
  EXPECT_FALSE(door().recall(basic("admin", "Secret1")));
  EXPECT_EQ(said(verify(basic("admin", "Secret1"))), "wrong");
}

TEST_F(Door, does_not_hold_an_overtaken_no_against_a_new_password) {
  hash_.hold();
  auto answer = ask(basic("admin", "New"));
  hash_.wait_inside(1);
  company_.user("admin").verifier = "for:" + std::string(websocket_password("New")->text());
  door().directory_changed(company_.directory());
  hash_.release();
  EXPECT_EQ(said(answer.get()), "wrong");
  EXPECT_EQ(said(verify(basic("admin", "New"))), "admin");
}

TEST_F(Door, checks_equal_headers_once) {
  hash_.hold();
  std::vector<std::future<core::AuthResult>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(ask(basic("admin", "Secret1")));
  hash_.wait_inside(1);
  hash_.release();
  for (auto& answer : answers) EXPECT_EQ(said(answer.get()), "admin");
  EXPECT_EQ(hash_.checks, 1);
  EXPECT_EQ(journal_.facts().size(), 1U);
}

TEST_F(Door, says_busy_when_too_many_wait) {
  DoorkeeperOptions options;
  options.hash_threads = 1;
  options.most_queued_strangers = 2;
  door(options);
  hash_.hold();
  std::vector<std::future<core::AuthResult>> answers;
  answers.push_back(ask(basic("admin", "a"), address("192.0.2.1")));
  hash_.wait_inside(1);
  answers.push_back(ask(basic("admin", "b"), address("192.0.2.2")));
  answers.push_back(ask(basic("admin", "c"), address("192.0.2.3")));
  const auto full = ask(basic("admin", "Secret1"), address("192.0.2.4")).get();
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, Kind::busy);
  EXPECT_GE(full.error().retry_after, 1s);
  hash_.release();
  for (auto& answer : answers) EXPECT_EQ(said(answer.get()), "wrong");
  EXPECT_EQ(said(verify(basic("admin", "Secret1"), address("192.0.2.4"))), "admin");
}

TEST_F(Door, lets_known_callers_pass_a_queue_full_of_strangers) {
  DoorkeeperOptions options;
  options.hash_threads = 1;
  options.most_queued_strangers = 1;
  options.cache.total = 1s;
  door(options);
  ASSERT_TRUE(verify(basic("admin", "Secret1"), address("203.0.113.1")));
  steady_.pass(10s);
  hash_.hold();
  auto one = ask(basic("admin", "a"), address("192.0.2.1"));
  hash_.wait_inside(2 - 1);
  auto two = ask(basic("admin", "b"), address("192.0.2.2"));
  EXPECT_EQ(said(ask(basic("admin", "c"), address("192.0.2.3")).get()), "busy");
  auto known = ask(basic("admin", "Secret1"), address("203.0.113.1"));
  hash_.release();
  EXPECT_EQ(said(known.get()), "admin");
  EXPECT_EQ(said(one.get()), "wrong");
  EXPECT_EQ(said(two.get()), "wrong");
}

TEST_F(Door, slows_a_guesser_and_then_refuses_him_without_a_hash) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(said(verify(basic("admin", "guess" + std::to_string(i)))), "wrong") << i;
  const int before = hash_.checks;
  const auto refused = verify(basic("admin", "guess10"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::guessing);
  EXPECT_EQ(refused.error().retry_after, 30s);
  EXPECT_EQ(said(verify(basic("admin", "Secret1"))), "guessing") << "from his own place even the right one must wait";
  EXPECT_EQ(hash_.checks, before);
  EXPECT_EQ(said(verify(basic("admin", "Secret1"), address("198.51.100.7"))), "admin") << "the owner is elsewhere";
  steady_.pass(30s);
  EXPECT_EQ(said(verify(basic("admin", "Secret1"))), "admin");
}

TEST_F(Door, holds_no_slot_while_an_answer_is_slowed) {
  DoorkeeperOptions options;
  options.hash_threads = 1;
  door(options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(said(ask(basic("admin", std::to_string(i))).get()), "wrong");
  auto slowed = ask(basic("admin", "3"));
  EXPECT_EQ(said(ask(basic("Иван", "Пароль1"), address("198.51.100.7")).get()), "Иван");
  EXPECT_EQ(slowed.wait_for(0s), std::future_status::timeout);
  EXPECT_EQ(delays_.waiting().front(), 250ms);
  delays_.run(1s);
  EXPECT_EQ(said(slowed.get()), "wrong");
}

TEST_F(Door, answers_at_once_when_too_many_are_slowed) {
  door();
  delays_.most = 1;  // the tick
  for (int i = 0; i < 10; ++i) EXPECT_EQ(said(ask(basic("admin", std::to_string(i))).get()), "wrong");
}

TEST_F(Door, does_not_slow_the_owner_where_he_is_known) {
  ASSERT_TRUE(verify(basic("admin", "Secret1"), address("203.0.113.1")));
  steady_.pass(2h);
  for (int i = 0; i < 60; ++i) {
    (void)verify(basic("admin", std::to_string(i)), address("198.51.100." + std::to_string(i)));
    (void)verify(basic("user" + std::to_string(i), "x"), address("203.0.113.1"));
  }
  EXPECT_EQ(said(verify(basic("other", "x"), address("203.0.113.1"))), "guessing");
  EXPECT_EQ(said(ask(basic("admin", "Secret1"), address("203.0.113.1")).get()), "admin") << "nothing ran the delays";
}

TEST_F(Door, lets_a_program_with_an_old_password_not_take_the_place_of_its_owner) {
  for (int i = 0; i < 500; ++i) (void)verify(basic("admin", "old"));
  EXPECT_EQ(hash_.checks, 1) << "the same wrong words cost one hash";
  EXPECT_EQ(said(verify(basic("admin", "old"))), "guessing");
  EXPECT_EQ(said(verify(basic("admin", "Secret1"))), "admin");
}

TEST_F(Door, checks_wrong_words_anew_when_the_directory_changed) {
  EXPECT_EQ(said(verify(basic("admin", "New"))), "wrong");
  company_.user("admin").verifier = "for:" + std::string(websocket_password("New")->text());
  door().directory_changed(company_.directory());
  EXPECT_EQ(said(verify(basic("admin", "New"))), "admin");
}

TEST_F(Door, opens_with_a_token_within_its_scopes) {
  company_.add_token(50, "otk_good", "Иван");
  company_.add_token(51, "otk_admin", "admin");
  EXPECT_EQ(said(verify("Bearer otk_good")), "Иван");
  const auto identity = verify("Bearer otk_good");
  EXPECT_EQ((*identity)->token, Company::id(50));
  EXPECT_TRUE((*identity)->privileges.has(core::Privilege::webapi_execute));
  const auto bounded = verify("Bearer otk_admin");
  EXPECT_EQ((*bounded)->privileges, core::Privileges{}) << "scopes give what the user has not";
  EXPECT_TRUE(door().recall("Bearer otk_good"));
  EXPECT_EQ(hash_.checks, 0);
  EXPECT_EQ(journal_.facts().front(), "in Иван token 192.0.2.1");
}

TEST_F(Door, refuses_unknown_expired_and_revoked_tokens_and_blocked_owners) {
  company_.add_token(50, "otk_expired", "Иван").expires = clock_.now();
  company_.add_token(51, "otk_revoked", "Иван").revoked = clock_.now();
  company_.add_token(52, "otk_blocked", "olga");
  for (const char* token : {"otk_none", "otk_expired", "otk_revoked", "otk_blocked"}) {
    EXPECT_EQ(said(verify(std::string("Bearer ") + token)), "wrong") << token;
  }
  EXPECT_THAT(journal_.facts(), ElementsAre("out  unknown_token 192.0.2.1", "out Иван expired_token 192.0.2.1",
                                            "out Иван revoked_token 192.0.2.1", "out olga blocked 192.0.2.1"));
}

TEST_F(Door, forgets_a_token_at_once_when_revoked_and_in_time_when_it_expires) {
  auto& token = company_.add_token(50, "otk_good", "Иван");
  token.expires = clock_.now() + 60s;
  ASSERT_TRUE(verify("Bearer otk_good"));
  steady_.pass(59s);
  EXPECT_TRUE(door().recall("Bearer otk_good"));
  steady_.pass(1s);
  EXPECT_FALSE(door().recall("Bearer otk_good"));

  ASSERT_TRUE(verify("Bearer otk_good"));
  company_.content.tokens[0].revoked = clock_.now();
  door().directory_changed(company_.directory());
  EXPECT_FALSE(door().recall("Bearer otk_good"));
}

TEST_F(Door, stops_those_who_try_tokens_but_never_a_right_one) {
  company_.add_token(50, "otk_good", "Иван");
  int refused = 0;
  for (int i = 0; i < 100; ++i) refused += said(verify("Bearer otk_" + std::to_string(i))) == "guessing" ? 1 : 0;
  EXPECT_EQ(refused, 40);
  EXPECT_EQ(said(verify("Bearer otk_good")), "Иван");
  EXPECT_EQ(said(verify(basic("admin", "Secret1"))), "admin");
}

TEST_F(Door, notes_the_use_of_tokens_lazily) {
  company_.add_token(50, "otk_good", "Иван");
  ASSERT_TRUE(verify("Bearer otk_good"));
  ASSERT_EQ(used_.size(), 1U);
  EXPECT_EQ(used_[0], std::pair(Company::id(50), clock_.now()));
  steady_.pass(10s);
  clock_.pass(10s);
  for (int i = 0; i < 100; ++i) (void)door().recall("Bearer otk_good");
  EXPECT_EQ(used_.size(), 1U);
  steady_.pass(50s);
  clock_.pass(50s);
  delays_.run(1h);
  ASSERT_EQ(used_.size(), 2U);
  EXPECT_EQ(used_[1].second, clock_.now() - 50s);
  delays_.run(1h);
  EXPECT_EQ(used_.size(), 2U);
}

TEST_F(Door, sums_up_refusals_that_it_did_not_check) {
  for (int i = 0; i < 30; ++i) (void)verify(basic("admin", std::to_string(i)));
  EXPECT_EQ(journal_.facts().size(), 10U);
  delays_.run(1h);
  ASSERT_EQ(journal_.facts().size(), 11U);
  EXPECT_THAT(journal_.facts().back(), HasSubstr("20 refused for guessing"));
  delays_.run(1h);
  EXPECT_EQ(journal_.facts().size(), 11U) << "nothing new, nothing told";
}

TEST_F(Door, tells_so_many_refusals_singly_and_no_more) {
  DoorkeeperOptions options;
  options.refusals_told_burst = 5;
  door(options);
  for (int i = 0; i < 20; ++i)
    (void)verify(basic("user", std::to_string(i)), address("198.51.100." + std::to_string(i)));
  EXPECT_EQ(journal_.facts().size(), 5U);
  delays_.run(1h);
  EXPECT_THAT(journal_.facts().back(), HasSubstr("15 wrong not told singly"));
}

TEST_F(Door, answers_everybody_when_it_stops) {
  DoorkeeperOptions options;
  options.hash_threads = 1;
  door(options);
  for (int i = 0; i < 3; ++i) (void)verify(basic("admin", std::to_string(i)));
  auto slowed = ask(basic("admin", "3"));
  while (delays_.waiting().size() < 2) std::this_thread::yield();
  hash_.hold();
  auto running = ask(basic("Иван", "Пароль1"), address("198.51.100.1"));
  hash_.wait_inside(1);
  auto queued = ask(basic("Иван", "other"), address("198.51.100.2"));
  std::thread stopper([&] { door().stop(); });
  EXPECT_EQ(said(queued.get()), "busy");
  hash_.release();
  stopper.join();
  EXPECT_EQ(said(running.get()), "Иван");
  EXPECT_EQ(said(slowed.get()), "wrong");
  EXPECT_EQ(said(ask(basic("admin", "Secret1"), address("198.51.100.3")).get()), "busy");
}

TEST_F(DoorkeeperTest, forgets_empty_passwords_when_they_are_not_allowed_any_more) {
  DoorkeeperOptions options;
  options.allow_empty_passwords = true;
  door(options);
  EXPECT_EQ(said(verify(basic("tv", ""))), "tv");
  EXPECT_EQ(said(verify(basic("admin", "Secret1"))), "admin");
  EXPECT_TRUE(door().recall(basic("tv", "")));
  options.allow_empty_passwords = false;
  door().use(options);
  EXPECT_FALSE(door().recall(basic("tv", "")));
  EXPECT_EQ(said(verify(basic("tv", ""))), "wrong");
  options.allow_empty_passwords = true;
  door().use(options);
  EXPECT_EQ(said(verify(basic("tv", ""))), "tv") << "it is not remembered as wrong";
}

TEST_F(DoorkeeperTest, does_not_remember_an_empty_password_that_was_checked_while_that_ended) {
  DoorkeeperOptions options;
  options.allow_empty_passwords = true;
  door(options);
  hash_.hold();
  auto answer = ask(basic("tv", ""));
  hash_.wait_inside(1);
  options.allow_empty_passwords = false;
  door().use(options);
  hash_.release();
  EXPECT_EQ(said(answer.get()), "busy") << "judged by what holds no more: to be asked again";
  EXPECT_FALSE(door().recall(basic("tv", "")));
}

TEST_F(DoorkeeperTest, has_a_verifier_renewed_once_the_right_password_comes_and_the_cost_is_another) {
  hash_.dearer = "!";
  verify(basic("admin", "wrong"));
  EXPECT_TRUE(renewed_.empty());
  EXPECT_EQ(said(verify(basic("admin", "Secret1"))), "admin");
  door().stop();  // the renewal comes after the answer
  ASSERT_EQ(renewed_.size(), 1U);
  const auto& [user, before, after] = renewed_.front();
  EXPECT_EQ(user, company_.user("admin").id);
  EXPECT_EQ(before, company_.user("admin").verifier);
  EXPECT_EQ(after, before + "!");
}

TEST_F(DoorkeeperTest, leaves_a_verifier_of_the_same_cost_alone) {
  verify(basic("admin", "Secret1"));
  door().stop();
  EXPECT_TRUE(renewed_.empty());
}

TEST_F(DoorkeeperTest, counts_what_it_refuses) {
  DoorkeeperOptions options;
  options.guessing.pair_burst = 2;
  door(options);
  for (const char* password : {"a", "b", "c"}) verify(basic("admin", password));
  const auto figures = door().figures();
  EXPECT_EQ(figures.refused.wrong, 2U);
  EXPECT_EQ(figures.refused.guessing, 1U);
  EXPECT_EQ(figures.refused.busy, 0U);
  EXPECT_EQ(figures.queued, 0U);
}

}  // namespace
}  // namespace otklik::access
