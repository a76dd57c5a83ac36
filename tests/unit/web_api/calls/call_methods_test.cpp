#include <fmt/format.h>
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

using namespace core::commands;
using test::body_of;
using test::header_of;

/// The company of ivan (101, line 16001, workplace OPERATOR1) and maria (102, line 16002); petr has no line.
class CallMethods : public testing::Test {
 protected:
  CallMethods() {
    authenticator_.remembered[test::basic("api", "secret")] = test::identity("api");
    company_.people = std::make_shared<const core::Directory>(core::company::directory());
    company_.numbers = std::make_shared<const core::Plan>(core::company::plan());
    api_ = std::make_unique<WebApi>(WebApi::Ports{authenticator_, passwords_, scripts_, files_, stored_, uploads_,
                                                  licensing_, avatars_, plugins_, company_, states_, calls_, clock_},
                                    Options{}, VersionFigures{"1", "1", "1", "1", "1", {"1", "1"}});
  }
  struct Sent {
    std::unique_ptr<test::SentRequest> request;
    std::shared_ptr<net::Connection> connection = std::make_shared<net::Connection>();
  };
  Sent send(std::string_view target) {
    Sent sent{std::make_unique<test::SentRequest>(
        "GET " + std::string(target) + " HTTP/1.1\nHost: x\nAuthorization: " + test::basic("api", "secret"))};
    api_->serve(sent.request->request(), sent.connection->responder());
    return sent;
  }
  net::Response& get(std::string_view target) {
    sent_ = send(target);
    EXPECT_EQ(sent_.connection->answers, 1) << target;
    if (!sent_.connection->response) sent_.connection->response.emplace();
    return *sent_.connection->response;
  }
  template <class Command>
  const Command& commanded() {
    EXPECT_FALSE(calls_.commanded.empty());
    return std::get<Command>(calls_.commanded.back());
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
  std::unique_ptr<WebApi> api_;
  Sent sent_;
};

constexpr std::array all_methods_of_calls{"wp_getchaincontent", "wp_getabonentinfo", "wp_autocallstart",
                                          "wp_switchcall",      "wp_autocallstop",   "wp_flash",
                                          "wp_declinecall",     "wp_answercall",     "wp_abortcall"};

TEST_F(CallMethods, take_every_way_to_name_the_line) {
  for (const auto& query : std::vector<std::string>{
           "line=16001", "line=" + core::company::line(1).text(), "line=%D0%9A%D0%B0%D1%81%D1%81%D0%B0", "line=101",
           "user=ivan", "user=IVAN", "user=" + core::company::user(1).text(), "user=101",
           "user=%D0%98%D0%B2%D0%B0%D0%BD%20%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2", "wp=OPERATOR1", "wp=operator1",
           "wp=" + core::company::workplace(1).text(), "wp=ivan", "user=ivan&line=16001&wp=OPERATOR1"}) {
    EXPECT_EQ(get("/wp_abortcall?" + query).status, 200) << query;
    EXPECT_EQ(commanded<AbortCall>().line, core::company::line(1)) << query;
  }
}

TEST_F(CallMethods, refuse_a_line_that_is_not_named_or_not_named_well) {
  for (const std::string method : all_methods_of_calls) {
    const auto path = "/" + method + "?number=102&";
    EXPECT_EQ(get(path).status, 400) << method;
    EXPECT_EQ(get(path + "user=").status, 400) << method;
    EXPECT_EQ(get(path + "line=nobody").status, 404) << method;
    EXPECT_EQ(get(path + "user=petr").status, 404) << method;
    EXPECT_EQ(get(path + "line=120").status, 409) << method;
    EXPECT_EQ(get(path + "user=ivan&line=16002").status, 409) << method;
  }
  EXPECT_TRUE(calls_.commanded.empty());
}

TEST_F(CallMethods, want_the_privilege) {
  for (const std::string method : all_methods_of_calls) {
    test::SentRequest request("GET /" + method + "?user=ivan&number=102 HTTP/1.1\nHost: x");
    const auto connection = std::make_shared<net::Connection>();
    api_->serve(request.request(), connection->responder());
    EXPECT_EQ(connection->response->status, 403) << method;
  }
}

TEST_F(CallMethods, answer_with_an_empty_body_when_accepted) {
  calls_.outcome = Accepted{core::company::id(8, 1)};
  const auto& response = get("/wp_autocallstart?line=16001&number=102");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response), "");
  EXPECT_EQ(header_of(response, "X-Chain-Id"), core::company::id(8, 1).text());
  EXPECT_EQ(header_of(response, "X-Action-Result"), "");
}

