#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "net/transport/tls.hpp"
#include "unit/net/live_server.hpp"

namespace otklik::net {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// A folder with certificates that `openssl` has made.
class Tls : public testing::Test {
 protected:
  Tls() {
    std::string name = (std::filesystem::temp_directory_path() / "otklik-tls-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    make("a");
    make("b");
  }
  ~Tls() override { std::filesystem::remove_all(folder_); }

  void make(const std::string& name) {
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=" + name + " -keyout " +
        path(name + ".key") + " -out " + path(name + ".crt"));
  }
  static void run(const std::string& arguments) {
    ASSERT_EQ(std::system(("openssl " + arguments + " >/dev/null 2>&1").c_str()), 0) << arguments;  // NOLINT
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& content) const { std::ofstream(path(name)) << content; }
  void install(const std::string& name) const {
    const auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(path(name + ".crt"), path("live.crt"), over);
    std::filesystem::copy_file(path(name + ".key"), path("live.key"), over);
  }
  [[nodiscard]] ServerOptions options() const {
    auto o = LiveServer::quiet();
    o.tls = {path("live.crt"), path("live.key")};
    return o;
  }
  static std::string subject(const Client& client) {
    X509* certificate = SSL_get1_peer_certificate(client.ssl());
    char text[200] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof text);
    X509_free(certificate);
    return text;
  }

  std::string folder_;
};

TEST_F(Tls, carries_requests_bodies_and_files) {
  install("a");
  LiveServer live(options(), true);
  const std::string large(3'000'000, 'x');
  auto file = std::make_shared<UniqueFd>(::memfd_create("file", MFD_CLOEXEC));
  ASSERT_EQ(::write(file->get(), large.data(), large.size()), static_cast<ssize_t>(large.size()));
  live.application.on_serve = [&](const Request& request, Responder responder) {
    EXPECT_TRUE(request.secure);
    Response response;
    if (request.path == "/file") {
      response.body = FilePiece{file, 0, large.size()};
    } else if (request.path == "/large") {
      response.body = large;
    } else {
      response.body = std::string(request.body);
    }
    responder.send(std::move(response));
  };
  auto client = live.connect();
  ASSERT_TRUE(client.start_tls("http/1.1"));
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client.ssl(), &chosen, &size);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client.get("/").body, "");
    EXPECT_EQ(client.get("/file").body, large);
    EXPECT_EQ(client.get("/large").body, large);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + large);
    EXPECT_EQ(client.read().body, large);
  }
  EXPECT_EQ(client.get("/", "Connection: close\r\n").status, 200);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(SSL_get_shutdown(client.ssl()), SSL_RECEIVED_SHUTDOWN);  // a farewell, not a cut
}

TEST_F(Tls, resumes_a_session_by_its_ticket) {
  install("a");
  LiveServer live(options(), true);
  auto first = live.connect();
  ASSERT_TRUE(first.start_tls());
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(SSL_SESSION_has_ticket(SSL_get0_session(first.ssl())), 1);
}

TEST_F(Tls, shows_the_new_certificate_after_a_reload_and_keeps_the_old_when_the_new_is_bad) {
  install("a");
  LiveServer live(options(), true);
  auto first = live.connect();
  ASSERT_TRUE(first.start_tls());
  EXPECT_EQ(subject(first), "a");
  install("b");
  ASSERT_TRUE(live.server->reload_certificates());
  auto second = live.connect();
  ASSERT_TRUE(second.start_tls());
  EXPECT_EQ(subject(second), "b");
  EXPECT_EQ(first.get("/").status, 200);
  write("live.crt", "junk");
  EXPECT_FALSE(live.server->reload_certificates());
  auto third = live.connect();
  ASSERT_TRUE(third.start_tls());
  EXPECT_EQ(subject(third), "b");
}

TEST_F(Tls, says_what_is_wrong_with_its_files) {
  const auto message = [&](const std::string& chain, const std::string& key) {
    const auto context = TlsContext::load({chain.empty() ? "" : path(chain), path(key)});
    EXPECT_FALSE(context);
    return context ? std::string() : context.error().message;
  };
  EXPECT_THAT(message("", "a.key"), HasSubstr("No file is set"));
  EXPECT_THAT(message("none.crt", "a.key"), HasSubstr("none.crt: the file cannot be opened"));
  EXPECT_THAT(message("a.crt", "none.key"), HasSubstr("none.key: the file cannot be opened"));
  EXPECT_THAT(message("a.key", "a.key"), HasSubstr("a.key holds no PEM certificate"));
  EXPECT_THAT(message("a.crt", "a.crt"), HasSubstr("a.crt holds no PEM private key"));
  EXPECT_THAT(message("a.crt", "b.key"), HasSubstr("does not belong to the certificate"));
  run("ec -in " + path("a.key") + " -aes128 -passout pass:secret -out " + path("locked.key"));
  EXPECT_THAT(message("a.crt", "locked.key"), HasSubstr("is encrypted"));
  std::string good;
  std::getline(std::ifstream(path("a.crt")), good, '\0');
  write("cut.crt", good + "-----BEGIN CERTIFICATE-----\nAAAA\n");
  EXPECT_THAT(message("cut.crt", "a.key"), HasSubstr("is damaged"));
  TestApplication application;
  Server server(LiveServer::quiet());
  EXPECT_EQ(server.listen({.endpoint = {"127.0.0.1", 0}, .tls = true, .application = &application}).error().code,
            ErrorCode::failed);
}

TEST_F(Tls, tells_one_who_speaks_plain_http) {
  install("a");
  LiveServer live(options(), true);
  auto client = live.connect();
  const auto answer = client.get("/");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("HTTPS"));
  EXPECT_TRUE(answer.whole);
  client.end_writing();
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Tls, closes_on_junk_and_on_protocols_it_does_not_speak) {
  install("a");
  LiveServer live(options(), true);
  auto junk = live.connect();
  junk.send(std::string(500, '\x01'));
  junk.end_writing();
  junk.read_to_end();
  auto ssl2 = live.connect();
  ssl2.send(std::string("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11) + std::string(40, 'x'));
  ssl2.end_writing();
  ssl2.read_to_end();
  auto h2 = live.connect();
  EXPECT_FALSE(h2.start_tls("h2"));
  auto good = live.connect();
  ASSERT_TRUE(good.start_tls());
  EXPECT_EQ(good.get("/").status, 200);
}

TEST_F(Tls, bounds_the_handshake) {
  install("a");
  auto o = options();
  o.limits.handshake_time = 50ms;
  LiveServer live(std::move(o), true);
  auto client = live.connect();
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Tls, stops_gracefully) {
  install("a");
  LiveServer live(options(), true);
  auto client = live.connect();
  ASSERT_TRUE(client.start_tls());
  EXPECT_EQ(client.get("/").status, 200);
  live.server->stop(10s);
  EXPECT_TRUE(client.is_closed());
}

}  // namespace
}  // namespace otklik::net
