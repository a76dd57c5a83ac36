#include "store/plan/plan_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/schema.hpp"
#include "store/directory/directory_store.hpp"
#include "store/schema.hpp"
#include "unit/store/place.hpp"

namespace otklik::store {
namespace {

using core::NumberKind;
using core::TargetKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NoMaker final : public core::CredentialMaker {
 public:
  Result<std::string> verifier_of(std::string_view) override { return "verifier"; }
  core::NewToken new_token() override { return {}; }
};

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  Time now_{std::chrono::seconds(1'000'000'000)};
};

template <class T>
ErrorCode code(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? ErrorCode::internal : result.error().code;
}

SecretBox::Key key(std::uint8_t fill) {
  SecretBox::Key out{};
  out.fill(fill);
  return out;
}

class PlanStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    {
      auto connection = db::Connection::open(place_->options());
      ASSERT_TRUE(connection) << connection.error().message;
      ASSERT_TRUE(db::upgrade_schema(**connection, schema()));
    }
    reopen();
    for (const char* login : {"ivan", "maria"}) ASSERT_TRUE(people_->add_user({.login = login}, "shell"));
    ivan_ = people_->directory()->user_by_login("ivan")->id;
    maria_ = people_->directory()->user_by_login("maria")->id;
  }

  void reopen(std::uint8_t with_key = 1) {
    store_.reset();
    people_.reset();
    database_.reset();
    auto database = db::Database::open({.connection = place_->options()});
    ASSERT_TRUE(database) << database.error().message;
    database_ = std::move(*database);
    auto people = DirectoryStore::open(*database_, maker_, clock_, {});
    ASSERT_TRUE(people) << people.error().message;
    people_ = std::move(*people);
    auto store = PlanStore::open(
        *database_, SecretBox(key(with_key)), [this] { return people_->directory(); }, clock_, options_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    store_->listen([this](std::shared_ptr<const core::Plan> plan, const core::PlanChanged& fact) {
      heard_.push_back(fact.what + " " + fact.key + " " + fact.by);
      heard_generation_ = plan->generation();
    });
  }
  /// Two lines of ivan and maria.
  void add_lines() {
    ASSERT_TRUE(
        store_->add_line({.number = "16001", .user = "ivan", .workplace = "OPERATOR1", .secret = "one"}, "shell"));
    ASSERT_TRUE(store_->add_line({.number = "16002", .user = "maria", .secret = "two"}, "shell"));
  }

  std::unique_ptr<otklik::testing::Place> place_ = otklik::testing::fresh_place();
  NoMaker maker_;
  FakeClock clock_;
  PlanOptions options_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<DirectoryStore> people_;
  std::unique_ptr<PlanStore> store_;
  Uuid ivan_, maria_;
  std::vector<std::string> heard_;
  std::uint64_t heard_generation_ = 0;
};

TEST_F(PlanStoreTest, keeps_everything_of_a_line) {
  const auto added = store_->add_line({.number = "17e014",
                                       .name = "Касса",
                                       .user = "IVAN",
                                       .workplace = "Рабочее место 1",
                                       .sip_user = "kassa",
                                       .secret = "correct horse",
                                       .enabled = false,
                                       .calls_outside = false,
                                       .caller_id = "+74951234567",
                                       .recording = core::LineRecording::never,
                                       .codecs = std::vector<std::string>{"opus", "pcma"},
                                       .answers_by_server = true},
                                      "shell");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->user, ivan_);
  EXPECT_EQ(added->created, clock_.now());
  reopen();
  const auto plan = store_->plan();
  const core::Line* line = plan->line_by_number("17E014");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(*line, *added);
  EXPECT_EQ(line->codecs, (std::vector<std::string>{"opus", "pcma"}));
  EXPECT_EQ(plan->workplace_of_line(line->id)->name, "Рабочее место 1");
  EXPECT_EQ(store_->secret(line->secret), "correct horse");
  ASSERT_TRUE(line->digest);
  EXPECT_EQ(line->digest->ha1_md5, ha1_md5("kassa", "otklik", "correct horse"));
  EXPECT_EQ(line->digest->ha1_sha256, ha1_sha256("kassa", "otklik", "correct horse"));
}

TEST_F(PlanStoreTest, makes_a_random_password_for_a_line_that_brings_none) {
  const auto first = store_->add_line({.number = "16001"}, "shell");
  const auto second = store_->add_line({.number = "16002"}, "shell");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->sip_user, "16001");
  const auto one = store_->secret(first->secret);
  ASSERT_TRUE(one);
  EXPECT_GE(one->size(), 20U);
  EXPECT_NE(*one, *store_->secret(second->secret));
}

