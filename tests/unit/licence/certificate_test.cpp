#include "licence/certificate.hpp"

#include <gtest/gtest.h>

#include "unit/licence/issued.hpp"

namespace otklik::licence {
namespace {

using Kind = core::CertificateFault::Kind;

Certificate plain() {
  Certificate certificate{example_terms(), "0123456789abcdef", std::string(64, 'S')};
  certificate.terms.owner = "Ромашка";
  return certificate;
}

std::string with(std::string_view what, std::string_view by) {
  std::string text = certificate_text(plain());
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

core::CertificateFault fault(const std::string& text) {
  const auto read = read_certificate(text);
  if (!read) return read.error();
  ADD_FAILURE() << "was read: " << text;
  return {};
}

TEST(Certificate, is_signed_over_a_line_for_each_field_with_its_length) {
  EXPECT_EQ(signed_bytes(plain()),
            "otklik licence certificate 1\n"
            "regserial 7 1234567\n"
            "owner 14 Ромашка\n"
            "product 6 Otklik\n"
            "version 1 *\n"
            "machine 0 \n"
            "notbefore 10 01.01.2026\n"
            "notafter 10 31.12.2027\n"
            "confirmdate 10 01.06.2027\n"
            "updatelimitdate 10 01.03.2027\n"
            "users 1 3\n"
            "operators 1 2\n"
            "lines_inner 2 10\n"
            "lines_outer 9 unlimited\n"
            "issuer 16 0123456789abcdef\n");
}

TEST(Certificate, reads_back_as_it_was_written) {
  EXPECT_EQ(read_certificate(certificate_text(plain())), plain());
  auto certificate = plain();
  certificate.terms.machine = std::string(64, 'a');
  certificate.terms.versions = "0.1.12";
  certificate.terms.owner = example_terms().owner;
  certificate.terms.limits = {};
  certificate.terms.not_after = core::never;
  EXPECT_EQ(read_certificate(certificate_text(certificate)), certificate);
}

TEST(Certificate, has_one_spelling_of_each_value) {
  const std::pair<std::string_view, std::pair<std::string_view, std::string_view>> wrong[] = {
      {"regserial", {"1234567", "123456"}},
      {"regserial", {"1234567", "12345678"}},
      {"regserial", {"1234567", "0234567"}},
      {"regserial", {"1234567", "123456a"}},
      {"owner", {"Ромашка", ""}},
      {"owner", {"Ромашка", " Ромашка"}},
      {"version", {"value=\"*\"", "value=\"\""}},
      {"version", {"value=\"*\"", "value=\"1.\""}},
      {"version", {"value=\"*\"", "value=\"01\""}},
      {"version", {"value=\"*\"", "value=\"1.2.3.4\""}},
      {"version", {"value=\"*\"", "value=\"1.*\""}},
      {"machine", {"machine\" value=\"", "machine\" value=\"A"}},
      {"notbefore", {"01.01.2026", "1.1.2026"}},
      {"notbefore", {"01.01.2026", "31.02.2026"}},
      {"users", {"value=\"3\"", "value=\"03\""}},
      {"users", {"value=\"3\"", "value=\"-1\""}},
      {"users", {"value=\"3\"", "value=\"\""}},
      {"users", {"value=\"3\"", "value=\"4294967296\""}},
      {"users", {"value=\"3\"", "value=\"Unlimited\""}},
      {"users", {"value=\"3\"", "value=\"3 \""}},
      {"issuer", {"0123456789abcdef", "0123456789ABCDEF"}},
      {"issuer", {"0123456789abcdef", "0123456789abcde"}},
  };
  for (const auto& [field, change] : wrong) {
    EXPECT_EQ(fault(with(change.first, change.second)), (core::CertificateFault{Kind::bad_field, std::string(field)}))
        << change.second;
  }
}

TEST(Certificate, has_its_signature_in_standard_base64_alone) {
  auto certificate = plain();
  certificate.signature = std::string(64, '\xFF');
  std::string text = certificate_text(certificate);
  ASSERT_TRUE(read_certificate(text));
  const auto at = text.find("////");
  ASSERT_NE(at, std::string::npos);
  for (const std::string_view by : {"____", "///=", "// /", ""}) {
    EXPECT_EQ(fault(std::string(text).replace(at, 4, by)).kind, Kind::bad_field) << by;
  }
}

TEST(Certificate, has_exactly_its_fields_in_their_order) {
  const std::string text = certificate_text(plain());
  const auto line = [&](std::string_view key) {
    const auto at = text.find("      <property_simple key=\"" + std::string(key));
    return std::pair(at, text.find('\n', at) + 1 - at);
  };
  const auto [users, users_size] = line("users");
  const auto [end, end_size] = line("signature");
  EXPECT_EQ(fault(std::string(text).erase(users, users_size)).about, "users") << "missing";
  EXPECT_EQ(fault(std::string(text).insert(users, text.substr(users, users_size))).about, "operators") << "twice";
  EXPECT_EQ(fault(std::string(text).erase(end, end_size)).about, "signature");
  std::string unknown = text;
  unknown.insert(end + end_size, "      <property_simple key=\"admin\" value=\"1\" />\n");
  EXPECT_EQ(fault(unknown), (core::CertificateFault{Kind::bad_field, "?"}));
}

TEST(Certificate, ends_no_earlier_than_it_begins) {
  EXPECT_EQ(fault(with("31.12.2027", "31.12.2025")), (core::CertificateFault{Kind::bad_field, "notafter"}));
}

TEST(Certificate, is_not_issued_with_terms_that_would_not_be_read) {
  EXPECT_TRUE(check_terms(example_terms()));
  const auto refused = [](auto change) {
    auto terms = example_terms();
    change(terms);
    const auto good = check_terms(terms);
    return good ? std::string() : good.error().message;
  };
  EXPECT_NE(refused([](auto& t) { t.registration = "12"; }).find("regserial"), std::string::npos);
  EXPECT_NE(refused([](auto& t) { t.owner = ""; }).find("owner"), std::string::npos);
  EXPECT_NE(refused([](auto& t) { t.owner = "a\nb"; }).find("owner"), std::string::npos);
  EXPECT_NE(refused([](auto& t) { t.owner = std::string(257, 'x'); }).find("owner"), std::string::npos);
  EXPECT_NE(refused([](auto& t) { t.owner = "\xFF"; }).find("owner"), std::string::npos);
  for (const auto* unprinted : {"a\x7F", "a\u0085b", "a\u2028b", "a\u2029b", "a\uFFFE", "a\uFFFF"}) {
    EXPECT_NE(refused([&](auto& t) { t.owner = unprinted; }).find("owner"), std::string::npos);
  }
  EXPECT_NE(refused([](auto& t) { t.versions = "x"; }).find("version"), std::string::npos);
  EXPECT_NE(refused([](auto& t) { t.machine = "this one"; }).find("machine"), std::string::npos);
  EXPECT_NE(refused([](auto& t) { t.not_before.reset(); }).find("notbefore"), std::string::npos);
  EXPECT_NE(refused([](auto& t) { t.not_after = day(2020, 1, 1); }).find("notafter"), std::string::npos);
}

}  // namespace
}  // namespace otklik::licence
