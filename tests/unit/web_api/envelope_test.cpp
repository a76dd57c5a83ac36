#include "web_api/envelope.hpp"

#include <gtest/gtest.h>

namespace otklik::web_api {
namespace {

Envelope started(std::vector<Property> properties) {
  return {"result", {{"execsvcscript", std::nullopt, std::move(properties)}}, false};
}

TEST(Envelope, is_the_vendors_execsvcscript_answer_byte_for_byte) {
  const auto envelope =
      started({Property::simple("started", std::int64_t{1}, "success"),
               Property::simple("startresult", std::int64_t{0}, "success"), Property::named("returnvalue", "abcdef")});
  EXPECT_EQ(render_xml(envelope, XmlEncoding::utf_8_called_utf_16), R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="result" count="1">
    <property_set name="execsvcscript">
      <property_simple key="started" value="1" name="success" />
      <property_simple key="startresult" value="0" name="success" />
      <property_simple key="returnvalue" name="abcdef" />
    </property_set>
  </data>
</oktellxmlmapper>)");
}

TEST(Envelope, is_the_vendors_getversion_answer_byte_for_byte) {
  const Envelope envelope{"version",
                          {{"version",
                            std::nullopt,
                            {Property::text("text", "Версия программы: 2.7.120918(4644.26860). Версия БД: 120711."),
                             Property::text("environment", "1.1.4322.2032"), Property::text("build", "2.7.4644.26860"),
                             Property::simple("date", "120918"), Property::text("halbuild", "2.15.40.134"),
                             Property::simple("haldate", "120913")}}},
                          false};
  EXPECT_EQ(render_xml(envelope, XmlEncoding::utf_8_called_utf_16), R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="version" count="1">
    <property_set name="version">
      <property_cdata key="text"><![CDATA[Версия программы: 2.7.120918(4644.26860). Версия БД: 120711.]]></property_cdata>
      <property_cdata key="environment"><![CDATA[1.1.4322.2032]]></property_cdata>
      <property_cdata key="build"><![CDATA[2.7.4644.26860]]></property_cdata>
      <property_simple key="date" value="120918" />
      <property_cdata key="halbuild"><![CDATA[2.15.40.134]]></property_cdata>
      <property_simple key="haldate" value="120913" />
    </property_set>
  </data>
</oktellxmlmapper>)");
  EXPECT_EQ(render_json(envelope),
            R"({"version":{"text":"Версия программы: 2.7.120918(4644.26860). Версия БД: 120711.",)"
            R"("environment":"1.1.4322.2032","build":"2.7.4644.26860","date":"120918","halbuild":"2.15.40.134",)"
            R"("haldate":"120913"}})");
}

TEST(Envelope, is_the_vendors_userstate_answer_byte_for_byte) {
  const std::string id = "da803f01-ea77-40fa-bc9d-e2efb36fd5a8";
  const Envelope envelope{
      "userstate",
      {{"user", id, {Property::simple("id", id), Property::simple("state", std::int64_t{1}, "usReady")}}},
      false};
  EXPECT_EQ(render_xml(envelope, XmlEncoding::utf_8_called_utf_16), R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="userstate" count="1">
    <property_set name="user" id="da803f01-ea77-40fa-bc9d-e2efb36fd5a8">
      <property_simple key="id" value="da803f01-ea77-40fa-bc9d-e2efb36fd5a8" />
      <property_simple key="state" value="1" name="usReady" />
    </property_set>
  </data>
</oktellxmlmapper>)");
  EXPECT_EQ(render_json(envelope), R"({"userstate":{"id":"da803f01-ea77-40fa-bc9d-e2efb36fd5a8",)"
                                   R"("state":{"value":1,"name":"usReady"}}})");
}

TEST(Envelope, keeps_line_breaks_and_markup_of_an_attribute) {
  std::string out;
  append_xml_attribute(out, "a<b>&\"c'\r\n\td");
  EXPECT_EQ(out, "a&lt;b&gt;&amp;&quot;c'&#xD;&#xA;&#x9;d");
}

TEST(Envelope, replaces_what_xml_forbids_and_what_is_no_utf_8) {
  using namespace std::string_literals;
  std::string out;
  append_xml_attribute(out, "a\x01"s + "\0"s + "b\xC0\xAF" + "\xEF\xBF\xBE" + "\xED\xA0\x80" + "я😀");
  EXPECT_EQ(out, "a\uFFFD\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDя😀");
  out.clear();
  append_xml_cdata(out, "\x1F\x7F");
  EXPECT_EQ(out, "<![CDATA[\uFFFD\x7F]]>");
}

TEST(Envelope, splits_a_cdata_end) {
  std::string out;
  append_xml_cdata(out, "a]]>b]]>");
  EXPECT_EQ(out, "<![CDATA[a]]]]><![CDATA[>b]]]]><![CDATA[>]]>");
  out.clear();
  append_xml_cdata(out, "<&\">");
  EXPECT_EQ(out, "<![CDATA[<&\">]]>");
  out.clear();
  append_xml_cdata(out, "");
  EXPECT_EQ(out, "<![CDATA[]]>");
}

TEST(Envelope, keeps_an_empty_name_and_leaves_out_an_absent_value) {
  EXPECT_NE(render_xml(started({Property::named("returnvalue", "")}), XmlEncoding::utf_8)
                .find("<property_simple key=\"returnvalue\" name=\"\" />"),
            std::string::npos);
}

TEST(Envelope, says_in_the_prolog_what_it_is_told) {
  const auto envelope = started({});
  EXPECT_TRUE(render_xml(envelope, XmlEncoding::utf_8).starts_with(R"(<?xml version="1.0" encoding="utf-8"?>)"));
  const std::string wide = render_xml(envelope, XmlEncoding::utf_16);
  EXPECT_TRUE(wide.starts_with(std::string("\xFF\xFE<\0?\0x\0", 8)));
}

TEST(Envelope, is_utf_16_with_surrogates_where_asked) {
  EXPECT_EQ(utf_16_from_utf_8("Aя😀"), std::string("\xFF\xFE\x41\x00\x4F\x04\x3D\xD8\x00\xDE", 10));
}

TEST(Envelope, is_a_json_array_when_it_is_a_list) {
  const Envelope envelope{"users", {{"user", "1", {Property::simple("state", std::int64_t{2})}}}, true};
  EXPECT_EQ(render_json(envelope), R"({"users":[{"id":"1","state":2}]})");
  EXPECT_EQ(render_json(Envelope{"users", {}, true}), R"({"users":[]})");
}

}  // namespace
}  // namespace otklik::web_api
