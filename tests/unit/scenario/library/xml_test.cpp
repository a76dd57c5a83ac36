#include <gtest/gtest.h>

#include "unit/scenario/library/test_state.hpp"

namespace otklik::scenario {
namespace {

std::string again(TestState& state, const std::string& xml) {
  return state.text("local e, why = xml.parse(...) return e and xml.write(e) or why", {xml});
}

TEST(XmlLibrary, reads_elements_attributes_text_and_cdata) {
  TestState state;
  EXPECT_EQ(state.text(R"(
    local e = xml.parse('<?xml version="1.0"?><!-- c --><order id="7" name="Иван &amp; Ко"> a <b/><![CDATA[<raw>]]></order>')
    return e.name, e.attributes.id, e.attributes.name, #e, e[1], e[2].name, next(e[2].attributes), e[3])"),
            "order|7|Иван & Ко|3| a |b|nil|<raw>");
}

TEST(XmlLibrary, writes_what_it_read) {
  TestState state;
  for (const char* xml : {"<a/>", "<a>text</a>", "<a b=\"1\" c=\"2\"><d>x</d><d/>tail</a>", "<имя ключ=\"знач\"/>",
                          "<a>&lt;&amp;&gt;</a>", "<a b=\"&quot;&apos;&#10;\"/>", "<ns:a xmlns:ns=\"urn:x\"/>"}) {
    EXPECT_EQ(again(state, xml), xml);
  }
  EXPECT_EQ(again(state, "<a>\n  <b/>\n</a>"), "<a><b/></a>");  // blanks between elements are no text
  EXPECT_EQ(again(state, "<a><![CDATA[x<y]]></a>"), "<a>x&lt;y</a>");
}

TEST(XmlLibrary, reads_other_encodings) {
  TestState state;
  EXPECT_EQ(again(state, "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xCF\xF0\xE8\xE2\xE5\xF2</a>"),
            "<a>Привет</a>");
  EXPECT_EQ(again(state, std::string("\xFF\xFE<\0a\0/\0>\0", 10)), "<a/>");
  EXPECT_EQ(again(state, "\xEF\xBB\xBF<a/>"), "<a/>");
}

TEST(XmlLibrary, follows_no_entity_and_no_dtd) {
  TestState state;
  EXPECT_EQ(
      again(state, "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY y \"yyyy\">]><a>&x;&y;&#65;</a>"),
      "<a>&amp;x;&amp;y;A</a>");
}

TEST(XmlLibrary, says_where_a_text_is_no_xml) {
  TestState state;
  const std::pair<const char*, const char*> bad[] = {
      {"", "no element in the document"},
      {"text", "no element in the document"},
      {"<a/><b/>", "more than one root element"},
  };
  for (const auto& [xml, why] : bad)
    EXPECT_EQ(state.text("return xml.parse(...)", {xml}), "nil|" + std::string(why)) << xml;
  for (const char* xml : {"<a>", "<a></b>", "<a b=1/>", "<a b/>", "<", "<a><![CDATA[x</a>", "<!-- x", "<a\n\nb='"}) {
    const std::string said = state.text("return xml.parse(...)", {xml});
    EXPECT_TRUE(said.starts_with("nil|") && said.find(" at line ") != std::string::npos) << xml << ": " << said;
  }
  EXPECT_EQ(state.text("return xml.parse(...)", {std::string("<a>\n\0</a>", 9)}),
            "nil|a zero byte at line 2, column 1");
  EXPECT_EQ(state.text("return xml.parse(('<a>'):rep(1000) .. ('</a>'):rep(1000))"), "nil|nested too deep");
  EXPECT_EQ(state.text("xml.parse({})"), "error: test:1: bad argument #1 to 'parse' (string expected, got table)");
}

TEST(XmlLibrary, writes_tables_of_scripts) {
  TestState state;
  EXPECT_EQ(state.text("return xml.write({name = 'a', attributes = {z = 1, b = true}, 'x', 2, {name = 'c'}, false})"),
            "<a b=\"true\" z=\"1\">x2<c/>false</a>");
  EXPECT_EQ(state.text("return xml.write({name = 'a', {cdata = 'x]]>y'}})"), "<a><![CDATA[x]]]]><![CDATA[>y]]></a>");
  EXPECT_EQ(state.text("return xml.write({name = 'a', {name = 'b', 'text'}, {name = 'c', {name = 'd'}}}, "
                       "{pretty = true, declaration = true})"),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a>\n  <b>text</b>\n  <c>\n    <d/>\n  </c>\n</a>");
  EXPECT_EQ(state.text("return xml.write({name = 'a', 'x\\0\\xFFy\\r'})"), "<a>x\uFFFD\uFFFDy&#13;</a>");
  EXPECT_EQ(state.text("return xml.escape('<\"Иван\" & \\'Ко\\'>')"), "&lt;&quot;Иван&quot; &amp; &apos;Ко&apos;&gt;");
}

TEST(XmlLibrary, refuses_what_xml_cannot_say) {
  TestState state;
  EXPECT_EQ(state.text("xml.write({})"), "error: test:1: xml.write: an element without a name that XML allows");
  EXPECT_EQ(state.text("xml.write({name = 'a b'})"),
            "error: test:1: xml.write: an element without a name that XML allows");
  EXPECT_EQ(state.text("xml.write({name = '1a'})"),
            "error: test:1: xml.write: an element without a name that XML allows");
  EXPECT_EQ(state.text("xml.write({name = 'a', attributes = {['x y'] = 1}})"),
            "error: test:1: xml.write: an attribute with a name that XML does not allow");
  EXPECT_EQ(state.text("xml.write({name = 'a', attributes = 1})"),
            "error: test:1: xml.write: 'attributes' is a number, not a table");
  EXPECT_EQ(state.text("xml.write({name = 'a', type})"), "error: test:1: xml.write: a function has no XML");
  EXPECT_EQ(state.text("local e = {name = 'a'} e[1] = e xml.write(e)"),
            "error: test:1: xml.write: nested too deep (128)");
}

TEST(XmlLibrary, finds_elements_attributes_and_text_by_a_path) {
  TestState state;
  const std::string xml =
      "<oktellxmlmapper><data name=\"result\"><property_set><property_simple key=\"returnvalue\" name=\"42\"/>"
      "<property_simple key=\"other\" name=\"7\"/><property_cdata key=\"long\"><![CDATA[te]]>xt</property_cdata>"
      "</property_set></data></oktellxmlmapper>";
  const auto find = [&](const std::string& path) {
    return state.text(
        "local e, p = xml.parse((...)), select(2, ...) local f = xml.find(e, p) "
        "return type(f) == 'table' and f.name or f, #xml.all(e, p)",
        {xml, path});
  };
  EXPECT_EQ(find("data/property_set/property_simple[@key='returnvalue']/@name"), "42|1");
  EXPECT_EQ(find("data/property_set/property_simple[2]/@name"), "7|1");
  EXPECT_EQ(find("data/property_set/*[@key=\"long\"]/text()"), "text|1");
  EXPECT_EQ(find("data/*/property_simple"), "property_simple|2");
  EXPECT_EQ(find("data/property_set/*[@key][3]"), "property_cdata|1");
  EXPECT_EQ(find("data/none/@name"), "nil|0");
  EXPECT_EQ(find("@name"), "nil|0");
  EXPECT_EQ(state.text("return xml.text(xml.parse((...)))", {xml}), "text");
  for (const char* path : {"", "/", "a/", "/a", "a//b", "a[", "a[]", "a[0]", "a[x]", "a[@]", "a[@b=]", "a[@b=c]",
                           "a[@b='c]", "@a/b", "text()/a", "a]", "a[1"}) {
    EXPECT_EQ(find(path), "error: test:1: bad argument #2 to 'find' (no path of elements)") << path;
  }
}

TEST(XmlLibrary, stays_within_the_budgets_of_the_run) {
  TestState little({.memory = 2 * 1024 * 1024});
  EXPECT_EQ(little.text("return pcall(xml.parse, '<a>' .. ('<a/>'):rep(20000) .. '</a>')"), "false|not enough memory");
  const std::size_t before = little.budget().memory_used;
  EXPECT_EQ(little.text("return xml.parse('<a').name"), "error: test:1: attempt to index a nil value");
  lua_gc(little.lua(), LUA_GCCOLLECT);
  EXPECT_LE(little.budget().memory_used, before);
  TestState brief({.instructions = 1'000'000});
  EXPECT_EQ(
      brief.text("local s = '<a>' .. ('<a b=\"1\"/>'):rep(1000) .. '</a>' while true do xml.write(xml.parse(s)) end"),
      "spent");
  EXPECT_LT(brief.budget().instructions_used, 1'100'000U);
}

}  // namespace
}  // namespace otklik::scenario
