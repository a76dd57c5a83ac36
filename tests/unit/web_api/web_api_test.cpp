#include "web_api/web_api.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "no_calls.hpp"
#include "no_company.hpp"
#include "no_plugins.hpp"
#include "unit/web_api/fake_connection.hpp"
#include "unit/web_api/fake_ports.hpp"
#include "web_api/table.hpp"

namespace otklik::web_api {
namespace {

using namespace std::chrono_literals;
using test::body_of;
using test::header_of;
using test::SentRequest;

constexpr std::string_view started_1 = R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="result" count="1">
    <property_set name="execsvcscript">
      <property_simple key="started" value="1" name="success" />
      <property_simple key="startresult" value="0" name="success" />
)";
constexpr std::string_view end_of_answer = R"(    </property_set>
  </data>
</oktellxmlmapper>)";

class Calling : public testing::Test {
 protected:
  Calling() {
    authenticator_.remembered[test::basic("api", "secret")] = test::identity("api");
    authenticator_.remembered[test::basic("ivan", "secret")] = test::identity("ivan", false);
    authenticator_.remembered["Bearer token"] = test::identity("robot");
    options_.www = folder_.path();
  }

  WebApi& api() {
    if (!api_) {
      api_ = std::make_unique<WebApi>(WebApi::Ports{authenticator_, passwords_, scripts_, files_, stored_, uploads_,
                                                    licensing_, avatars_, plugins_, company_, states_, calls_, clock_,
                                                    [this](std::string_view login) { return identity_of_(login); }},
                                      options_,
                                      VersionFigures{"2.7.120918(4644.26860)",
                                                     "120711",
                                                     "1.1.4322.2032",
                                                     "2.7.4644.26860",
                                                     "120918",
                                                     {"2.15.40.134", "120913"}});
    }
    return *api_;
  }

  /// The connection after the request has been served; its answer may still be to come.
  std::shared_ptr<net::Connection> send(SentRequest& sent) {
    auto connection = std::make_shared<net::Connection>();
    api().serve(sent.request(), connection->responder());
    return connection;
  }
  net::Response& answer(std::string_view head, std::string body = {}) {
    sent_ = std::make_unique<SentRequest>(head, std::move(body));
    connection_ = send(*sent_);
    EXPECT_EQ(connection_->answers, 1) << head;
    if (!connection_->response) connection_->response.emplace();
    return *connection_->response;
  }
  net::Response& get(std::string_view target, std::string_view more = {}) {
    return answer("GET " + std::string(target) + " HTTP/1.1\nHost: x\nAuthorization: " + test::basic("api", "secret") +
                  std::string(more));
  }

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
  test::TemporaryFolder folder_;
  Options options_;
  Door::IdentityOf identity_of_ = [](std::string_view) { return nullptr; };
  std::unique_ptr<WebApi> api_;
  std::unique_ptr<SentRequest> sent_;
  std::shared_ptr<net::Connection> connection_;
};

// --- dispatch -----------------------------------------------------------------------------------------------------

