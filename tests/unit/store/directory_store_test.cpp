#include "store/directory/directory_store.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "store/directory/directory_rows.hpp"
#include "store/schema.hpp"
#include "unit/store/place.hpp"

namespace otklik::store {
namespace {

using core::Privilege;
using core::Privileges;

class FakeMaker final : public core::CredentialMaker {
 public:
  Result<std::string> verifier_of(std::string_view password) override { return "verifier of " + std::string(password); }
  core::NewToken new_token() override {
    core::NewToken token;
    token.text = "otk_" + std::to_string(++made_);
    token.hash[0] = static_cast<std::uint8_t>(made_);
    return token;
  }

 private:
  std::atomic<int> made_ = 0;
};

class FakeClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  Time now_{std::chrono::seconds(1'000'000'000)};
};

Privileges privileges(std::initializer_list<Privilege> list) {
  Privileges all;
  for (const auto p : list) all.add(p);
  return all;
}

template <class T>
ErrorCode code(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? ErrorCode::internal : result.error().code;
}

class Store : public ::testing::Test {
 protected:
  void SetUp() override {
    {
      auto connection = db::Connection::open(place_->options());
      ASSERT_TRUE(connection) << connection.error().message;
      ASSERT_TRUE(db::upgrade_schema(**connection, schema()));
    }
    reopen();
    ASSERT_TRUE(
        store_->add_role("administrator", privileges({Privilege::admin_manage, Privilege::webapi_execute}), "shell"));
    ASSERT_TRUE(store_->add_role("operator", privileges({Privilege::operate}), "shell"));
    ASSERT_TRUE(store_->add_user({.login = "admin", .password = "Secret1", .roles = {"administrator"}}, "shell"));
  }

  void reopen(DirectoryOptions options = {}) {
    store_.reset();
    database_.reset();
    auto database = db::Database::open({.connection = place_->options()});
    ASSERT_TRUE(database) << database.error().message;
    database_ = std::move(*database);
    auto store = DirectoryStore::open(*database_, maker_, clock_, options);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    store_->listen([this](std::shared_ptr<const core::Directory> directory, const core::DirectoryChanged& fact) {
      heard_.push_back(fact.what + " " + fact.key + " " + fact.by);
      heard_generation_ = directory->generation();
    });
  }

  std::unique_ptr<otklik::testing::Place> place_ = otklik::testing::fresh_place();
  FakeMaker maker_;
  FakeClock clock_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<DirectoryStore> store_;
  std::vector<std::string> heard_;
  std::uint64_t heard_generation_ = 0;
};

TEST_F(Store, keeps_everything_of_a_user) {
  const auto added = store_->add_user({.login = "Мария",
                                       .name = "Мария О'Нил",
                                       .department = "Поддержка",
                                       .language = "ru",
                                       .password = "Пароль1",
                                       .roles = {"OPERATOR"}},
                                      "admin");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->created, clock_.now());
  reopen();
  const auto directory = store_->directory();
  const core::User* user = directory->user_by_login("мАРИЯ");
  ASSERT_NE(user, nullptr);
  EXPECT_EQ(*user, *added);
  EXPECT_EQ(user->verifier, "verifier of Пароль1");
  EXPECT_EQ(directory->department(user->department)->name, "Поддержка");
  EXPECT_EQ(directory->privileges_of(*user), privileges({Privilege::operate}));
}

TEST_F(Store, takes_each_login_once_in_any_case) {
  ASSERT_TRUE(store_->add_user({.login = "Ёжик"}, "admin"));
  EXPECT_EQ(code(store_->add_user({.login = "ёЖИК"}, "admin")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->add_user({.login = "ADMIN"}, "admin")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->set_user("ёжик", {.login = "Admin"}, "admin")), ErrorCode::conflict);
  EXPECT_TRUE(store_->set_user("ёжик", {.login = "ЁЖИК"}, "admin")) << "his own login in another case is his";
}

TEST_F(Store, says_what_is_wrong_with_a_new_user) {
  EXPECT_EQ(code(store_->add_user({.login = "a:b"}, "admin")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->add_user({.login = "a", .language = "de"}, "admin")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->add_user({.login = "a", .roles = {"king"}}, "admin")), ErrorCode::not_found);
  EXPECT_EQ(code(store_->add_user({.login = "a", .department = "a\nb"}, "admin")), ErrorCode::bad_request);
  const auto bad = store_->add_user({.login = "a", .password = "日"}, "admin");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, ::testing::HasSubstr("日"));
  EXPECT_EQ(store_->directory()->users().size(), 1U);
  EXPECT_EQ(heard_.size(), 3U) << "what failed was told";
}

TEST_F(Store, changes_only_what_is_given) {
  ASSERT_TRUE(store_->add_user({.login = "ivan", .name = "Иван", .department = "A", .roles = {"operator"}}, "admin"));
  clock_.now_ += std::chrono::seconds(5);
  const auto changed = store_->set_user("IVAN", {.name = "Иван Петров", .add_roles = {"administrator"}}, "admin");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->login, "ivan");
  EXPECT_EQ(changed->name, "Иван Петров");
  EXPECT_EQ(changed->roles.size(), 2U);
  EXPECT_EQ(changed->changed - changed->created, std::chrono::seconds(5));
  const auto fewer = store_->set_user(changed->id.text(), {.remove_roles = {"operator"}}, "admin");
  ASSERT_TRUE(fewer);
  EXPECT_EQ(fewer->roles, std::vector<Uuid>{store_->directory()->role_by_name("administrator")->id});
  EXPECT_EQ(code(store_->set_user("nobody", {}, "admin")), ErrorCode::not_found);
}

