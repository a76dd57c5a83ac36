// Scenarios by name: which file it is, what it is made of, when it is read again.
#include "scenario/repository.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "scenario/globals_read.hpp"
#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using core::StartRefusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

class RepositoryTest : public ::testing::Test {
 protected:
  RepositoryTest() { repository = std::move(*Repository::open({folder.path(), 4096, std::chrono::milliseconds{0}})); }

  void write(const std::string& name, std::string_view text) const { folder.write(name + ".lua", text); }
  StartRefusal refusal(std::string_view name) {
    const auto found = repository->find(name);
    return found ? StartRefusal{} : found.error();
  }
  std::string found(std::string_view name) {
    const auto scenario = repository->find(name);
    return scenario ? (*scenario)->name : std::string(core::name(scenario.error()));
  }

  TemporaryFolder folder;
  std::unique_ptr<Repository> repository;
};

TEST_F(RepositoryTest, finds_names_with_cyrillic_letters_spaces_and_brackets) {
  for (const char* name : {"Размещение", "Заказ (новый) [1]", "a b", "x.y", "100%", "ёж"}) {
    write(name, "return 1");
    EXPECT_EQ(found(name), name);
  }
}

TEST_F(RepositoryTest, finds_a_name_in_another_case_unless_one_fits_exactly) {
  write("SvcScript1", "return 1");
  write("Размещение", "return 1");
  EXPECT_EQ(found("svcscript1"), "SvcScript1");
  EXPECT_EQ(found("РАЗМЕЩЕНИЕ"), "Размещение");
  write("svcscript1", "return 2");
  EXPECT_EQ(found("svcscript1"), "svcscript1");
  EXPECT_EQ(found("SvcScript1"), "SvcScript1");
}

TEST_F(RepositoryTest, refuses_what_is_no_name) {
  write("Echo", "return 1");
  fs::create_directories(folder.path() + "/sub");
  folder.write("sub/In.lua", "return 1");
  for (const std::string& name :
       {std::string(), std::string("sub/In"), std::string("../Echo"), std::string("/etc/passwd"),
        std::string("sub\\In"), std::string("Echo\0", 5), std::string("Ec\nho"), std::string(".Echo"),
        std::string(201, 'x'), std::string("\xC0\xAF"), std::string("..")}) {
    EXPECT_EQ(refusal(name), StartRefusal::bad_parameter) << name;
  }
  EXPECT_EQ(refusal("Echo.lua"), StartRefusal::not_found);
  EXPECT_EQ(refusal("sub"), StartRefusal::not_found);
  EXPECT_EQ(refusal("Nobody"), StartRefusal::not_found);
}

TEST_F(RepositoryTest, follows_no_link_and_opens_no_pipe) {
  folder.write("outside.txt", "return 1");
  fs::create_symlink(folder.path() + "/outside.txt", folder.path() + "/Link.lua");
  EXPECT_EQ(refusal("Link"), StartRefusal::not_found);
  fs::create_directories(folder.path() + "/Folder.lua");
  EXPECT_EQ(refusal("Folder"), StartRefusal::not_found);
}

TEST_F(RepositoryTest, reads_a_file_again_after_every_kind_of_change) {
  write("A", "return 1");
  const auto first = repository->find("A");
  ASSERT_TRUE(first);
  EXPECT_EQ(repository->find("A"), first);
  write("A", "return 2");  // the same size, at once: the stamp may be the same
  const auto second = repository->find("A");
  ASSERT_TRUE(second);
  EXPECT_NE((*second)->compiled, (*first)->compiled);
  folder.write("A.lua.new", "return 3");
  fs::rename(folder.path() + "/A.lua.new", folder.path() + "/A.lua");
  EXPECT_NE((*repository->find("A"))->compiled, (*second)->compiled);
  fs::remove(folder.path() + "/A.lua");
  EXPECT_EQ(refusal("A"), StartRefusal::not_found);
  write("A", "return 4");
  EXPECT_EQ(found("A"), "A");
  write("b", "return 1");
  EXPECT_EQ(found("B"), "b");
}

