#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "unit/net/live_server.hpp"

namespace otklik::net {
namespace {

using namespace std::chrono_literals;

TEST(Stop, lets_the_running_request_finish_and_says_close) {
  LiveServer live;
  std::promise<Responder> out;
  live.application.on_serve = [&](const Request&, Responder responder) { out.set_value(std::move(responder)); };
  auto idle = live.connect();
  auto busy = live.connect();
  busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  auto responder = out.get_future().get();
  auto stopped = std::async(std::launch::async, [&] { live.server->stop(10s); });
  EXPECT_TRUE(idle.is_closed());
  responder.send(Response::text(200, "done"));
  const auto answer = busy.read();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(busy.is_closed());
  busy.close();
  stopped.get();
  EXPECT_EQ(live.server->figures().connections_open, 0);
}

TEST(Stop, accepts_nobody_afterwards) {
  LiveServer live;
  live.server->stop(1s);
  auto client = live.connect();
  EXPECT_EQ(client.get("/").status, 0);
  live.server->stop(1s);
  TestApplication application;
  EXPECT_FALSE(live.server->listen({.endpoint = {"127.0.0.1", 0}, .application = &application}));
}

TEST(Stop, closes_everything_at_its_limit) {
  LiveServer live;
  std::promise<Responder> out;
  live.application.on_serve = [&](const Request&, Responder responder) { out.set_value(std::move(responder)); };
  auto half = live.connect();
  half.send("GET / HT");
  auto busy = live.connect();
  busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  auto responder = out.get_future().get();
  live.server->stop(50ms);
  EXPECT_TRUE(half.is_closed());
  EXPECT_TRUE(busy.is_closed());
  responder.send(Response::text(200, "nobody"));
}

TEST(Stop, loses_no_request_of_one_who_reconnects) {
  LiveServer live;
  std::atomic<bool> stopping = false;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      while (!stopping) {
        auto client = live.connect();
        for (int j = 0; j < 5; ++j) {
          const auto answer = client.get("/");
          if (answer.status != 200) {
            EXPECT_TRUE(stopping);
            return;
          }
          ++answered;
          if (answer.header("Connection") == "close") return;
        }
      }
    });
  }
  while (answered < 200) std::this_thread::yield();
  stopping = true;
  live.server->stop(10s);
  for (auto& client : clients) client.join();
}

}  // namespace
}  // namespace otklik::net
