// The method `upload`, from the head of its request to its answer; what is stored is the store's
// (tests/unit/files/upload).
#include <gtest/gtest.h>

#include <optional>

#include "no_calls.hpp"
#include "no_company.hpp"
#include "no_plugins.hpp"
#include "unit/web_api/fake_connection.hpp"
#include "unit/web_api/fake_ports.hpp"
#include "web_api/upload/upload_answer.hpp"
#include "web_api/web_api.hpp"

namespace otklik::web_api {
namespace {

using test::body_of;
using test::header_of;
using test::SentRequest;

constexpr std::string_view form_type = "\nContent-Type: multipart/form-data; boundary=b";

std::string file(std::string_view name, std::string_view content, std::string_view more = {}) {
  return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + std::string(name) + "\"\r\n" +
         std::string(more) + "\r\n" + std::string(content) + "\r\n";
}
std::string field(std::string_view name, std::string_view value, std::string_view more = {}) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n" + std::string(more) + "\r\n" +
         std::string(value) + "\r\n";
}
constexpr std::string_view end = "--b--\r\n";

class Uploading : public testing::Test {
 protected:
  Uploading() {
    authenticator_.remembered[test::basic("api", "secret")] = test::identity("api");
    authenticator_.verified.emplace(test::basic("late", "secret"), test::identity("late"));
    passwords_.good["operator"] = test::identity("ivan", false);
    passwords_.good["program"] = test::identity("robot");
    scripts_.returns("Sink", "done");
  }

  struct Admitted final : net::Admission {
    std::optional<std::size_t> limit;
    std::unique_ptr<net::BodySink> sink;
    std::optional<net::Response> refused;
    void collect(std::size_t most) override { limit = most; }
    void stream(std::unique_ptr<net::BodySink> s) override { sink = std::move(s); }
    void refuse(net::Response&& response) override { refused = std::move(response); }
  };

  WebApi& api() {
    if (!api_) {
      api_ = std::make_unique<WebApi>(WebApi::Ports{authenticator_, passwords_, scripts_, files_, stored_, uploads_,
                                                    licensing_, avatars_, plugins_, company_, states_, calls_, clock_},
                                      options_, VersionFigures::of_this_build());
    }
    return *api_;
  }
  static std::string head(std::string_view query, std::string_view more,
                          const std::string& authorization = "\nAuthorization: " + test::basic("api", "secret")) {
    return "POST /upload" + std::string(query) + " HTTP/1.1\nHost: x" + authorization + std::string(more);
  }

  /// The answer to a request whose body comes `size` bytes at a time.
  net::Response& sent(std::string_view request_head, std::string body, std::size_t size = 7) {
    connection_ = std::make_shared<net::Connection>();
    {
      Admitted admitted;
      {
        SentRequest request(request_head, body);
        api().admit(request.request(), admitted, 1000);
      }  // what the sink needs of the head it has kept
      if (admitted.refused) return answer_ = std::move(*admitted.refused);
      EXPECT_TRUE(admitted.sink);
      admitted.sink->begin({});
      authenticator_.answer_all();
      std::string_view rest = body;
      bool wanted = true;
      while (wanted && !rest.empty()) {
        wanted = admitted.sink->write(rest.substr(0, size));
        rest.remove_prefix(std::min(size, rest.size()));
      }
      wanted ? admitted.sink->finish(connection_->responder()) : admitted.sink->refused(connection_->responder());
    }
    EXPECT_EQ(connection_->answers, 1);
    return answer_ = connection_->response ? std::move(*connection_->response) : net::Response::empty(0);
  }
  net::Response& sent_form(std::string_view query, const std::string& parts) {
    return sent(head(query, form_type), parts + std::string(end));
  }

