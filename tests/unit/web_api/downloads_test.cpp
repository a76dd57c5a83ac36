#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "no_calls.hpp"
#include "no_company.hpp"
#include "no_plugins.hpp"
#include "unit/web_api/fake_connection.hpp"
#include "unit/web_api/fake_ports.hpp"
#include "web_api/table.hpp"
#include "web_api/web_api.hpp"

namespace otklik::web_api {
namespace {

using core::TemporaryUse;
using test::body_of;
using test::header_of;
using test::SentRequest;
using testing::ElementsAre;
using testing::IsEmpty;

class Downloading : public testing::Test {
 protected:
  Downloading() {
    authenticator_.remembered[test::basic("api", "secret")] = test::identity("api");
    authenticator_.remembered[test::basic("ivan", "secret")] = test::identity("ivan", false);
    passwords_.good["ticket"] = test::identity("ivan", false);
    stored_.files.files["a.txt"] = test::FakeFiles::Content{"content"};
    stored_.files.files["ABC"] = test::FakeFiles::Content{"sound"};
    stored_.files.files["page.html"] = test::FakeFiles::Content{"<p>", true};
    stored_.files.files["closed"] = ErrorCode::forbidden;
    stored_.files.files["crowded"] = ErrorCode::too_many;
  }

  net::Response& ask(std::string_view head) {
    if (!api_) {
      api_ = std::make_unique<WebApi>(WebApi::Ports{authenticator_, passwords_, scripts_, files_, stored_, uploads_,
                                                    licensing_, avatars_, plugins_, company_, states_, calls_, clock_},
                                      options_, VersionFigures::of_this_build());
    }
    sent_ = std::make_unique<SentRequest>(head, "");
    connection_ = std::make_shared<net::Connection>();
    api_->serve(sent_->request(), connection_->responder());
    EXPECT_EQ(connection_->answers, 1) << head;
    if (!connection_->response) connection_->response.emplace();
    return *connection_->response;
  }
  net::Response& get(std::string_view target, std::string_view login = "api") {
    std::string head = "GET " + std::string(target) + " HTTP/1.1\nHost: x";
    if (!login.empty()) head += "\nAuthorization: " + test::basic(login, "secret");
    return ask(head);
  }
  int status(std::string_view target, std::string_view login = "api") { return get(target, login).status; }

