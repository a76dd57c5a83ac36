#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/event_log/event_json.hpp"

namespace otklik::store {
namespace {

using namespace core;

const Uuid one = *Uuid::parse("0f8fad5b-d9cb-469f-a165-70867728950e");
const Uuid two = *Uuid::parse("7c9e6679-7425-40de-944b-e07fc1f90ae7");
constexpr Time noon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 30) + std::chrono::hours(12)};

std::string json(const EventBody& body) {
  std::string out;
  append_json(out, body);
  return out;
}

Party bob() {
  return {.line = one,
          .line_number = "16002",
          .user = two,
          .login = "bob",
          .name = "Боб \"Б\"",
          .department = "Sales",
          .number = "102"};
}

std::vector<EventBody> all() {
  const Party outside{.line_number = "13001", .number = "89170001122", .trunk = two};
  return {
      ChainBegan{.chain = one, .origin = ChainOrigin::autocall, .caller = bob(), .dialled = "102"},
      ChainEnded{.chain = one,
                 .cause = Cause::server_restarted,
                 .began = noon,
                 .talked = std::chrono::milliseconds(17),
                 .into = two},
      LegBegan{.leg = one, .chain = two, .placed = true, .party = bob()},
      LegAnswered{.leg = one, .chain = two, .party = outside},
      LegMoved{.leg = one, .chain = two, .from = one},
      LegEnded{.leg = one, .chain = two, .party = bob(), .cause = Cause::busy, .began = noon, .answered = true},
      CallBegan{.call = one,
                .chain = two,
                .caller = outside,
                .number = "200",
                .number_id = one,
                .rule = two,
                .rule_name = "r",
                .redirected_from = "5"},
      CallEnded{.call = one, .chain = two, .answered = true, .party = bob(), .cause = Cause::hung_up, .began = noon},
      RingStarted{
          .call = one, .chain = two, .leg = one, .party = bob(), .caller = outside, .number = "2", .callback = true},
      RingStopped{.call = one,
                  .chain = two,
                  .leg = one,
                  .party = bob(),
                  .caller = outside,
                  .answered = true,
                  .cause = Cause::answered_elsewhere,
                  .began = noon},
      UserMissedCall{.user = two,
                     .login = "bob",
                     .line = one,
                     .call = two,
                     .chain = one,
                     .caller = outside,
                     .number = "102",
                     .rule = one,
                     .began = noon},
      CommutationBegan{.commutation = one,
                       .chain = two,
                       .a_leg = one,
                       .b_leg = two,
                       .a = outside,
                       .b = bob(),
                       .type = ConnectionType::outer_inner,
                       .dialled = "102",
                       .recorded = true},
      CommutationEnded{.commutation = one,
                       .chain = two,
                       .a_leg = one,
                       .b_leg = two,
                       .a = outside,
                       .b = bob(),
                       .cause = Cause::transferred,
                       .began = noon},
      HoldBegan{.chain = one,
                .holder_leg = one,
                .held_leg = two,
                .holder = bob(),
                .held = outside,
                .by_phone = true,
                .swapped = true},
      HoldEnded{.chain = one,
                .holder_leg = one,
                .held_leg = two,
                .holder = bob(),
                .held = outside,
                .how = HoldEnd::handed_over,
                .began = noon},
      QueueEntered{.call = one,
                   .chain = two,
                   .caller = outside,
                   .number = "200",
                   .number_id = one,
                   .rule = two,
                   .rule_name = "r",
                   .priority = 7},
      QueueLeft{.call = one,
                .chain = two,
                .caller = outside,
                .number = "200",
                .number_id = one,
                .answered = true,
                .cause = Cause::queue_timeout,
                .began = noon},
      CallTransferred{.chain = one, .by = bob(), .party = outside, .number = "103", .target = bob(), .attended = true},
      AutocallStarted{.autocall = one, .chain = two, .owner = bob(), .number = "103", .sequence = "direct"},
      AutocallEnded{.autocall = one,
                    .chain = two,
                    .owner = bob(),
                    .number = "103",
                    .connected = true,
                    .cause = Cause::declined,
                    .began = noon},
      RecordingStarted{.recording = one, .chain = two, .commutation = one, .a = bob(), .b = outside},
      RecordingFinished{.recording = one,
                        .chain = two,
                        .commutation = one,
                        .file = two,
                        .path = "a/b.wav",
                        .size = ~std::uint64_t{0},
                        .length = std::chrono::milliseconds(5),
                        .trouble = "failed",
                        .began = noon},
      LineStateChanged{
          .line = one, .number = "16002", .user = two, .login = "bob", .state = LineState::reserved, .chain = two}};
}

TEST(CallEventJson, comes_back_as_it_was) {
  for (const auto& body : all()) {
    const auto written = json(body);
    const auto read = event_from_json(name(body), written);
    ASSERT_TRUE(read) << name(body) << ": " << written;
    EXPECT_EQ(name(*read), name(body));
    EXPECT_EQ(json(*read), written);
  }
}

TEST(CallEventJson, has_a_test_for_every_type) {
  // What all() lacks would be written by nobody's expectation.
  std::size_t types = 0;
  std::vector<bool> seen(std::variant_size_v<EventBody>);
  for (const auto& body : all()) {
    if (!seen[body.index()]) ++types;
    seen[body.index()] = true;
  }
  EXPECT_EQ(types, 23U);
}

TEST(CallEventJson, is_spelt_as_the_documentation_says) {
  EXPECT_EQ(json(LegMoved{.leg = one, .chain = two, .from = {}}),
            R"({"leg":"0f8fad5b-d9cb-469f-a165-70867728950e","chain":"7c9e6679-7425-40de-944b-e07fc1f90ae7"})");
  EXPECT_EQ(json(LineStateChanged{.line = {}, .number = "16002", .user = {}, .login = {}, .state = LineState::ready}),
            R"({"number":"16002","state":"lsReady"})");
  EXPECT_EQ(json(ChainBegan{.chain = {}, .origin = ChainOrigin::trunk, .caller = {.number = "5"}, .dialled = "2"}),
            R"({"origin":"trunk","caller":{"number":"5"},"dialled":"2"})");
}

TEST(CallEventJson, refuses_what_is_not_of_its_kind) {
  EXPECT_FALSE(event_from_json("chain_began", R"({"chain":"no id"})"));
  EXPECT_FALSE(event_from_json("chain_began", R"({"chain":5})"));
  EXPECT_FALSE(event_from_json("chain_began", R"({"origin":"nowhere"})"));
  EXPECT_FALSE(event_from_json("chain_ended", R"({"cause":"nothing"})"));
  EXPECT_FALSE(event_from_json("chain_ended", R"({"cause":7})"));
  EXPECT_FALSE(event_from_json("leg_began", R"({"party":"bob"})"));
  EXPECT_FALSE(event_from_json("leg_began", R"({"party":{"line":"x"}})"));
  EXPECT_FALSE(event_from_json("queue_entered", R"({"priority":99999999999})"));
  EXPECT_FALSE(event_from_json("queue_entered", R"({"priority":-1})"));
  EXPECT_TRUE(event_from_json("leg_moved", "{}"));
}

}  // namespace
}  // namespace otklik::store
