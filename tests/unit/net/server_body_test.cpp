#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "unit/net/live_server.hpp"

namespace otklik::net {
namespace {

using namespace std::chrono_literals;

std::string post(const std::string& body, const std::string& more = {}) {
  return "POST /p HTTP/1.1\r\nHost: a\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

const std::string chunked_head = "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string expecting = "Expect: 100-continue\r\n";

/// What happened to a sink, for the test to look at.
struct SinkStory {
  std::promise<void> aborted;
  std::promise<BodyFlow> began;
  std::atomic<std::size_t> bytes = 0;
  std::size_t refuse_after = ~std::size_t{0};
  std::size_t pause_after = ~std::size_t{0};
  std::promise<void> paused;
  std::atomic<bool> destroyed = false;
};

class StorySink : public BodySink {
 public:
  explicit StorySink(SinkStory& story) : story_(story) {}
  ~StorySink() override { story_.destroyed = true; }
  void begin(BodyFlow flow) override {
    flow_ = flow;
    story_.began.set_value(flow);
  }
  bool write(std::string_view piece) override {
    story_.bytes += piece.size();
    if (story_.bytes >= story_.pause_after) {
      story_.pause_after = ~std::size_t{0};
      flow_.pause();
      story_.paused.set_value();
    }
    return story_.bytes < story_.refuse_after;
  }
  void finish(Responder responder) override {
    responder.send(Response::text(200, "got " + std::to_string(story_.bytes)));
  }
  void refused(Responder responder) override { responder.send(Response::text(507, "full")); }
  void abort() override { story_.aborted.set_value(); }

 private:
  SinkStory& story_;
  BodyFlow flow_;
};

void stream_into(LiveServer& live, SinkStory& story) {
  live.application.on_admit = [&](const RequestHead&, Admission& admission) {
    admission.stream(std::make_unique<StorySink>(story));
  };
}

TEST(Body, comes_whole_however_it_is_cut) {
  LiveServer live;
  auto client = live.connect();
  const std::string text = post("hello world");
  const std::string chunked = chunked_head + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: v\r\n\r\n";
  for (const auto& request : {text, chunked}) {
    for (std::size_t cut = 1; cut <= request.size(); ++cut) {
      client.send(request.substr(0, cut));
      client.send(request.substr(cut));
      EXPECT_EQ(client.read().body, "/p|hello world");
    }
  }
}

TEST(Body, may_be_followed_by_the_next_request) {
  LiveServer live;
  auto client = live.connect();
  const std::string large(100'000, 'x');
  client.send(post("one") + post(large) + chunked_head + "3\r\ntwo\r\n0\r\n\r\n" + chunked_head + "186a0\r\n" + large +
              "\r\n0\r\n\r\n" + post("") + post("end"));
  EXPECT_EQ(client.read().body, "/p|one");
  EXPECT_EQ(client.read().body, "/p|" + large);
  EXPECT_EQ(client.read().body, "/p|two");
  EXPECT_EQ(client.read().body, "/p|" + large);
  EXPECT_EQ(client.read().body, "/p|");
  EXPECT_EQ(client.read().body, "/p|end");
}

TEST(Body, without_a_length_is_empty) {
  LiveServer live;
  auto client = live.connect();
  client.send("POST /p HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read().body, "/p|");
}

TEST(Body, past_the_limit_is_refused_with_413) {
  auto options = LiveServer::quiet();
  options.limits.body_size = 10;
  LiveServer live(std::move(options));
  auto fits = live.connect();
  fits.send(post("0123456789"));
  EXPECT_EQ(fits.read().status, 200);
  fits.send(chunked_head + "a\r\n0123456789\r\n0\r\n\r\n");
  EXPECT_EQ(fits.read().status, 200);
  auto known = live.connect();
  known.send(post("0123456789a", expecting));
  EXPECT_EQ(known.read().status, 413);
  EXPECT_TRUE(known.is_closed());
  auto chunked = live.connect();
  chunked.send(chunked_head + "5\r\n01234\r\n6\r\n");
  EXPECT_EQ(chunked.read().status, 413);
  EXPECT_TRUE(chunked.is_closed());
}

TEST(Body, is_waved_on_with_100_continue_when_it_is_admitted) {
  LiveServer live;
  auto client = live.connect();
  for (int i = 0; i < 2; ++i) {
    client.send("POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(client.read().status, 100);
    client.send("abc");
    EXPECT_EQ(client.read().body, "/p|abc");
  }
  client.send(post("abc", expecting));  // on its way already: nothing to wave on
  EXPECT_EQ(client.read().body, "/p|abc");
}

TEST(Body, is_not_waved_on_when_it_is_refused) {
  LiveServer live;
  live.application.on_admit = [](const RequestHead&, Admission& admission) {
    admission.refuse(Response::text(403, "no"));
  };
  auto client = live.connect();
  client.send("POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  const auto answer = client.read();
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(Body, with_an_unknown_expectation_gets_417) {
  LiveServer live;
  auto client = live.connect();
  client.send(post("abc", "Expect: tea\r\n"));
  EXPECT_EQ(client.read().status, 417);
  EXPECT_TRUE(client.is_closed());
}

TEST(Body, that_is_refused_does_not_keep_the_client_from_reading_why) {
  LiveServer live;
  live.application.on_admit = [](const RequestHead&, Admission& admission) {
    admission.refuse(Response::text(403, "no"));
  };
  for (int i = 0; i < 10; ++i) {
    auto client = live.connect();
    client.send(post(std::string(1'000'000, 'x')));
    EXPECT_EQ(client.read().body, "no");
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Body, that_nobody_decides_about_gets_500) {
  LiveServer live;
  live.application.on_admit = [](const RequestHead&, Admission&) {};
  auto client = live.connect();
  client.send(post("abc"));
  EXPECT_EQ(client.read().status, 500);
}

TEST(Body, that_is_malformed_gets_400) {
  LiveServer live;
  auto client = live.connect();
  client.send(chunked_head + "3\r\nabcd\r\n");
  EXPECT_EQ(client.read().status, 400);
  EXPECT_TRUE(client.is_closed());
}

TEST(BodySink, takes_a_large_body_piece_by_piece) {
  LiveServer live;
  for (const bool chunked : {false, true}) {
    SinkStory story;
    stream_into(live, story);
    auto client = live.connect();
    const std::string large(5'000'000, 'x');
    if (chunked) {
      client.send(chunked_head + "4c4b40\r\n" + large + "\r\n0\r\n\r\n");
    } else {
      client.send(post(large));
    }
    EXPECT_EQ(client.read().body, "got 5000000");
    live.application.on_admit = nullptr;
    EXPECT_EQ(client.get("/next").body, "/next|");
    EXPECT_TRUE(story.destroyed);
  }
}

TEST(BodySink, refuses_in_the_middle_and_is_heard) {
  LiveServer live;
  SinkStory story;
  story.refuse_after = 100'000;
  stream_into(live, story);
  auto client = live.connect();
  std::thread sending([&] { client.send(post(std::string(20'000'000, 'x'))); });
  EXPECT_EQ(client.read().status, 507);
  sending.join();
  EXPECT_TRUE(client.is_closed());
}

TEST(BodySink, holds_the_client_back) {
  LiveServer live;
  SinkStory story;
  story.pause_after = 1;
  stream_into(live, story);
  auto client = live.connect();
  const std::string text = post(std::string(50'000'000, 'x'));
  std::thread sending([&] { client.send(text); });
  const auto flow = story.began.get_future().get();
  story.paused.get_future().get();
  const std::size_t then = story.bytes;
  EXPECT_LE(then, 64 * 1024);
  flow.resume();
  EXPECT_EQ(client.read().body, "got 50000000");
  sending.join();
  flow.pause();  // of a request that is over
  flow.resume();
}

TEST(BodySink, is_told_when_the_client_goes_away) {
  LiveServer live;
  for (const bool hard : {false, true}) {
    SinkStory story;
    stream_into(live, story);
    auto client = live.connect();
    client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    story.began.get_future().get();
    hard ? client.reset() : client.close();
    EXPECT_EQ(story.aborted.get_future().wait_for(10s), std::future_status::ready);
    while (!story.destroyed) std::this_thread::yield();
  }
}

TEST(BodySink, is_told_when_the_coding_breaks) {
  LiveServer live;
  SinkStory story;
  stream_into(live, story);
  auto client = live.connect();
  client.send(chunked_head + "3\r\nabc\r\nx\r\n");
  EXPECT_EQ(client.read().status, 400);
  EXPECT_EQ(story.aborted.get_future().wait_for(10s), std::future_status::ready);
}

TEST(BodySink, is_told_when_the_server_stops) {
  auto live = std::make_unique<LiveServer>();
  SinkStory story;
  stream_into(*live, story);
  auto client = live->connect();
  client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  story.began.get_future().get();
  live.reset();
  EXPECT_EQ(story.aborted.get_future().wait_for(0s), std::future_status::ready);
  EXPECT_TRUE(story.destroyed);
}

}  // namespace
}  // namespace otklik::net