  test::FakeAuthenticator authenticator_;
  test::FakePasswords passwords_;
  test::FakeScripts scripts_;
  test::FakeFiles files_;
  test::FakeStoredFiles stored_;
  test::FakeUploads uploads_;
  test::FakeLicensing licensing_;
  test::FakeAvatars avatars_;
  test::NoPlugins plugins_;
  test::FakeCompany company_;
  test::FakeStateDesk states_;
  test::FakeCalls calls_;
  WallClock clock_;
  Options options_;
  std::unique_ptr<WebApi> api_;
  std::unique_ptr<SentRequest> sent_;
  std::shared_ptr<net::Connection> connection_;
};

TEST_F(Downloading, asks_for_what_each_method_says) {
  get("/download/rec/ABC");
  get("/download/fax/ABC");
  get("/download/vm/ABC");
  get("/downloadrecordbylink?recordlink=%2Fdownload%2Frec%2FABC");
  get("/download/files?path=a.txt");
  get("/getsharedfile?path=a.txt", "");
  EXPECT_THAT(stored_.asked, ElementsAre("recording ABC", "fax ABC", "voicemail ABC api", "recording /download/rec/ABC",
                                         "path a.txt", "shared a.txt"));
}

TEST_F(Downloading, takes_the_rest_of_the_path_for_the_code) {
  for (const auto* path :
       {"/download/rec/ABC/", "/DOWNLOAD/Rec/ABC", "/download%2Frec/%41BC", "/download/rec/ABC?x=1"}) {
    EXPECT_EQ(status(path), 200) << path;
  }
  EXPECT_THAT(stored_.asked, ElementsAre("recording ABC", "recording ABC", "recording ABC", "recording ABC"));
  stored_.asked.clear();
  EXPECT_EQ(status("/download/rec/a/b/../c"), 404);
  EXPECT_THAT(stored_.asked, ElementsAre("recording a/b/../c"));
  for (const auto* path : {"/download/rec", "/download/rec/", "/download/fax", "/download/vm/"}) {
    EXPECT_EQ(status(path), 400) << path;
  }
  for (const auto* path : {"/download/record/ABC", "/download/re/ABC", "/download/ABC"}) {
    EXPECT_EQ(status(path), 404) << path;
  }
}

TEST_F(Downloading, sends_an_attachment_unless_told_otherwise) {
  EXPECT_EQ(header_of(get("/download/files?path=a.txt"), "content-disposition"), "attachment; filename=\"a.txt\"");
  EXPECT_EQ(header_of(get("/download/files?path=a.txt&attachment=1"), "content-disposition"),
            "attachment; filename=\"a.txt\"");
  const auto& inline_one = get("/download/files?path=a.txt&attachment=0");
  EXPECT_EQ(header_of(inline_one, "content-disposition"), "inline; filename=\"a.txt\"");
  EXPECT_EQ(header_of(inline_one, "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(header_of(inline_one, "cache-control"), "private, no-cache");
  EXPECT_EQ(header_of(get("/getsharedfile?path=a.txt", ""), "cache-control"), "");
  EXPECT_EQ(status("/download/files?path=a.txt&attachment=2"), 400);
  EXPECT_EQ(status("/getsharedfile?path=a.txt&attachment=2", ""), 404);
}

TEST_F(Downloading, tells_each_error_by_its_status) {
  EXPECT_EQ(status("/download/files?path=closed"), 403);
  EXPECT_EQ(status("/download/files?path=none"), 404);
  EXPECT_EQ(status("/download/files?path=crowded"), 503);
  EXPECT_EQ(status("/download/files"), 400);
  EXPECT_EQ(status("/getsharedfile", ""), 404);
  EXPECT_EQ(status("/downloadrecordbylink"), 400);
}

TEST_F(Downloading, sandboxes_what_users_brought) {
  const auto& page = get("/getsharedfile?path=page.html&attachment=0", "");
  EXPECT_EQ(header_of(page, "content-security-policy"), "sandbox");
  EXPECT_EQ(header_of(page, "x-content-type-options"), "nosniff");
}

TEST_F(Downloading, sends_what_grows_without_saying_what_it_is_the_whole_of) {
  stored_.growing = true;
  const auto& response =
      ask("GET /download/rec/ABC HTTP/1.1\nRange: bytes=1-2\nAuthorization: " + test::basic("api", "secret"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "cache-control"), "no-store");
  EXPECT_EQ(header_of(response, "etag"), "");
  EXPECT_EQ(header_of(response, "accept-ranges"), "none");
}

// --- who is let in --------------------------------------------------------------------------------------------------

TEST_F(Downloading, asks_nobody_for_authorization_where_it_is_open) {
  EXPECT_EQ(status("/getsharedfile?path=a.txt", ""), 200);
  EXPECT_EQ(status("/getsharedfile?path=a.txt", "ivan"), 200);
  EXPECT_EQ(ask("GET /getsharedfile?path=a.txt HTTP/1.1\nAuthorization: Basic nonsense").status, 200);
  EXPECT_EQ(authenticator_.verifications, 0);
}

TEST_F(Downloading, lets_a_temporary_password_in_without_the_privilege) {
  for (const auto* target : {"/download/rec/ABC", "/download/fax/ABC", "/download/vm/ABC",
                             "/downloadrecordbylink?recordlink=ABC", "/download/files?path=a.txt"}) {
    EXPECT_EQ(status(target, ""), 403) << target;
    EXPECT_EQ(status(target, "ivan"), 403) << target;
    const std::string with = std::string(target) + (std::string_view(target).contains('?') ? "&" : "?");
    EXPECT_EQ(status(with + "temppass=ticket", ""), 200) << target;
    EXPECT_EQ(status(with + "TempPass=ticket", "ivan"), 200) << target;
    EXPECT_EQ(status(with + "temppass=wrong", ""), 403) << target;
    EXPECT_EQ(status(with + "temppass=wrong", "api"), 200) << "the header still counts: " << target;
    EXPECT_EQ(status(with + "temppass=", ""), 403) << target;
  }
  EXPECT_THAT(passwords_.shown_for, testing::Each(TemporaryUse::file));
}

TEST_F(Downloading, opens_the_storage_alone_for_a_temporary_password) {
  get("/download/files?path=a.txt&temppass=ticket", "");
  get("/download/vm/ABC?temppass=ticket", "");
  EXPECT_THAT(stored_.asked, ElementsAre("storage a.txt", "voicemail ABC ivan"));
}

TEST_F(Downloading, looks_at_temporary_passwords_nowhere_else) {
  for (const auto* target : {"/getversion?temppass=ticket", "/execsvcscript?name=Echo&temppass=ticket",
                             "/download/byscript?name=Echo&temppass=ticket"}) {
    EXPECT_EQ(status(target, ""), 403) << target;
  }
  EXPECT_THAT(passwords_.shown_for, IsEmpty());
}

TEST_F(Downloading, sends_pictures_of_users_to_anybody) {
  avatars_.files.files["p_32.jpg"] = test::FakeFiles::Content{"small", true};
  avatars_.files.files["ivan"] = test::FakeFiles::Content{"full", true};
  EXPECT_EQ(body_of(get("/getavatar?path=p_32.jpg&userid=ivan", "")), "small");
  EXPECT_EQ(body_of(get("/getavatar?userid=ivan&path=", "")), "full");
  EXPECT_EQ(body_of(ask("GET /GetAvatar?UserId=ivan HTTP/1.1\nAuthorization: nonsense")), "full");
  EXPECT_EQ(status("/getavatar?path=absent.jpg", ""), 404);
  EXPECT_EQ(status("/getavatar", ""), 400);
  EXPECT_EQ(status("/getavatar?path=&userid=", ""), 400);
  EXPECT_EQ(status("/getavatar?userid=ivan&attachment=maybe", ""), 400);
  EXPECT_THAT(avatars_.asked, ElementsAre("p_32.jpg ivan", " ivan", " ivan", "absent.jpg "));
  const auto& shown = get("/getavatar?path=p_32.jpg&attachment=0", "");
  EXPECT_EQ(header_of(shown, "content-type"), "image/jpeg");
  EXPECT_EQ(header_of(shown, "content-disposition"), "inline; filename=\"p_32.jpg\"");
  EXPECT_EQ(header_of(shown, "x-content-type-options"), "nosniff");
  EXPECT_EQ(header_of(shown, "cache-control"), "private, max-age=86400, immutable");
  EXPECT_EQ(header_of(get("/getavatar?userid=ivan", ""), "cache-control"), "no-cache");
  EXPECT_EQ(header_of(ask("GET /getavatar?path=p_32.jpg HTTP/1.1\nRange: bytes=99-"), "cache-control"), "");
}

TEST_F(Downloading, never_challenges_who_came_by_a_link) {
  options_.auth_challenge = true;
  EXPECT_EQ(status("/download/rec/ABC", ""), 401);
  EXPECT_EQ(status("/download/rec/ABC?temppass=wrong", ""), 403);
  EXPECT_EQ(status("/getsharedfile?path=none", ""), 404);
}

TEST_F(Downloading, keeps_codes_out_of_the_log) {
  EXPECT_EQ(loggable_path("/download/rec/ABC"), "/download/rec");
  EXPECT_EQ(loggable_path("/Download/Fax/ABC/"), "/Download/Fax");
  EXPECT_EQ(loggable_path("/download/%72ec/ABC"), "download/rec");
  EXPECT_EQ(loggable_path("/download/rec"), "/download/rec");
  EXPECT_EQ(loggable_path("/download/files"), "/download/files");
  EXPECT_EQ(loggable_path("/page.html"), "/page.html");
  EXPECT_EQ(loggable_path(""), "");
}

}  // namespace
}  // namespace otklik::web_api