TEST_F(PlanStoreTest, keeps_no_password_as_it_is) {
  add_lines();
  const auto rows = database_->read(
      [](db::Connection& connection) { return connection.select<std::string>("SELECT sealed FROM sip_secrets"); });
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 2U);
  for (const auto& [sealed] : *rows) EXPECT_GT(sealed.size(), 30U);
}

TEST_F(PlanStoreTest, gives_no_digest_where_the_key_is_another) {
  add_lines();
  reopen(2);
  const core::Line* line = store_->plan()->line_by_number("16001");
  ASSERT_NE(line, nullptr);
  EXPECT_FALSE(line->digest);
  EXPECT_EQ(code(store_->secret(line->secret)), ErrorCode::failed);
  ASSERT_TRUE(store_->set_line("16001", {.secret = "anew"}, "shell"));
  EXPECT_TRUE(store_->plan()->line_by_number("16001")->digest) << "a new password is under the new key";
}

TEST_F(PlanStoreTest, makes_digests_anew_for_another_realm_and_tells_of_it) {
  add_lines();
  heard_.clear();
  ASSERT_TRUE(store_->use({.realm = "example.net"}, "reload"));
  EXPECT_EQ(store_->plan()->line_by_number("16001")->digest->ha1_md5, ha1_md5("16001", "example.net", "one"));
  EXPECT_THAT(heard_, ElementsAre("reload  reload"));
  ASSERT_TRUE(store_->use({.realm = "example.net"}, "reload"));
  EXPECT_EQ(heard_.size(), 1U);
}

TEST_F(PlanStoreTest, changes_what_is_set_and_nothing_else) {
  add_lines();
  const core::Line before = *store_->plan()->line_by_number("16001");
  clock_.now_ += std::chrono::seconds(5);
  auto changed = store_->set_line("16001", {.name = "Приёмная"}, "admin");
  ASSERT_TRUE(changed);
  core::Line expected = before;
  expected.name = "Приёмная";
  expected.changed = clock_.now();
  EXPECT_EQ(*changed, expected);
  EXPECT_EQ(store_->plan()->workplace_of_line(before.id)->name, "OPERATOR1");
  ASSERT_TRUE(store_->set_line(before.id.text(), {.number = "16009", .user = "", .workplace = ""}, "admin"));
  const auto plan = store_->plan();
  EXPECT_EQ(plan->line_by_number("16001"), nullptr);
  EXPECT_TRUE(plan->line_by_number("16009")->user.is_nil());
  EXPECT_EQ(plan->workplace_of_line(before.id), nullptr);
  EXPECT_EQ(plan->line_by_number("16009")->sip_user, "16001") << "phones go on with the name that they have";
}

TEST_F(PlanStoreTest, drops_the_last_password_when_a_line_gets_another) {
  add_lines();
  const Uuid last = store_->plan()->line_by_number("16001")->secret;
  const auto changed = store_->set_line("16001", {.secret = "new one"}, "admin");
  ASSERT_TRUE(changed);
  EXPECT_EQ(code(store_->secret(last)), ErrorCode::not_found);
  EXPECT_EQ(store_->secret(changed->secret), "new one");
  EXPECT_EQ(heard_.back(), "line.secret 16001 admin");
}