TEST_F(Calling, finds_a_method_in_any_case_and_with_a_trailing_slash) {
  for (const auto* path : {"/getversion", "/GetVersion", "/GETVERSION/", "/getversion/?x=1", "/%67etversion"}) {
    EXPECT_EQ(get(path).status, 200) << path;
  }
  for (const auto* path : {"/getversion//", "//getversion", "/getversion/x", "/getversionx", "/getversio", "/"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

TEST_F(Calling, tolerates_a_slash_before_the_query) {
  EXPECT_EQ(body_of(get("/execsvcscriptplain/?name=Echo&startparam1=a")), "a");
}

TEST_F(Calling, takes_a_method_before_a_file_of_its_name) {
  folder_.put("getversion", "a file");
  EXPECT_EQ(header_of(get("/getversion"), "content-type"), "text/xml; charset=utf-8");
}

TEST_F(Calling, does_not_know_the_methods_of_later) {
  const auto& response = get("/wp_nothing?user=ivan");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(body_of(response),
            R"({"error":{"code":"not_found","message":"Not found","request_id":"000000000000002a"}})");
}

TEST_F(Calling, answers_options_without_authorization) {
  const auto& method = answer("OPTIONS /execsvcscript HTTP/1.1\nHost: x");
  EXPECT_EQ(method.status, 204);
  EXPECT_EQ(header_of(method, "allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(header_of(answer("OPTIONS /page.html HTTP/1.1"), "allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(header_of(answer("OPTIONS * HTTP/1.1"), "allow"), "GET, HEAD, POST, OPTIONS");
  folder_.put("page.html.execsvcscriptplain", R"({"scriptname":"s"})");
  EXPECT_EQ(header_of(answer("OPTIONS /page.html HTTP/1.1"), "allow"), "GET, HEAD, POST, OPTIONS");
}

TEST_F(Calling, refuses_other_verbs) {
  for (const auto* verb : {"PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"}) {
    const auto& response = answer(std::string(verb) +
                                  " /execsvcscript?name=Echo HTTP/1.1\nAuthorization: " + test::basic("api", "secret"));
    EXPECT_EQ(response.status, 405) << verb;
    EXPECT_EQ(header_of(response, "allow"), "GET, HEAD, POST, OPTIONS");
  }
  EXPECT_TRUE(scripts_.started.empty());
}

// --- authorization ------------------------------------------------------------------------------------------------

TEST_F(Calling, is_forbidden_without_and_with_wrong_authorization) {
  const auto& missing = answer("GET /execsvcscript?name=Echo HTTP/1.1\nHost: x");
  EXPECT_EQ(missing.status, 403);
  EXPECT_EQ(header_of(missing, "www-authenticate"), "");
  EXPECT_EQ(header_of(missing, "content-type"), "text/xml; charset=utf-8");
  EXPECT_NE(body_of(missing).find("<property_simple key=\"code\" value=\"unauthorized\" />"), std::string::npos);
  const auto& wrong = answer("GET /execsvcscriptplain?name=Echo HTTP/1.1\nAuthorization: Basic eDp5");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(body_of(wrong),
            R"({"error":{"code":"unauthorized","message":"Not authorized","request_id":"000000000000002a"}})");
  EXPECT_TRUE(scripts_.started.empty());
}

TEST_F(Calling, needs_the_privilege) {
  const auto& response =
      answer("GET /getversion HTTP/1.1\nAccept: application/json\nAuthorization: " + test::basic("ivan", "secret"));
  EXPECT_EQ(response.status, 403);
  EXPECT_NE(body_of(response).find("\"forbidden\""), std::string::npos);
}

TEST_F(Calling, takes_a_token_beside_a_password) {
  EXPECT_EQ(answer("GET /getversion HTTP/1.1\nAuthorization: Bearer token").status, 200);
}

TEST_F(Calling, asks_for_authorization_only_where_it_is_set_to) {
  options_.auth_challenge = true;
  const auto& missing = answer("GET /getversion HTTP/1.1\nHost: x");
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(header_of(missing, "www-authenticate"), "Basic realm=\"Oktell\", charset=\"UTF-8\"");
  const auto& wrong = answer("GET /getversion HTTP/1.1\nAuthorization: Basic eDp5");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(header_of(wrong, "www-authenticate"), "");
}

TEST_F(Calling, tells_a_guesser_when_to_come_back) {
  authenticator_.otherwise = {core::AuthRefusal::Kind::guessing, 17s};
  const auto& guessing = answer("GET /getversion HTTP/1.1\nAuthorization: Basic eDp5");
  EXPECT_EQ(guessing.status, 403);
  EXPECT_EQ(header_of(guessing, "retry-after"), "17");
  authenticator_.otherwise = {core::AuthRefusal::Kind::busy, 0s};
  const auto& busy = answer("GET /getversion HTTP/1.1\nAuthorization: Basic eDp5");
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(header_of(busy, "retry-after"), "1");
}

TEST_F(Calling, waits_for_a_password_to_be_checked_and_remembers_nothing_itself) {
  authenticator_.later = true;
  authenticator_.verified.emplace("Basic bmV3OnB3", test::identity("new"));
  SentRequest sent("GET /execsvcscriptplain?name=Echo&startparam1=x HTTP/1.1\nAuthorization: Basic bmV3OnB3");
  const auto connection = send(sent);
  EXPECT_EQ(connection->answers, 0);
  authenticator_.answer_all();
  ASSERT_TRUE(connection->response);
  EXPECT_EQ(body_of(*connection->response), "x");
  EXPECT_EQ(scripts_.started.at(0).login, "new");
}

TEST_F(Calling, lets_listed_addresses_in_as_a_named_user_where_authorization_is_off) {
  options_.auth_off.from = {*Network::parse("192.0.2.0/24")};
  options_.auth_off.user = "old";
  identity_of_ = [](std::string_view login) { return test::identity(std::string(login)); };
  EXPECT_EQ(answer("GET /execsvcscriptplain?name=Echo HTTP/1.1\nAuthorization: Basic whatever").status, 200);
  EXPECT_EQ(scripts_.started.at(0).login, "old");
  EXPECT_EQ(authenticator_.verifications, 0);
  SentRequest from_elsewhere("GET /getversion HTTP/1.1");
  from_elsewhere.request().peer = *Address::parse("198.51.100.1");
  EXPECT_EQ(send(from_elsewhere)->response->status, 403);
}

TEST_F(Calling, keeps_listed_addresses_out_when_the_named_user_is_gone) {
  options_.auth_off.from = {*Network::parse("192.0.2.0/24")};
  EXPECT_EQ(answer("GET /getversion HTTP/1.1").status, 403);
  options_.auth_off.user = "gone";
  api_.reset();
  EXPECT_EQ(answer("GET /getversion HTTP/1.1").status, 403);
}

TEST_F(Calling, is_not_for_pages_of_other_sites) {
  options_.auth_challenge = true;
  options_.allowed_origins = {"https://crm.example"};
  constexpr std::string_view foreign = "\nSec-Fetch-Site: cross-site";
  EXPECT_EQ(get("/execsvcscript?name=Echo", foreign).status, 403);
  EXPECT_EQ(get("/execsvcscript?name=Echo", "\nSec-Fetch-Site: cross-site\nOrigin: https://evil.example").status, 403);
  EXPECT_TRUE(scripts_.started.empty());
  EXPECT_EQ(get("/execsvcscript?name=Echo", "\nSec-Fetch-Site: cross-site\nOrigin: https://crm.example").status, 200);
  EXPECT_EQ(get("/execsvcscript?name=Echo", "\nSec-Fetch-Site: same-origin").status, 200);
  EXPECT_EQ(answer("GET /getversion HTTP/1.1\nAuthorization: Bearer token\nSec-Fetch-Site: cross-site").status, 200);
  files_.files["a"] = test::FakeFiles::Content{"x"};
  EXPECT_EQ(get("/download/byscript?name=Echo&startparam1=a", foreign).status, 200) << "a download";
}

TEST_F(Calling, minds_other_sites_only_where_a_browser_can_have_kept_a_password) {
  EXPECT_EQ(get("/execsvcscript?name=Echo", "\nSec-Fetch-Site: cross-site").status, 200);
}

// --- execsvcscript ------------------------------------------------------------------------------------------------

TEST_F(Calling, execsvcscript_is_the_descriptions_example) {
  scripts_.returns("SvcScript1", "abcdef");
  const auto& response = get("/execsvcscript?name=SvcScript1&startparam1=123&startparam2=234&async=0&timeout=10");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "content-type"), "text/xml; charset=utf-8");
  EXPECT_EQ(body_of(response), std::string(started_1) +
                                   "      <property_simple key=\"returnvalue\" name=\"abcdef\" />\n" +
                                   std::string(end_of_answer));
  const auto& start = scripts_.started.at(0);
  EXPECT_EQ(start.parameters, (std::array<std::string, 5>{"123", "234", "", "", ""}));
  EXPECT_EQ(start.code, core::LaunchCode::http);
  EXPECT_EQ(start.login, "api");
  EXPECT_FALSE(start.anonymous);
  ASSERT_TRUE(start.request);
  EXPECT_EQ(start.request->headers.find("Authorization"), std::string::npos);
}

TEST_F(Calling, execsvcscript_carries_line_breaks_and_markup) {
  EXPECT_NE(body_of(get("/execsvcscript?name=Echo&startparam1=%3Ca%3E%0D%0A%22b%22%26"))
                .find("name=\"&lt;a&gt;&#xD;&#xA;&quot;b&quot;&amp;\""),
            std::string::npos);
}

TEST_F(Calling, execsvcscript_carries_the_value_as_cdata_where_set) {
  options_.return_value = ReturnValueShape::cdata;
  EXPECT_NE(body_of(get("/execsvcscript?name=Echo&startparam1=a%5D%5D%3Eb"))
                .find("      <property_cdata key=\"returnvalue\"><![CDATA[a]]]]><![CDATA[>b]]></property_cdata>\n"),
            std::string::npos);
}

TEST_F(Calling, execsvcscript_has_a_json_twin) {
  EXPECT_EQ(body_of(get("/execsvcscript?name=Echo&startparam1=a%22&format=json")),
            R"({"result":{"started":{"value":1,"name":"success"},"startresult":{"value":0,"name":"success"},)"
            R"("returnvalue":"a\""}})");
  const auto& accepted = get("/execsvcscript?name=Echo&startparam1=a", "\nAccept: application/json");
  EXPECT_EQ(header_of(accepted, "content-type"), "application/json; charset=utf-8");
}

TEST_F(Calling, execsvcscript_is_truthful_utf_8_or_utf_16_on_request) {
  EXPECT_TRUE(body_of(get("/execsvcscript?name=Echo&xmlencoding=utf-8"))
                  .starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"));
  const auto& wide = get("/execsvcscript?name=Echo&xmlencoding=utf-16");
  EXPECT_EQ(header_of(wide, "content-type"), "text/xml; charset=utf-16");
  EXPECT_TRUE(body_of(wide).starts_with("\xFF\xFE<"));
}

TEST_F(Calling, execsvcscript_answers_at_once_when_asynchronous) {
  const auto& response = get("/execsvcscript?name=Slow&async=1");
  EXPECT_EQ(body_of(response), std::string(started_1) + std::string(end_of_answer));
  EXPECT_EQ(scripts_.running.size(), 1U);
  scripts_.running[0]({});
}

TEST_F(Calling, execsvcscript_breaks_off_the_wait_while_the_script_runs_on) {
  SentRequest sent("GET /execsvcscript?name=Slow&timeout=2 HTTP/1.1\nAuthorization: " + test::basic("api", "secret"));
  const auto connection = send(sent);
  EXPECT_EQ(connection->answers, 0);
  EXPECT_EQ(connection->delay, 2s);
  connection->fire();
  ASSERT_TRUE(connection->response);
  EXPECT_EQ(body_of(*connection->response), std::string(started_1) + std::string(end_of_answer));
  EXPECT_EQ(header_of(*connection->response, "x-script-status"), "timeout");
  scripts_.running.at(0)({core::ScriptEnd::Kind::finished, {"late", "", ""}, ""});
  EXPECT_EQ(connection->answers, 1);
  EXPECT_EQ(api().counters().script_timeouts, 1U);
}

TEST_F(Calling, execsvcscript_answers_when_the_script_ends_in_time) {
  SentRequest sent("GET /execsvcscript?name=Slow HTTP/1.1\nAuthorization: " + test::basic("api", "secret"));
  const auto connection = send(sent);
  EXPECT_EQ(connection->delay, 30s);
  scripts_.running.at(0)({core::ScriptEnd::Kind::finished, {"done", "", ""}, ""});
  ASSERT_TRUE(connection->response);
  EXPECT_NE(body_of(*connection->response).find("name=\"done\""), std::string::npos);
}

TEST_F(Calling, answers_500_when_a_host_forgets_its_promise) {
  SentRequest sent("GET /execsvcscript?name=Slow HTTP/1.1\nAuthorization: " + test::basic("api", "secret"));
  const auto connection = send(sent);
  scripts_.running.clear();
  EXPECT_TRUE(connection->dropped);
}

TEST_F(Calling, execsvcscript_tells_why_a_script_did_not_start) {
  const std::pair<core::StartRefusal, std::string_view> cases[] = {{core::StartRefusal::not_found, "notfound"},
                                                                   {core::StartRefusal::disabled, "disabled"},
                                                                   {core::StartRefusal::bad_parameter, "badparameter"},
                                                                   {core::StartRefusal::too_many, "toomany"},
                                                                   {core::StartRefusal::licence, "licence"},
                                                                   {core::StartRefusal::broken, "broken"},
                                                                   {core::StartRefusal::storage_full, "storagefull"},
                                                                   {core::StartRefusal::stopping, "stopping"}};
  int number = 0;
  for (const auto& [refusal, word] : cases) {
    scripts_.refused["X"] = refusal;
    const auto& response = get("/execsvcscript?name=X");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(body_of(response), fmt::format(R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="result" count="1">
    <property_set name="execsvcscript">
      <property_simple key="started" value="0" name="{0}" />
      <property_simple key="startresult" value="{1}" name="{0}" />
    </property_set>
  </data>
</oktellxmlmapper>)",
                                             word, ++number));
  }
}

TEST_F(Calling, execsvcscript_tells_that_a_script_failed) {
  scripts_.ends_at_once["Bad"] = {core::ScriptEnd::Kind::failed, {}, "Bad.lua:3: secret detail"};
  const auto& response = get("/execsvcscript?name=Bad");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "x-script-status"), "error");
  EXPECT_EQ(body_of(response), std::string(started_1) + std::string(end_of_answer));
}

