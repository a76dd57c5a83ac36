#include <gtest/gtest.h>

#include "no_calls.hpp"
#include "no_company.hpp"
#include "no_plugins.hpp"
#include "unit/core/plan/company.hpp"
#include "unit/web_api/fake_connection.hpp"
#include "unit/web_api/fake_ports.hpp"
#include "web_api/web_api.hpp"

namespace otklik::web_api {
namespace {

using test::body_of;
using test::header_of;

class UserStateMethods : public testing::Test {
 protected:
  UserStateMethods() {
    authenticator_.remembered[test::basic("api", "secret")] = test::identity("api");
    company_.people = std::make_shared<const core::Directory>(core::company::directory());
    company_.numbers = std::make_shared<const core::Plan>(core::company::plan());
  }
  /// Puts users into states, by what makes them so.
  void put(std::vector<core::UserStanding> standings) {
    core::SharedMapWriter<Uuid, core::UserStanding> users;
    for (auto& standing : standings) {
      const Uuid user = standing.user;
      users.put(user, std::move(standing));
    }
    auto now = std::make_shared<core::Overview>();
    now->states.users = users.snapshot();
    company_.now = std::move(now);
  }
  net::Response& get(std::string_view target, std::string_view more = {}) {
    if (!api_) {
      api_ = std::make_unique<WebApi>(WebApi::Ports{authenticator_, passwords_, scripts_, files_, stored_, uploads_,
                                                    licensing_, avatars_, plugins_, company_, states_, calls_, clock_},
                                      Options{}, VersionFigures{"1", "1", "1", "1", "1", {"1", "1"}});
    }
    sent_ = std::make_unique<test::SentRequest>("GET " + std::string(target) + " HTTP/1.1\nHost: x\nAuthorization: " +
                                                test::basic("api", "secret") + std::string(more));
    connection_ = std::make_shared<net::Connection>();
    api_->serve(sent_->request(), connection_->responder());
    EXPECT_EQ(connection_->answers, 1) << target;
    if (!connection_->response) connection_->response.emplace();
    return *connection_->response;
  }
  const core::StateRequest& wanted() { return states_.asked.back().wanted; }

  test::FakeAuthenticator authenticator_;
  test::FakePasswords passwords_;
  test::FakeUploads uploads_;
  test::FakeScripts scripts_;
  test::FakeFiles files_;
  test::FakeStoredFiles stored_;
  test::FakeLicensing licensing_;
  test::FakeAvatars avatars_;
  test::NoPlugins plugins_;
  test::FakeCompany company_;
  test::FakeStateDesk states_;
  test::FakeCalls calls_;
  WallClock clock_;
  std::unique_ptr<WebApi> api_;
  std::unique_ptr<test::SentRequest> sent_;
  std::shared_ptr<net::Connection> connection_;
};

TEST_F(UserStateMethods, tell_a_state_as_the_description_prints_it) {
  put({{.user = core::company::user(1), .state = core::UserState::ready, .phones = 1}});
  const std::string id = core::company::user(1).text();
  auto& answer = get("/tst_getuserstate?iduser=" + id);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body_of(answer), R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="userstate" count="1">
    <property_set name="user" id=")" +
                                 id + R"(">
      <property_simple key="id" value=")" +
                                 id + R"(" />
      <property_simple key="state" value="1" name="usReady" />
    </property_set>
  </data>
</oktellxmlmapper>)");
}

TEST_F(UserStateMethods, find_the_user_by_every_parameter) {
  const std::string ivan = core::company::user(1).text();
  for (const std::string query :
       {"iduser=IVAN", "user=ivan", "login=ivan", "number=101", "line=16001", "wp=OPERATOR1", "iduser=101",
        "user=%D0%98%D0%B2%D0%B0%D0%BD%20%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2"}) {
    EXPECT_NE(body_of(get("/tst_getuserstate?" + query)).find(ivan), std::string::npos) << query;
  }
  EXPECT_EQ(get("/tst_getuserstate").status, 400);
  EXPECT_EQ(get("/tst_getuserstate?iduser=").status, 400);
  EXPECT_EQ(get("/tst_getuserstate?iduser=nobody").status, 404);
  EXPECT_EQ(get("/tst_getuserstate?number=120").status, 409);
  EXPECT_EQ(get("/tst_getuserstate?user=ivan&line=16002").status, 409);
}

TEST_F(UserStateMethods, name_every_state) {
  using core::UserState;
  for (const auto& [state, name] : {std::pair{UserState::disconnected, R"(value="0" name="usDisconnected")"},
                                    {UserState::ready, R"(value="1" name="usReady")"},
                                    {UserState::on_break, R"(value="2" name="usLunch")"},
                                    {UserState::away, R"(value="3" name="usAway")"},
                                    {UserState::busy, R"(value="5" name="usFullbusy")"},
                                    {UserState::reserved, R"(value="6" name="usReserved")"},
                                    {UserState::no_phone, R"(value="7" name="usNoPhone")"}}) {
    put({{.user = core::company::user(1), .state = state}});
    EXPECT_NE(body_of(get("/tst_getuserstate?user=ivan")).find(name), std::string::npos) << name;
  }
  EXPECT_NE(
      body_of(get("/tst_getuserstate?user=maria&format=json")).find(R"("state":{"value":0,"name":"usDisconnected"})"),
      std::string::npos);
}

TEST_F(UserStateMethods, count_who_is_ready_and_busy_behind_a_number) {
  put({{.user = core::company::user(1), .state = core::UserState::ready, .phones = 1},
       {.user = core::company::user(2), .state = core::UserState::busy, .phones = 1, .talks = 1}});
  EXPECT_EQ(body_of(get("/tst_getintnumberreadyusers?number=120")),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<group name=\"120\" ready=\"1\" busy=\"1\">\n"
            "  <element name=\"101\"/>\n</group>");
  EXPECT_EQ(body_of(get("/tst_getintnumberreadyusers?number=102")),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<group name=\"102\" ready=\"0\" busy=\"1\"/>");
  EXPECT_EQ(body_of(get("/tst_getintnumberreadyusers?number=120&format=json")),
            R"({"group":{"name":"120","ready":1,"busy":1,"elements":["101"]}})");
  EXPECT_EQ(header_of(*connection_->response, "Content-Type"), "application/json; charset=utf-8");
}

TEST_F(UserStateMethods, count_neither_who_is_on_a_break_nor_who_has_no_phone) {
  put({{.user = core::company::user(1), .state = core::UserState::on_break, .phones = 1},
       {.user = core::company::user(2), .state = core::UserState::no_phone, .sessions = 1}});
  EXPECT_NE(body_of(get("/tst_getintnumberreadyusers?number=120")).find(R"(ready="0" busy="0")"), std::string::npos);
  put({{.user = core::company::user(1), .state = core::UserState::reserved, .phones = 1}});
  EXPECT_NE(body_of(get("/tst_getintnumberreadyusers?number=120")).find(R"(ready="0" busy="1")"), std::string::npos);
}

TEST_F(UserStateMethods, know_no_ready_users_of_what_is_no_standard_number) {
  EXPECT_EQ(get("/tst_getintnumberreadyusers").status, 400);
  EXPECT_EQ(get("/tst_getintnumberreadyusers?number=").status, 400);
  EXPECT_EQ(get("/tst_getintnumberreadyusers?number=555").status, 404);
  EXPECT_EQ(get("/tst_getintnumberreadyusers?number=ivan").status, 404);
}

TEST_F(UserStateMethods, bring_every_part_of_a_request_to_the_desk) {
  auto& answer =
      get("/WP_SetUserState/?user=ivan&userstateid=2&oncallcenter=1&onccmanual=0&onlunch=true&onredirect=false"
          "&lunchreasonid=1001&lunchreasonmsg=%D0%9E%D0%B1%D0%B5%D0%B4");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body_of(answer), "");
  EXPECT_EQ(header_of(answer, "X-Action-Result"), "");
  ASSERT_EQ(states_.asked.size(), 1U);
  EXPECT_EQ(states_.asked[0].user, core::company::user(1));
  EXPECT_EQ(states_.asked[0].login, "ivan");
  EXPECT_EQ(states_.asked[0].by, "api");
  EXPECT_EQ(wanted(), (core::StateRequest{.state = 2,
                                          .on_redirect = false,
                                          .on_callcenter = true,
                                          .on_cc_manual = false,
                                          .on_lunch = true,
                                          .reason_id = 1001,
                                          .reason_text = "Обед"}));
}