TEST_F(Store, remembers_whose_picture_is_whose) {
  const auto admin = store_->directory()->user_by_login("admin")->id;
  EXPECT_EQ(store_->set_avatar("ADMIN", "one.jpg", "shell").value(), "");
  EXPECT_EQ(store_->set_avatar(admin.text(), "two.png", "admin").value(), "one.jpg");
  EXPECT_EQ(code(store_->set_avatar("nobody", "three.png", "admin")), ErrorCode::not_found);
  EXPECT_EQ(heard_.back(), "user.avatar " + admin.text() + " admin");
  ASSERT_TRUE(store_->set_user("admin", {.name = "The Admin"}, "admin"));
  reopen();
  const auto directory = store_->directory();
  EXPECT_EQ(directory->user(admin)->avatar, "two.png");
  EXPECT_EQ(directory->user_by_avatar("two.png"), directory->user(admin));
  EXPECT_EQ(directory->user_by_avatar("one.jpg"), nullptr);
  EXPECT_EQ(directory->user_by_avatar(""), nullptr);
}

TEST_F(Store, keeps_a_department_while_somebody_is_in_it) {
  ASSERT_TRUE(store_->add_user({.login = "ivan", .department = "Продажи"}, "admin"));
  ASSERT_TRUE(store_->add_user({.login = "olga", .department = "ПРОДАЖИ"}, "admin"));
  EXPECT_EQ(store_->directory()->departments().size(), 1U);
  ASSERT_TRUE(store_->set_user("ivan", {.department = ""}, "admin"));
  EXPECT_EQ(store_->directory()->departments().size(), 1U);
  ASSERT_TRUE(store_->remove_user("olga", "admin"));
  EXPECT_EQ(store_->directory()->departments().size(), 0U);
}

TEST_F(Store, never_loses_its_last_administrator) {
  EXPECT_EQ(code(store_->remove_user("admin", "x")), ErrorCode::state_not_allowed);
  EXPECT_EQ(code(store_->block_user("admin", true, "x")), ErrorCode::state_not_allowed);
  EXPECT_EQ(code(store_->set_user("admin", {.roles = std::vector<std::string>{"operator"}}, "x")),
            ErrorCode::state_not_allowed);
  EXPECT_EQ(code(store_->set_role("administrator", {.privileges = Privileges{}}, "x")), ErrorCode::state_not_allowed);
  EXPECT_EQ(code(store_->remove_role("administrator", true, "x")), ErrorCode::state_not_allowed);
  EXPECT_EQ(store_->directory()->administrators(), 1U);
  ASSERT_TRUE(store_->add_user({.login = "second", .roles = {"administrator"}}, "x"));
  EXPECT_TRUE(store_->remove_user("admin", "x"));
  EXPECT_EQ(code(store_->block_user("second", true, "x")), ErrorCode::state_not_allowed);
}

TEST_F(Store, keeps_one_of_two_administrators_that_remove_each_other) {
  ASSERT_TRUE(store_->add_user({.login = "second", .roles = {"administrator"}}, "x"));
  // Another program on the same database: what keeps order is the database, not our one writer.
  auto other_database = db::Database::open({.connection = place_->options()});
  ASSERT_TRUE(other_database);
  auto other = DirectoryStore::open(**other_database, maker_, clock_, {});
  ASSERT_TRUE(other);
  {
    std::jthread one([&] { (void)store_->remove_user("admin", "second"); });
    std::jthread two([&] { (void)(*other)->remove_user("second", "admin"); });
  }
  const auto directory = store_->reload("test");
  ASSERT_TRUE(directory);
  EXPECT_EQ((*directory)->administrators(), 1U);
}

