#include "licence/judge.hpp"

#include <gtest/gtest.h>

#include "base/build_info.hpp"
#include "unit/licence/issued.hpp"

namespace otklik::licence {
namespace {

using Kind = core::CertificateFault::Kind;

class Judging : public testing::Test {
 protected:
  Judging() {
    place_.version = "0.1.0";
    place_.built = day(2026, 11, 1);
    place_.machine = std::string(64, 'a');
    place_.today = day(2026, 11, 24);
  }
  std::expected<Certificate, core::CertificateFault> judged(const std::string& text) {
    return judge(text, keys_, place_);
  }
  core::CertificateFault fault(const std::string& text) {
    const auto verdict = judged(text);
    if (!verdict) return verdict.error();
    ADD_FAILURE() << "holds: " << text;
    return {};
  }
  template <class Change>
  core::CertificateFault fault_with(Change change) {
    auto terms = example_terms();
    change(terms);
    return fault(issuer_.text(terms));
  }

  Issuer issuer_;
  std::vector<PublicKey> keys_ = issuer_.keys();
  Place place_;
};

TEST_F(Judging, lets_hold_what_is_signed_by_a_trusted_key) { EXPECT_EQ(judged(issuer_.text()), issuer_.certificate()); }

TEST_F(Judging, refuses_a_key_that_is_not_trusted) {
  const Issuer stranger;
  EXPECT_EQ(fault(stranger.text()), (core::CertificateFault{Kind::foreign_key, stranger.key.public_key().id()}));
  EXPECT_FALSE(judge(issuer_.text(), {}, place_));
}

TEST_F(Judging, refuses_a_stranger_who_names_a_trusted_key) {
  const Issuer stranger;
  auto certificate = issuer_.certificate();
  certificate.signature = stranger.key.sign(signed_bytes(certificate));
  EXPECT_EQ(fault(certificate_text(certificate)).kind, Kind::bad_signature);
}

TEST_F(Judging, refuses_terms_that_were_changed_after_the_signature) {
  auto certificate = issuer_.certificate();
  certificate.terms.limits[core::Licensed::users] = 300;
  EXPECT_EQ(fault(certificate_text(certificate)).kind, Kind::bad_signature);
}

TEST_F(Judging, sees_every_byte_that_was_tampered_with) {
  const auto good = issuer_.certificate();
  const auto text = issuer_.text();
  int held = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char flip : {'\x01', '\x20', '\x80'}) {
      auto changed = text;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      const auto verdict = judged(changed);
      if (!verdict) continue;
      ++held;  // white space between tags became other white space
      EXPECT_EQ(*verdict, good) << "byte " << at;
      EXPECT_TRUE(std::string_view(" \t\r\n").contains(text[at])) << "byte " << at;
    }
  }
  EXPECT_LT(held, 60);
}

TEST_F(Judging, refuses_another_product_and_other_versions) {
  EXPECT_EQ(fault_with([](auto& t) { t.product = "Other"; }), (core::CertificateFault{Kind::other_product, "Other"}));
  for (const auto* versions : {"1", "0.2", "0.1.1", "0.10"}) {
    EXPECT_EQ(fault_with([&](auto& t) { t.versions = versions; }),
              (core::CertificateFault{Kind::other_version, versions}));
  }
  for (const auto* versions : {"*", "0", "0.1", "0.1.0"}) {
    auto terms = example_terms();
    terms.versions = versions;
    EXPECT_TRUE(judged(issuer_.text(terms))) << versions;
  }
}

TEST_F(Judging, covers_builds_up_to_the_last_day_of_updates) {
  place_.built = day(2027, 3, 1);
  EXPECT_TRUE(judged(issuer_.text()));
  place_.built = day(2027, 3, 2);
  EXPECT_EQ(fault(issuer_.text()), (core::CertificateFault{Kind::too_new, "01.03.2027"}));
}

TEST_F(Judging, binds_to_one_machine) {
  auto terms = example_terms();
  terms.machine = place_.machine;
  EXPECT_TRUE(judged(issuer_.text(terms)));
  place_.machine = std::string(64, 'b');
  EXPECT_EQ(fault(issuer_.text(terms)), (core::CertificateFault{Kind::other_machine, terms.machine}));
  place_.machine.clear();
  EXPECT_EQ(fault(issuer_.text(terms)).kind, Kind::other_machine) << "a machine without an id is no machine";
  EXPECT_TRUE(judged(issuer_.text()));
}

TEST_F(Judging, holds_from_its_first_day_through_its_last) {
  place_.today = day(2025, 12, 31);
  EXPECT_EQ(fault(issuer_.text()), (core::CertificateFault{Kind::not_yet_valid, "01.01.2026"}));
  place_.today = day(2026, 1, 1);
  EXPECT_TRUE(judged(issuer_.text()));
  place_.today = day(2027, 12, 31);
  EXPECT_TRUE(judged(issuer_.text()));
  place_.today = day(2028, 1, 1);
  EXPECT_EQ(fault(issuer_.text()), (core::CertificateFault{Kind::expired, "31.12.2027"}));
}

TEST_F(Judging, knows_the_program_that_it_is_part_of) {
  const auto place = this_place("m", day(2026, 11, 24));
  EXPECT_EQ(place.product, "Otklik");
  EXPECT_EQ(place.version, build::version);
  EXPECT_EQ(core::date_text(place.built).substr(8), std::string_view(build::date).substr(0, 2));
}

}  // namespace
}  // namespace otklik::licence
