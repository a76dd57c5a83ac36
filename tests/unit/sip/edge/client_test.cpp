#include "sip/edge/client.hpp"

#include <gtest/gtest.h>

namespace otklik::sip {
namespace {

class EdgeClientTest : public testing::Test {
 protected:
  EdgeClientTest()
      : client([this](Message& request, const Flow&) {
          sent.push_back(request);
          return sends;
        }) {}
  static Message options() {
    Message request;
    request.method = "OPTIONS";
    return request;
  }
  void ask(Transport transport) {
    ASSERT_TRUE(client.ask(options(), Flow{{{}, 5060, transport}, 0}, 0, [this](const Message* answer) {
      ++answered;
      status = answer == nullptr ? 0 : answer->status;
    }));
  }

  std::vector<Message> sent;
  bool sends = true;
  int answered = 0;
  int status = -1;
  EdgeClient client;
};

TEST_F(EdgeClientTest, sends_again_with_growing_pauses_and_gives_up) {
  ask(Transport::udp);
  for (std::int64_t now = 0; now < 40'000; now += 100) client.tick(now);
  // 0, 0.5, 1.5, 3.5, 7.5 … 31.5 s: RFC 3261 17.1.2.2
  EXPECT_EQ(sent.size(), 11U);
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(status, 0);
}

TEST_F(EdgeClientTest, sends_once_over_a_stream) {
  ask(Transport::tcp);
  for (std::int64_t now = 0; now < 40'000; now += 100) client.tick(now);
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_EQ(status, 0);
}

TEST_F(EdgeClientTest, takes_the_answer_to_its_own_request_and_no_other) {
  ask(Transport::udp);
  client.tick(0);
  Message answer;
  answer.status = 100;
  answer.method = "OPTIONS";
  answer.via = sent[0].via;
  EXPECT_TRUE(client.take(answer));
  EXPECT_EQ(answered, 0) << "not final";
  answer.status = 404;
  answer.method = "REGISTER";
  EXPECT_TRUE(client.take(answer));
  EXPECT_EQ(answered, 0) << "not to this";
  answer.method = "OPTIONS";
  EXPECT_TRUE(client.take(answer));
  EXPECT_EQ(status, 404);
  answer.via.parameters.set("branch", "z9hG4bKlibrary");
  EXPECT_FALSE(client.take(answer));
}

TEST_F(EdgeClientTest, tells_at_once_what_cannot_be_sent) {
  sends = false;
  ask(Transport::tcp);
  client.tick(0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace otklik::sip