TEST_F(Store, blocks_and_lets_in_again) {
  ASSERT_TRUE(store_->add_user({.login = "ivan"}, "admin"));
  EXPECT_TRUE(store_->block_user("ivan", true, "admin")->blocked);
  EXPECT_FALSE(store_->block_user("ivan", false, "admin")->blocked);
}

TEST_F(Store, allows_an_empty_password_only_where_server_and_user_do) {
  ASSERT_TRUE(store_->add_user({.login = "tv", .allow_empty_password = true}, "admin"));
  EXPECT_EQ(code(store_->set_password("tv", "", "admin")), ErrorCode::bad_request);
  reopen({.allow_empty_passwords = true});
  EXPECT_EQ(code(store_->set_password("admin", "", "admin")), ErrorCode::bad_request);
  const auto done = store_->set_password("tv", "", "admin");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->verifier, "verifier of ");
}

TEST_F(Store, changes_passwords_by_the_rules) {
  EXPECT_EQ(store_->set_password("admin", "Новый1", "admin")->verifier, "verifier of Новый1");
  EXPECT_EQ(code(store_->set_password("admin", "naïve", "admin")), ErrorCode::bad_request);
  EXPECT_EQ(code(store_->set_password("nobody", "x", "admin")), ErrorCode::not_found);
  reopen({.passwords = {.least = 8}});
  EXPECT_EQ(code(store_->set_password("admin", "short", "admin")), ErrorCode::bad_request);
}

TEST_F(Store, keeps_a_role_that_is_in_use_unless_forced) {
  ASSERT_TRUE(store_->add_user({.login = "ivan", .roles = {"operator"}}, "admin"));
  EXPECT_EQ(code(store_->remove_role("operator", false, "admin")), ErrorCode::state_not_allowed);
  EXPECT_TRUE(store_->remove_role("operator", true, "admin"));
  EXPECT_TRUE(store_->directory()->user_by_login("ivan")->roles.empty());
  EXPECT_EQ(code(store_->remove_role("operator", false, "admin")), ErrorCode::not_found);
}

TEST_F(Store, renames_roles_and_takes_each_name_once) {
  EXPECT_EQ(code(store_->add_role("Operator", {}, "admin")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->set_role("operator", {.name = "ADMINISTRATOR"}, "admin")), ErrorCode::conflict);
  EXPECT_EQ(code(store_->add_role(" ", {}, "admin")), ErrorCode::bad_request);
  const auto role =
      store_->set_role("operator", {.name = "Оператор", .privileges = privileges({Privilege::supervise})}, "admin");
  ASSERT_TRUE(role);
  EXPECT_EQ(role->name, "Оператор");
  EXPECT_EQ(*store_->directory()->role_by_name("ОПЕРАТОР"), *role);
}

TEST_F(Store, hands_out_a_token_once_and_keeps_its_hash) {
  const auto made =
      store_->create_token({.user = "admin", .name = "CRM", .expires = clock_.now() + std::chrono::hours(1)}, "admin");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->text, "otk_1");
  EXPECT_EQ(made->token.scopes, privileges({Privilege::admin_manage, Privilege::webapi_execute}));
  reopen();
  core::TokenHash hash{};
  hash[0] = 1;
  const auto directory = store_->directory();
  ASSERT_NE(directory->token_by_hash(hash), nullptr);
  EXPECT_EQ(*directory->token_by_hash(hash), made->token);
}

TEST_F(Store, says_what_is_wrong_with_a_new_token) {
  reopen({.most_tokens_of_a_user = 2});
  EXPECT_EQ(code(store_->create_token({.user = "nobody", .name = "x"}, "admin")), ErrorCode::not_found);
  EXPECT_EQ(code(store_->create_token({.user = "admin", .name = ""}, "admin")), ErrorCode::bad_request);
  EXPECT_EQ(
      code(store_->create_token({.user = "admin", .name = "x", .scopes = privileges({Privilege::operate})}, "admin")),
      ErrorCode::bad_request);
  EXPECT_EQ(code(store_->create_token({.user = "admin", .name = "x", .scopes = Privileges{}}, "admin")),
            ErrorCode::bad_request);
  EXPECT_EQ(code(store_->create_token({.user = "admin", .name = "x", .expires = clock_.now()}, "admin")),
            ErrorCode::bad_request);
  ASSERT_TRUE(store_->create_token({.user = "admin", .name = "x"}, "admin"));
  EXPECT_EQ(code(store_->create_token({.user = "admin", .name = "X"}, "admin")), ErrorCode::conflict);
  ASSERT_TRUE(store_->create_token({.user = "admin", .name = "y"}, "admin"));
  EXPECT_EQ(code(store_->create_token({.user = "admin", .name = "z"}, "admin")), ErrorCode::too_many);
  ASSERT_TRUE(store_->revoke_token("y", "admin"));
  EXPECT_TRUE(store_->create_token({.user = "admin", .name = "y"}, "admin")) << "a revoked one takes no place";
}

