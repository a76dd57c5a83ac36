#include "store/event_log/event_json.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

namespace otklik::store {
namespace {

using namespace core;

std::string json(const EventBody& body) {
  std::string out;
  append_json(out, body);
  return out;
}

const Uuid run = *Uuid::parse("0f8fad5b-d9cb-469f-a165-70867728950e");
const Uuid user = *Uuid::parse("7c9e6679-7425-40de-944b-e07fc1f90ae7");

TEST(EventJson, is_spelt_as_the_documentation_says) {
  EXPECT_EQ(json(ServerStarted{.version = "0.1"}), R"({"version":"0.1"})");
  EXPECT_EQ(json(ServerStopping{}), "{}");
  EXPECT_EQ(json(ScriptStarted{
                .run = run, .scenario = "Эхо", .code = LaunchCode::http, .user = user, .login = "api", .parent = {}}),
            R"({"run":"0f8fad5b-d9cb-469f-a165-70867728950e","scenario":"Эхо","code":27,)"
            R"("user":"7c9e6679-7425-40de-944b-e07fc1f90ae7","login":"api"})");
  EXPECT_EQ(json(ScriptEnded{.run = run,
                             .scenario = "Echo",
                             .kind = ScriptEnd::Kind::failed,
                             .error = "Echo.lua:1: \"x\"",
                             .took = std::chrono::microseconds(1500),
                             .instructions = 12}),
            R"({"run":"0f8fad5b-d9cb-469f-a165-70867728950e","scenario":"Echo","kind":"failed",)"
            R"("error":"Echo.lua:1: \"x\"","took_us":1500,"instructions":12})");
  EXPECT_EQ(json(LoginSucceeded{.user = user, .login = "api", .by = "password", .address = "127.0.0.1"}),
            R"({"user":"7c9e6679-7425-40de-944b-e07fc1f90ae7","login":"api","by":"password","address":"127.0.0.1"})");
  EXPECT_EQ(json(LoginRefused{.login = "api", .reason = "wrong", .address = "::1"}),
            R"({"login":"api","reason":"wrong","address":"::1"})");
  EXPECT_EQ(json(DirectoryChanged{.what = "user.add", .key = "ivan", .by = "admin"}),
            R"({"what":"user.add","key":"ivan","by":"admin"})");
  Terms terms;
  terms.registration = "1234567";
  terms.owner = "Example";
  terms.not_before = never;
  terms.limits[Licensed::users] = 3;
  EXPECT_EQ(json(LicenceInstalled{.terms = terms, .issuer = "00ff"}),
            R"({"registration":"1234567","owner":"Example","product":"Otklik","versions":"*","issuer":"00ff",)"
            R"("not_before":"31.12.9999","not_after":"31.12.9999","confirm_date":"31.12.9999",)"
            R"("update_limit_date":"31.12.9999","users":3})");
  EXPECT_EQ(json(LicenceRefused{.reason = "expired", .text = "it expired"}),
            R"({"reason":"expired","text":"it expired"})");
  EXPECT_EQ(json(LicenceRemoved{}), "{}");
  EXPECT_EQ(json(PlanChanged{.what = "line.add", .key = "16001", .by = "shell"}),
            R"({"what":"line.add","key":"16001","by":"shell"})");
  EXPECT_EQ(json(LineConnected{.line = run, .number = "16001", .address = "192.0.2.1:5060", .user_agent = "phone/1"}),
            R"({"line":"0f8fad5b-d9cb-469f-a165-70867728950e","number":"16001","address":"192.0.2.1:5060",)"
            R"("agent":"phone/1"})");
  EXPECT_EQ(json(LineDisconnected{.line = run, .number = "16001", .reason = "expired"}),
            R"({"line":"0f8fad5b-d9cb-469f-a165-70867728950e","number":"16001","reason":"expired"})");
  EXPECT_EQ(json(UserStateRequested{.user = user,
                                    .login = "ivan",
                                    .wanted = {.state = 2, .on_callcenter = true, .reason_id = 0, .reason_text = ""},
                                    .by = "vera"}),
            R"({"user":"7c9e6679-7425-40de-944b-e07fc1f90ae7","login":"ivan","state":2,"oncallcenter":true,)"
            R"("reason_id":0,"reason":"","by":"vera"})");
  EXPECT_EQ(json(UserStateChanged{.user = user,
                                  .login = "ivan",
                                  .from = UserState::busy,
                                  .to = UserState::on_break,
                                  .modes = {.on_callcenter = true, .on_lunch = true},
                                  .reason = {.id = 1001, .text = {}},
                                  .cause = StateCause::talk,
                                  .by = {},
                                  .lasted = std::chrono::microseconds(1500)}),
            R"({"user":"7c9e6679-7425-40de-944b-e07fc1f90ae7","login":"ivan","from":5,"to":2,"oncallcenter":true,)"
            R"("onccmanual":false,"onlunch":true,"onredirect":false,"ontask":false,"chosen":"ready",)"
            R"("reason_id":1001,"cause":"talk","lasted_us":1500})");
  EXPECT_EQ(json(EventsLost{.count = 3, .since = Time(std::chrono::microseconds(1'000'000))}),
            R"({"count":3,"since":"1970-01-01T00:00:01.000000Z","since_us":1000000})");
}

TEST(EventJson, takes_the_data_of_a_custom_event_as_json_without_line_breaks) {
  EXPECT_EQ(json(CustomEvent{.name = "order", .data = "{\n  \"n\": [1, 2],\n \"s\": \"a b\"}", .run = {}}),
            R"({"name":"order","data":{"n":[1,2],"s":"a b"}})");
  EXPECT_EQ(json(CustomEvent{.name = "n", .data = " 17 ", .run = {}}), R"({"name":"n","data":17})");
}

TEST(EventJson, keeps_data_that_is_no_json_as_text) {
  for (const std::string data : {"{", "{} {}", "a\nb", "{\"a\":1,}", "\xFF", "1}", "\"a\nb\""}) {
    const auto out = json(CustomEvent{.name = "n", .data = data, .run = {}});
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    ASSERT_FALSE(parser.parse(out).get(object)) << out;
    EXPECT_EQ(object["data"].error(), simdjson::NO_SUCH_FIELD) << out;
    EXPECT_FALSE(object["text"].error()) << out;
    EXPECT_EQ(out.find('\n'), std::string::npos);
  }
}

TEST(EventJson, comes_back_as_it_was) {
  Terms terms;
  terms.registration = "1234567";
  terms.owner = "ООО «Пример»";
  terms.machine = "ab";
  terms.limits[Licensed::operators] = 0;
  terms.limits[Licensed::outer_lines] = UINT32_MAX;
  const EventBody bodies[] = {
      ServerStarted{.version = "0.1"},
      ServerStopping{},
      ScriptStarted{.run = run, .scenario = "Эхо", .code = LaunchCode::shell, .user = {}, .login = "", .parent = user},
      ScriptEnded{.run = run,
                  .scenario = "Echo",
                  .kind = ScriptEnd::Kind::budget_instructions,
                  .error = "tab\t\"quote\" \x01",
                  .took = std::chrono::microseconds(-5),
                  .instructions = ~std::uint64_t{0}},
      LoginSucceeded{.user = user, .login = "api", .by = "token", .address = "::1"},
      LoginRefused{.login = "a\"b", .reason = "unknown", .address = "::1"},
      DirectoryChanged{.what = "role.add", .key = "веб", .by = ""},
      LicenceInstalled{.terms = terms, .issuer = "00ff"},
      LicenceRefused{.reason = "expired", .text = "it expired"},
      LicenceRemoved{},
      PlanChanged{.what = "number.set", .key = "120", .by = "admin"},
      LineConnected{.line = run, .number = "16001", .address = "[2001:db8::1]:5060", .user_agent = "a \"b\""},
      LineDisconnected{.line = run, .number = "16001", .reason = "lost"},
      UserStateRequested{.user = user,
                         .login = "ivan",
                         .wanted = {.state = -1,
                                    .on_redirect = false,
                                    .on_callcenter = true,
                                    .on_cc_manual = false,
                                    .on_lunch = true,
                                    .reason_id = -7,
                                    .reason_text = "врач"},
                         .by = "vera"},
      UserStateRequested{.user = user, .login = "", .wanted = {}, .by = ""},
      UserStateRestored{.user = user,
                        .login = "ivan",
                        .modes = {.on_redirect = true},
                        .chosen = ChosenState::away,
                        .reason = {}},
      UserStateChanged{.user = user,
                       .login = "ivan",
                       .from = UserState::disconnected,
                       .to = UserState::reserved,
                       .modes = {.on_callcenter = true, .on_cc_manual = true, .on_lunch = true, .on_task = true},
                       .chosen = ChosenState::busy,
                       .reason = {.id = {}, .text = "обед"},
                       .cause = StateCause::reservation,
                       .by = "x",
                       .lasted = std::chrono::microseconds(-1)},
      CustomEvent{.name = "order", .data = R"({"n":[1,2.5,null,true]})", .run = run},
      CustomEvent{.name = "text", .data = "no json", .run = {}},
      FileStored{.file = run,
                 .area = "recording",
                 .path = "20260102/1504/mix \"1\".mp3",
                 .name = "mix.mp3",
                 .size = ~std::uint64_t{0},
                 .sha256 = std::string(64, 'a'),
                 .user = user,
                 .login = "api",
                 .chain = run},
      FileDeleted{.file = run,
                  .area = "fax",
                  .path = "a/Факс.tif",
                  .name = "Факс.tif",
                  .size = 1,
                  .reason = "age",
                  .chain = {}},
      EventsLost{.count = 9, .since = Time(std::chrono::microseconds(1234567))},
  };
  for (const auto& body : bodies) {
    const auto text = json(body);
    const auto back = event_from_json(name(body), text);
    ASSERT_TRUE(back) << text << back.error().message;
    EXPECT_EQ(back->index(), body.index());
    EXPECT_EQ(json(*back), text);
  }
}

TEST(EventJson, tells_an_unknown_type_from_a_broken_payload) {
  EXPECT_EQ(event_from_json("call_started", "{}").error().code, ErrorCode::not_found);
  EXPECT_EQ(event_from_json("server_started", "[1]").error().code, ErrorCode::bad_request);
  EXPECT_EQ(event_from_json("server_started", "{").error().code, ErrorCode::bad_request);
  EXPECT_EQ(event_from_json("server_started", R"({"version":1})").error().code, ErrorCode::bad_request);
  EXPECT_EQ(event_from_json("licence_installed", R"({"not_after":"soon"})").error().code, ErrorCode::bad_request);
  EXPECT_EQ(event_from_json("licence_installed", R"({"users":4294967296})").error().code, ErrorCode::bad_request);
  EXPECT_EQ(event_from_json("script_started", R"({"run":"x"})").error().code, ErrorCode::bad_request);
  EXPECT_EQ(event_from_json("script_ended", R"({"kind":"vanished"})").error().code, ErrorCode::bad_request);
  EXPECT_TRUE(event_from_json("server_started", R"({"version":"1","new_field":[1]})"));
}

}  // namespace
}  // namespace otklik::store
