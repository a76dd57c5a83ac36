#include "web_api/answer.hpp"

#include <gtest/gtest.h>

#include "unit/web_api/fake_connection.hpp"

namespace otklik::web_api {
namespace {

using test::SentRequest;

TEST(Answer, is_json_for_who_prefers_it_to_xml) {
  EXPECT_TRUE(prefers_json("application/json"));
  EXPECT_TRUE(prefers_json("Application/JSON; charset=utf-8"));
  EXPECT_TRUE(prefers_json("application/json, text/xml;q=0.5"));
  EXPECT_TRUE(prefers_json("application/json, */*;q=0.1"));
  EXPECT_TRUE(prefers_json("text/xml;q=0.2,application/json;q=0.3"));
  EXPECT_TRUE(prefers_json("application/json, */*;q=0"));
}

TEST(Answer, stays_xml_for_who_names_json_beside_everything_else) {
  EXPECT_FALSE(prefers_json("application/json, text/plain, */*"));  // axios
  EXPECT_FALSE(prefers_json("application/json, text/javascript, */*; q=1"));
  EXPECT_FALSE(prefers_json("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  EXPECT_FALSE(prefers_json("*/*"));
  EXPECT_FALSE(prefers_json("application/*"));
  EXPECT_FALSE(prefers_json(""));
  EXPECT_FALSE(prefers_json("application/json;q=0"));
  EXPECT_FALSE(prefers_json("text/xml"));
  EXPECT_FALSE(prefers_json(",;,;q=,q"));
}

Result<AnswerStyle> style(std::string_view query, const Options& options = {}, AnswerKind kind = AnswerKind::xml) {
  const SentRequest sent("GET /x HTTP/1.1");
  net::Form form;
  form.parse(query);
  return answer_style(kind, const_cast<SentRequest&>(sent).request(), form, options);
}

TEST(Answer, has_the_vendors_prolog_unless_asked_otherwise) {
  EXPECT_EQ(style("")->encoding, XmlEncoding::utf_8_called_utf_16);
  EXPECT_EQ(style("xmlencoding=utf-8")->encoding, XmlEncoding::utf_8);
  EXPECT_EQ(style("XmlEncoding=UTF-8")->encoding, XmlEncoding::utf_8);
  EXPECT_EQ(style("xmlencoding=utf-16")->encoding, XmlEncoding::utf_16);
  EXPECT_EQ(style("xmlencoding=")->encoding, XmlEncoding::utf_8_called_utf_16);
  Options truthful;
  truthful.xml_prolog = XmlProlog::utf_8;
  EXPECT_EQ(style("", truthful)->encoding, XmlEncoding::utf_8);
}

TEST(Answer, refuses_an_unknown_form_of_itself) {
  EXPECT_EQ(style("format=yaml").error().code, ErrorCode::bad_request);
  EXPECT_EQ(style("xmlencoding=koi8-r").error().code, ErrorCode::bad_request);
  EXPECT_TRUE(style("format=JSON")->json);
  EXPECT_FALSE(style("format=xml")->json);
  EXPECT_FALSE(style("", {}, AnswerKind::text)->json);
  EXPECT_TRUE(style("FORMAT=Json", {}, AnswerKind::text)->json);
  EXPECT_FALSE(style("format=text", {}, AnswerKind::text)->json);
  EXPECT_FALSE(style("format=xml", {}, AnswerKind::text)) << "text has no XML";
  EXPECT_TRUE(style("format=yaml", {}, AnswerKind::plain)->json) << "a plain method has no other form";
}

TEST(Answer, tells_an_error_in_xml_and_in_json) {
  SentRequest sent("GET /x HTTP/1.1");
  const auto json = error_response(404, "notfound", "No \"x\"", sent.request(), json_style);
  EXPECT_EQ(test::body_of(json),
            R"({"error":{"code":"notfound","message":"No \"x\"","request_id":"000000000000002a"}})");
  EXPECT_EQ(test::header_of(json, "content-type"), "application/json; charset=utf-8");
  const auto xml = error_response(400, "bad_request", "name is missing", sent.request(), {});
  EXPECT_EQ(xml.status, 400);
  EXPECT_EQ(test::header_of(xml, "content-type"), "text/xml; charset=utf-8");
  EXPECT_EQ(test::body_of(xml), R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="error" count="1">
    <property_set name="error">
      <property_simple key="code" value="bad_request" />
      <property_simple key="message" value="name is missing" />
      <property_simple key="requestid" value="000000000000002a" />
    </property_set>
  </data>
</oktellxmlmapper>)");
}

}  // namespace
}  // namespace otklik::web_api