TEST_F(RepositoryTest, keeps_a_file_for_the_time_it_is_told) {
  const auto slow = std::move(*Repository::open({folder.path(), 4096, std::chrono::hours{1}}));
  write("A", "return 1");
  const auto first = slow->find("A");
  write("A", "return 22");
  EXPECT_EQ(slow->find("A"), first);
  slow->reload();
  EXPECT_NE(slow->find("A"), first);
}

TEST_F(RepositoryTest, takes_a_marked_scenario_as_disabled) {
  write("A", "--!disabled until Monday\nreturn 1");
  EXPECT_EQ(refusal("A"), StartRefusal::disabled);
  write("A", "\xEF\xBB\xBF  --!disabled\r\nreturn 1");
  EXPECT_EQ(refusal("A"), StartRefusal::disabled);
  write("A", "-- !disabled\nreturn 1");
  EXPECT_EQ(found("A"), "A");
}

TEST_F(RepositoryTest, takes_a_scenario_that_does_not_compile_as_broken) {
  write("A", "return 1 +");
  EXPECT_EQ(refusal("A"), StartRefusal::broken);
  write("A", std::string(5000, ' '));
  EXPECT_EQ(refusal("A"), StartRefusal::broken);
  write("A", "return 1");
  EXPECT_EQ(found("A"), "A");
}

TEST_F(RepositoryTest, takes_no_bytecode) {
  const auto good = compile("A", "return 1");
  ASSERT_FALSE(good.compiled.empty());
  write("A", good.compiled);
  EXPECT_EQ(refusal("A"), StartRefusal::broken);
}

TEST_F(RepositoryTest, reads_windows_1251_where_a_file_is_no_utf_8) {
  write("A", "return '\xCF\xF0\xE8\xE2\xE5\xF2'");  // «Привет»
  const auto scenario = repository->find("A");
  ASSERT_TRUE(scenario);
  EXPECT_THAT((*scenario)->compiled, HasSubstr("Привет"));
}

TEST_F(RepositoryTest, lists_all_with_what_is_wrong) {
  write("B", "return");
  write("A", "--!disabled");
  write("C", "x x");
  folder.write("notes.txt", "");
  std::vector<std::string> rows;
  for (const auto& row : repository->list()) {
    rows.push_back(row.name + (row.disabled ? " disabled" : "") + (row.error.empty() ? "" : " broken"));
  }
  EXPECT_THAT(rows, ElementsAre("A disabled", "B", "C broken"));
}

TEST_F(RepositoryTest, check_tells_errors_and_unknown_globals_with_their_lines) {
  write("Bad", "local a = 1\nreturn a a");
  write("Odd",
        "local x = prama\nmine = 1\nlocal function f()\n  return mine, stirng.upper(param[1])\nend\nreturn f, x");
  write("Good",
        "local t = {} for k, v in pairs(t) do log.info(k, v, json, startparam1, _G, string) end return http.get");
  const auto all = repository->check();
  ASSERT_TRUE(all);
  std::vector<std::string> lines;
  for (const auto& finding : *all) lines.push_back((finding.is_error ? "error " : "warning ") + finding.text);
  EXPECT_THAT(lines, ElementsAre(HasSubstr("error Bad.lua:2:"), "warning Odd.lua:1: unknown global \"prama\"",
                                 "warning Odd.lua:4: unknown global \"stirng\""));
  EXPECT_EQ((*all)[0].line, 2);
  EXPECT_THAT(*repository->check("good"), IsEmpty());
  EXPECT_EQ(repository->check("None").error().code, ErrorCode::not_found);
}

TEST_F(RepositoryTest, needs_its_folder) {
  EXPECT_EQ(Repository::open({folder.path() + "/none", 4096, {}}).error().code, ErrorCode::not_found);
}

TEST(UnknownGlobals, survives_bytes_that_are_no_dump) {
  EXPECT_THAT(unknown_globals(""), IsEmpty());
  const auto good = compile("A", "return nobody").compiled;
  for (std::size_t n = 0; n < good.size(); ++n) unknown_globals(std::string_view(good).substr(0, n));
  EXPECT_EQ(unknown_globals(good).size(), 1U);
}

}  // namespace
}  // namespace otklik::scenario