TEST_F(Calling, execsvcscript_refuses_malformed_parameters) {
  EXPECT_EQ(get("/execsvcscript").status, 400);
  EXPECT_EQ(get("/execsvcscript?name=").status, 400);
  EXPECT_EQ(get("/execsvcscript?name=Echo&timeout=-1").status, 400);
  EXPECT_EQ(get("/execsvcscript?name=Echo&async=2").status, 400);
  EXPECT_EQ(get("/execsvcscript?name=Echo&format=yaml").status, 400);
  EXPECT_EQ(header_of(*connection_->response, "content-type"), "text/xml; charset=utf-8");
  EXPECT_TRUE(scripts_.started.empty());
}

TEST_F(Calling, takes_a_post_with_an_empty_body_and_parameters_in_the_url) {
  EXPECT_EQ(body_of(answer("POST /execsvcscriptplain?name=Echo&startparam1=a HTTP/1.1\nAuthorization: " +
                           test::basic("api", "secret"))),
            "a");
}

TEST_F(Calling, takes_parameters_from_an_urlencoded_body) {
  EXPECT_EQ(body_of(answer("POST /execsvcscriptplain?name=Echo HTTP/1.1\nContent-Type: "
                           "application/x-www-form-urlencoded\nAuthorization: " +
                               test::basic("api", "secret"),
                           "name=Other&startparam1=%D0%B6")),
            "ж");
}

