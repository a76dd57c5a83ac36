#include "licence/document.hpp"

#include <gtest/gtest.h>

namespace otklik::licence {
namespace {

using Kind = core::CertificateFault::Kind;

const std::string two = R"(<?xml version="1.0" encoding="utf-8"?>
<oktellxmlmapper version="80710">
  <data name="license" count="1">
    <property_set name="certificate">
      <property_simple key="owner" value="&lt;Ромашка &amp; &quot;Co&quot;&gt; &apos;" />
      <property_simple key="users" value="3" />
    </property_set>
  </data>
</oktellxmlmapper>
)";
const Properties properties{{"owner", "<Ромашка & \"Co\"> '"}, {"users", "3"}};

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

core::CertificateFault fault(std::string_view text) {
  const auto read = read_document(text);
  if (!read) return read.error();
  ADD_FAILURE() << "was read: " << text;
  return {};
}

TEST(CertificateDocument, is_written_in_the_envelope_of_the_house) { EXPECT_EQ(write_document(properties), two); }

TEST(CertificateDocument, reads_what_it_writes) { EXPECT_EQ(read_document(two), properties); }

TEST(CertificateDocument, passes_over_white_space_and_a_byte_order_mark) {
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : two) (windows += c == '\n' ? "\r\n" : std::string(1, c));
  EXPECT_EQ(read_document(windows), properties);
  EXPECT_EQ(read_document(replaced(two, "\n  <data", "\t<data")), properties);
  EXPECT_EQ(read_document(two + "\n \n"), properties);
}

TEST(CertificateDocument, names_the_line_that_is_wrong) {
  EXPECT_EQ(fault(replaced(two, "</data>", "</date>")), (core::CertificateFault{Kind::broken, "8"}));
  EXPECT_EQ(fault(""), (core::CertificateFault{Kind::broken, "1"}));
}

TEST(CertificateDocument, takes_nothing_else_of_xml) {
  for (const auto& [what, by] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"<oktellxmlmapper", "<!DOCTYPE x [<!ENTITY e \"3\">]><oktellxmlmapper"},
           {"<data", "<!-- 3 --><data"},
           {"<data", "<?x y?><data"},
           {"\"3\"", "\"&#51;\""},
           {"\"3\"", "\"&e;\""},
           {"\"3\"", "'3'"},
           {"\"3\"", "\"3\" extra=\"4\""},
           {"\"3\"", "\"3\" value=\"4\""},
           {"key=\"users\" value=\"3\"", "value=\"3\" key=\"users\""},
           {"\"3\" />", "\"3\"></property_simple>"},
           {"\"3\"", "\"3\n\""},
           {"\"3\"", "\"<\""},
           {"\"3\"", "\"\xFF\""},
           {"\"3\"", "\"\x01\""},
           {"80710", "80711"},
           {"count=\"1\"", "count=\"2\""},
           {"property_simple", "property_cdata"},
           {"utf-8", "utf-16"},
           {"<?xml", "<?XML"},
           {"</oktellxmlmapper>", ""},
           {"</oktellxmlmapper>", "</oktellxmlmapper><x/>"},
       }) {
    EXPECT_EQ(fault(replaced(two, what, by)).kind, Kind::broken) << by;
  }
  EXPECT_EQ(fault(two + std::string(1, '\0')).kind, Kind::broken);
  for (std::size_t size = 0; size + 1 < two.size(); ++size) {
    EXPECT_EQ(fault(std::string_view(two).substr(0, size)).kind, Kind::broken) << size;
  }
}

TEST(CertificateDocument, has_an_end_of_size_and_number) {
  EXPECT_EQ(fault(std::string(largest_document + 1, ' ')).kind, Kind::too_large);
  Properties many;
  for (std::size_t i = 0; i < most_properties; ++i) many.emplace_back("k", "v");
  EXPECT_EQ(read_document(write_document(many)), many);
  many.emplace_back("k", "v");
  EXPECT_EQ(fault(write_document(many)).kind, Kind::broken);
}

}  // namespace
}  // namespace otklik::licence