TEST_F(CallMethods, tell_why_nothing_applies_without_an_error) {
  for (const auto refusal :
       {Refusal::unknown_line, Refusal::unknown_number, Refusal::not_permitted, Refusal::limit, Refusal::not_reachable,
        Refusal::no_call, Refusal::not_talking, Refusal::nothing_rings, Refusal::nobody_held, Refusal::held_by_phone,
        Refusal::no_autocall, Refusal::line_busy, Refusal::already_there, Refusal::answer_not_supported}) {
    calls_.outcome = std::unexpected(refusal);
    const auto& response = get("/wp_declinecall?wp=OPERATOR1");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(body_of(response), "");
    EXPECT_EQ(header_of(response, "X-Action-Result"), name(refusal));
  }
}

TEST_F(CallMethods, answer_an_error_where_the_server_can_do_nothing) {
  for (const auto& [refusal, status] : {std::pair{Refusal::bad_parameter, 400},
                                        {Refusal::storage_full, 507},
                                        {Refusal::stopping, 503},
                                        {Refusal::too_many, 503}}) {
    calls_.outcome = std::unexpected(refusal);
    EXPECT_EQ(get("/wp_autocallstart?line=16001&number=102").status, status);
  }
}

TEST_F(CallMethods, start_an_autocall_as_the_parameters_say) {
  get("/wp_autocallstart?line=16001&number=538");
  EXPECT_EQ(commanded<Autocall>().line, core::company::line(1));
  EXPECT_EQ(commanded<Autocall>().number, "538");
  EXPECT_EQ(commanded<Autocall>().where, Where::by_plan);
  EXPECT_EQ(commanded<Autocall>().sequence, Sequence::party_first);
  EXPECT_FALSE(commanded<Autocall>().intercom);
  get("/wp_autocallstart?line=16001&number=538&direction=pbx&sequence=direct");
  EXPECT_EQ(commanded<Autocall>().where, Where::inside);
  EXPECT_EQ(commanded<Autocall>().sequence, Sequence::party_first);
  get("/wp_autocallstart?line=16001&number=538&direction=CITY&sequence=Back");
  EXPECT_EQ(commanded<Autocall>().where, Where::outside);
  EXPECT_EQ(commanded<Autocall>().sequence, Sequence::line_first);
}

TEST_F(CallMethods, take_a_number_as_people_write_it) {
  for (const auto& [written, digits] : {std::pair{"%2B7%20(916)%20123-45-67", "+79161234567"},
                                        {"+7(916)1234567", "+79161234567"},
                                        {"8-916-123.45.67", "89161234567"},
                                        {"*8%23", "*8#"}}) {
    EXPECT_EQ(get(fmt::format("/wp_autocallstart?line=16001&number={}", written)).status, 200) << written;
    EXPECT_EQ(commanded<Autocall>().number, digits);
  }
}

TEST_F(CallMethods, refuse_a_number_that_is_none_and_words_they_do_not_know) {
  for (const std::string method : {"/wp_autocallstart", "/wp_switchcall"}) {
    const auto path = method + "?line=16001&";
    EXPECT_EQ(get(path).status, 400);
    EXPECT_EQ(get(path + "number=").status, 400);
    EXPECT_EQ(get(path + "number=abc").status, 400);
    EXPECT_EQ(get(path + "number=" + std::string(33, '1')).status, 400);
    EXPECT_EQ(get(path + "number=%00").status, 400);
    const auto& response = get(path + "number=102&direction=up");
    EXPECT_EQ(response.status, 400);
    EXPECT_NE(body_of(response).find("direction is pbx or city"), std::string::npos) << body_of(response);
    EXPECT_EQ(get(path + "number=102&sequence=up").status, 400);
  }
  EXPECT_EQ(get("/wp_flash?line=16001&mode=up").status, 400);
  EXPECT_TRUE(calls_.commanded.empty());
}

TEST_F(CallMethods, switch_the_call_with_the_parameters_of_an_autocall) {
  get("/wp_switchcall?user=maria&number=101&direction=pbx&sequence=back");
  EXPECT_EQ(commanded<SwitchCall>().line, core::company::line(2));
  EXPECT_EQ(commanded<SwitchCall>().number, "101");
  EXPECT_EQ(commanded<SwitchCall>().where, Where::inside);
  EXPECT_EQ(commanded<SwitchCall>().sequence, Sequence::line_first);
}

TEST_F(CallMethods, flash_in_every_mode) {
  for (const auto& [query, mode] : {std::pair{"", FlashMode::switch_over},
                                    {"&mode=", FlashMode::switch_over},
                                    {"&mode=switch", FlashMode::switch_over},
                                    {"&mode=abort", FlashMode::abort},
                                    {"&mode=NEXT", FlashMode::next}}) {
    EXPECT_EQ(get(fmt::format("/wp_flash?user=ivan{}", query)).status, 200);
    EXPECT_EQ(commanded<Flash>().line, core::company::line(1));
    EXPECT_EQ(commanded<Flash>().mode, mode) << query;
  }
}

