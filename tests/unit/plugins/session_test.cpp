#include "plugins/protocol/session.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>

#include "plugins/protocol/line_buffer.hpp"

namespace otklik::plugins {
namespace {

using namespace std::chrono_literals;

/// A session on a pipe that is a text: what it says is taken out, what the plugin says is fed in.
class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    auto manifest = std::make_shared<Manifest>();
    Form form;
    form.id = *Uuid::parse("7d9e8f10-1a2b-4c3d-9e4f-5a6b7c8d9e0f");
    form.name = "hello";
    form.outputs = {{"text", ValueType::string, "", false}};
    manifest->forms.push_back(form);
    manifest_ = manifest;
    session_ = std::make_unique<Session>(manifest_);
  }

  std::string said() { return std::exchange(session_->output(), {}); }
  bool hear(std::string_view line) {
    std::string padded(line);
    padded.resize(line.size() + LineBuffer::padding);
    return session_->take_line({padded.data(), line.size()}, now_);
  }
  void get_ready() {
    session_->begin("{}", now_ + 10s);
    said();
    ASSERT_TRUE(hear(R"({"jsonrpc":"2.0","id":1,"result":{"protocol":1}})"));
  }
  void call(std::string name, std::chrono::milliseconds patience = 5s, std::chrono::milliseconds silence = 0s) {
    session_->call(manifest_->forms[0], "{}", now_, {now_ + patience, std::max(silence, patience)},
                   [](core::PluginOutcome) { FAIL() << "a session completes, and calls nobody"; });
    names_.push_back(std::move(name));
  }
  /// What has come of calls: the outputs, or code and message.
  std::vector<std::string> ended() {
    std::vector<std::string> out;
    for (auto& each : session_->take_completions()) {
      out.push_back(each.outcome ? *each.outcome
                                 : std::string(info(each.outcome.error().error.code).name) + ": " +
                                       each.outcome.error().error.message);
    }
    return out;
  }

  std::shared_ptr<const Manifest> manifest_;
  std::unique_ptr<Session> session_;
  Session::Clock::time_point now_{1h};
  std::vector<std::string> names_;
};

using Ended = std::vector<std::string>;

TEST_F(SessionTest, begins_with_initialize_and_is_ready_when_that_is_answered) {
  session_->begin(R"({"protocol":1})", now_ + 10s);
  EXPECT_EQ(said(), R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocol":1}})"
                    "\n");
  EXPECT_FALSE(session_->is_ready());
  EXPECT_TRUE(hear(R"({"id":1,"result":{"protocol":1,"more":[]},"jsonrpc":"2.0"})"));
  EXPECT_TRUE(session_->is_ready());
}

TEST_F(SessionTest, does_not_go_on_with_a_plugin_of_another_protocol) {
  session_->begin("{}", now_ + 10s);
  EXPECT_FALSE(hear(R"({"jsonrpc":"2.0","id":1,"result":{"protocol":2}})"));
  EXPECT_EQ(session_->breach(), "it does not speak protocol 1");
}

TEST_F(SessionTest, tells_why_a_plugin_refused_to_begin) {
  session_->begin("{}", now_ + 10s);
  EXPECT_FALSE(hear(R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no licence"}})"));
  EXPECT_EQ(session_->breach(), "it refused to begin: no licence");
}

TEST_F(SessionTest, calls_and_takes_answers_in_any_order) {
  get_ready();
  call("a");
  EXPECT_EQ(said(),
            R"({"jsonrpc":"2.0","id":2,"method":"call","params":{"form":"7d9e8f10-1a2b-4c3d-9e4f-5a6b7c8d9e0f",)"
            R"("name":"hello","inputs":{},"timeout":5.000}})"
            "\n");
  call("b");
  EXPECT_EQ(session_->calls(), 2U);
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":3,"result":{"outputs":{"text":"b"}}})"));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":2,"result":{"outputs":{"text":"a"}}})"));
  EXPECT_EQ(ended(), (Ended{R"({"text":"b"})", R"({"text":"a"})"}));
  EXPECT_EQ(session_->calls(), 0U);
  EXPECT_EQ(session_->figures().answered, 2U);
}