TEST_F(Store, revokes_a_token_by_guid_or_by_its_one_name) {
  ASSERT_TRUE(store_->add_user({.login = "ivan", .roles = {"operator"}}, "admin"));
  const auto a = store_->create_token({.user = "admin", .name = "same"}, "admin");
  const auto b = store_->create_token({.user = "ivan", .name = "same"}, "admin");
  ASSERT_TRUE(a && b);
  EXPECT_EQ(code(store_->revoke_token("same", "admin")), ErrorCode::conflict);
  EXPECT_EQ(store_->revoke_token(a->token.id.text(), "admin")->revoked, clock_.now());
  clock_.now_ += std::chrono::seconds(9);
  EXPECT_NE(store_->revoke_token(a->token.id.text(), "admin")->revoked, clock_.now()) << "the first time holds";
  EXPECT_EQ(store_->revoke_token("same", "admin")->id, b->token.id);
  EXPECT_EQ(code(store_->revoke_token("same", "admin")), ErrorCode::not_found);
}

TEST_F(Store, removes_a_user_with_his_tokens) {
  ASSERT_TRUE(store_->add_user({.login = "ivan", .roles = {"operator"}}, "admin"));
  ASSERT_TRUE(store_->create_token({.user = "ivan", .name = "x"}, "admin"));
  const auto removed = store_->remove_user("Ivan", "admin");
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->login, "ivan");
  EXPECT_TRUE(store_->directory()->tokens().empty());
  EXPECT_EQ(store_->directory()->user_by_login("ivan"), nullptr);
}

TEST_F(Store, notes_the_last_use_of_a_token_forwards_only) {
  const auto made = store_->create_token({.user = "admin", .name = "x"}, "admin");
  ASSERT_TRUE(made);
  const auto before = store_->directory()->generation();
  store_->note_token_used(made->token.id, clock_.now() + std::chrono::seconds(2));
  store_->note_token_used(made->token.id, clock_.now() + std::chrono::seconds(1));
  // The writer does things in order: when a further change is done, so are these.
  ASSERT_TRUE(store_->add_user({.login = "after"}, "admin"));
  const auto directory = store_->reload("admin");
  ASSERT_TRUE(directory);
  EXPECT_EQ((*directory)->token(made->token.id)->last_used, clock_.now() + std::chrono::seconds(2));
  EXPECT_EQ((*directory)->generation(), before + 1) << "a use is no change";
}

TEST_F(Store, tells_every_change_with_the_directory_that_holds_it) {
  heard_.clear();
  ASSERT_TRUE(store_->add_user({.login = "ivan"}, "admin"));
  EXPECT_EQ(heard_generation_, store_->directory()->generation());
  ASSERT_TRUE(store_->set_user("ivan", {.name = "И"}, "admin"));
  ASSERT_TRUE(store_->set_password("ivan", "x", "ivan"));
  ASSERT_TRUE(store_->block_user("ivan", true, "admin"));
  ASSERT_TRUE(store_->remove_user("ivan", "shell"));
  EXPECT_THAT(heard_, ::testing::ElementsAre("user.add ivan admin", "user.set ivan admin", "user.passwd ivan ivan",
                                             "user.block ivan admin", "user.remove ivan shell"));
}

TEST_F(Store, sees_what_another_program_changed_when_asked) {
  auto other_database = db::Database::open({.connection = place_->options()});
  ASSERT_TRUE(other_database);
  auto other = DirectoryStore::open(**other_database, maker_, clock_, {});
  ASSERT_TRUE(other);
  ASSERT_TRUE((*other)->add_user({.login = "guest"}, "other"));
  EXPECT_EQ(store_->directory()->user_by_login("guest"), nullptr);
  heard_.clear();
  ASSERT_TRUE(store_->reload("admin"));
  EXPECT_NE(store_->directory()->user_by_login("guest"), nullptr);
  EXPECT_EQ(heard_.size(), 1U);
  ASSERT_TRUE(store_->reload("admin"));
  EXPECT_EQ(heard_.size(), 1U) << "nothing new is no news";
}

