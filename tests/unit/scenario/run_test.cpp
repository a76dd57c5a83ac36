// What a scenario is given and gives back.
#include <gmock/gmock.h>

#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using Kind = core::ScriptEnd::Kind;
using ::testing::HasSubstr;

class RunTest : public HostTest {};

TEST_F(RunTest, returns_its_first_parameter) {
  EXPECT_EQ(value("return param[1]", {"привет", "", "", "", ""}), "привет");
}

TEST_F(RunTest, has_the_five_start_parameters_under_both_names) {
  const std::array<std::string, 5> five{"a", "b", std::string("c\0d", 3), "", "e"};
  EXPECT_EQ(value("return table.concat(param, '|')", five), std::string("a|b|c\0d||e", 10));
  EXPECT_EQ(value("return startparam1 .. startparam2 .. startparam3 .. startparam4 .. startparam5", five),
            std::string("abc\0de", 6));
}

TEST_F(RunTest, gives_back_three_return_values_however_they_were_set) {
  auto end = run_text("result[1] = 'body' result[3] = 'X-A: b' return nil, 404");
  EXPECT_EQ(end.returns, (std::array<std::string, 3>{"body", "404", "X-A: b"}));
  end = run_text("result[1] = 'old' return 'new', 200.0, true");
  EXPECT_EQ(end.returns, (std::array<std::string, 3>{"new", "200", "true"}));
  end = run_text("local function deep() exit('a', 'b') end pcall(deep) return 'never'");
  EXPECT_EQ(end.returns, (std::array<std::string, 3>{"a", "b", ""}));
  EXPECT_EQ(run_text("").returns, (std::array<std::string, 3>{}));
}

TEST_F(RunTest, fails_when_a_return_value_is_no_text) {
  const auto end = run_text("return print");
  EXPECT_EQ(end.kind, Kind::failed);
  EXPECT_THAT(end.error, HasSubstr("function"));
}

TEST_F(RunTest, counts_with_texts_that_are_numbers) {
  EXPECT_EQ(value("return param[1] + 1 .. ' ' .. param[1] / '2' .. ' ' .. -param[1]", {"10", "", "", "", ""}),
            "11 5.0 -10");
  EXPECT_THAT(run_text("return 'a' + 1").error, HasSubstr("arithmetic on a string"));
}

TEST_F(RunTest, has_methods_of_strings_before_the_library_is_named) {
  EXPECT_EQ(value("return ('abc'):upper() .. ('x'):rep(3)"), "ABCxxx");
}

TEST_F(RunTest, knows_who_started_it) {
  core::ScriptStart start;
  start.scenario = "Who";
  start.user = *Uuid::parse("da803f01-ea77-40fa-bc9d-e2efb36fd5a8");
  start.login = "ivan";
  write("Who",
        "return user .. ' ' .. login .. ' ' .. scenario .. ' ' .. launch_code .. ' ' .. tostring(request) .. #run");
  EXPECT_EQ(run(start).returns[0], "da803f01-ea77-40fa-bc9d-e2efb36fd5a8 ivan Who 27 nil36");
}

TEST_F(RunTest, sees_the_request_behind_a_hook) {
  core::ScriptStart start;
  start.scenario = "Hook";
  start.anonymous = true;
  start.request = core::ScriptRequest{.method = "POST",
                                      .page = "/a",
                                      .query = "x=1",
                                      .request_line = "POST /a HTTP/1.1",
                                      .headers = "Host: b\r\nX-Y: 1\r\nx-y: 2\r\n",
                                      .content = "body",
                                      .peer = "127.0.0.1"};
  write("Hook",
        "local r = request return table.concat({r.method, r.page, r.query, r.content, r.peer, r.headers.host, "
        "r.headers['x-y'], tostring(user)}, ',')");
  EXPECT_EQ(run(start).returns[0], "POST,/a,x=1,body,127.0.0.1,b,1, 2,nil");
}

TEST_F(RunTest, cannot_assign_what_belongs_to_the_server) {
  EXPECT_THAT(run_text("param = {}").error, HasSubstr("'param' belongs to the server"));
  EXPECT_EQ(value("string = nil x = 5 return x"), "5");
}

TEST_F(RunTest, names_file_and_line_of_an_error) {
  const auto end = run_text("\n\nlocal a = nil\nreturn a.b");
  EXPECT_EQ(end.kind, Kind::failed);
  EXPECT_THAT(end.error, HasSubstr("Test.lua:4:"));
  EXPECT_EQ(run_text("error(5)").error, "5");
  EXPECT_EQ(run_text("error(2.5)").error, "2.5");
  EXPECT_EQ(run_text("error({})").error, "the error is a table, not a text");
}

TEST_F(RunTest, has_nothing_unsafe) {
  EXPECT_EQ(value("local found = {} for _, name in ipairs{'io', 'os', 'debug', 'package', 'require', 'load', "
                  "'loadstring', 'dofile', 'loadfile', 'collectgarbage'} do if _G[name] ~= nil then "
                  "found[#found + 1] = name end end return table.concat(found, ' ')"),
            "");
  EXPECT_EQ(value("return tostring(string.dump)"), "nil");
}

TEST_F(RunTest, shares_nothing_with_another_run) {
  value("x = 1 string.upper = nil");
  EXPECT_EQ(value("return tostring(x) .. ('a'):upper()"), "nilA");
}

TEST_F(RunTest, tells_the_journal_of_start_and_end) {
  write("One", "return 1");
  run("One");
  const auto started = journal.all<core::ScriptStarted>();
  const auto ended = journal.all<core::ScriptEnded>();
  ASSERT_EQ(started.size(), 1U);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(started[0].run, ended[0].run);
  EXPECT_EQ(started[0].scenario, "One");
  EXPECT_TRUE(started[0].parent.is_nil());
  EXPECT_EQ(ended[0].kind, Kind::finished);
}

TEST_F(RunTest, answers_only_when_the_end_is_in_the_journal) {
  write("One", "return 1");
  journal.hold();
  auto end = start("One");
  ASSERT_TRUE(eventually([&] { return journal.all<core::ScriptEnded>().size() == 1; }));
  EXPECT_NE(end.wait_for(std::chrono::seconds{0}), std::future_status::ready);
  journal.release();
  EXPECT_EQ(end.get().returns[0], "1");
}

TEST_F(RunTest, fails_when_the_journal_does_not_take_its_end) {
  journal.failing = true;
  const auto end = run_text("return 1");
  EXPECT_EQ(end.kind, Kind::failed);
  EXPECT_EQ(end.returns[0], "");
}

}  // namespace
}  // namespace otklik::scenario