TEST_F(UserStateMethods, answer_200_whatever_was_possible_and_say_what_was_not) {
  states_.outcome.refusals = {core::StateRefusal::talking, core::StateRefusal::not_in_callcenter};
  auto& answer = get("/wp_setuserstate?user=ivan&userstateid=1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(body_of(answer), "");
  EXPECT_EQ(header_of(answer, "X-Action-Result"), "talking, not_in_callcenter");
  EXPECT_EQ(get("/wp_setuserstate?user=ivan&userstateid=77").status, 200);
  EXPECT_EQ(wanted().state, 77);
}

TEST_F(UserStateMethods, ask_nothing_where_nothing_is_wanted) {
  EXPECT_EQ(get("/wp_setuserstate?user=ivan").status, 200);
  EXPECT_EQ(get("/wp_setuserstate?user=ivan&userstateid=").status, 200);
  EXPECT_TRUE(states_.asked.empty());
}

TEST_F(UserStateMethods, find_a_user_without_a_line) {
  EXPECT_EQ(get("/wp_setuserstate?user=petr&userstateid=3").status, 200);
  EXPECT_EQ(states_.asked.back().login, "petr");
}

TEST_F(UserStateMethods, refuse_a_request_that_names_nobody_or_holds_no_number) {
  EXPECT_EQ(get("/wp_setuserstate?userstateid=1").status, 400);
  EXPECT_EQ(get("/wp_setuserstate?user=nobody&userstateid=1").status, 404);
  EXPECT_EQ(get("/wp_setuserstate?line=16003&userstateid=1").status, 404);
  EXPECT_EQ(get("/wp_setuserstate?line=16001&user=maria&userstateid=1").status, 409);
  EXPECT_EQ(get("/wp_setuserstate?user=ivan&userstateid=ready").status, 400);
  EXPECT_EQ(get("/wp_setuserstate?user=ivan&userstateid=99999999999").status, 400);
  EXPECT_EQ(get("/wp_setuserstate?user=ivan&onlunch=2").status, 400);
  EXPECT_EQ(get("/wp_setuserstate?user=ivan&lunchreasonid=x").status, 400);
  EXPECT_TRUE(states_.asked.empty());
}

TEST_F(UserStateMethods, tell_that_the_server_is_stopping) {
  states_.refusal = Error(ErrorCode::unavailable);
  EXPECT_EQ(get("/wp_setuserstate?user=ivan&userstateid=1").status, 503);
}

}  // namespace
}  // namespace otklik::web_api
