#include "net/server.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "net/takeover.hpp"
#include "unit/net/live_server.hpp"

namespace otklik::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::shared_ptr<const UniqueFd> file_of(std::string_view content) {
  auto file = std::make_shared<UniqueFd>(::memfd_create("file", MFD_CLOEXEC));
  EXPECT_EQ(::write(file->get(), content.data(), content.size()), static_cast<ssize_t>(content.size()));
  return file;
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

class Counting final : public BodySource {
 public:
  explicit Counting(std::size_t pieces) : left_(pieces) {}
  std::size_t read(std::span<char> into) override {
    if (left_ == 0) return 0;
    --left_;
    std::fill_n(into.begin(), 1000, static_cast<char>('a' + left_ % 26));
    return 1000;
  }

 private:
  std::size_t left_;
};

TEST(Server, answers_and_keeps_the_connection) {
  LiveServer live;
  auto client = live.connect();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.get("/a?b=c");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "/a|");
    EXPECT_EQ(answer.header("Connection"), "");
    EXPECT_THAT(answer.header("Date"), testing::EndsWith("GMT"));
  }
  EXPECT_EQ(live.server->figures().requests, 3);
  EXPECT_EQ(live.server->figures().connections_accepted, 1);
  EXPECT_EQ(live.server->figures().status_2xx, 3);
}

TEST(Server, gives_every_answer_an_id_of_its_own) {
  LiveServer live;
  std::set<std::string> ids;
  std::string shown;
  live.application.on_serve = [&](const Request& request, Responder responder) {
    shown = request_id_text(request.id);
    responder.send(Response::empty(200));
  };
  for (int i = 0; i < 4; ++i) {
    auto client = live.connect();
    for (int j = 0; j < 4; ++j) {
      const auto id = client.get("/").header("X-Request-Id");
      EXPECT_EQ(id.size(), 16);
      EXPECT_EQ(id, shown);
      ids.insert(id);
    }
  }
  EXPECT_EQ(ids.size(), 16);
}

TEST(Server, takes_a_head_however_it_is_cut) {
  LiveServer live;
  const std::string request = "GET /cut HTTP/1.1\r\nHost: a\r\n\r\n";
  auto client = live.connect();
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    client.send(request.substr(0, cut));
    client.send(request.substr(cut));
    EXPECT_EQ(client.read().body, "/cut|");
  }
}