TEST_F(SessionTest, passes_on_a_plugins_error_cut_and_in_one_line) {
  get_ready();
  call("a");
  call("b");
  call("c");
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":2,"error":{"code":5,"message":"no such\ncustomer"}})"));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":3,"error":{"code":5}})"));
  std::string longest;
  for (int i = 0; i < 600; ++i) longest += "Ж";
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":4,"error":{"message":")" + longest + "\"}}"));
  const auto all = ended();
  EXPECT_EQ(all[0], "failed: the plugin answers: no such customer");
  EXPECT_EQ(all[1], "failed: the plugin answers: an error without a message");
  EXPECT_EQ(all[2].size(), std::strlen("failed: the plugin answers: ") + 1000 + std::strlen("…"));
}

TEST_F(SessionTest, tells_outputs_that_were_not_promised_from_a_breach) {
  get_ready();
  for (const char* name : {"a", "b", "c"}) call(name);
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":2,"result":{"outputs":{"text":5}}})"));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":3,"result":[]})"));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":4,"result":{"outputs":{"text":"x","more":1}}})"));
  EXPECT_EQ(ended(),
            (Ended{"failed: the plugin's output \"text\" is no string", "failed: the plugin answered without outputs",
                   "failed: the plugin's output \"more\" is not promised"}));
  EXPECT_EQ(session_->figures().failed, 3U);
}

TEST_F(SessionTest, breaks_off_on_what_is_no_message) {
  for (const auto& [line, why] : std::vector<std::pair<std::string, std::string>>{
           {"hello", "a line that is no JSON"},
           {"", "a line that is no JSON"},
           {"[]", "a line that is no JSON object"},
           {R"([{"jsonrpc":"2.0","method":"log"}])", "a line that is no JSON object"},
           {R"({"id":2,"result":{}})", "a message that is not of JSON-RPC 2.0"},
           {R"({"jsonrpc":2.0,"id":2,"result":{}})", "a message that is not of JSON-RPC 2.0"},
           {R"({"jsonrpc":"2.0","id":2})", "a message that is no request and no answer"},
           {R"({"jsonrpc":"2.0","id":2,"result":1,"error":{}})", "a message that is no request and no answer"},
           {R"({"jsonrpc":"2.0","id":99,"result":{}})", "an answer to a request that was never made"},
           {R"({"jsonrpc":"2.0","id":"2","result":{}})", "an answer to a request that was never made"},
           {R"({"jsonrpc":"2.0","id":-2,"result":{}})", "an answer to a request that was never made"},
           {R"({"jsonrpc":"2.0","id":null,"error":{"message":"parse error"}})",
            "an answer to a request that was never made"},
           {R"({"jsonrpc":"2.0","result":{}})", "an answer to a request that was never made"},
           {R"({"jsonrpc":"2.0","method":5})", "a request whose method is no text"},
           {R"({"jsonrpc":"2.0","method":"log","id":[1]})", "a request whose id is no number and no text"},
       }) {
    session_ = std::make_unique<Session>(manifest_);
    get_ready();
    call("a");
    EXPECT_FALSE(hear(line)) << line;
    EXPECT_TRUE(session_->breach().starts_with(why)) << line << ": " << session_->breach();
  }
}

TEST_F(SessionTest, passes_over_an_answer_that_comes_too_late_or_twice) {
  get_ready();
  call("a", 1s);
  now_ += 2s;
  EXPECT_TRUE(session_->expire(now_));
  EXPECT_EQ(ended(), (Ended{"timeout: the plugin did not answer in time"}));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":2,"result":{"outputs":{"text":"late"}}})"));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":1,"result":{"protocol":1}})"));
  EXPECT_EQ(ended(), Ended{});
  EXPECT_EQ(session_->figures().late, 2U);
}

TEST_F(SessionTest, tells_a_plugin_that_nobody_waits_any_more) {
  get_ready();
  call("a", 1s);
  call("b", 9s);
  said();
  EXPECT_EQ(session_->next_expiry(), now_ + 1s);
  EXPECT_FALSE(session_->expire(now_ + 999ms));
  EXPECT_EQ(said(), "");
  static_cast<void>(session_->expire(now_ + 1s));
  EXPECT_EQ(said(), R"({"jsonrpc":"2.0","method":"cancel","params":{"id":2}})"
                    "\n");
  EXPECT_EQ(session_->next_expiry(), now_ + 9s);
}

