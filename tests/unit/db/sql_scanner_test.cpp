#include "db/sql_scanner.hpp"

#include <gtest/gtest.h>

namespace otklik::db {
namespace {

std::string read(std::string_view sql, Dialect dialect, Placeholder placeholder = Placeholder::dollar) {
  auto scanned = scan_sql(sql, dialect, placeholder);
  return scanned ? std::to_string(scanned->parameters) + "|" + scanned->text : "refused: " + scanned.error().message;
}

TEST(SqlScanner, spells_parameters_as_each_database_wants_them) {
  const char* sql = "SELECT a FROM t WHERE b = ? AND c IN (?,?)";
  EXPECT_EQ(read(sql, Dialect::postgresql), "3|SELECT a FROM t WHERE b = $1 AND c IN ($2,$3)");
  EXPECT_EQ(read(sql, Dialect::sqlite, Placeholder::question), "3|SELECT a FROM t WHERE b = ? AND c IN (?,?)");
  EXPECT_EQ(read(sql, Dialect::sqlite, Placeholder::soci), "3|SELECT a FROM t WHERE b = :p1 AND c IN (:p2,:p3)");
  EXPECT_EQ(read("SELECT ?AND ?", Dialect::postgresql), "2|SELECT $1 AND $2");
}

TEST(SqlScanner, leaves_question_marks_in_quotes_alone) {
  for (const char* sql : {"SELECT 'a?''?'", R"(SELECT "a?""?")", "SELECT 'Кто?'"}) {
    EXPECT_EQ(read(sql, Dialect::postgresql), std::string("0|") + sql);
    EXPECT_EQ(read(sql, Dialect::sqlite), std::string("0|") + sql);
  }
  EXPECT_EQ(read("SELECT [a?], `b?`", Dialect::sqlite), "0|SELECT [a?], `b?`");
  EXPECT_EQ(read("SELECT a[?]", Dialect::postgresql), "1|SELECT a[$1]");
}

TEST(SqlScanner, knows_escape_strings_and_dollar_quotes_of_postgresql) {
  EXPECT_EQ(read(R"(SELECT E'it\'s ?', ?)", Dialect::postgresql), R"(1|SELECT E'it\'s ?', $1)");
  EXPECT_EQ(read(R"(SELECT 'a\', ?)", Dialect::postgresql), R"(1|SELECT 'a\', $1)");
  EXPECT_EQ(read(R"(SELECT typE'a\', ?)", Dialect::postgresql), R"(1|SELECT typE'a\', $1)");
  EXPECT_EQ(read("SELECT $$ ? ; ' $$, $tag$ $$ ? $tag$, ?", Dialect::postgresql),
            "1|SELECT $$ ? ; ' $$, $tag$ $$ ? $tag$, $1");
  EXPECT_EQ(read("SELECT a$b$c, ?", Dialect::postgresql), "1|SELECT a$b$c, $1");
}

TEST(SqlScanner, takes_two_question_marks_for_an_operator) {
  EXPECT_EQ(read("SELECT j ?? 'k', j ??| ?", Dialect::postgresql), "1|SELECT j ? 'k', j ?| $1");
}

TEST(SqlScanner, drops_comments) {
  EXPECT_EQ(read("-- who?\nSELECT/* ? ' */1 -- it's", Dialect::sqlite), "0|SELECT 1");
  EXPECT_EQ(read("SELECT /* a /* nested ? */ ? */ 1", Dialect::postgresql), "0|SELECT   1");
  EXPECT_EQ(read("SELECT 1 /* a /* not nested */ + ?", Dialect::sqlite), "1|SELECT 1   + $1");
}

TEST(SqlScanner, takes_one_statement_only) {
  EXPECT_EQ(read("SELECT 1;", Dialect::sqlite), "0|SELECT 1");
  EXPECT_EQ(read("; SELECT 1 ; ; -- end", Dialect::sqlite), "0|SELECT 1");
  EXPECT_EQ(read("SELECT ';'", Dialect::sqlite), "0|SELECT ';'");
  EXPECT_EQ(read("SELECT 1; DROP TABLE t", Dialect::sqlite), "refused: more than one statement");
  EXPECT_EQ(read(" -- nothing\n;", Dialect::sqlite), "refused: no statement given");
}

TEST(SqlScanner, refuses_what_is_left_open_and_other_spellings) {
  for (const char* sql : {"SELECT 'a", "SELECT \"a", "SELECT /* a", "SELECT 'a''", "SELECT ?1"}) {
    for (const auto dialect : {Dialect::sqlite, Dialect::postgresql}) {
      EXPECT_TRUE(read(sql, dialect).starts_with("refused")) << sql;
    }
  }
  EXPECT_TRUE(read("SELECT [a", Dialect::sqlite).starts_with("refused"));
  EXPECT_TRUE(read("SELECT $1", Dialect::postgresql).starts_with("refused"));
  EXPECT_TRUE(read("SELECT $a$ x", Dialect::postgresql).starts_with("refused"));
  EXPECT_TRUE(read("SELECT /* /* */ 1", Dialect::postgresql).starts_with("refused"));
  EXPECT_TRUE(read("SELECT E'a\\", Dialect::postgresql).starts_with("refused"));
  EXPECT_TRUE(read("SELECT '\xFF'", Dialect::sqlite).starts_with("refused"));
  EXPECT_TRUE(read(std::string_view("SELECT\0 1", 9), Dialect::sqlite).starts_with("refused"));
}

}  // namespace
}  // namespace otklik::db
