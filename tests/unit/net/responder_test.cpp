#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "unit/net/live_server.hpp"

namespace otklik::net {
namespace {

using namespace std::chrono_literals;

TEST(Responder, answers_500_when_it_is_dropped) {
  LiveServer live;
  live.application.on_serve = [](const Request&, const Responder&) {};
  auto client = live.connect();
  EXPECT_EQ(client.get("/").status, 500);
  EXPECT_EQ(client.get("/").status, 500);
}

TEST(Responder, answers_500_when_it_is_dropped_elsewhere) {
  LiveServer live;
  std::promise<Responder> out;
  live.application.on_serve = [&](const Request&, Responder responder) { out.set_value(std::move(responder)); };
  auto client = live.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  out.get_future().get() = Responder();
  EXPECT_EQ(client.read().status, 500);
}

TEST(Responder, answers_500_when_the_application_throws) {
  LiveServer live;
  live.application.on_serve = [](const Request&, const Responder&) { throw std::runtime_error("a secret"); };
  auto client = live.connect();
  const auto answer = client.get("/");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("secret")));
  EXPECT_EQ(client.get("/").status, 500);
}

TEST(Responder, turns_an_impossible_status_into_500) {
  LiveServer live;
  live.application.on_serve = [](const Request& request, Responder responder) {
    responder.send(Response::empty(request.path == "/101" ? 101 : 999));
  };
  auto client = live.connect();
  EXPECT_EQ(client.get("/101").status, 500);
  EXPECT_EQ(client.get("/999").status, 500);
}

TEST(Responder, answers_from_any_thread_and_keeps_the_request_until_then) {
  LiveServer live;
  constexpr int clients = 8;
  constexpr int requests = 200;
  std::mutex mutex;
  std::condition_variable came;
  std::vector<std::pair<const Request*, Responder>> waiting;
  bool over = false;
  live.application.on_serve = [&](const Request& request, Responder responder) {
    const std::lock_guard lock(mutex);
    waiting.emplace_back(&request, std::move(responder));
    came.notify_one();
  };
  std::vector<std::thread> answering;
  for (int i = 0; i < 2; ++i) {
    answering.emplace_back([&] {
      for (;;) {
        std::unique_lock lock(mutex);
        came.wait(lock, [&] { return over || !waiting.empty(); });
        if (waiting.empty()) return;
        auto [request, responder] = std::move(waiting.back());
        waiting.pop_back();
        lock.unlock();
        responder.send(Response::text(200, std::string(request->path) + std::string(request->header("X-A"))));
      }
    });
  }
  std::vector<std::thread> asking;
  for (int c = 0; c < clients; ++c) {
    asking.emplace_back([&, c] {
      auto client = live.connect();
      for (int i = 0; i < requests; ++i) {
        const auto name = std::to_string(c) + "-" + std::to_string(i);
        EXPECT_EQ(client.get("/" + name, "X-A: " + name + "\r\n").body, "/" + name + name);
      }
    });
  }
  for (auto& thread : asking) thread.join();
  {
    const std::lock_guard lock(mutex);
    over = true;
  }
  came.notify_all();
  for (auto& thread : answering) thread.join();
}

TEST(Responder, does_nothing_after_the_client_has_gone) {
  LiveServer live;
  std::promise<std::pair<const Request*, Responder>> out;
  live.application.on_serve = [&](const Request& request, Responder responder) {
    out.set_value({&request, std::move(responder)});
  };
  auto client = live.connect();
  client.send("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n");
  auto [request, responder] = out.get_future().get();
  client.reset();
  while (live.server->figures().connections_open != 0) std::this_thread::yield();
  EXPECT_EQ(request->path, "/gone");  // still there
  responder.send(Response::text(200, "nobody"));
  live.application.on_serve = [](const Request&, Responder r) { r.send(Response::text(200, "next")); };
  EXPECT_EQ(live.connect().get("/").body, "next");
}

TEST(Responder, may_outlive_the_server) {
  auto live = std::make_unique<LiveServer>();
  std::promise<std::pair<const Request*, Responder>> out;
  live->application.on_serve = [&](const Request& request, Responder responder) {
    out.set_value({&request, std::move(responder)});
  };
  auto client = live->connect();
  client.send("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n");
  auto [request, responder] = out.get_future().get();
  live.reset();
  EXPECT_EQ(request->path, "/gone");
  responder.after(1ms, [] { ADD_FAILURE() << "there is no loop any more"; });
  responder.send(Response::text(200, "nobody"));
}

TEST(Responder, runs_work_after_a_delay) {
  LiveServer live;
  live.application.on_serve = [](const Request&, Responder responder) {
    auto shared = std::make_shared<Responder>(std::move(responder));
    shared->after(20ms, [shared] { shared->send(Response::text(200, "timed out")); });
  };
  auto client = live.connect();
  EXPECT_EQ(client.get("/").body, "timed out");
  EXPECT_EQ(client.get("/").body, "timed out");
}

TEST(Responder, runs_work_set_from_another_thread) {
  LiveServer live;
  std::promise<Responder> out;
  live.application.on_serve = [&](const Request&, Responder responder) { out.set_value(std::move(responder)); };
  auto client = live.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  auto shared = std::make_shared<Responder>(out.get_future().get());
  shared->after(1h, [] { ADD_FAILURE() << "replaced, so never run"; });
  shared->after(1ms, [shared] { shared->send(Response::text(200, "timed out")); });
  EXPECT_EQ(client.read().body, "timed out");
}

TEST(Responder, drops_the_work_when_it_answers_first) {
  LiveServer live;
  std::atomic<bool> dropped = false;
  live.application.on_serve = [&](const Request&, Responder responder) {
    auto guard = std::shared_ptr<void>(nullptr, [&](void*) { dropped = true; });
    responder.after(1h, [guard] {});
    responder.send(Response::text(200, "at once"));
  };
  auto client = live.connect();
  EXPECT_EQ(client.get("/").body, "at once");
  while (!dropped) std::this_thread::yield();
}

TEST(Responder, runs_the_work_though_the_client_has_gone) {
  LiveServer live;
  std::promise<void> ran;
  std::promise<void> served;
  live.application.on_serve = [&](const Request&, Responder responder) {
    auto shared = std::make_shared<Responder>(std::move(responder));
    shared->after(50ms, [&ran, shared] {
      shared->send(Response::text(200, "nobody"));
      ran.set_value();
    });
    served.set_value();
  };
  auto client = live.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  served.get_future().get();
  client.reset();
  EXPECT_EQ(ran.get_future().wait_for(10s), std::future_status::ready);
}

TEST(Responder, answers_another_connection_from_within_serve) {
  auto options = LiveServer::quiet();
  options.threads = 1;
  LiveServer live(std::move(options));
  Responder kept;
  std::promise<void> keeping;
  live.application.on_serve = [&](const Request& request, Responder responder) {
    if (request.path == "/wait") {
      kept = std::move(responder);
      keeping.set_value();
    } else {
      kept.send(Response::text(200, "woken"));
      responder.send(Response::text(200, "waker"));
    }
  };
  auto waiting = live.connect();
  waiting.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  keeping.get_future().get();
  auto other = live.connect();
  EXPECT_EQ(other.get("/").body, "waker");
  EXPECT_EQ(waiting.read().body, "woken");
}

}  // namespace
}  // namespace otklik::net