  test::FakeAuthenticator authenticator_;
  test::FakePasswords passwords_;
  test::FakeUploads uploads_;
  test::FakeScripts scripts_;
  test::FakeFiles files_;
  test::FakeStoredFiles stored_;
  test::FakeLicensing licensing_;
  test::FakeAvatars avatars_;
  test::NoPlugins plugins_;
  test::FakeCompany company_;
  test::FakeStateDesk states_;
  test::FakeCalls calls_;
  WallClock clock_;
  Options options_;
  std::unique_ptr<WebApi> api_;
  std::shared_ptr<net::Connection> connection_;
  net::Response answer_;
};

TEST_F(Uploading, answers_with_the_list_as_the_description_prints_it) {
  uploads_.failing.emplace("noteerror.txt", ErrorCode::storage_full);
  const auto& answer = sent_form("", file("1.jpg", "picture") + file("a%22&<.txt", "") + file("noteerror.txt", "x"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(header_of(answer, "content-type"), "text/xml; charset=utf-8");
  EXPECT_EQ(body_of(answer), R"(<?xml version="1.0" encoding="utf-16"?>
<uploadfilesresult count="3">
  <file name="1.jpg" saved="1" size="7" path="Place/1.jpg"/>
  <file name="a&quot;&amp;&lt;.txt" saved="1" size="0" path="Place/a&quot;&amp;&lt;.txt"/>
  <file name="noteerror.txt" saved="0"/>
</uploadfilesresult>)");
}

TEST_F(Uploading, keeps_every_byte_however_the_body_is_cut) {
  const std::string body =
      file("a", "one\r\n--not") + file("b", "") + file("c", "YQ\r\n==", "Content-Transfer-Encoding: base64\r\n");
  for (std::size_t size = 1; size < 50; ++size) {
    uploads_.files.clear();
    EXPECT_EQ(sent(head("", form_type), body + std::string(end), size).status, 200);
    ASSERT_EQ(uploads_.files.size(), 3U);
    EXPECT_EQ(uploads_.files[0].bytes, "one\r\n--not");
    EXPECT_EQ(uploads_.files[2].bytes, "a");
    EXPECT_TRUE(uploads_.files[2].ended);
  }
}

TEST_F(Uploading, takes_the_headers_of_an_octet_stream_for_those_of_its_file) {
  sent(head("",
            "\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename*=UTF-8''%D0%9F.bin"),
       "bytes");
  EXPECT_EQ(uploads_.files.at(0).name, "П.bin");
  sent(head("", "\nContent-Type: text/plain"), "bytes");
  EXPECT_TRUE(uploads_.files.at(1).name.ends_with(".txt"));
  EXPECT_EQ(sent(head("", "\nContent-Type: application/x-www-form-urlencoded"), "a=b").status, 400);
  EXPECT_EQ(sent(head("", "\nContent-Transfer-Encoding: uuencode"), "a=b").status, 400);
}

TEST_F(Uploading, reads_parameters_of_the_url_and_of_the_form) {
  sent_form("?subfolder=url", file("a", "") + field("storagemode", "Storage") + field("subfolder", "form"));
  EXPECT_EQ(uploads_.places.at(0).area, core::FileArea::storage);
  EXPECT_EQ(uploads_.places.at(0).subfolder, "url");
  sent_form("", field("subfolder", "\xCF\xE0\xEF\xEA\xE0") + file("a", ""));  // Windows-1251
  EXPECT_EQ(uploads_.places.at(1).subfolder, "Папка");
  sent_form("", field("subfolder", "\xF0", "Content-Type: text/plain; charset=koi8-r\r\n") + file("a", ""));
  EXPECT_EQ(uploads_.places.at(2).subfolder, "П");
  EXPECT_NE(body_of(sent_form("?pathmode=absolute", file("a", ""))).find("path=\"/data/Place/a\""), std::string::npos);
  EXPECT_EQ(body_of(sent_form("?format=json", file("a", "12"))),
            R"({"uploadfilesresult":{"count":1,"file":[{"name":"a","saved":1,"size":2,"path":"Place/a"}]}})");
}

TEST_F(Uploading, reads_a_field_behind_which_the_body_ends_without_a_line) {
  const auto& answer =
      sent(head("", form_type), file("a", "12") + field("storagemode", "storage") + field("format", "json") + "--b--");
  EXPECT_EQ(uploads_.places.at(0).area, core::FileArea::storage);
  EXPECT_EQ(header_of(answer, "content-type"), "application/json; charset=utf-8");
}

TEST_F(Uploading, stops_a_file_that_is_lost_and_lets_a_form_bring_its_others) {
  uploads_.failing.emplace("a", ErrorCode::storage_full);
  uploads_.lost = true;
  EXPECT_EQ(sent(head("", "\nContent-Disposition: attachment; filename=a"), "0123456789").status, 507);
  EXPECT_EQ(uploads_.files.at(0).bytes, "0123456");
  EXPECT_EQ(sent_form("", file("a", "0123456789") + file("b", "x")).status, 200);
  EXPECT_EQ(uploads_.files.at(2).bytes, "x");
}

TEST_F(Uploading, tells_the_length_of_a_file_that_comes_as_it_is) {
  sent(head("", ""), "1234");
  sent(head("", "\nContent-Transfer-Encoding: base64"), "YWJj");
  sent_form("", file("a", ""));
  ASSERT_EQ(uploads_.begun.size(), 3U);
  EXPECT_EQ(uploads_.begun[0].length, 4U);
  EXPECT_EQ(uploads_.begun[1].length, std::nullopt);
  EXPECT_EQ(uploads_.begun[2].length, std::nullopt);
}

TEST_F(Uploading, refuses_a_bad_url_before_anything_has_come) {
  for (const char* query : {"?storagemode=x", "?pathmode=x"}) {
    EXPECT_EQ(sent_form(query, file("a", "")).status, 400) << query;
  }
  EXPECT_EQ(sent_form("?subfolder=..", file("a", "")).status, 403);
  EXPECT_TRUE(uploads_.begun.empty());
  EXPECT_EQ(sent_form("?format=x", file("a", "")).status, 400);
  EXPECT_EQ(sent_form("", file("a", "") + field("storagemode", "x")).status, 400);
  EXPECT_TRUE(uploads_.places.empty());
}

TEST_F(Uploading, refuses_what_holds_no_file_or_is_malformed) {
  EXPECT_EQ(sent_form("", field("a", "b")).status, 400);
  EXPECT_EQ(sent_form("", file("", "")).status, 400);
  EXPECT_EQ(sent(head("", form_type), file("a", "cut")).status, 400);
  EXPECT_EQ(sent(head("", "\nContent-Type: multipart/form-data"), file("a", "")).status, 400);
  EXPECT_EQ(sent_form("", field("a", std::string(300'000, 'x'))).status, 413);
  EXPECT_EQ(uploads_.abandoned, static_cast<int>(uploads_.begun.size()));
}

TEST_F(Uploading, keeps_to_its_limits) {
  options_.upload_files = 2;
  options_.upload_body_size = 1000;
  EXPECT_EQ(sent_form("", file("a", "") + file("b", "")).status, 200);
  EXPECT_EQ(sent_form("", file("a", "") + file("b", "") + file("c", "")).status, 413);
  EXPECT_EQ(sent_form("", file("a", std::string(1000, 'x'))).status, 413);
  SentRequest chunked(head("", form_type));
  chunked.request().chunked = true;
  Admitted admitted;
  api().admit(chunked.request(), admitted, 1000);
  ASSERT_TRUE(admitted.sink);
  EXPECT_FALSE(admitted.sink->write(std::string(1001, 'x')));
}

TEST_F(Uploading, tells_what_the_whole_failed_of) {
  uploads_.failing.emplace("a", ErrorCode::too_large);
  uploads_.failing.emplace("b", ErrorCode::storage_full);
  EXPECT_EQ(sent_form("", file("a", "")).status, 413);
  EXPECT_EQ(sent_form("", file("a", "") + file("b", "")).status, 507);
  EXPECT_EQ(sent_form("", file("b", "") + file("c", "")).status, 200);
  uploads_.refusal = Error(ErrorCode::too_many);
  const auto& busy = sent_form("", file("a", ""));
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(header_of(busy, "retry-after"), "1");
}

TEST_F(Uploading, hands_the_list_to_a_scenario) {
  const auto& answer = sent_form("?storagemode=scriptplain&name=Sink&startparam1=one&startparam5=mine", file("a", "1"));
  EXPECT_EQ(body_of(answer), "done");
  ASSERT_EQ(scripts_.started.size(), 1U);
  const auto& start = scripts_.started[0];
  EXPECT_EQ(start.parameters[0], "one");
  EXPECT_EQ(start.parameters[4],
            "<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<uploadfilesresult count=\"1\">\n"
            "  <file name=\"a\" saved=\"1\" size=\"1\" path=\"/data/Place/a\"/>\n</uploadfilesresult>");
  EXPECT_EQ(start.login, "api");
  EXPECT_EQ(start.request->page, "/upload");
  EXPECT_EQ(start.request->headers.find("Authorization"), std::string::npos);
  EXPECT_EQ(uploads_.places.at(0).area, core::FileArea::script);
  sent_form("?storagemode=script&pathmode=relative&xmlencoding=utf-16", file("a", "1") + field("name", "Sink"));
  EXPECT_NE(scripts_.started.at(1).parameters[4].find("path=\"Place/a\""), std::string::npos);
}

TEST_F(Uploading, discards_what_no_scenario_will_take) {
  scripts_.refused.emplace("Nowhere", core::StartRefusal::not_found);
  EXPECT_EQ(sent_form("?storagemode=scriptplain&name=Nowhere", file("a", "")).status, 404);
  EXPECT_EQ(uploads_.discarded.size(), 1U);
  EXPECT_EQ(sent_form("?storagemode=script&name=Nowhere", file("a", "")).status, 200);
  EXPECT_EQ(uploads_.discarded.size(), 2U);
  EXPECT_EQ(sent_form("?storagemode=script", file("a", "")).status, 400);
}

TEST_F(Uploading, answers_late_for_a_scenario_although_the_connection_has_forgotten_the_request) {
  sent_form("", file("a", ""));
  connection_ = std::make_shared<net::Connection>();
  {
    Admitted admitted;
    const std::string body = file("a", "") + std::string(end);
    SentRequest request(head("?storagemode=scriptplain&name=Slow", form_type), body);
    api().admit(request.request(), admitted, 1000);
    admitted.sink->begin({});
    ASSERT_TRUE(admitted.sink->write(body));
    admitted.sink->finish(connection_->responder());
  }
  EXPECT_EQ(connection_->answers, 0);
  scripts_.running.at(0)({core::ScriptEnd::Kind::finished, {"late", "", ""}, ""});
  ASSERT_TRUE(connection_->response);
  EXPECT_EQ(body_of(*connection_->response), "late");
}

TEST_F(Uploading, takes_a_temporary_password_and_no_scenario_without_the_privilege) {
  const auto with = [&](std::string_view query, const std::string& parts) -> net::Response& {
    return sent(head(query, form_type, ""), parts + std::string(end));
  };
  EXPECT_EQ(with("?temppass=operator", file("a", "")).status, 200);
  EXPECT_EQ(passwords_.shown_for, std::vector{core::TemporaryUse::upload}) << "looked at once: it is spent by that";
  EXPECT_EQ(uploads_.begun.at(0).who.login, "ivan");
  EXPECT_EQ(with("?temppass=wrong", file("a", "")).status, 403);
  EXPECT_EQ(with("?temppass=operator&storagemode=script&name=Sink", file("a", "")).status, 403);
  EXPECT_EQ(with("?temppass=operator&name=Sink", file("a", "") + field("storagemode", "scriptplain")).status, 403);
  EXPECT_TRUE(scripts_.started.empty());
  EXPECT_EQ(body_of(with("?temppass=program&storagemode=scriptplain&name=Sink", file("a", ""))), "done");
}

TEST_F(Uploading, wants_a_seat_of_the_licence_before_anything_has_come) {
  licensing_.allow(core::Licensed::users, 1);
  ASSERT_TRUE(licensing_.note_request(Uuid::random()));
  const auto& answer = sent_form("", file("a", ""));
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(body_of(answer).find("licence"), std::string::npos);
  EXPECT_TRUE(uploads_.begun.empty());
  EXPECT_EQ(sent(head("?temppass=operator", form_type, ""), file("a", "") + std::string(end)).status, 200);
}

TEST_F(Uploading, waits_with_its_body_for_the_check_of_a_password) {
  authenticator_.later = true;
  const std::string late = "\nAuthorization: " + test::basic("late", "secret");
  EXPECT_EQ(sent(head("", form_type, late), file("a", "x") + std::string(end)).status, 200);
  EXPECT_EQ(uploads_.begun.at(0).who.login, "late");
  const std::string wrong = "\nAuthorization: " + test::basic("late", "wrong");
  EXPECT_EQ(sent(head("", form_type, wrong), file("a", "x") + std::string(end)).status, 403);
  EXPECT_EQ(uploads_.begun.size(), 1U);
}

TEST_F(Uploading, survives_a_client_that_goes_while_his_password_is_checked) {
  authenticator_.later = true;
  {
    Admitted admitted;
    SentRequest request(head("", form_type, "\nAuthorization: " + test::basic("late", "secret")), "x");
    api().admit(request.request(), admitted, 1000);
    admitted.sink->begin({});
    admitted.sink->abort();
  }
  authenticator_.answer_all();
  EXPECT_TRUE(uploads_.begun.empty());
}

TEST_F(Uploading, of_no_body_is_an_empty_file_where_it_says_so) {
  SentRequest request(
      head("", "\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=empty"));
  auto connection = std::make_shared<net::Connection>();
  api().serve(request.request(), connection->responder());
  ASSERT_TRUE(connection->response);
  EXPECT_EQ(connection->response->status, 200);
  EXPECT_EQ(uploads_.files.at(0).name, "empty");
  SentRequest get("GET /upload HTTP/1.1\nHost: x\nAuthorization: " + test::basic("api", "secret"));
  connection = std::make_shared<net::Connection>();
  api().serve(get.request(), connection->responder());
  EXPECT_EQ(connection->response->status, 405);
  EXPECT_EQ(header_of(*connection->response, "allow"), "POST, OPTIONS");
}

TEST(UploadAnswer, is_real_utf16_where_asked) {
  const auto text = render_upload_xml({}, false, XmlEncoding::utf_16);
  EXPECT_TRUE(text.starts_with("\xFF\xFE<"));
  EXPECT_TRUE(render_upload_xml({}, false, XmlEncoding::utf_8)
                  .starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<uploadfilesresult count=\"0\">"));
}

}  // namespace
}  // namespace otklik::web_api
