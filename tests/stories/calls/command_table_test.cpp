// Every command in every state that a line can be in: what is answered; and however it went on from there, everybody
// can hang up and nothing is left.
#include <fmt/format.h>

#include "stories/calls/call_story.hpp"

namespace otklik::core::stories {
namespace {

/// One command from Alice's line.
struct Asked {
  std::string_view name;
  commands::Command command;
};

constexpr std::string_view states[] = {
    "idle",    "without_a_phone", "reserved_for_an_autocall", "called_back", "ringing", "dialling",
    "talking", "holding",         "talking_and_holding",      "consulting",  "held",    "holding_by_phone",
    "in_line", "hearing_busy",
};

std::vector<Asked> all_asked() {
  const auto line = Company::line_id("101");
  return {{"autocall", commands::Autocall{.line = line, .number = "105"}},
          {"autocall_line_first", commands::Autocall{.line = line, .number = "105", .sequence = Sequence::line_first}},
          {"switch_call", commands::SwitchCall{.line = line, .number = "105"}},
          {"transfer_call", commands::TransferCall{.line = line, .number = "105"}},
          {"transfer_to_held", commands::TransferCall{.line = line}},
          {"stop_autocall", commands::StopAutocall{line}},
          {"flash_switch", commands::Flash{.line = line}},
          {"flash_abort", commands::Flash{.line = line, .mode = FlashMode::abort}},
          {"flash_next", commands::Flash{.line = line, .mode = FlashMode::next}},
          {"decline", commands::DeclineCall{line}},
          {"answer", commands::AnswerCall{line}},
          {"abort_call", commands::AbortCall{line}},
          {"pick_up", commands::PickUp{.line = line, .number = "106"}},
          {"custom_field", commands::SetCustomField{.line = line, .text = "x"}}};
}

/// What each command is answered, in the order of all_asked(); "ok" is accepted.
constexpr std::string_view expected[][14] = {
    // autocall, line first, switch, transfer, to held, stop, flash, abort, next, decline, answer, abort_call, pick_up,
    // field
    /* idle */ {"ok", "ok", "ok", "no_call", "no_call", "no_autocall", "no_call", "no_call", "no_call", "nothing_rings",
                "nothing_rings", "no_call", "nothing_rings", "no_call"},
    /* without a phone */
    {"not_reachable", "not_reachable", "not_reachable", "no_call", "no_call", "no_autocall", "no_call", "no_call",
     "no_call", "nothing_rings", "nothing_rings", "no_call", "nothing_rings", "no_call"},
    /* reserved for an autocall */
    {"line_busy", "line_busy", "line_busy", "no_call", "no_call", "ok", "no_call", "no_call", "no_call", "ok",
     "nothing_rings", "ok", "nothing_rings", "no_call"},
    /* called back */
    {"line_busy", "line_busy", "line_busy", "no_call", "no_call", "no_autocall", "no_call", "no_call", "no_call", "ok",
     "ok", "no_call", "nothing_rings", "ok"},
    /* ringing */
    {"line_busy", "line_busy", "line_busy", "no_call", "no_call", "no_autocall", "no_call", "no_call", "no_call", "ok",
     "ok", "no_call", "nothing_rings", "ok"},
    /* dialling */
    {"line_busy", "line_busy", "line_busy", "not_talking", "nobody_held", "no_autocall", "not_talking", "not_talking",
     "not_talking", "nothing_rings", "nothing_rings", "ok", "nothing_rings", "ok"},
    /* talking */
    {"ok", "ok", "ok", "ok", "nobody_held", "no_autocall", "ok", "nobody_held", "nobody_held", "nothing_rings",
     "nothing_rings", "ok", "nothing_rings", "ok"},
    /* holding */
    {"ok", "ok", "ok", "not_talking", "not_talking", "no_autocall", "ok", "ok", "not_talking", "nothing_rings",
     "nothing_rings", "ok", "nothing_rings", "ok"},
    /* talking and holding */
    {"line_busy", "line_busy", "ok", "ok", "ok", "no_autocall", "ok", "ok", "ok", "nothing_rings", "nothing_rings",
     "ok", "nothing_rings", "ok"},
    /* consulting */
    {"line_busy", "line_busy", "line_busy", "not_talking", "not_talking", "ok", "ok", "ok", "ok", "ok", "nothing_rings",
     "ok", "nothing_rings", "ok"},
    /* held */
    {"line_busy", "line_busy", "line_busy", "not_talking", "nobody_held", "no_autocall", "not_talking", "not_talking",
     "not_talking", "nothing_rings", "nothing_rings", "ok", "nothing_rings", "ok"},
    /* holding by phone */
    {"ok", "ok", "ok", "ok", "not_talking", "no_autocall", "held_by_phone", "held_by_phone", "held_by_phone",
     "nothing_rings", "nothing_rings", "ok", "nothing_rings", "ok"},
    /* in line */
    {"line_busy", "line_busy", "line_busy", "not_talking", "nobody_held", "no_autocall", "not_talking", "nobody_held",
     "nobody_held", "nothing_rings", "nothing_rings", "ok", "nothing_rings", "ok"},
    /* hearing busy */
    {"ok", "ok", "ok", "not_talking", "nobody_held", "no_autocall", "nobody_held", "nobody_held", "nobody_held",
     "nothing_rings", "nothing_rings", "ok", "nothing_rings", "ok"},
};

class CommandTable : public CallStory, public testing::WithParamInterface<std::tuple<std::size_t, std::size_t>> {
 protected:
  void arrange(std::string_view state) {
    if (state == "without_a_phone") phone_goes_away("101");
    if (state == "reserved_for_an_autocall") {
      autocall("101", "102");
      rings("102");
    }
    if (state == "called_back") {
      autocall("101", "102");
      rings_and_lifts("102");
      rings("101");
    }
    if (state == "ringing") {
      dials("102", "101");
      rings("101");
    }
    if (state == "dialling") {
      dials("101", "102");
      rings("102");
    }
    if (state == "talking" || state == "holding" || state == "talking_and_holding" || state == "consulting" ||
        state == "held" || state == "holding_by_phone") {
      alice_ = dials("101", "102");
      rings_and_lifts("102");
    }
    if (state == "holding") flash("101");
    if (state == "talking_and_holding" || state == "consulting") {
      consult("101", "103");
      rings("103");
      if (state == "talking_and_holding") lifts("103");
    }
    if (state == "held") flash("102");
    if (state == "holding_by_phone") phone_holds(alice_);
    if (state == "in_line") {
      dials("105", "106");
      rings_and_lifts("106");
      dials("101", "106");
      EXPECT_EQ(waiting_now(), 1U);
    }
    if (state == "hearing_busy") {
      // After an autocall whose other party has not answered, the phone is still off the hook.
      autocall("101", "102", Sequence::line_first);
      rings_and_lifts("101");
      ends(rings("102"), Cause::busy);
    }
  }
  Uuid alice_;
};

TEST_P(CommandTable, is_answered_and_leaves_nothing_behind) {
  const auto [state, asked] = GetParam();
  arrange(states[state]);
  const auto outcome = ask(all_asked()[asked].command);
  EXPECT_EQ(outcome ? "ok" : commands::name(outcome.error()), expected[state][asked]);
  everybody_hangs_up();
}

TEST_P(CommandTable, goes_on_until_nobody_answers_any_more_and_leaves_nothing_behind) {
  const auto [state, asked] = GetParam();
  arrange(states[state]);
  ask(all_asked()[asked].command);
  // Whoever is called now answers, and then they talk until the server ends it.
  for (int i = 0; i < 5; ++i) {
    for (const auto* number : {"101", "102", "103", "104", "105", "106"}) {
      if (is_called(number)) rings_and_lifts(number);
    }
  }
  time_passes(13h);
  nothing_is_left();
}

std::string named(const testing::TestParamInfo<std::tuple<std::size_t, std::size_t>>& info) {
  const auto [state, asked] = info.param;
  return fmt::format("{}_while_{}", all_asked()[asked].name, states[state]);
}

INSTANTIATE_TEST_SUITE_P(Every, CommandTable,
                         testing::Combine(testing::Range<std::size_t>(0, std::size(states)),
                                          testing::Range<std::size_t>(0, 14)),
                         named);

TEST_F(CallStory, a_line_that_is_unknown_gets_nothing) {
  const auto nowhere = Company::line_id("999");
  EXPECT_EQ(ask(commands::Autocall{.line = nowhere, .number = "102"}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::SwitchCall{.line = nowhere, .number = "102"}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::TransferCall{.line = nowhere, .number = "102"}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::StopAutocall{nowhere}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::Flash{.line = nowhere}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::DeclineCall{nowhere}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::AnswerCall{nowhere}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::AbortCall{nowhere}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::PickUp{.line = nowhere}).error(), Refusal::unknown_line);
  EXPECT_EQ(ask(commands::SetCustomField{.line = nowhere}).error(), Refusal::unknown_line);
  EXPECT_EQ(calls.figures().commands, 10U);
  EXPECT_EQ(calls.figures().refused, 10U);
}

TEST_F(CallStory, a_number_that_is_none_gets_nothing) {
  EXPECT_EQ(autocall("101", "777").error(), Refusal::unknown_number);
  EXPECT_EQ(autocall("101", "").error(), Refusal::bad_parameter);
  EXPECT_EQ(autocall("101", "*8").error(), Refusal::unknown_number);
  dials("101", "102");
  rings_and_lifts("102");
  EXPECT_EQ(switch_call("101", "777").error(), Refusal::unknown_number);
  EXPECT_EQ(switch_call("101", "").error(), Refusal::bad_parameter);
  EXPECT_EQ(switch_call("101", "102").error(), Refusal::already_there);
  EXPECT_EQ(autocall("101", "102").error(), Refusal::already_there);
  EXPECT_TRUE(talks("101", "102"));
  everybody_hangs_up();
}

}  // namespace
}  // namespace otklik::core::stories
