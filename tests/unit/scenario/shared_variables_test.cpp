// global.* and once(): what runs share.
#include <gmock/gmock.h>

#include "scenario/variables.hpp"
#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class SharedVariablesTest : public HostTest {};

TEST_F(SharedVariablesTest, survive_the_run_that_set_them) {
  EXPECT_EQ(value("global.set('a', 'x') global.set('n', 5) global.set('f', 1.5) global.set('b', false) return 1"), "1");
  EXPECT_EQ(value("return global.get('a') .. global.get('n') .. global.get('f') .. tostring(global.get('b')) .. "
                  "tostring(global.get('none'))"),
            "x51.5falsenil");
  EXPECT_EQ(value("return global.remove('a') .. tostring(global.get('a')) .. table.concat(global.names(), ',')"),
            "xnilb,f,n");
  EXPECT_EQ(value("return table.concat(global.names('n'), ',')"), "n");
}

TEST_F(SharedVariablesTest, change_in_one_step) {
  EXPECT_EQ(value("return global.add('n') .. global.add('n', 2) .. global.add('n', 0.5)"), "133.5");
  EXPECT_EQ(value("return tostring(global.set_if_absent('k', 1)) .. tostring(global.set_if_absent('k', 2)) .. "
                  "global.get('k')"),
            "truefalse1");
  EXPECT_EQ(value("return tostring(global.replace('k', 2, 3)) .. tostring(global.replace('k', 1, 3)) .. "
                  "global.swap('k', 4) .. global.get('k') .. tostring(global.replace('k', 4, nil)) .. "
                  "tostring(global.get('k'))"),
            "falsetrue34truenil");
  EXPECT_EQ(value("global.set('t', 'text') local _, _, code = global.add('t') return code"), "conflict");
}

TEST_F(SharedVariablesTest, count_right_from_many_runs_at_once) {
  write("Add", "for i = 1, 200 do global.add('n') if i % 20 == 0 then sleep(0) end end");
  std::vector<std::future<core::ScriptEnd>> ends;
  for (int i = 0; i < 20; ++i) ends.push_back(start("Add"));
  for (auto& end : ends) end.get();
  EXPECT_EQ(value("return global.get('n')"), "4000");
}

TEST_F(SharedVariablesTest, take_no_tables) {
  EXPECT_THAT(run_text("global.set('t', {})").error, HasSubstr("json.encode"));
}

TEST_F(SharedVariablesTest, are_bounded_in_number_and_size) {
  options.global_variables = 3;
  options.global_bytes = 1000;
  EXPECT_EQ(value("local code for i = 1, 4 do _, _, code = global.set('n' .. i, i) end return code"), "too_many");
  EXPECT_EQ(value("local _, _, code = global.set('n1', ('x'):rep(1000)) return code .. global.get('n1')"),
            "too_large1");
  EXPECT_EQ(value("local _, _, code = global.set('', 1) return code"), "bad_request");
}

TEST_F(SharedVariablesTest, once_is_true_for_one_caller_only) {
  write("Once", "sleep(0) return once('job')");
  std::vector<std::future<core::ScriptEnd>> ends;
  for (int i = 0; i < 20; ++i) ends.push_back(start("Once"));
  int first = 0;
  for (auto& end : ends) first += end.get().returns[0] == "true" ? 1 : 0;
  EXPECT_EQ(first, 1);
}

TEST(Variables, once_is_true_again_when_its_time_has_passed) {
  Variables variables(10, 1000, 2);
  const auto now = Variables::Clock::now();
  EXPECT_EQ(variables.once("a", 10s, now), true);
  EXPECT_EQ(variables.once("a", 10s, now + 9s), false);
  EXPECT_EQ(variables.once("a", 10s, now + 10s), true);
  EXPECT_EQ(variables.once("b", std::chrono::microseconds::max(), now), true);
  EXPECT_EQ(variables.once("c", 1s, now).error().code, ErrorCode::too_many);
  EXPECT_EQ(variables.once("b", 1s, now + 24h * 365), false);
}

TEST(Variables, add_goes_on_as_a_real_number_past_the_largest_whole_one) {
  Variables variables(10, 1000, 2);
  ASSERT_TRUE(variables.set("n", std::numeric_limits<std::int64_t>::max()));
  const auto sum = variables.add("n", std::int64_t{1});
  ASSERT_TRUE(sum);
  EXPECT_DOUBLE_EQ(std::get<double>(*sum), 9223372036854775808.0);
}

}  // namespace
}  // namespace otklik::scenario