// --- download/byscript --------------------------------------------------------------------------------------------

TEST_F(Calling, download_byscript_sends_the_file_that_the_script_names) {
  files_.files["RecordedFiles/a.mp3"] = test::FakeFiles::Content{"sound"};
  const auto& response = get("/download/byscript?name=Echo&startparam1=RecordedFiles/a.mp3&attachment=0");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response), "sound");
  EXPECT_EQ(header_of(response, "content-type"), "audio/mpeg");
  EXPECT_EQ(header_of(response, "content-disposition"), "inline; filename=\"a.mp3\"");
  EXPECT_EQ(get("/Download/ByScript/?name=Echo&startparam1=RecordedFiles/a.mp3").status, 200);
  EXPECT_EQ(header_of(*connection_->response, "content-disposition"), "attachment; filename=\"a.mp3\"");
}

TEST_F(Calling, download_byscript_does_not_read_the_machine) {
  for (const auto* path : {"/etc/passwd", "otklik.db", "otklik.toml", "tls/key.pem"}) {
    files_.files[path] = ErrorCode::forbidden;
    const auto& response = get("/download/byscript?name=Echo&startparam1=" + std::string(path));
    EXPECT_EQ(response.status, 403) << path;
    EXPECT_EQ(body_of(response).find(path), std::string::npos);
  }
  EXPECT_EQ(get("/download/byscript?name=Echo&startparam1=nothing").status, 404);
  EXPECT_EQ(get("/download/byscript?name=Echo").status, 404);
  EXPECT_EQ(get("/download/byscript?name=Echo&attachment=x").status, 400);
}

