// The scenarios we hand out.
#include <gmock/gmock.h>

#include <filesystem>

#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using Kind = core::ScriptEnd::Kind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExamplesTest : public HostTest {
 protected:
  ExamplesTest() {
    options.folder = OTKLIK_EXAMPLES "/scenarios";
    sources["crm"] = {[this](std::string_view sql, std::span<const db::Value> parameters, std::chrono::milliseconds) {
                        return answer(sql, parameters);
                      },
                      1};
  }
  ~ExamplesTest() override { restart(); }

  std::function<Result<db::Rows>(std::string_view, std::span<const db::Value>)> answer;
};

TEST_F(ExamplesTest, have_no_mistake_that_a_check_finds) {
  for (const char* below : {"/scenarios", "/demo/scenarios"}) {
    const auto repository = Repository::open({std::string(OTKLIK_EXAMPLES) + below, 1 << 20, {}});
    ASSERT_TRUE(repository) << below;
    EXPECT_FALSE((*repository)->list().empty());
    for (const auto& finding : *(*repository)->check()) ADD_FAILURE() << finding.text;
  }
}

TEST_F(ExamplesTest, customer_card_knows_a_caller_in_any_spelling) {
  answer = [](std::string_view, std::span<const db::Value> parameters) -> Result<db::Rows> {
    EXPECT_EQ(std::get<std::string>(parameters[0]), "4951234567");
    return db::Rows{{"id", "name", "manager_login", "vip"},
                    {{std::int64_t{7}, std::string("Иван"), std::monostate{}, std::int64_t{1}}},
                    0};
  };
  const auto end = run("CustomerCard", {"+7 (495) 123-45-67", "", "", "", ""});
  ASSERT_EQ(end.kind, Kind::finished) << end.error;
  EXPECT_EQ(end.returns[0], R"({"id":7,"known":true,"name":"Иван","number":"4951234567","vip":true})");
  EXPECT_EQ(end.returns[1], "200");
  EXPECT_EQ(run("CustomerCard").returns[1], "400");
}

TEST_F(ExamplesTest, wallboard_asks_the_database_once_for_many_screens) {
  int asked = 0;
  answer = [&asked](std::string_view, std::span<const db::Value>) -> Result<db::Rows> {
    ++asked;
    return db::Rows{{"operator", "calls", "answered", "seconds"},
                    {{std::string("ivan; \"first\""), std::int64_t{3}, std::int64_t{2}, std::int64_t{61}}},
                    0};
  };
  for (int i = 0; i < 3; ++i) {
    const auto end = run("WallboardCsv");
    ASSERT_EQ(end.kind, Kind::finished) << end.error;
    EXPECT_THAT(end.returns[0], HasSubstr("\"ivan; \"\"first\"\"\";3;2;30\r\n"));
  }
  EXPECT_EQ(asked, 1);
}

TEST_F(ExamplesTest, blacklist_tells_whoever_listens) {
  answer = [](std::string_view, std::span<const db::Value>) -> Result<db::Rows> { return db::Rows{{}, {}, 1}; };
  EXPECT_EQ(run("Blacklist", {"check", "84951234567", "", "", ""}).returns[0], "0");
  EXPECT_EQ(run("Blacklist", {"add", "84951234567", "rude", "", ""}).returns[0], "added");
  EXPECT_EQ(run("Blacklist", {"remove", "84951234567", "", "", ""}).returns[0], "removed");
  EXPECT_EQ(journal.all<core::CustomEvent>().size(), 2U);
  EXPECT_EQ(run("Blacklist", {"check", "", "", "", ""}).returns[1], "400");
}

TEST_F(ExamplesTest, site_callback_takes_a_number_once) {
  const auto end = run("SiteCallback", {"+7 495 123-45-67", "/prices", "", "", ""});
  ASSERT_EQ(end.kind, Kind::finished) << end.error;
  EXPECT_EQ(end.returns[0], "we will call you");
  EXPECT_EQ(run("SiteCallback", {"+74951234567", "/", "", "", ""}).returns[0], "we are calling already");
  EXPECT_EQ(journal.all<core::CustomEvent>().size(), 1U);
}

TEST_F(ExamplesTest, recording_by_chain_sends_a_file) {
  answer = [](std::string_view, std::span<const db::Value>) -> Result<db::Rows> {
    return db::Rows{{"path"}, {{std::string("RecordedFiles/20261122/1504/a.wav")}}, 0};
  };
  const auto end = run("RecordingByChain", {"DA803F01-EA77-40FA-BC9D-E2EFB36FD5A8", "", "", "", ""});
  EXPECT_EQ(end.returns[0], "RecordedFiles/20261122/1504/a.wav");
  EXPECT_EQ(end.returns[1], "file");
}

}  // namespace
}  // namespace otklik::scenario
