// The HTTP client of scenarios, against a small server of our own.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using Kind = core::ScriptEnd::Kind;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Answers one request a connection with what `answer` makes of it; an empty answer leaves the peer waiting.
class SmallServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit SmallServer(Answer answer) : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no listener");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~SmallServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  SmallServer(const SmallServer&) = delete;
  SmallServer& operator=(const SmallServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  void run() {
    std::vector<UniqueFd> waiting;
    for (;;) {
      UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
      if (!peer) return;
      std::string request;
      char part[4096];
      while (!is_whole(request)) {
        const auto n = ::recv(peer.get(), part, sizeof part, 0);
        if (n <= 0) break;
        request.append(part, static_cast<std::size_t>(n));
      }
      const std::string text = answer_(request);
      if (text.empty()) {
        waiting.push_back(std::move(peer));
        continue;
      }
      for (std::size_t at = 0; at < text.size();) {
        const auto n = ::send(peer.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
        if (n <= 0) break;
        at += static_cast<std::size_t>(n);
      }
    }
  }
  static bool is_whole(const std::string& request) {
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto at = request.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(request.substr(at + 16));
    return request.size() >= end + 4 + length;
  }

  Answer answer_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string answer_with(const std::string& body, const std::string& headers = "",
                        const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" +
         headers + "\r\n" + body;
}

class HttpTest : public HostTest {
 protected:
  ~HttpTest() override { restart(); }
  SmallServer echo{[](const std::string& request) { return answer_with(request, "X-Two: a\r\nX-Two: b\r\n"); }};
};

TEST_F(HttpTest, gets_status_headers_and_body) {
  EXPECT_EQ(value("local r = assert(http.get(param[1])) return r.status .. tostring(r.ok) .. r.headers['x-two'] .. "
                  "r.body:sub(1, 18)",
                  {echo.url("/a?b=1"), "", "", "", ""}),
            "200truea, bGET /a?b=1 HTTP/1.");
}

TEST_F(HttpTest, sends_query_headers_and_every_method) {
  const auto sent = value(
      "return http.request{url = param[1], method = 'delete', query = {b = 'ы &', a = 1}, "
      "headers = {['X-A'] = 'v', ['X-Empty'] = ''}}.body",
      {echo.url("/p?x=y"), "", "", "", ""});
  EXPECT_THAT(sent, StartsWith("DELETE /p?x=y&a=1&b=%D1%8B%20%26 HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("X-A: v\r\n"));
  EXPECT_THAT(sent, HasSubstr("X-Empty:\r\n"));
}

TEST_F(HttpTest, sends_json_a_form_and_plain_bodies) {
  const std::array<std::string, 5> url{echo.url(), "", "", "", ""};
  auto sent = value("return http.post(param[1], {json = {a = {1, 2}}}).body", url);
  EXPECT_THAT(sent, StartsWith("POST / HTTP/1.1"));
  EXPECT_THAT(sent, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(sent, EndsWith("\r\n\r\n{\"a\":[1,2]}"));
  sent = value("return http.post(param[1], {form = {a = 'b c'}}).body", url);
  EXPECT_THAT(sent, HasSubstr("application/x-www-form-urlencoded"));
  EXPECT_THAT(sent, EndsWith("\r\n\r\na=b%20c"));
  sent = value("return http.post(param[1], 'plain\\0bytes', {headers = {['Content-Type'] = 'text/plain'}}).body", url);
  EXPECT_THAT(sent, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(sent, EndsWith(std::string("plain\0bytes", 11)));
  sent = value("return http.request{url = param[1], method = 'PUT', body = 'x'}.body", url);
  EXPECT_THAT(sent, StartsWith("PUT / HTTP/1.1"));
}

TEST_F(HttpTest, sends_credentials) {
  const std::array<std::string, 5> url{echo.url(), "", "", "", ""};
  EXPECT_THAT(value("return http.get(param[1], {user = 'u', password = 'p'}).body", url),
              HasSubstr("Authorization: Basic dTpw\r\n"));
  EXPECT_THAT(value("return http.get(param[1], {bearer = 'tok'}).body", url),
              HasSubstr("Authorization: Bearer tok\r\n"));
}

TEST_F(HttpTest, refuses_what_would_split_a_request) {
  const std::array<std::string, 5> url{echo.url(), "", "", "", ""};
  for (const char* call :
       {"{url = param[1], headers = {['X-A'] = 'a\\r\\nX-B: b'}}", "{url = param[1], headers = {['X A'] = 'a'}}",
        "{url = param[1], method = 'GET / HTTP/1.1'}", "{url = param[1] .. '\\r\\n'}", "{url = 'file:///etc/passwd'}",
        "{url = 'gopher://127.0.0.1/'}", "{url = param[1], bearer = 'a\\r\\nb'}",
        "{url = param[1], certificate = 'none'}"}) {
    EXPECT_EQ(value(std::string("local r, why, code = http.request") + call + " return tostring(r) .. code", url),
              "nilbad_request")
        << call;
  }
}

TEST_F(HttpTest, gives_failures_of_the_network_as_values) {
  EXPECT_EQ(value("local r, why, code = http.get('http://127.0.0.1:1/') return tostring(r) .. code"), "nilunavailable");
  SmallServer silent([](const std::string&) { return std::string(); });
  EXPECT_EQ(
      value("local r, why, code = http.get(param[1], {timeout = 0.05}) return code", {silent.url(), "", "", "", ""}),
      "timeout");
  SmallServer absent([](const std::string&) { return answer_with("", "", "404 Not Found"); });
  EXPECT_EQ(value("local r = http.get(param[1]) return r.status .. tostring(r.ok)", {absent.url(), "", "", "", ""}),
            "404false");
}

TEST_F(HttpTest, bounds_the_size_of_an_answer) {
  const std::array<std::string, 5> url{echo.url("/" + std::string(2000, 'x')), "", "", "", ""};
  EXPECT_EQ(value("local r, why, code = http.get(param[1], {max_bytes = 1000}) return code", url), "too_large");
  options.http.most_bytes = 500;
  restart();
  EXPECT_EQ(value("local r, why, code = http.get(param[1], {max_bytes = 1e6}) return code", url), "too_large");
}

TEST_F(HttpTest, follows_redirects_as_far_as_it_may) {
  SmallServer from(
      [this](const std::string&) { return answer_with("", "Location: " + echo.url("/to") + "\r\n", "302 Found"); });
  const std::array<std::string, 5> url{from.url(), "", "", "", ""};
  EXPECT_THAT(value("local r = http.get(param[1]) return r.url .. r.body", url), HasSubstr("/toGET /to"));
  EXPECT_EQ(value("return http.get(param[1], {redirects = 0}).status", url), "302");
  SmallServer file([](const std::string&) { return answer_with("", "Location: file:///etc/passwd\r\n", "302 Found"); });
  EXPECT_EQ(value("local r, why, code = http.get(param[1]) return tostring(r) .. code", {file.url(), "", "", "", ""}),
            "nilbad_request");
}

TEST_F(HttpTest, reaches_only_addresses_that_the_settings_allow) {
  const std::array<std::string, 5> url{echo.url(), "", "", "", ""};
  constexpr const char* get = "local r, why, code = http.get(param[1]) return code or r.status";
  EXPECT_EQ(value(get, {"http://169.254.169.254/latest/meta-data", "", "", "", ""}), "forbidden");
  options.http.deny.push_back(*Network::parse("127.0.0.0/8"));
  restart();
  EXPECT_EQ(value(get, url), "forbidden");
  EXPECT_NE(value(get, {"http://localhost:1/", "", "", "", ""}), "200");
  options.http.deny.clear();
  options.http.allow = {*Network::parse("192.0.2.0/24")};
  restart();
  EXPECT_EQ(value(get, url), "forbidden");
  options.http.allow = {*Network::parse("127.0.0.1")};
  restart();
  EXPECT_EQ(value(get, url), "200");
}

TEST_F(HttpTest, skips_the_check_of_certificates_only_where_the_settings_allow_it) {
  EXPECT_EQ(value("local r, why, code = http.get('https://127.0.0.1:1/', {insecure = true}) return code"), "forbidden");
}

TEST_F(HttpTest, bounds_the_requests_at_once) {
  options.http.most_requests = 1;
  SmallServer silent([](const std::string&) { return std::string(); });
  write("Wait", "http.get(param[1])");
  core::ScriptStart waiting;
  waiting.scenario = "Wait";
  waiting.parameters[0] = silent.url();
  const auto id = host().start(waiting, {});
  ASSERT_TRUE(id);
  ASSERT_TRUE(eventually([&] { return host().figures().http_requests == 1; }));
  EXPECT_EQ(value("local r, why, code = http.get(param[1]) return code", {echo.url(), "", "", "", ""}), "too_many");
  EXPECT_TRUE(host().stop_run(*id));
  EXPECT_TRUE(eventually([&] { return host().figures().http_requests == 0; }))
      << "a run that ended breaks its request off";
}

TEST_F(HttpTest, many_requests_wait_at_once) {
  write("Get", "local r = assert(http.get(param[1])) return r.status");
  std::vector<std::future<core::ScriptEnd>> ends;
  for (int i = 0; i < 100; ++i) ends.push_back(start("Get", {echo.url(), "", "", "", ""}));
  for (auto& end : ends) EXPECT_EQ(end.get().returns[0], "200");
}

TEST_F(HttpTest, ends_with_requests_under_way) {
  SmallServer silent([](const std::string&) { return std::string(); });
  write("Wait", "http.get(param[1])");
  auto end = start("Wait", {silent.url(), "", "", "", ""});
  ASSERT_TRUE(eventually([&] { return host().figures().http_requests == 1; }));
  host().stop(std::chrono::milliseconds{0});
  EXPECT_EQ(end.get().kind, Kind::stopped);
}

}  // namespace
}  // namespace otklik::scenario