TEST_F(Calling, download_byscript_sends_no_empty_file_for_a_late_script) {
  SentRequest sent("GET /download/byscript?name=Slow&timeout=1 HTTP/1.1\nAuthorization: " +
                   test::basic("api", "secret"));
  const auto connection = send(sent);
  connection->fire();
  ASSERT_TRUE(connection->response);
  EXPECT_EQ(connection->response->status, 504);
  EXPECT_EQ(header_of(*connection->response, "x-script-status"), "timeout");
}

// --- getversion ---------------------------------------------------------------------------------------------------

TEST_F(Calling, getversion_is_the_descriptions_example) {
  const auto& response = get("/getversion");
  EXPECT_EQ(header_of(response, "content-type"), "text/xml; charset=utf-8");
  EXPECT_EQ(body_of(response), R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="version" count="1">
    <property_set name="version">
      <property_cdata key="text"><![CDATA[Версия программы: 2.7.120918(4644.26860). Версия БД: 120711.]]></property_cdata>
      <property_cdata key="environment"><![CDATA[1.1.4322.2032]]></property_cdata>
      <property_cdata key="build"><![CDATA[2.7.4644.26860]]></property_cdata>
      <property_simple key="date" value="120918" />
      <property_cdata key="halbuild"><![CDATA[2.15.40.134]]></property_cdata>
      <property_simple key="haldate" value="120913" />
    </property_set>
  </data>
</oktellxmlmapper>)");
  EXPECT_TRUE(body_of(get("/getversion?format=json")).starts_with(R"({"version":{"text":"Версия программы: )"));
  EXPECT_TRUE(body_of(get("/getversion?xmlencoding=utf-8")).starts_with(R"(<?xml version="1.0" encoding="utf-8"?>)"));
  EXPECT_TRUE(body_of(get("/getversion?xmlencoding=utf-16")).starts_with("\xFF\xFE"));
}

TEST(VersionFigures, come_from_the_build_and_pass_the_clients_threshold) {
  const auto figures = VersionFigures::of_this_build();
  EXPECT_EQ(figures.date.size(), 6U);
  EXPECT_GT(figures.date, "150416");
  EXPECT_NE(figures.program.find(figures.date), std::string::npos);
}

// --- hooks and files ----------------------------------------------------------------------------------------------

TEST_F(Calling, hook_runs_without_authorization_and_marked_so) {
  folder_.put("test.html", "page");
  EXPECT_EQ(body_of(answer("GET /test.html HTTP/1.1")), "page");
  folder_.put("test.html.execsvcscriptplain", R"({"scriptname":"Echo","parameter1":"%page%"})");
  EXPECT_EQ(body_of(answer("GET /test.html?name=Other HTTP/1.1")), "/test.html");
  const auto& start = scripts_.started.at(0);
  EXPECT_EQ(start.scenario, "Echo");
  EXPECT_TRUE(start.anonymous);
  EXPECT_EQ(start.caller_key, "192.0.2.7");
  EXPECT_TRUE(start.user.is_nil());
  EXPECT_EQ(body_of(answer("POST /test.html HTTP/1.1", "x")), "/test.html");
  EXPECT_EQ(answer("HEAD /test.html HTTP/1.1").status, 200);
  EXPECT_EQ(api().counters().hooks, 3U);
}

TEST_F(Calling, broken_hook_is_a_500_that_shows_nothing) {
  folder_.put("test.html", "page");
  folder_.put("test.html.execsvcscriptplain", "{\"scriptname\":");
  for (const auto* verb : {"GET", "POST", "HEAD"}) {
    const auto& response = answer(std::string(verb) + " /test.html HTTP/1.1");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(
        body_of(response),
        R"({"error":{"code":"broken_hook","message":"The page is out of order","request_id":"000000000000002a"}})");
  }
}

TEST_F(Calling, hook_file_is_never_sent) {
  folder_.put("test.html.execsvcscriptplain", R"({"scriptname":"Echo"})");
  for (const auto* path :
       {"/test.html.execsvcscriptplain", "/test.html.EXECSVCSCRIPTPLAIN", "/test.html.execsvcscriptplain%20"}) {
    EXPECT_EQ(answer("GET " + std::string(path) + " HTTP/1.1").status, 404) << path;
    EXPECT_EQ(answer("POST " + std::string(path) + " HTTP/1.1").status, 404) << path;
  }
}

TEST_F(Calling, file_takes_no_post) {
  folder_.put("page.html", "page");
  const auto& response = answer("POST /page.html HTTP/1.1", "x");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header_of(response, "allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(answer("POST /absent.html HTTP/1.1").status, 404);
}

TEST_F(Calling, file_has_its_type_and_validators) {
  folder_.put("page.html", "page");
  const auto& response = answer("GET /page.html HTTP/1.1");
  EXPECT_EQ(header_of(response, "content-type"), "text/html; charset=utf-8");
  EXPECT_NE(header_of(response, "etag"), "");
  EXPECT_NE(header_of(response, "last-modified"), "");
  EXPECT_EQ(header_of(response, "accept-ranges"), "bytes");
}

TEST_F(Calling, file_answers_conditions_and_ranges) {
  folder_.put("page.html", "0123456789");
  const auto etag = header_of(answer("GET /page.html HTTP/1.1"), "etag");
  const auto& same = answer("GET /page.html HTTP/1.1\nIf-None-Match: " + etag);
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(header_of(same, "etag"), etag);
  EXPECT_EQ(answer("GET /page.html HTTP/1.1\nIf-None-Match: \"other\"").status, 200);
  const auto& part = answer("GET /page.html HTTP/1.1\nRange: bytes=2-4");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(body_of(part), "234");
  EXPECT_EQ(header_of(part, "content-range"), "bytes 2-4/10");
  const auto& past = answer("GET /page.html HTTP/1.1\nRange: bytes=10-");
  EXPECT_EQ(past.status, 416);
  EXPECT_EQ(header_of(past, "content-range"), "bytes */10");
}

TEST_F(Calling, folder_without_slash_is_sent_to_its_slash) {
  folder_.put("папка/index.html", "x");
  const auto& response = answer("GET /%D0%BF%D0%B0%D0%BF%D0%BA%D0%B0?a=1 HTTP/1.1");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(header_of(response, "location"), "/%D0%BF%D0%B0%D0%BF%D0%BA%D0%B0/?a=1");
  EXPECT_EQ(answer("GET //%D0%BF%D0%B0%D0%BF%D0%BA%D0%B0 HTTP/1.1").status, 404) << "no redirect to another host";
}

// --- admission ----------------------------------------------------------------------------------------------------

struct FakeAdmission final : net::Admission {
  std::optional<std::size_t> limit;
  std::optional<net::Response> refused;
  void collect(std::size_t most) override { limit = most; }
  void stream(std::unique_ptr<net::BodySink>) override {}
  void refuse(net::Response&& response) override { refused = std::move(response); }
};

TEST_F(Calling, body_is_taken_up_to_the_limit_of_what_it_is_for) {
  const auto admit = [&](std::string_view head, std::uint64_t length, bool chunked = false) {
    SentRequest sent(head);
    sent.request().content_length = length;
    sent.request().chunked = chunked;
    FakeAdmission admission;
    api().admit(sent.request(), admission, 1'000'000'000);
    return admission;
  };
  const std::string authorized = "\nAuthorization: " + test::basic("api", "secret");
  EXPECT_EQ(admit("POST /execsvcscript HTTP/1.1" + authorized, 5'000'000).limit, 16U * 1024 * 1024);
  EXPECT_EQ(admit("POST /test.html HTTP/1.1", 5).limit, 1024U * 1024);
  EXPECT_TRUE(admit("POST /execsvcscript HTTP/1.1", 5).limit) << "small: the answer comes the usual way";
  EXPECT_EQ(admit("POST /execsvcscript HTTP/1.1", 5'000'000).refused->status, 403);
  EXPECT_EQ(admit("POST /execsvcscript HTTP/1.1", 0, true).refused->status, 403);
  EXPECT_EQ(admit("PUT /execsvcscript HTTP/1.1" + authorized, 5).refused->status, 405);
}

// --- the licence ---------------------------------------------------------------------------------------------------

TEST_F(Calling, needs_a_seat_of_the_licence) {
  authenticator_.remembered[test::basic("second", "secret")] = [] {
    auto who = test::identity("second");
    who->user = Uuid::random();
    return who;
  }();
  licensing_.allow(core::Licensed::users, 1);
  EXPECT_EQ(get("/getversion").status, 200);
  EXPECT_EQ(get("/getversion").status, 200) << "he has his seat";
  const auto second = [this](std::string_view target) -> net::Response& {
    return answer("GET " + std::string(target) +
                  " HTTP/1.1\nHost: x\nAuthorization: " + test::basic("second", "secret"));
  };
  const auto& refused = second("/getversion?format=json");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(header_of(refused, "retry-after"), "30");
  EXPECT_EQ(header_of(refused, "content-type"), "application/json; charset=utf-8");
  EXPECT_NE(body_of(refused).find(R"({"error":{"code":"licence",)"), std::string::npos);
  EXPECT_NE(body_of(second("/getversion")).find(R"(<property_simple key="code" value="licence" />)"),
            std::string::npos);
  EXPECT_EQ(api().counters().refused, 2U);
  for (const auto* target :
       {"/getlicensefulltext", "/getlicensefullxml", "/getlicenseinfo?detail=regserial", "/openapi.json"}) {
    EXPECT_EQ(second(target).status, 200) << target;
  }
  licensing_.allow(core::Licensed::users, 2);
  EXPECT_EQ(second("/getversion").status, 200);
}

TEST_F(Calling, asks_nobody_for_a_seat_who_may_not_call) {
  licensing_.allow(core::Licensed::users, 0);
  answer("GET /getversion HTTP/1.1\nHost: x\nAuthorization: " + test::basic("ivan", "secret"));
  EXPECT_EQ(connection_->response->status, 403);
  EXPECT_EQ(licensing_.usage()[core::Licensed::users].refusals, 0U);
}

TEST_F(Calling, leaves_the_seat_of_a_run_to_who_runs_it) {
  licensing_.allow(core::Licensed::users, 0);
  EXPECT_EQ(body_of(get("/execsvcscriptplain?name=Echo&startparam1=a")), "a");
  EXPECT_EQ(licensing_.usage()[core::Licensed::users].refusals, 0U);
}

}  // namespace
}  // namespace otklik::web_api
