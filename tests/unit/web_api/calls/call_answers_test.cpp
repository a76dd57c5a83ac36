#include "web_api/calls/call_answers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "unit/core/plan/company.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api {
namespace {

using core::Party;
using core::TraceElement;
using namespace std::chrono_literals;

Uuid uuid(std::string_view text) { return *Uuid::parse(text); }

/// The moment that local_text() shows so.
Time local(const char* text) {
  std::tm parts{};
  strptime(text, "%Y-%m-%d %H:%M:%S", &parts);
  parts.tm_isdst = -1;
  return Time(std::chrono::seconds(std::mktime(&parts)));
}

// Whom the vendor's examples are about.
Party dmitriy() {
  return {.line = uuid("e76c86ea-a28a-4519-b4ff-8879a92c62b7"),
          .line_number = "17002",
          .user = uuid("2a594b51-bb89-4da6-a69f-f48761baf0d9"),
          .login = "Dima",
          .name = "Дмитрий Евгеньевич",
          .department = "Программисты",
          .number = "#999"};
}
Party victor() {
  return {.line = uuid("070aafb0-f47c-4df5-a01f-7bb08ceee269"),
          .line_number = "17001",
          .user = uuid("7cf84c23-2736-4fc8-9bf7-bfbb4778fb01"),
          .login = "VIKTIRICH",
          .name = "Виктор Викторыч",
          .number = "183"};
}
Party outsider() { return {.line_number = "13001", .number = "89161234567", .trunk = core::company::trunk(1)}; }

core::ChainView example_chain() {
  core::ChainView chain;
  chain.chain = uuid("c7b333a5-93b3-4277-8c60-9844d63a4732");
  chain.began = local("2011-07-27 14:41:28");
  chain.trace.push_back(std::make_shared<TraceElement>(TraceElement{
      .kind = TraceElement::Kind::call,
      .id = uuid("63d38304-3bff-4e8e-8c42-8f2f11b57c73"),
      .began = local("2011-07-27 14:41:29"),
      .a = dmitriy(),
      .number = "183",
  }));
  chain.trace.push_back(std::make_shared<TraceElement>(TraceElement{
      .kind = TraceElement::Kind::commutation,
      .id = uuid("8fc371f2-ae36-4744-ae7f-bee8c79385a8"),
      .began = local("2011-07-27 14:41:29"),
      .answered = local("2011-07-27 14:41:31"),
      .a = dmitriy(),
      .b = victor(),
      .number = "183",
      .connection = core::ConnectionType::inner_inner,
      .recorded = true,
  }));
  return chain;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(ChainAnswer, is_the_example_of_the_description_byte_for_byte) {
  const auto chain = example_chain();
  EXPECT_EQ(chain_answer(&chain), methods::wp_getchaincontent.example_answer);
}

TEST(ChainAnswer, is_empty_texts_without_a_call) {
  EXPECT_EQ(chain_answer(nullptr), R"({
  "createtime": "",
  "chainid": "",
  "customfield": "",
  "trace": []
})");
}

TEST(ChainAnswer, shows_a_party_outside_by_its_trunk_and_number) {
  core::ChainView chain;
  chain.custom_field = "\"order\" 5\n";
  chain.trace.push_back(std::make_shared<TraceElement>(TraceElement{.kind = TraceElement::Kind::call,
                                                                    .id = uuid("63d38304-3bff-4e8e-8c42-8f2f11b57c73"),
                                                                    .a = outsider(),
                                                                    .outside = true}));
  chain.trace.push_back(std::make_shared<TraceElement>(TraceElement{.kind = TraceElement::Kind::commutation,
                                                                    .a = outsider(),
                                                                    .b = victor(),
                                                                    .connection = core::ConnectionType::outer_inner}));
  const auto text = chain_answer(&chain);
  EXPECT_TRUE(holds(text, R"("customfield": "\"order\" 5\n",)")) << text;
  EXPECT_TRUE(holds(text, R"("pbxdirection": "external",)")) << text;
  EXPECT_TRUE(holds(text, "\"srclineid\": \"" + core::company::trunk(1).text() + "\",")) << text;
  EXPECT_TRUE(holds(text, R"("srclinenumber": "13001",)")) << text;
  EXPECT_TRUE(holds(text, R"(      "aisuser": false,
      "auserid": "",
      "auserlogin": "",
      "ausername": "",
      "aoutnumber": "89161234567",
      "anumberdialed": "",
      "atext": "89161234567",
)")) << text;
  EXPECT_TRUE(holds(text, R"("connectiontypestr": "ctOuterInner",)")) << text;
  EXPECT_TRUE(holds(text, R"("timeanswer": "",)")) << text;
}

TEST(ChainAnswer, says_when_what_has_ended_did) {
  core::ChainView chain;
  chain.trace.push_back(std::make_shared<TraceElement>(TraceElement{.kind = TraceElement::Kind::hold,
                                                                    .began = local("2011-07-27 14:41:29"),
                                                                    .ended = local("2011-07-27 14:42:00"),
                                                                    .a = dmitriy(),
                                                                    .b = victor()}));
  const auto text = chain_answer(&chain);
  EXPECT_TRUE(holds(text, R"("contentelementtype": "hold",)")) << text;
  EXPECT_TRUE(holds(text, R"("timestart": "2011-07-27 14:41:29",
      "timestop": "2011-07-27 14:42:00")"))
      << text;
}

TEST(AbonentAnswer, is_the_example_of_the_description_byte_for_byte) {
  core::LineView view{.state = core::LineState::commutated,
                      .chain = uuid("b8b552d1-7cb9-4469-a45d-451f27516af1"),
                      .party = victor(),
                      .commutation = uuid("21164dde-0c43-46cf-b00f-77bd51cbe284")};
  std::string example(methods::wp_getabonentinfo.example_answer);
  EXPECT_EQ(abonent_answer({}, &view, {}), example);
  // The vendor's server can fax; the rest of his example is the same.
  example.replace(example.find(R"("canfax": false)"), 15, R"("canfax": true)");
  EXPECT_EQ(abonent_answer({}, &view, {.fax = true}), example);
}

TEST(AbonentAnswer, has_the_real_state_of_a_line_without_a_call) {
  core::Line line{.id = {}, .number = "16001", .sip_user = "16001"};
  EXPECT_EQ(abonent_answer(line, nullptr, {}), R"({
  "currentlinestate": 1,
  "currentlinestatestr": "lsDisconnected",
  "abonentinfo": {}
})");
  line.enabled = false;
  EXPECT_TRUE(holds(abonent_answer(line, nullptr, {}), R"("currentlinestate": 2)"));
  const core::LineView ready{.registered = true, .state = core::LineState::ready};
  EXPECT_TRUE(holds(abonent_answer(line, &ready, {}), R"("currentlinestate": 4)"));
}

TEST(AbonentAnswer, shows_who_rings_before_they_can_talk) {
  const core::LineView view{.state = core::LineState::ringing, .party = outsider(), .is_ringing = true};
  const auto text = abonent_answer({}, &view, {});
  EXPECT_TRUE(holds(text, R"("currentlinestatestr": "lsRinging")")) << text;
  EXPECT_TRUE(holds(text, R"("commutationid": "",)")) << text;
  EXPECT_TRUE(holds(text, R"("callerid": "89161234567",
    "callersimple": "89161234567",
    "calleruserid": "",)"))
      << text;
  EXPECT_TRUE(holds(text, R"("isextline": true)")) << text;
}

class QueueAnswer : public testing::Test {
 protected:
  core::QueueEntryView& wait(std::uint8_t call, std::string number, Time since) {
    core::QueueEntryView entry{.call = core::company::id(9, call),
                               .chain = core::company::id(8, call),
                               .caller = outsider(),
                               .number = std::move(number),
                               .since = since};
    entry.number_id = core::company::id(3, static_cast<std::uint8_t>(entry.number.back()));
    return queue_.put(entry.call, entry);
  }
  std::string answer(const QueueFilter& filter = {}) {
    core::CallsView calls;
    calls.queue = queue_.snapshot();
    return queue_answer(calls, filter, now_);
  }
  /// Calls in the order of the answer.
  std::vector<int> order(const QueueFilter& filter = {}) {
    std::vector<int> calls;
    const auto text = answer(filter);
    for (auto at = text.find("\"objectid\""); at != std::string::npos; at = text.find("\"objectid\"", at + 1)) {
      calls.push_back(Uuid::parse(text.substr(at + 13, 36))->bytes[15]);
    }
    return calls;
  }
  Time now_ = local("2012-09-28 09:47:14") + 953125us;
  core::SharedMapWriter<Uuid, core::QueueEntryView> queue_;
};

TEST_F(QueueAnswer, is_the_example_of_the_description_byte_for_byte) {
  const Party manager{.line = uuid("173210d8-fcfc-49f7-b770-d3609445b188"),
                      .line_number = "17633",
                      .user = uuid("7cf84c23-2736-4fc8-9bf7-bfbb4778fb01"),
                      .login = "manager2",
                      .name = "Виктор Викторыч",
                      .number = "21"};
  queue_.put({}, {.call = uuid("263fb71f-88d2-4787-b16c-e22559336030"),
                  .chain = uuid("dd8466d8-7aa3-4df1-b1b7-b933a11da518"),
                  .caller = manager,
                  .number = "14",
                  .number_id = uuid("5d2965c3-39ce-4929-912e-c97031582fc6"),
                  .rule = uuid("bb4c2822-34c8-4bff-9e9b-e2826b904204"),
                  .rule_name = "Петр",
                  .source = core::QueueSource::ivr,
                  .since = local("2012-09-28 09:46:33")});
  EXPECT_EQ(answer(), methods::gettotalqueueinfo.example_answer);
}

TEST_F(QueueAnswer, is_an_empty_array_where_nobody_waits) { EXPECT_EQ(answer(), "[]"); }

TEST_F(QueueAnswer, has_no_user_where_the_caller_is_none) {
  wait(1, "120", now_ + 5s);  // by a clock that was set back
  const auto text = answer();
  EXPECT_TRUE(holds(text, R"("isuser": false,
    "istask": false,)"))
      << text;
  EXPECT_TRUE(holds(text, "\"lenqueue\": 0\n")) << text;
}

TEST_F(QueueAnswer, sorts_by_number_then_priority_then_who_came_first) {
  wait(1, "120", now_ - 1s);
  wait(2, "120", now_ - 3s);
  wait(3, "120", now_).priority = 7;
  wait(4, "119", now_);
  EXPECT_EQ(order(), (std::vector{4, 3, 2, 1}));
  EXPECT_EQ(order({.number = "120"}), (std::vector{3, 2, 1}));
  EXPECT_EQ(order({.number = core::company::id(3, '9').text()}), (std::vector{4}));
  EXPECT_EQ(order({.number = "12"}), std::vector<int>());
  EXPECT_EQ(order({.offset = 1, .limit = 2}), (std::vector{3, 2}));
  EXPECT_EQ(order({.offset = 9}), std::vector<int>());
  EXPECT_EQ(order({.limit = 0}), std::vector<int>());
  EXPECT_EQ(order({.rule = core::company::id(6, 1)}), std::vector<int>());
}

}  // namespace
}  // namespace otklik::web_api