TEST_F(CallMethods, command_what_they_are_called_after) {
  get("/wp_autocallstop?line=16001");
  EXPECT_EQ(commanded<StopAutocall>().line, core::company::line(1));
  get("/wp_declinecall?line=16001");
  EXPECT_EQ(commanded<DeclineCall>().line, core::company::line(1));
  get("/wp_answercall?line=16001");
  EXPECT_EQ(commanded<AnswerCall>().line, core::company::line(1));
}

TEST_F(CallMethods, take_their_parameters_from_a_post_too) {
  test::SentRequest request("POST /wp_autocallstart HTTP/1.1\nHost: x\nAuthorization: " + test::basic("api", "secret") +
                                "\nContent-Type: application/x-www-form-urlencoded",
                            "user=ivan&number=102");
  const auto connection = std::make_shared<net::Connection>();
  api_->serve(request.request(), connection->responder());
  EXPECT_EQ(connection->response->status, 200);
  EXPECT_EQ(commanded<Autocall>().number, "102");
}

TEST_F(CallMethods, run_side_by_side_and_answer_each_its_own) {
  calls_.later = true;
  std::vector<Sent> sent;
  for (int i = 0; i < 3; ++i) sent.push_back(send("/wp_abortcall?user=ivan"));
  for (const auto& one : sent) EXPECT_EQ(one.connection->answers, 0);
  calls_.undecided[2](Accepted{core::company::id(8, 3)});
  calls_.undecided[0](std::unexpected(Refusal::no_call));
  EXPECT_EQ(sent[0].connection->answers, 1);
  EXPECT_EQ(sent[1].connection->answers, 0);
  EXPECT_EQ(header_of(*sent[2].connection->response, "X-Chain-Id"), core::company::id(8, 3).text());
  calls_.undecided[1](Accepted{});
  EXPECT_EQ(header_of(*sent[1].connection->response, "X-Chain-Id"), "");
}

TEST_F(CallMethods, read_the_chain_and_the_other_party_of_the_line) {
  core::SharedMapWriter<Uuid, core::LineView> lines;
  core::SharedMapWriter<Uuid, core::ChainView> chains;
  const auto chain = core::company::id(8, 1);
  chains.put(chain, {.chain = chain});
  lines.put(core::company::line(1), {.line = core::company::line(1),
                                     .state = core::LineState::commutated,
                                     .chain = chain,
                                     .party = core::Party{.number = "102"}});
  lines.put(core::company::line(2),
            {.line = core::company::line(2), .state = core::LineState::flash, .held_chain = chain});
  auto now = std::make_shared<core::Overview>();
  now->calls.lines = lines.snapshot();
  now->calls.chains = chains.snapshot();
  company_.now = std::move(now);
  const auto id = "\"chainid\": \"" + chain.text() + "\"";
  EXPECT_EQ(header_of(get("/wp_getchaincontent?user=ivan"), "content-type"), "application/json; charset=utf-8");
  EXPECT_NE(body_of(get("/wp_getchaincontent?user=ivan")).find(id), std::string::npos);
  EXPECT_NE(body_of(get("/wp_getchaincontent?user=maria")).find(id), std::string::npos) << "it holds somebody there";
  EXPECT_NE(body_of(get("/wp_getchaincontent?line=16003")).find(R"("chainid": "")"), std::string::npos);
  EXPECT_NE(body_of(get("/wp_getabonentinfo?user=ivan")).find(R"("callerid": "102")"), std::string::npos);
  EXPECT_NE(body_of(get("/wp_getabonentinfo?user=maria")).find(R"("currentlinestate": 128)"), std::string::npos);
  EXPECT_NE(body_of(get("/wp_getabonentinfo?line=16003")).find(R"("abonentinfo": {})"), std::string::npos);
}

TEST_F(CallMethods, tell_who_waits_in_line) {
  EXPECT_EQ(body_of(get("/gettotalqueueinfo")), "[]");
  EXPECT_EQ(body_of(get("/gettotalqueueinfo?number=120&limit=5&offset=0")), "[]");
  EXPECT_EQ(get("/gettotalqueueinfo?ruleid=x").status, 400);
  EXPECT_EQ(get("/gettotalqueueinfo?limit=-1").status, 400);
  EXPECT_EQ(get("/gettotalqueueinfo?limit=many").status, 400);
  EXPECT_EQ(get("/gettotalqueueinfo?offset=99999999999").status, 400);
}

}  // namespace
}  // namespace otklik::web_api