TEST_F(SessionTest, tells_a_slow_plugin_from_one_that_hangs) {
  get_ready();
  call("slow", 3s);
  now_ += 500ms;
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","method":"log","params":{"message":"still at it"}})"));
  now_ += 3s;
  EXPECT_TRUE(session_->expire(now_));  // it has, but that was a whole time-out ago
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","method":"log","params":{"message":"still at it"}})"));
  call("slow", 3s);
  now_ += 1s;
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","method":"log","params":{"message":"still at it"}})"));
  now_ += 2s;
  EXPECT_FALSE(session_->expire(now_));
  call("dead", 3s);
  now_ += 3s;
  EXPECT_TRUE(session_->expire(now_));
}

TEST_F(SessionTest, does_not_take_a_busy_plugin_for_one_that_hangs_because_a_call_had_waited_long_before_it_was_sent) {
  get_ready();
  now_ += 28s;  // the call came then, and waited for a place; the plugin needs seven seconds each
  call("late", 2s, 30s);
  now_ += 2s;
  EXPECT_FALSE(session_->expire(now_));
  EXPECT_EQ(ended(), (Ended{"timeout: the plugin did not answer in time"}));
}

TEST_F(SessionTest, does_not_let_impatient_callers_end_a_plugin_but_adds_up_how_long_it_is_silent_for_them) {
  get_ready();
  for (int i = 0; i < 29; ++i) {
    call("impatient", 1s, 30s);
    now_ += 1s;
    EXPECT_FALSE(session_->expire(now_)) << i;
    now_ += 100s;  // nobody waits: it need not say anything
  }
  call("impatient", 1s, 30s);
  now_ += 1s;
  EXPECT_TRUE(session_->expire(now_));
  call("none", 0s, 0s);
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","method":"log"})"));
  EXPECT_FALSE(session_->expire(now_)) << "no silence of nothing is a hang";
}

TEST_F(SessionTest, lets_a_plugin_be_silent_as_long_as_the_most_patient_of_those_who_wait) {
  get_ready();
  call("short", 3s);
  call("long", 60s);
  session_->send_events("{}", now_, {now_ + 3s, 3s}, [](bool taken) { EXPECT_FALSE(taken); });
  now_ += 3s;
  EXPECT_FALSE(session_->expire(now_));
  now_ += 57s;
  EXPECT_TRUE(session_->expire(now_));
}

TEST_F(SessionTest, counts_as_unasked_what_answers_nothing_that_was_asked) {
  get_ready();
  call("a", 1s);
  now_ += 1s;
  EXPECT_FALSE(session_->expire(now_));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":2,"result":{"outputs":{"text":"late"}}})"));
  EXPECT_EQ(session_->unasked(), 0U);
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":2,"result":{"outputs":{"text":"again"}}})"));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":1,"result":{"protocol":1}})"));
  EXPECT_EQ(session_->unasked(), 2U);
  EXPECT_EQ(session_->figures().late, 3U);
}

TEST_F(SessionTest, refuses_more_questions_than_are_worked_on_at_once_and_hears_answers_all_the_same) {
  get_ready();
  call("a");
  said();
  for (std::size_t i = 0; i < Session::most_requests; ++i) {
    EXPECT_TRUE(hear(fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"start_scenario"}})", i)));
  }
  EXPECT_EQ(session_->take_requests().size(), Session::most_requests);
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":64,"method":"start_scenario"})"));
  EXPECT_EQ(said(),
            R"({"jsonrpc":"2.0","id":64,"error":{"code":-32002,"message":"too many requests wait for their answers",)"
            R"("data":{"code":"too_many"}}})"
            "\n");
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","method":"log"})"));
  EXPECT_EQ(session_->take_requests().size(), 1U);
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":2,"result":{"outputs":{"text":"a"}}})"));
  EXPECT_EQ(ended(), (Ended{R"({"text":"a"})"}));
  session_->answer("0", "{}");
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":65,"method":"start_scenario"})"));
  EXPECT_EQ(session_->take_requests().size(), 1U);
}