TEST(Server, takes_a_head_larger_than_its_usual_buffer) {
  LiveServer live;
  std::string seen;
  live.application.on_serve = [&](const Request& request, Responder responder) {
    seen = request.header("X-Long");
    responder.send(Response::empty(200));
  };
  auto client = live.connect();
  for (const std::size_t size : {1'000, 2'020, 2'048, 5'000, 60'000}) {
    EXPECT_EQ(client.get("/", "X-Long: " + pattern(size) + "\r\n").status, 200);
    EXPECT_EQ(seen, pattern(size));
  }
}

TEST(Server, serves_pipelined_requests_strictly_in_order) {
  LiveServer live;
  std::promise<Responder> first;
  std::atomic<int> served = 0;
  live.application.on_serve = [&](const Request& request, Responder responder) {
    ++served;
    if (request.path == "/later") {
      first.set_value(std::move(responder));
    } else {
      responder.send(Response::text(200, std::string(request.path)));
    }
  };
  auto client = live.connect();
  const auto get = [](const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; };
  client.send(get("/1") + get("/later") + get("/3") + get("/4"));
  EXPECT_EQ(client.read().body, "/1");
  auto responder = first.get_future().get();
  EXPECT_EQ(served, 2);
  responder.send(Response::text(200, "at last"));
  EXPECT_EQ(client.read().body, "at last");
  EXPECT_EQ(client.read().body, "/3");
  EXPECT_EQ(client.read().body, "/4");
}

TEST(Server, writes_the_answers_of_one_read_at_once) {
  LiveServer live;
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  auto client = live.connect();
  client.send(requests);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(client.read().body, "/" + std::to_string(i) + "|");
}

TEST(Server, stops_reading_from_one_who_does_not_read) {
  LiveServer live;
  std::atomic<int> served = 0;
  live.application.on_serve = [&](const Request&, Responder responder) {
    ++served;
    responder.send(Response::text(200, std::string(10'000, 'x')));
  };
  auto client = live.connect();
  const std::string request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string batch;
  for (int i = 0; i < 1000; ++i) batch += request;
  // Send until the server takes no more, whatever the kernel's buffers hold: with an endless appetite this never ends.
  std::size_t sent = 0;
  int refusals = 0;
  while (refusals < 200 && sent < 200'000'000) {
    const auto n = client.send_some(std::string_view(batch).substr(sent % request.size()));
    sent += n;
    refusals = n == 0 ? refusals + 1 : 0;
    if (n == 0) std::this_thread::yield();
  }
  ASSERT_LT(sent, 200'000'000);
  EXPECT_LT(served, 10'000);
  const auto whole = sent / request.size();
  for (std::size_t i = 0; i < whole; ++i) {
    const auto answer = client.read();
    ASSERT_EQ(answer.status, 200);
    ASSERT_EQ(answer.body.size(), 10'000);
  }
}

TEST(Server, sends_the_head_alone_for_head) {
  LiveServer live;
  live.application.on_serve = [](const Request& request, Responder responder) {
    if (request.path == "/source") {
      Response response;
      response.body = std::make_unique<Counting>(2);
      responder.send(std::move(response));
    } else {
      responder.send(Response::text(200, "twelve bytes"));
    }
  };
  auto client = live.connect();
  client.send(
      "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /source HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read(true).header("Content-Length"), "12");
  EXPECT_EQ(client.read(true).header("Content-Length"), "");
  EXPECT_EQ(client.read().body, "twelve bytes");
}

TEST(Server, sends_no_body_with_204_and_304) {
  LiveServer live;
  live.application.on_serve = [](const Request& request, Responder responder) {
    responder.send(Response::text(request.path == "/204" ? 204 : 304, "must not be seen"));
  };
  auto client = live.connect();
  EXPECT_EQ(client.get("/204").header("Content-Length"), "");
  EXPECT_EQ(client.get("/304").status, 304);
  EXPECT_EQ(client.get("/204").status, 204);
}

TEST(Server, closes_after_http_1_0_unless_asked_to_keep) {
  LiveServer live;
  auto client = live.connect();
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.read().header("Connection"), "keep-alive");
  client.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.read().header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, honours_connection_close) {
  LiveServer live;
  auto client = live.connect();
  EXPECT_EQ(client.get("/", "Connection: close\r\n").header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
  live.application.on_serve = [](const Request&, Responder responder) {
    auto response = Response::text(200, "x");
    response.close = true;
    responder.send(std::move(response));
  };
  auto other = live.connect();
  EXPECT_EQ(other.get("/").header("Connection"), "close");
  EXPECT_TRUE(other.is_closed());
}

TEST(Server, sends_a_made_body_in_chunks) {
  LiveServer live;
  live.application.on_serve = [](const Request&, Responder responder) {
    Response response;
    response.body = std::make_unique<Counting>(5'000);
    responder.send(std::move(response));
  };
  auto client = live.connect();
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.get("/");
    EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
    EXPECT_EQ(answer.body.size(), 5'000'000);
    EXPECT_TRUE(answer.whole);
  }
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto answer = client.read();
  EXPECT_EQ(answer.header("Transfer-Encoding"), "");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(answer.body.size(), 5'000'000);
}

TEST(Server, sends_large_bodies_from_memory) {
  LiveServer live;
  const auto shared = std::make_shared<const std::string>(pattern(3'000'000));
  live.application.on_serve = [&](const Request& request, Responder responder) {
    if (request.path == "/shared") {
      responder.send(Response::shared(shared, "text/plain"));
    } else {
      responder.send(Response::text(200, *shared));
    }
  };
  auto client = live.connect(8192);
  EXPECT_EQ(client.get("/shared").body, *shared);
  EXPECT_EQ(client.get("/string").body, *shared);
  client.send("GET /shared HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read().body, *shared);
  EXPECT_EQ(client.read().body, *shared);
}

TEST(Server, sends_pieces_of_files) {
  LiveServer live;
  const auto content = pattern(3'000'000);
  const auto file = file_of(content);
  live.application.on_serve = [&](const Request& request, Responder responder) {
    Response response;
    if (request.path == "/whole") {
      response.body = FilePiece{file, 0, content.size()};
    } else if (request.path == "/piece") {
      response.body = FilePiece{file, 1000, 2000};
    } else if (request.path == "/empty") {
      response.body = FilePiece{file, 10, 0};
    } else {
      FileParts parts;
      parts.parts.push_back({"<1>", {file, 0, 3}});
      parts.parts.push_back({"<2>", {file, 5, 0}});
      parts.parts.push_back({"<3>", {file, 100, 1'000'000}});
      parts.after = "<end>";
      response.body = std::move(parts);
    }
    responder.send(std::move(response));
  };
  auto client = live.connect();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client.get("/whole").body, content);
    EXPECT_EQ(client.get("/piece").body, content.substr(1000, 2000));
    EXPECT_EQ(client.get("/empty").body, "");
    EXPECT_EQ(client.get("/parts").body,
              "<1>" + content.substr(0, 3) + "<2><3>" + content.substr(100, 1'000'000) + "<end>");
  }
  client.send("HEAD /parts HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read(true).header("Content-Length"), "1000017");
}

TEST(Server, closes_when_a_file_turns_out_shorter) {
  LiveServer live;
  const auto file = file_of("short");
  live.application.on_serve = [&](const Request&, Responder responder) {
    Response response;
    response.body = FilePiece{file, 0, 1000};
    responder.send(std::move(response));
  };
  auto client = live.connect();
  const auto answer = client.get("/");
  EXPECT_FALSE(answer.whole);
  EXPECT_TRUE(answer.closed);
}

TEST(Server, refuses_the_malformed_and_closes) {
  LiveServer live;
  const std::vector<std::pair<std::string, int>> table{
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/3.0\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"\x16\x03\x01\x02\x01", 400},
  };
  for (const auto& [text, status] : table) {
    auto client = live.connect();
    client.send(text);
    const auto answer = client.read();
    EXPECT_EQ(answer.status, status) << text;
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_TRUE(client.is_closed());
  }
  EXPECT_EQ(live.server->figures().malformed, table.size());
}

TEST(Server, lets_the_client_see_a_refusal_though_it_is_still_sending) {
  LiveServer live;
  for (int i = 0; i < 20; ++i) {
    auto client = live.connect();
    client.send("BAD\r\n" + std::string(200'000, 'x'));
    EXPECT_EQ(client.read().status, 400);
  }
}

TEST(Server, gives_a_half_closed_client_its_answer) {
  LiveServer live;
  std::promise<Responder> out;
  live.application.on_serve = [&](const Request&, Responder responder) { out.set_value(std::move(responder)); };
  auto client = live.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.end_writing();
  auto responder = out.get_future().get();
  responder.send(Response::text(200, "still here"));
  EXPECT_EQ(client.read().body, "still here");
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, notices_an_end_that_came_together_with_the_request) {
  auto options = LiveServer::quiet();
  options.threads = 1;
  LiveServer live(std::move(options));
  std::promise<void> blocked;
  std::promise<void> go_on;
  live.application.on_serve = [&](const Request& request, Responder responder) {
    if (request.path == "/block") {
      blocked.set_value();
      go_on.get_future().get();
    }
    responder.send(Response::empty(200));
  };
  auto client = live.connect();
  EXPECT_EQ(client.get("/").status, 200);
  auto other = live.connect();
  other.send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n");
  blocked.get_future().get();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.end_writing();
  go_on.set_value();
  EXPECT_EQ(client.read().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, hands_the_connection_over_after_101) {
  class Echo final : public Takeover {
   public:
    explicit Echo(std::promise<Handover>& p) : promise_(p) {}
    void take(Handover handover) override { promise_.set_value(std::move(handover)); }

   private:
    std::promise<Handover>& promise_;
  };
  LiveServer live;
  std::promise<Handover> promise;
  live.application.on_serve = [&](const Request&, Responder responder) {
    Response response;
    response.status = 101;
    response.add("Upgrade", "echo");
    response.body = std::make_unique<Echo>(promise);
    responder.send(std::move(response));
  };
  auto client = live.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly");
  const auto answer = client.read();
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.header("Connection"), "Upgrade");
  EXPECT_EQ(answer.header("Upgrade"), "echo");
  auto handover = promise.get_future().get();
  EXPECT_EQ(handover.unread, "early");
  EXPECT_EQ(handover.peer.text(), "127.0.0.1");
  EXPECT_EQ(live.server->figures().connections_open, 1);
  EXPECT_EQ(handover.transport.write("hello").bytes, 5);
  handover.transport.close();
  handover.place.leave();
  EXPECT_EQ(client.read_to_end(), "hello");
  EXPECT_EQ(live.server->figures().connections_open, 0);
}

TEST(Server, answers_preflights_and_adds_cors_lines_when_origins_are_set) {
  auto options = LiveServer::quiet();
  options.cors_origins = {"https://crm.example"};
  LiveServer live(std::move(options));
  auto client = live.connect();
  client.send(
      "OPTIONS /x HTTP/1.1\r\nHost: a\r\nOrigin: https://crm.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
  const auto preflight = client.read();
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Methods"), "PUT");
  EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), "https://crm.example");
  EXPECT_EQ(preflight.header("Vary"), "Origin");
  const auto answer = client.get("/x", "Origin: https://crm.example\r\n");
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://crm.example");
  EXPECT_EQ(answer.body, "/x|");
  EXPECT_EQ(client.get("/x", "Origin: https://evil.example\r\n").header("Access-Control-Allow-Origin"), "");
}

TEST(Server, believes_a_listed_proxy_about_the_caller) {
  auto options = LiveServer::quiet();
  options.trusted_proxies = {*Network::parse("127.0.0.0/8")};
  LiveServer live(std::move(options));
  live.application.on_serve = [](const Request& request, Responder responder) {
    responder.send(Response::text(200, request.peer.text() + (request.secure ? " secure" : " plain")));
  };
  auto client = live.connect();
  EXPECT_EQ(client.get("/").body, "127.0.0.1 plain");
  EXPECT_EQ(client.get("/", "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n").body, "192.0.2.9 secure");
  LiveServer strict;
  strict.application.on_serve = live.application.on_serve;
  EXPECT_EQ(strict.connect().get("/", "X-Forwarded-For: 192.0.2.9\r\n").body, "127.0.0.1 plain");
}

TEST(Server, names_what_is_wrong_with_an_address) {
  TestApplication application;
  Server server(LiveServer::quiet());
  const auto first = server.listen({.endpoint = {"127.0.0.1", 0}, .application = &application});
  ASSERT_TRUE(first);
  EXPECT_NE(first->endpoint.port, 0);
  const auto again = server.listen({.endpoint = first->endpoint, .application = &application});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::failed);
  EXPECT_THAT(again.error().message, HasSubstr(std::to_string(first->endpoint.port)));
  EXPECT_THAT(again.error().message, HasSubstr("taken"));
  EXPECT_EQ(server.listen({.endpoint = {"no such host.", 0}, .application = &application}).error().code,
            ErrorCode::bad_request);
}

TEST(Server, takes_callers_of_both_families_on_every_address) {
  TestApplication application;
  Server server(LiveServer::quiet());
  const auto listening = server.listen({.endpoint = {"", 0}, .application = &application});
  ASSERT_TRUE(listening);
  std::promise<std::string> peer;
  application.on_serve = [&](const Request& request, Responder responder) {
    peer.set_value(request.peer.text());
    responder.send(Response::empty(200));
  };
  EXPECT_EQ(Client(listening->endpoint.port).get("/").status, 200);
  EXPECT_EQ(peer.get_future().get(), "127.0.0.1");
}

}  // namespace
}  // namespace otklik::net
