#include "web_api/licence_answer.hpp"

#include <gtest/gtest.h>

#include "unit/web_api/fake_connection.hpp"
#include "unit/web_api/fake_ports.hpp"

namespace otklik::web_api {
namespace {

using core::Licensed;

class LicenceAnswer : public testing::Test {
 protected:
  [[nodiscard]] LicenceFigures figures() const {
    return {.standing = licensing_.standing(), .usage = licensing_.usage(), .version = "0.1.0"};
  }
  [[nodiscard]] std::string json() const {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object();
    append_licence(writer, figures(), Language::en);
    writer.end_object();
    return out;
  }
  test::FakeLicensing licensing_;
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(LicenceAnswer, shows_what_is_allowed_used_disabled_and_left) {
  licensing_.allow(Licensed::users, 2);
  licensing_.allow(Licensed::operators, 0);
  std::vector<core::HeldSeat> seats;
  for (int i = 0; i < 2; ++i) seats.push_back(*licensing_.take(Licensed::users, Uuid::random()));
  EXPECT_FALSE(licensing_.take(Licensed::users, Uuid::random()));
  licensing_.allow(Licensed::users, 1);  // less than are in
  const auto text = licence_text(figures(), Language::en);
  EXPECT_TRUE(holds(text, "Users at work\n  Allowed: 1\n  Used: 2\n  Disabled: 1\n  Left: 0\n")) << text;
  EXPECT_TRUE(holds(text, "Operators in the call centre\n  Allowed: 0\n  Used: 0\n  Disabled: 0\n  Left: 0\n")) << text;
  EXPECT_TRUE(holds(text, "Inner lines\n  Allowed: unlimited\n  Used: 0\n  Disabled: 0\n  Left: unlimited\n")) << text;
  EXPECT_TRUE(holds(json(), R"("users":{"allowed":1,"used":2,"disabled":1,"left":0})")) << json();
}

TEST_F(LicenceAnswer, says_in_both_languages_why_a_certificate_does_not_hold) {
  licensing_.now.kind = core::Standing::Kind::refused;
  licensing_.now.fault = core::CertificateFault{core::CertificateFault::Kind::foreign_key, "00ff"};
  EXPECT_TRUE(
      holds(licence_text(figures(), Language::en),
            "  Certificate does not hold: it is signed with the key 00ff, which is not among the trusted ones\n"));
  EXPECT_TRUE(holds(licence_text(figures(), Language::ru),
                    "  Сертификат не действует: он подписан ключом 00ff, которого нет среди доверенных\n"));
  const auto xml = render_xml(licence_envelope(licensing_.now, Language::en), XmlEncoding::utf_8);
  EXPECT_TRUE(holds(xml,
                    "<property_simple key=\"state\" value=\"refused\" />\n      <property_simple key=\"fault\" "
                    "value=\"foreign_key\" name=\"it is signed with"))
      << xml;
}

TEST_F(LicenceAnswer, escapes_the_name_of_the_holder) {
  licensing_.now.kind = core::Standing::Kind::certificate;
  licensing_.now.terms.owner = "<a & \"b\">";
  EXPECT_TRUE(holds(render_xml(licence_envelope(licensing_.now, Language::en), XmlEncoding::utf_8),
                    R"(value="&lt;a &amp; &quot;b&quot;&gt;")"));
  EXPECT_TRUE(holds(json(), R"("owner":"<a & \"b\">")"));
}

TEST_F(LicenceAnswer, tells_a_detail_bare_or_as_json) {
  const auto detail = [&](std::optional<std::string_view> name, bool as_json) {
    auto response = licence_detail(licensing_.now, name, as_json);
    return response ? test::body_of(*response) : "error: " + response.error().message;
  };
  EXPECT_EQ(detail("regserial", false), "4815162");
  EXPECT_EQ(detail("REGserial", true), R"({"license":{"regserial":"4815162"}})");
  EXPECT_EQ(detail("confirmdate", false), "31.12.9999");
  EXPECT_EQ(detail("updatelimitdate", false), "31.12.9999");
  EXPECT_EQ(detail(std::nullopt, false), "error: detail is missing");
  EXPECT_EQ(detail("owner", false), "error: detail is regserial, confirmdate or updatelimitdate");
}

}  // namespace
}  // namespace otklik::web_api