TEST_F(SessionTest, counts_an_unanswered_initialize_as_a_hang) {
  session_->begin("{}", now_ + 10s);
  EXPECT_FALSE(session_->expire(now_ + 9s));
  EXPECT_TRUE(session_->expire(now_ + 10s));
}

TEST_F(SessionTest, gives_everything_up_when_the_process_has_ended) {
  get_ready();
  call("a");
  call("b");
  bool taken = true;
  session_->send_events("{}", now_, {now_ + 5s, 5s}, [&](bool answer) { taken = answer; });
  session_->end({ErrorCode::failed, "it is dead"});
  EXPECT_EQ(ended(), (Ended{"failed: it is dead", "failed: it is dead"}));
  EXPECT_FALSE(taken);
  EXPECT_EQ(session_->calls(), 0U);
}

TEST_F(SessionTest, hears_what_the_plugin_asks) {
  get_ready();
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":"a\"b","method":"users","params":{"login":"ivan"}})"));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","method":"log"})"));
  const auto requests = session_->take_requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].id, R"("a\"b")");
  EXPECT_EQ(requests[0].method, "users");
  EXPECT_EQ(requests[0].params, R"({"login":"ivan"})");
  EXPECT_EQ(requests[1].id, "");
  EXPECT_EQ(requests[1].params, "{}");
  EXPECT_EQ(session_->unanswered_requests(), 1U);
  session_->answer(requests[0].id, "{}");
  session_->answer(requests[1].id, "{}");
  EXPECT_EQ(said(), R"({"jsonrpc":"2.0","id":"a\"b","result":{}})"
                    "\n");
  EXPECT_EQ(session_->unanswered_requests(), 0U);
}

TEST_F(SessionTest, refuses_what_is_asked_too_early_or_wrongly) {
  session_->begin("{}", now_ + 10s);
  said();
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":7,"method":"users","params":{}})"));
  EXPECT_EQ(said(),
            R"({"jsonrpc":"2.0","id":7,"error":{"code":-32002,"message":"nothing can be asked before initialize is )"
            R"(answered","data":{"code":"unavailable"}}})"
            "\n");
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":8,"method":"users","params":[1]})"));
  EXPECT_NE(said().find("-32602"), std::string::npos);
  EXPECT_TRUE(session_->take_requests().empty());
}

TEST_F(SessionTest, takes_the_answer_to_events_as_a_receipt) {
  get_ready();
  std::vector<bool> answers;
  session_->send_events("{}", now_, {now_ + 5s, 5s}, [&](bool taken) { answers.push_back(taken); });
  session_->send_events("{}", now_, {now_ + 5s, 5s}, [&](bool taken) { answers.push_back(taken); });
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":2,"result":{}})"));
  EXPECT_TRUE(hear(R"({"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"no room"}})"));
  EXPECT_EQ(answers, (std::vector<bool>{true, false}));
}

TEST(LineBuffer, cuts_lines_however_the_bytes_come) {
  LineBuffer buffer(16);
  std::vector<std::string> lines;
  for (const char c : std::string("one\r\n\ntwo\nthr")) {
    buffer.room(1)[0] = c;
    buffer.filled(1);
    while (const auto line = buffer.next()) lines.emplace_back(*line);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "", "two"}));
  EXPECT_EQ(buffer.rest(), "thr");
  EXPECT_FALSE(buffer.is_too_long());
}

TEST(LineBuffer, takes_a_line_of_the_greatest_length_and_none_longer) {
  for (const bool ends : {false, true}) {
    LineBuffer buffer(16);
    const std::string line = std::string(17, 'x') + (ends ? "\n" : "");
    const auto room = buffer.room(line.size());
    std::ranges::copy(std::string(16, 'y') + "\n", room.begin());
    buffer.filled(17);
    EXPECT_EQ(buffer.next(), std::string(16, 'y'));
    EXPECT_FALSE(buffer.next());
    std::ranges::copy(line, buffer.room(line.size()).begin());
    buffer.filled(line.size());
    EXPECT_FALSE(buffer.next());
    EXPECT_TRUE(buffer.is_too_long());
  }
}

}  // namespace
}  // namespace otklik::plugins
