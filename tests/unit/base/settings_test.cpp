#include "base/settings.hpp"

#include <gmock/gmock.h>

namespace otklik {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

class SettingsTableTest : public ::testing::Test {
 protected:
  SettingsTableTest() {
    table.add("auth_challenge", challenge, {"", ""});
    table.add("http.threads", threads, 0, 64, {"", ""});
    table.add("script_zones", zones, {"", ""});
    table.add_choice("xml_prolog", prolog, {"utf-16", "utf-8"}, {"", ""});
    table.add_size("http.body_size", body_size, {"", ""});
    table.add_duration("http.idle_time", idle, {"", ""});
    table.add_named_sections("datasource", [this](const std::string& name) -> Result<> {
      if (name == "bad") return fail(ErrorCode::bad_request, "no such thing");
      table.add("datasource." + name + ".connect", connect, {"", ""}, true);
      return {};
    });
  }

  std::string load_error(std::string_view text) {
    const auto loaded = table.load(text, "otklik.toml");
    return loaded ? "" : loaded.error().message;
  }

  bool challenge = false;
  int threads = 0;
  std::vector<std::string> zones{"temp"};
  std::string prolog = "utf-16";
  std::size_t body_size = 1024;
  milliseconds idle{75'000};
  std::string connect;
  SettingsTable table;
};

TEST_F(SettingsTableTest, reads_every_type) {
  ASSERT_EQ(load_error("auth_challenge = true\nscript_zones = [\"temp\", \"*\"]\nxml_prolog = \"utf-8\"\n"
                       "[http]\nthreads = 3\nbody_size = \"16 MiB\"\nidle_time = \"500 ms\"\n"
                       "[datasource.crm]\nconnect = \"dbname=crm\"\n"),
            "");
  EXPECT_TRUE(challenge);
  EXPECT_EQ(threads, 3);
  EXPECT_THAT(zones, ElementsAre("temp", "*"));
  EXPECT_EQ(prolog, "utf-8");
  EXPECT_EQ(body_size, 16U << 20);
  EXPECT_EQ(idle, milliseconds(500));
  EXPECT_EQ(connect, "dbname=crm");
}

TEST_F(SettingsTableTest, names_the_file_the_line_and_the_nearest_key) {
  EXPECT_EQ(load_error("\n[http]\nthreds = 3\n"),
            "otklik.toml:3: unknown key \"http.threds\"; did you mean \"http.threads\"?");
  EXPECT_EQ(load_error("xml_prolog = \"utf-7\"\n"), "otklik.toml:1: \"xml_prolog\": it takes one of utf-16|utf-8");
  EXPECT_EQ(load_error("auth_challenge = 1\n"), "otklik.toml:1: \"auth_challenge\": it takes true or false");
  EXPECT_EQ(load_error("http.threads = 65\n"),
            "otklik.toml:1: \"http.threads\": it takes a whole number from 0 to 64");
  EXPECT_EQ(load_error("[datasource.bad]\nconnect = \"x\"\n"),
            "otklik.toml:2: section \"datasource.bad\": no such thing");
  EXPECT_NE(load_error("a = \n").find("otklik.toml:1:"), std::string::npos);
}

TEST_F(SettingsTableTest, takes_assignments_of_the_command_line) {
  ASSERT_TRUE(table.set("xml_prolog=utf-8"));
  ASSERT_TRUE(table.set("http.body_size=2 KiB"));
  ASSERT_TRUE(table.set("http.threads=2"));
  ASSERT_TRUE(table.set("script_zones=[\"storage\"]"));
  ASSERT_TRUE(table.set("datasource.crm.connect=\"dbname=a port=1\""));
  EXPECT_EQ(prolog, "utf-8");
  EXPECT_EQ(body_size, 2048U);
  EXPECT_EQ(threads, 2);
  EXPECT_THAT(zones, ElementsAre("storage"));
  EXPECT_EQ(connect, "dbname=a port=1");
  EXPECT_FALSE(table.set("xml_prolog"));
  EXPECT_FALSE(table.set("=x"));
}

TEST_F(SettingsTableTest, shows_values_as_the_file_writes_them) {
  EXPECT_EQ(table.entries()[4].default_value, "\"1 KiB\"");
  EXPECT_EQ(table.entries()[5].get(), "\"75 s\"");
  EXPECT_EQ(table.entries()[2].get(), "[\"temp\"]");
}

TEST(ParseSize, refuses_what_it_does_not_know) {
  for (const char* bad : {"", "-1", "x", "1 XB", "99999999999999999999", "9999999999 TiB"}) {
    EXPECT_FALSE(parse_size(bad)) << bad;
  }
  EXPECT_EQ(*parse_size("10"), 10U);
  EXPECT_EQ(*parse_duration("2"), milliseconds(2000));
  EXPECT_EQ(*parse_duration("1 d"), milliseconds(86'400'000));
}

TEST_F(SettingsTableTest, says_which_rows_change_alive) {
  SettingsTable mixed;
  bool field = false;
  mixed.add("before", field, {});
  {
    const auto live = mixed.live_rows();
    mixed.add("within", field, {});
  }
  mixed.add("after", field, {});
  EXPECT_FALSE(mixed.find("before")->live);
  EXPECT_TRUE(mixed.find("within")->live);
  EXPECT_FALSE(mixed.find("after")->live);
  EXPECT_EQ(mixed.find("nothing"), nullptr);
}

TEST_F(SettingsTableTest, takes_whole_hours_where_it_keeps_hours) {
  std::chrono::hours kept{24};
  table.add_duration("keep_for", kept, {});
  EXPECT_EQ(table.find("keep_for")->get(), "\"1 d\"");
  ASSERT_TRUE(table.set("keep_for=36 h"));
  EXPECT_EQ(kept, std::chrono::hours(36));
  EXPECT_FALSE(table.set("keep_for=90 min"));
  EXPECT_EQ(kept, std::chrono::hours(36));
}

}  // namespace
}  // namespace otklik