TEST_F(PlanStoreTest, says_what_is_wrong_with_a_line) {
  add_lines();
  EXPECT_EQ(code(store_->add_line({}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->add_line({.number = "16 003"}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->add_line({.number = "16001"}, "shell")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->add_line({.number = "16003", .sip_user = "16001"}, "shell")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->add_line({.number = "16003", .workplace = "operator1"}, "shell")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->add_line({.number = "16003", .user = "nobody"}, "shell")), ErrorCode::not_found);
  EXPECT_EQ(code(store_->add_line({.number = "16003", .secret = ""}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->set_line("16003", {}, "shell")), ErrorCode::not_found);
  EXPECT_EQ(code(store_->remove_line("16003", "shell")), ErrorCode::not_found);
  EXPECT_EQ(store_->plan()->lines().size(), 2U);
}

TEST_F(PlanStoreTest, keeps_numbers_with_their_rules) {
  add_lines();
  ASSERT_TRUE(store_->add_number({.digits = "101", .targets = std::vector<std::string>{"ivan"}}, "shell"));
  const auto group = store_->add_number({.digits = "120",
                                         .name = "Поддержка",
                                         .hunting = core::Hunting::all_at_once,
                                         .targets = std::vector<std::string>{"number:101", "user:maria", "line:16002"},
                                         .ring_time = std::chrono::seconds(30),
                                         .queue_limit = 10,
                                         .longest_wait = std::chrono::seconds(300)},
                                        "shell");
  ASSERT_TRUE(group) << group.error().message;
  EXPECT_EQ(group->rule.name, "Поддержка");
  ASSERT_TRUE(store_->add_number({.digits = "100", .kind = NumberKind::ivr, .scenario = "Greeting"}, "shell"));
  ASSERT_TRUE(store_->add_number(
      {.digits = "199", .kind = NumberKind::special, .special = core::SpecialKind::echo_test}, "shell"));
  ASSERT_TRUE(store_->add_number({.digits = "*1", .kind = NumberKind::speed, .target = "84951234567"}, "shell"));
  ASSERT_TRUE(store_->add_number({.digits = "112", .kind = NumberKind::emergency}, "shell"));
  reopen();
  const auto plan = store_->plan();
  EXPECT_EQ(*plan->number_by_digits("120"), *group);
  EXPECT_EQ(plan->direct_number(ivan_)->digits, "101");
  EXPECT_THAT(plan->users_of(*plan->number_by_digits("120")), ElementsAre(ivan_, maria_));
  EXPECT_EQ(plan->number_by_digits("100")->scenario, "Greeting");
  EXPECT_EQ(plan->number_by_digits("199")->special, core::SpecialKind::echo_test);
  EXPECT_EQ(plan->number_by_digits("*1")->target, "84951234567");
  EXPECT_EQ(plan->number_by_digits("112")->kind, NumberKind::emergency);
}

TEST_F(PlanStoreTest, changes_a_number_and_its_kind) {
  ASSERT_TRUE(store_->add_number({.digits = "101", .targets = std::vector<std::string>{"ivan"}}, "shell"));
  const auto rule = store_->plan()->number_by_digits("101")->rule.id;
  auto changed = store_->set_number("101", {.digits = "111", .targets = std::vector<std::string>{"maria"}}, "admin");
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->rule.id, rule);
  EXPECT_EQ(changed->rule.targets.front().id, maria_);
  changed = store_->set_number("111", {.kind = NumberKind::ivr, .scenario = "Greeting"}, "admin");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->rule, core::Rule{});
  reopen();
  EXPECT_EQ(*store_->plan()->number_by_digits("111"), *changed);
}

TEST_F(PlanStoreTest, says_what_is_wrong_with_a_number) {
  ASSERT_TRUE(store_->add_number({.digits = "101"}, "shell"));
  EXPECT_EQ(code(store_->add_number({.digits = "101"}, "shell")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->add_number({.digits = "ivan"}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->add_number({.digits = "102", .kind = NumberKind::ivr}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->add_number({.digits = "102", .targets = std::vector<std::string>{"nobody"}}, "shell")),
            ErrorCode::not_found);
  EXPECT_EQ(code(store_->add_number({.digits = "102", .targets = std::vector<std::string>{"line:1"}}, "shell")),
            ErrorCode::not_found);
  ASSERT_TRUE(store_->add_number({.digits = "112", .kind = NumberKind::emergency}, "shell"));
  EXPECT_EQ(code(store_->add_number({.digits = "102", .targets = std::vector<std::string>{"number:112"}}, "shell")),
            ErrorCode::bad_request);
  EXPECT_EQ(code(store_->set_number("112", {.ring_time = std::chrono::seconds(5)}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->set_number("199", {}, "shell")), ErrorCode::not_found);
}

TEST_F(PlanStoreTest, removes_a_number_that_others_lead_to_only_when_forced) {
  ASSERT_TRUE(store_->add_number({.digits = "101", .targets = std::vector<std::string>{"ivan"}}, "shell"));
  ASSERT_TRUE(
      store_->add_number({.digits = "120", .targets = std::vector<std::string>{"number:101", "maria"}}, "shell"));
  EXPECT_EQ(code(store_->remove_number("101", false, "shell")), ErrorCode::state_not_allowed);
  EXPECT_EQ(code(store_->set_number("101", {.kind = NumberKind::emergency}, "shell")), ErrorCode::state_not_allowed);
  ASSERT_TRUE(store_->remove_number("101", true, "shell"));
  const auto plan = store_->plan();
  EXPECT_EQ(plan->numbers().size(), 1U);
  EXPECT_THAT(plan->users_of(*plan->number_by_digits("120")), ElementsAre(maria_));
}

TEST_F(PlanStoreTest, takes_a_line_out_of_every_rule_when_it_is_removed) {
  add_lines();
  ASSERT_TRUE(
      store_->add_number({.digits = "120", .targets = std::vector<std::string>{"line:16001", "maria"}}, "shell"));
  const auto removed = store_->remove_line("16001", "shell");
  ASSERT_TRUE(removed);
  const auto plan = store_->plan();
  EXPECT_EQ(plan->lines().size(), 1U);
  EXPECT_THAT(plan->workplaces(), IsEmpty());
  EXPECT_EQ(plan->number_by_digits("120")->rule.targets.size(), 1U);
  EXPECT_EQ(code(store_->secret(removed->secret)), ErrorCode::not_found);
}

TEST_F(PlanStoreTest, lets_lines_and_rules_go_on_without_a_user_who_is_removed) {
  add_lines();
  ASSERT_TRUE(store_->add_number({.digits = "101", .targets = std::vector<std::string>{"ivan"}}, "shell"));
  ASSERT_TRUE(store_->save_redirect({.id = {}, .user = ivan_, .destination = "102"}, "ivan"));
  ASSERT_TRUE(people_->remove_user("ivan", "shell"));
  heard_.clear();
  ASSERT_TRUE(store_->user_removed("ivan", "shell"));
  EXPECT_THAT(heard_, ElementsAre("user.remove ivan shell"));
  const auto plan = store_->plan();
  EXPECT_TRUE(plan->line_by_number("16001")->user.is_nil());
  EXPECT_THAT(plan->number_by_digits("101")->rule.targets, IsEmpty());
  EXPECT_THAT(plan->redirects(), IsEmpty());
  ASSERT_TRUE(store_->reload("directory"));
  EXPECT_EQ(heard_.size(), 1U) << "nothing was new";
}

TEST_F(PlanStoreTest, keeps_everything_of_a_trunk) {
  const auto added = store_->add_trunk({.name = "Provider",
                                        .order = 5,
                                        .enabled = true,
                                        .kind = core::TrunkKind::registering,
                                        .server = "sip.example.net:5080",
                                        .transport = "tls",
                                        .domain = "example.net",
                                        .login = "74951234567",
                                        .secret = "trunk secret",
                                        .sources = std::vector<std::string>{"192.0.2.0/24", "2001:db8::1"},
                                        .caller_id_rule = core::CallerIdRule::of_trunk,
                                        .caller_id = "74951234567",
                                        .prefixes = std::vector<std::string>{"8", "+7"},
                                        .outgoing = "8/1/+7",
                                        .incoming = "7/1/8",
                                        .codecs = std::vector<std::string>{"pcma"},
                                        .most_calls = 30,
                                        .most_calls_an_hour = 100,
                                        .incoming_number = "120"},
                                       "shell");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->number, "13001");
  reopen();
  const core::Trunk* trunk = store_->plan()->trunk_by_name("PROVIDER");
  ASSERT_NE(trunk, nullptr);
  EXPECT_EQ(*trunk, *added);
  EXPECT_EQ(store_->secret(trunk->secret), "trunk secret");
  EXPECT_TRUE(trunk->sources[0].contains(*Address::parse("192.0.2.77")));
  EXPECT_EQ(text_of(trunk->sources[0]), "192.0.2.0/24");
  EXPECT_EQ(text_of(trunk->sources[1]), "2001:db8::1");
}

TEST_F(PlanStoreTest, changes_and_removes_a_trunk) {
  ASSERT_TRUE(store_->add_trunk({.name = "A", .server = "192.0.2.1", .secret = "x"}, "shell"));
  ASSERT_TRUE(store_->add_trunk({.name = "B", .server = "192.0.2.2"}, "shell"));
  EXPECT_EQ(store_->plan()->trunk_by_name("B")->number, "13002");
  EXPECT_EQ(code(store_->add_trunk({.name = "a", .server = "192.0.2.3"}, "shell")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->add_trunk({.name = "C", .number = "13001", .server = "192.0.2.3"}, "shell")),
            ErrorCode::conflict);
  EXPECT_EQ(code(store_->add_trunk({.name = "C"}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->set_trunk("A", {.sources = std::vector<std::string>{"x"}}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->set_trunk("A", {.outgoing = "x"}, "shell")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->set_trunk("C", {}, "shell")), ErrorCode::not_found);
  const auto changed = store_->set_trunk("A", {.order = 9, .secret = ""}, "shell");
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->secret.is_nil());
  EXPECT_EQ(store_->plan()->trunks().front().name, "B");
  ASSERT_TRUE(store_->remove_trunk("13001", "shell"));
  EXPECT_EQ(store_->plan()->trunks().size(), 1U);
}

TEST_F(PlanStoreTest, keeps_rules_of_redirection_each_users_own) {
  core::RedirectRule rule{.id = *Uuid::parse("43dfc0bf-868f-13b9-6674-8025fe75c760"),
                          .user = ivan_,
                          .destination = "102",
                          .priority = 3,
                          .caption = "Правило",
                          .description = "из клиента",
                          .sources = {"8495"},
                          .timetable = *core::parse_timetable("mon-fri 09:00-18:00")};
  ASSERT_TRUE(store_->save_redirect(rule, "ivan"));
  reopen();
  ASSERT_EQ(store_->plan()->redirects().size(), 1U);
  EXPECT_EQ(store_->plan()->redirects().front(), rule);
  rule.destination = "103";
  ASSERT_TRUE(store_->save_redirect(rule, "ivan"));
  EXPECT_EQ(store_->plan()->redirects().front().destination, "103");
  rule.user = maria_;
  EXPECT_EQ(code(store_->save_redirect(rule, "maria")), ErrorCode::forbidden);
  for (int i = 1; i < 20; ++i)
    ASSERT_TRUE(store_->save_redirect({.id = {}, .user = ivan_, .destination = "1"}, "ivan"));
  EXPECT_EQ(code(store_->save_redirect({.id = {}, .user = ivan_, .destination = "1"}, "ivan")), ErrorCode::too_many);
  EXPECT_EQ(code(store_->save_redirect({.id = {}, .user = ivan_, .destination = ""}, "ivan")), ErrorCode::bad_request);
  ASSERT_TRUE(store_->remove_redirect(rule.id, "ivan"));
  EXPECT_EQ(code(store_->remove_redirect(rule.id, "ivan")), ErrorCode::not_found);
}

TEST_F(PlanStoreTest, keeps_recording_rules_in_their_order) {
  std::vector<core::RecordingRule> rules{
      {.id = {}, .record = false, .name = "second", .direction = core::TalkDirection::outgoing, .user = ivan_},
      {.id = {}, .name = "first", .prefix = "8495"}};
  ASSERT_TRUE(store_->set_recording_rules(rules, "shell"));
  reopen();
  const auto plan = store_->plan();
  ASSERT_EQ(plan->recording_rules().size(), 2U);
  EXPECT_EQ(plan->recording_rules()[0].name, "second");
  EXPECT_EQ(plan->recording_rules()[0].direction, core::TalkDirection::outgoing);
  EXPECT_EQ(plan->recording_rules()[0].user, ivan_);
  EXPECT_EQ(plan->recording_rules()[1].prefix, "8495");
  rules[0].prefix = "x";
  EXPECT_EQ(code(store_->set_recording_rules(rules, "shell")), ErrorCode::bad_request);
}

TEST_F(PlanStoreTest, tells_everybody_of_each_change_with_the_newest_plan) {
  add_lines();
  EXPECT_THAT(heard_, ElementsAre("line.add 16001 shell", "line.add 16002 shell"));
  EXPECT_EQ(heard_generation_, store_->plan()->generation());
  const auto before = store_->plan();
  EXPECT_FALSE(store_->set_line("16001", {.codecs = std::vector<std::string>{"x"}}, "shell"));
  EXPECT_EQ(store_->plan(), before) << "what was refused changes nothing";
  EXPECT_EQ(heard_.size(), 2U);
}

TEST_F(PlanStoreTest, refuses_rows_that_nobody_wrote) {
  add_lines();
  ASSERT_TRUE(database_->write([](db::Connection& connection) {
    return connection.execute("UPDATE lines SET recording = 'maybe' WHERE number = '16001'");
  }));
  const auto read = store_->reload("shell");
  EXPECT_EQ(code(read), ErrorCode::failed);
  EXPECT_THAT(read.error().message, HasSubstr("damaged"));
}

}  // namespace
}  // namespace otklik::store
