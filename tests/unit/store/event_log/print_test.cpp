#include "store/event_log/print.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <sstream>

#include "unit/store/event_log/log_fixture.hpp"

namespace otklik::store {
namespace {

class PrintTest : public LogTest {
 protected:
  std::string print(const PrintOptions& options = {}) {
    std::string out;
    const auto end = print_events(options_.folder, options, [&](std::string_view lines) {
      out += lines;
      return true;
    });
    EXPECT_TRUE(end);
    return out;
  }
};

TEST_F(PrintTest, prints_an_event_a_line) {
  open();
  append(core::ServerStarted{.version = "0.1"}).get().value();
  append(core::LoginRefused{.login = "Иван", .reason = "wrong", .address = "::1"}).get().value();
  EXPECT_EQ(print(),
            R"({"sequence":1,"at":"2026-11-18T11:06:40.000000Z","type":"server_started","data":{"version":"0.1"}})"
            "\n"
            R"({"sequence":2,"at":"2026-11-18T11:06:40.000000Z","type":"login_refused",)"
            R"("data":{"login":"Иван","reason":"wrong","address":"::1"}})"
            "\n");
}

TEST_F(PrintTest, prints_from_a_cursor_so_many_of_one_type) {
  open();
  for (int i = 0; i < 10; ++i) {
    append(event(std::to_string(i))).get().value();
    append(core::ServerStopping{}).get().value();
  }
  const auto out = print({.from = 5, .count = 2, .type = "directory_changed"});
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2);
  EXPECT_NE(out.find("{\"sequence\":5,"), std::string::npos);
  EXPECT_NE(out.find("{\"sequence\":7,"), std::string::npos);
}

TEST_F(PrintTest, prints_a_gap_as_a_line_of_its_own) {
  std::string line;
  append_json_line(line, Gap{.from = 1, .to = 6, .why = Gap::Why::deleted});
  EXPECT_EQ(line, R"({"gap":{"from":1,"to":6,"why":"deleted"}})"
                  "\n");
}

TEST_F(PrintTest, follows_the_log_while_it_is_told_to_wait) {
  open();
  append(event("1")).get().value();
  int waits = 0;
  std::string out;
  const auto end = print_events(
      options_.folder, {},
      [&](std::string_view lines) {
        out += lines;
        return true;
      },
      [&] {
        if (++waits == 4) return false;
        append(event(std::to_string(waits))).get().value();
        return true;
      });
  EXPECT_EQ(end, 5U);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 4);
}

TEST_F(PrintTest, stops_when_nobody_takes_its_lines) {
  open();
  for (int i = 0; i < 5; ++i) append(event("e")).get().value();
  int calls = 0;
  EXPECT_TRUE(print_events(
      options_.folder, {},
      [&](std::string_view) {
        ++calls;
        return false;
      },
      [] { return true; }));
  EXPECT_EQ(calls, 1);
}

TEST_F(PrintTest, prints_lines_that_are_json_whatever_a_script_put_into_an_event) {
  open();
  for (const std::string data : {"{\"a\":\n1}", "not json\n", "\xFF\xFE", "[[[]]]", "\"\\u0000\""}) {
    append(core::CustomEvent{.name = data, .data = data, .run = {}}).get().value();
  }
  std::istringstream lines(print());
  simdjson::dom::parser parser;
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_FALSE(parser.parse(line).error()) << line;
  EXPECT_EQ(count, 5);
}

}  // namespace
}  // namespace otklik::store
