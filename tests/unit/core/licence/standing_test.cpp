#include "core/licence/standing.hpp"

#include <gtest/gtest.h>

#include <set>

namespace otklik::core {
namespace {

TEST(CertificateFault, has_a_name_and_a_sentence_in_both_languages_for_each_kind) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(CertificateFault::Kind::expired); ++kind) {
    const CertificateFault fault{static_cast<CertificateFault::Kind>(kind), "ABOUT"};
    EXPECT_TRUE(names.insert(name(fault.kind)).second) << name(fault.kind);
    const auto text = explain(fault);
    for (const auto& sentence : {text.en, text.ru}) {
      EXPECT_EQ(sentence.find("{}"), std::string::npos) << sentence;
      EXPECT_NE(sentence.find("ABOUT"), std::string::npos) << sentence;
    }
    EXPECT_NE(text.en, text.ru);
  }
}

TEST(CertificateFault, says_what_it_is_about) {
  const auto text = explain({CertificateFault::Kind::expired, "31.12.2025"});
  EXPECT_EQ(text.en, "it expired on 31.12.2025");
  EXPECT_EQ(text.ru, "срок его действия истёк 31.12.2025");
}

TEST(Standing, has_a_name_for_each_kind) {
  EXPECT_EQ(name(Standing::Kind::open), "open");
  EXPECT_EQ(name(Standing::Kind::certificate), "certificate");
  EXPECT_EQ(name(Standing::Kind::refused), "refused");
}

}  // namespace
}  // namespace otklik::core
