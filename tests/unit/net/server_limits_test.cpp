#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "unit/net/live_server.hpp"

namespace otklik::net {
namespace {

using namespace std::chrono_literals;

/// A server whose limits are so short that a test can wait for them: the waiting is for the server's answer.
LiveServer limited(const std::function<void(Limits&)>& set) {
  auto options = LiveServer::quiet();
  set(options.limits);
  return LiveServer(std::move(options));
}

TEST(Limits, let_a_head_take_its_time_and_then_answer_408) {
  auto live = limited([](Limits& l) { l.header_time = 50ms; });
  auto client = live.connect();
  client.send("GET / HTTP/1.1\r\nHost:");
  const auto answer = client.read();
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(live.server->figures().timed_out, 1);
}

TEST(Limits, count_a_head_from_its_first_byte_however_it_trickles) {
  auto live = limited([](Limits& l) {
    l.header_time = 100ms;
    l.header_size = 1'000'000'000;  // time has to be what ends it
  });
  auto client = live.connect();
  EXPECT_EQ(client.get("/").status, 200);
  // One byte after the other until the server has had enough: each of them in time, all of them not.
  std::string line = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  while (client.send(line.substr(0, 1))) {
    if (line.size() > 1) line.erase(0, 1);
    if (live.server->figures().timed_out != 0) break;
  }
  EXPECT_EQ(client.read().status, 408);
}

TEST(Limits, close_an_idle_connection_without_a_word) {
  auto live = limited([](Limits& l) { l.idle_time = 50ms; });
  auto fresh = live.connect();
  EXPECT_TRUE(fresh.is_closed());
  auto used = live.connect();
  EXPECT_EQ(used.get("/").status, 200);
  EXPECT_TRUE(used.is_closed());
}

TEST(Limits, answer_408_when_a_body_stands_still) {
  auto live = limited([](Limits& l) { l.body_time = 50ms; });
  auto client = live.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_TRUE(client.is_closed());
}

TEST(Limits, answer_408_when_a_body_trickles) {
  auto live = limited([](Limits& l) {
    l.rate_time = 50ms;
    l.minimum_rate = 1'000'000'000;
    l.body_size = 2'000'000'000;
  });
  auto client = live.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
  while (live.server->figures().timed_out == 0 && client.send("x")) {
  }
  EXPECT_EQ(client.read().status, 408);
}

TEST(Limits, close_on_one_who_takes_nothing_of_his_answer) {
  auto live = limited([](Limits& l) { l.write_time = 50ms; });
  live.application.on_serve = [](const Request&, Responder responder) {
    responder.send(Response::text(200, std::string(50'000'000, 'x')));
  };
  auto client = live.connect(4096);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  while (live.server->figures().timed_out == 0) std::this_thread::yield();
  const auto answer = client.read();
  EXPECT_FALSE(answer.whole);
  EXPECT_TRUE(answer.closed);
}

TEST(Limits, answer_503_past_the_number_of_connections) {
  auto live = limited([](Limits& l) { l.connections = 2; });
  auto first = live.connect();
  auto second = live.connect();
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(second.get("/").status, 200);
  auto third = live.connect();
  third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");  // it cannot know yet
  const auto answer = third.read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  EXPECT_TRUE(answer.whole);
  EXPECT_TRUE(third.is_closed());
  EXPECT_EQ(live.server->figures().connections_refused, 1);
  first.close();
  while (live.server->figures().connections_open != 1) std::this_thread::yield();
  EXPECT_EQ(live.connect().get("/").status, 200);
}

TEST(Limits, do_not_count_the_callers_of_the_loopback) {
  auto live = limited([](Limits& l) { l.connections_per_address = 1; });
  auto first = live.connect();
  auto second = live.connect();
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(second.get("/").status, 200);
}

TEST(Limits, close_after_so_many_requests) {
  auto live = limited([](Limits& l) { l.requests_per_connection = 2; });
  auto client = live.connect();
  EXPECT_EQ(client.get("/").header("Connection"), "");
  EXPECT_EQ(client.get("/").header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(Limits, of_sizes_have_their_statuses) {
  LiveServer live;
  const auto status = [&](const std::string& text) {
    auto client = live.connect();
    client.send(text);
    return client.read().status;
  };
  EXPECT_EQ(status("GET /" + std::string(63 * 1024, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
  EXPECT_EQ(status("GET /" + std::string(65 * 1024, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100 * 1024, 'x') + "\r\n\r\n"), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 100; ++i) many += "X: y\r\n";
  EXPECT_EQ(status(many + "\r\n"), 431);
}

}  // namespace
}  // namespace otklik::net
