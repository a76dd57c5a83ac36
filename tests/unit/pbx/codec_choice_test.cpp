#include "pbx/codec_choice.hpp"

#include <gtest/gtest.h>

namespace otklik::pbx {
namespace {

std::vector<media::Codec> codecs(const std::vector<std::string>& names) { return codecs_named(names); }

std::vector<std::string> names(const std::vector<media::Codec>& codecs) {
  std::vector<std::string> found;
  for (const auto& codec : codecs) found.push_back(codec.name);
  return found;
}

TEST(CodecChoice, takes_the_codecs_of_a_line_in_its_order) {
  EXPECT_EQ(names(codecs({"pcmu", "g722"})), (std::vector<std::string>{"PCMU", "G722"}));
}

TEST(CodecChoice, passes_over_names_that_the_engine_does_not_know) {
  EXPECT_EQ(names(codecs({"g729", "pcma"})), (std::vector<std::string>{"PCMA"}));
  EXPECT_FALSE(codecs({"g729"}).empty());
}

TEST(CodecChoice, offers_first_what_the_other_leg_uses) {
  const OtherLeg other{.uses = codecs({"pcmu"}).front()};
  EXPECT_EQ(names(order_for_offer(codecs({"g722", "pcma", "pcmu"}), other)),
            (std::vector<std::string>{"PCMU", "G722", "PCMA"}));
}

TEST(CodecChoice, offers_first_what_the_other_leg_can_use) {
  const OtherLeg other{.can_use = codecs({"pcma", "pcmu"})};
  EXPECT_EQ(names(order_for_offer(codecs({"g722", "pcmu", "opus", "pcma"}), other)),
            (std::vector<std::string>{"PCMU", "PCMA", "G722", "opus"}));
}

TEST(CodecChoice, answers_with_the_codec_of_the_other_leg) {
  const OtherLeg other{.uses = codecs({"pcmu"}).front()};
  EXPECT_EQ(choose_for_answer(codecs({"g722", "pcma", "pcmu"}), codecs({"g722", "pcma", "pcmu"}), other)->name, "PCMU");
}

TEST(CodecChoice, answers_with_g711_where_the_two_cannot_be_alike) {
  const OtherLeg other{.uses = codecs({"opus"}).front()};
  EXPECT_EQ(choose_for_answer(codecs({"g722", "pcma"}), codecs({"g722", "pcma"}), other)->name, "PCMA");
}

TEST(CodecChoice, answers_with_the_lines_first_codec_where_nothing_is_known) {
  EXPECT_EQ(choose_for_answer(codecs({"pcma", "g722"}), codecs({"g722", "pcma"}), {})->name, "PCMA");
}

TEST(CodecChoice, keeps_the_payload_type_of_the_offer) {
  auto offered = codecs({"opus"});
  offered.front().payload_type = 111;
  EXPECT_EQ(choose_for_answer(codecs({"opus"}), offered, {})->payload_type, 111);
}

TEST(CodecChoice, finds_nothing_where_nothing_is_common) {
  EXPECT_FALSE(choose_for_answer(codecs({"pcma"}), codecs({"opus"}), {}));
}

}  // namespace
}  // namespace otklik::pbx