TEST_F(Store, serves_changes_from_many_threads) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(store_->add_user({.login = fmt::format("user{}", t * 5 + i), .department = "D"}, "admin"));
        EXPECT_NE(store_->directory()->user_by_login(fmt::format("user{}", t * 5 + i)), nullptr);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(store_->directory()->users().size(), 21U);
}

TEST_F(Store, leaves_a_whole_database) {
  const auto faults = database_->read([](db::Connection& c) { return db::check(c); });
  ASSERT_TRUE(faults);
  EXPECT_TRUE(faults->empty());
}

TEST(PrivilegesText, is_read_as_it_was_written_and_ignores_unknown_words) {
  const auto some = privileges({Privilege::operate, Privilege::webapi_execute});
  EXPECT_EQ(text_of(some), "webapi.execute operate");
  EXPECT_EQ(privileges_in(text_of(some)), some);
  EXPECT_EQ(privileges_in("fly operate  "), privileges({Privilege::operate}));
  EXPECT_EQ(privileges_in(""), Privileges{});
}

TEST_F(Store, keeps_in_step_with_its_tables_change_by_change) {
  const auto is_in_step = [this] {
    const auto whole = database_->read(load_directory);
    ASSERT_TRUE(whole) << whole.error().message;
    const auto& kept = store_->directory()->content();
    const auto& read = (*whole)->content();
    EXPECT_EQ(kept.generation, read.generation);
    EXPECT_EQ(kept.users, read.users);
    EXPECT_EQ(kept.roles, read.roles);
    EXPECT_EQ(kept.departments, read.departments);
    EXPECT_EQ(kept.tokens, read.tokens);
  };
  for (const char* login : {"ягода", "Ёлка", "anna", "Борис", "zoe"}) {
    clock_.now_ += std::chrono::seconds(1);
    ASSERT_TRUE(store_->add_user({.login = login, .department = "Склад", .roles = {"operator"}}, "shell"));
    is_in_step();
  }
  ASSERT_TRUE(store_->set_user("Ёлка", {.login = "aaa", .department = "Офис"}, "shell"));
  is_in_step();
  ASSERT_TRUE(store_->set_user("aaa", {.department = ""}, "shell"));  // the last one leaves the department
  is_in_step();
  ASSERT_TRUE(store_->set_password("anna", "Secret1", "shell"));
  is_in_step();
  ASSERT_TRUE(store_->create_token({.user = "anna", .name = "b"}, "shell"));
  ASSERT_TRUE(store_->create_token({.user = "anna", .name = "a"}, "shell"));  // at the same moment
  is_in_step();
  ASSERT_TRUE(store_->revoke_token("b", "shell"));
  is_in_step();
  ASSERT_TRUE(store_->set_role("operator", {.name = "Оператор"}, "shell"));
  is_in_step();
  ASSERT_TRUE(store_->remove_user("anna", "shell"));  // with her tokens
  is_in_step();
  EXPECT_TRUE(store_->directory()->tokens().empty());
  ASSERT_TRUE(store_->remove_role("Оператор", true, "shell"));  // from everybody
  is_in_step();
  EXPECT_TRUE(store_->directory()->user_by_login("zoe")->roles.empty());
}

TEST_F(Store, sees_what_another_program_changed_at_its_next_change) {
  const auto other = DirectoryStore::open(*database_, maker_, clock_, {});
  ASSERT_TRUE(other);
  ASSERT_TRUE((*other)->add_user({.login = "theirs"}, "them"));
  EXPECT_EQ(store_->directory()->user_by_login("theirs"), nullptr);
  ASSERT_TRUE(store_->add_user({.login = "ours"}, "us"));
  EXPECT_NE(store_->directory()->user_by_login("theirs"), nullptr);
  EXPECT_NE(store_->directory()->user_by_login("ours"), nullptr);
}

TEST_F(Store, renews_a_verifier_unless_the_password_is_another_by_now) {
  const auto user = *store_->directory()->user_by_login("admin");
  ASSERT_TRUE(store_->renew_verifier(user.id, user.verifier, "dearer", "server"));
  reopen();
  EXPECT_EQ(store_->directory()->user(user.id)->verifier, "dearer");
  EXPECT_EQ(store_->directory()->user(user.id)->changed, user.changed) << "he is as he was";
  ASSERT_TRUE(store_->renew_verifier(user.id, user.verifier, "dearest", "server"));
  EXPECT_EQ(store_->directory()->user(user.id)->verifier, "dearer");
  ASSERT_TRUE(store_->renew_verifier(Uuid::random(), "x", "y", "server"));
}

}  // namespace
}  // namespace otklik::store
