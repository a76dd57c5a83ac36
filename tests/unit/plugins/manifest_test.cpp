#include "plugins/manifest/manifest.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace otklik::plugins {
namespace {

constexpr std::string_view good = R"({
  "id": "2F1C3A4E-5B6D-4C7E-8F90-A1B2C3D4E5F6",
  "name": "Приветствие",
  "version": "1.0",
  "program": "./bin/greeter",
  "arguments": ["-x", ""],
  "start": "with_server",
  "asks": {"network": true, "folders": [{"path": "/srv/prices/", "write": true}], "memory": 33554432},
  "forms": [
    {
      "id": "7d9e8f10-1a2b-4c3d-9e4f-5a6b7c8d9e0f",
      "name": "hello",
      "timeout": 1.5,
      "inputs": [
        {"name": "who", "type": "string", "default": "w\u00f6rld"},
        {"name": "when", "type": "date", "default": null}
      ],
      "outputs": [{"name": "text", "type": "string", "optional": true}]
    }
  ]
})";

/// `good` with one piece replaced.
std::string changed(std::string_view from, std::string_view to) {
  std::string text(good);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string mistake(const std::string& text) {
  const auto manifest = parse_manifest(text, "manifest.json");
  return manifest ? "none" : manifest.error().message;
}

TEST(Manifest, of_very_many_keys_is_refused_as_soon_as_any) {
  std::string text = "{";
  for (int i = 0; text.size() < Manifest::most_bytes - 20; ++i) text += fmt::format("\"{:x}\":0,", i);
  EXPECT_NE(mistake(text + "\"z\":0}").find("unknown key"), std::string::npos);
  EXPECT_NE(mistake(text + "\"f\":0}").find("\"f\" stands twice"), std::string::npos);
}

TEST(Manifest, is_read_whole) {
  const auto manifest = parse_manifest(good, "manifest.json");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->id.text(), "2f1c3a4e-5b6d-4c7e-8f90-a1b2c3d4e5f6");
  EXPECT_EQ(manifest->name, "Приветствие");
  EXPECT_EQ(manifest->program, "./bin/greeter");
  EXPECT_EQ(manifest->arguments, (std::vector<std::string>{"-x", ""}));
  EXPECT_EQ(manifest->start, StartWhen::with_server);
  EXPECT_TRUE(manifest->asks.network);
  EXPECT_EQ(manifest->asks.folders, (std::vector<AskedFolder>{{"/srv/prices", true}}));
  EXPECT_EQ(manifest->asks.memory, 33554432U);
  EXPECT_FALSE(manifest->asks.processes);
  ASSERT_EQ(manifest->forms.size(), 1U);
  const auto& form = manifest->forms[0];
  EXPECT_EQ(form.timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(form.inputs[0].default_value, "\"wörld\"");
  EXPECT_EQ(form.inputs[1].default_value, "null");
  EXPECT_TRUE(form.outputs[0].optional);
  EXPECT_EQ(manifest->find_form("hello"), &form);
  EXPECT_EQ(manifest->find_form("7D9E8F10-1A2B-4C3D-9E4F-5A6B7C8D9E0F"), &form);
  EXPECT_EQ(manifest->find_form("Hello"), nullptr);
}

TEST(Manifest, tells_file_line_field_and_nearest_key_of_a_mistake) {
  EXPECT_EQ(mistake(changed("\"arguments\"", "\"argument\"")),
            "manifest.json:6: argument: unknown key; did you mean \"arguments\"?");
  EXPECT_EQ(mistake(changed("\"default\": null", "\"defalt\": null")),
            "manifest.json:16: forms[0].inputs[1].defalt: unknown key; did you mean \"default\"?");
  EXPECT_EQ(mistake(changed("\"type\": \"date\"", "\"type\": \"data\"")),
            "manifest.json:16: forms[0].inputs[1].type: unknown type \"data\"; did you mean \"date\"?");
  EXPECT_EQ(mistake(changed("\"version\": \"1.0\",", "")), "manifest.json:1: version: missing");
  EXPECT_EQ(mistake(changed("\"version\": \"1.0\"", "\"version\": 1.0")),
            "manifest.json:4: version: a text belongs here");
}

TEST(Manifest, tells_the_line_of_what_is_no_json) {
  EXPECT_EQ(mistake(changed("\"name\": \"Приветствие\",", "\"name\": \"Приветствие\"")),
            "manifest.json:4: a , or } is missing");
  EXPECT_EQ(mistake(changed("with_server\"", "with_server")), "manifest.json:7: a text without its closing quote");
  EXPECT_EQ(mistake(changed("1.5", "01.5")), "manifest.json:13: \"01.5\" is no JSON");
  EXPECT_EQ(mistake(changed("1.5", "tru")), "manifest.json:13: \"tru\" is no JSON");
  EXPECT_EQ(mistake(std::string(good) + "x"), "manifest.json:21: something after the end of the object");
  EXPECT_EQ(mistake(std::string(good.substr(0, good.size() - 2))), "manifest.json:20: the text ends in the middle");
  EXPECT_EQ(mistake(changed("\"1.0\"", "\"1.0\", \"name\": \"again\"")), "manifest.json:4: \"name\" stands twice");
  EXPECT_EQ(mistake(""), "manifest.json:1: the text ends in the middle");
  EXPECT_EQ(mistake("[]"), "manifest.json:1: a manifest is an object");
  EXPECT_EQ(mistake("{\"id\": \"\xff\"}"),
            "manifest.json:1: a text with a control character, a wrong escape or bytes that are no UTF-8");
  EXPECT_EQ(mistake(std::string(100, '[')), "manifest.json:1: nested too deeply");
}

TEST(Manifest, refuses_what_would_reach_out_of_the_folder) {
  for (const char* program : {"./../x", "/bin/sh", "bin/x", "./", "..", "./a//b", "", "a\\\\b"}) {
    const auto text = mistake(changed("./bin/greeter", program));
    EXPECT_TRUE(text.starts_with("manifest.json:5: program: ")) << program << ": " << text;
  }
  for (const char* path : {"srv", "/srv/../etc", "/", "//srv"}) {
    const auto text = mistake(changed("/srv/prices/", path));
    EXPECT_TRUE(text.starts_with("manifest.json:8: asks.folders[0].path: ")) << path << ": " << text;
  }
}

TEST(Manifest, refuses_values_out_of_range_and_what_stands_twice) {
  EXPECT_EQ(mistake(changed("1.5", "0")),
            "manifest.json:13: forms[0].timeout: a number of seconds from 0.001 to 86400 belongs here");
  EXPECT_TRUE(mistake(changed("33554432", "1")).starts_with("manifest.json:8: asks.memory: a whole number from"));
  EXPECT_TRUE(mistake(changed("33554432", "3e9")).starts_with("manifest.json:8: asks.memory: a whole number from"));
  EXPECT_EQ(mistake(changed("\"when\"", "\"who\"")), "manifest.json:16: forms[0].inputs[1].name: stands twice");
  EXPECT_EQ(mistake(changed("\"w\\u00f6rld\"", "5")),
            "manifest.json:15: forms[0].inputs[0].default: not of the type string");
  EXPECT_EQ(mistake(changed("2F1C3A4E-5B6D-4C7E-8F90-A1B2C3D4E5F6", "00000000-0000-0000-0000-000000000000")),
            "manifest.json:2: id: no GUID");
  const std::string form = R"({"id":"7d9e8f10-1a2b-4c3d-9e4f-5a6b7c8d9e0f","name":"other"})";
  EXPECT_EQ(mistake(changed("\"forms\": [", "\"forms\": [" + form + ",")),
            "manifest.json:10: forms[1].id: another form has this id");
}

TEST(ValueType, knows_which_days_exist) {
  for (const char* text : {"2026-01-31", "2024-02-29", "2026-12-31 23:59:59", "0001-01-01 00:00:00"}) {
    EXPECT_TRUE(is_date(text)) << text;
  }
  for (const char* text :
       {"2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-01-01 24:00:00", "2026-01-01T10:00:00",
        "2026-01-01 10:00", "2026-01-01 10:00:00 ", "2026-1-1", "", "0000-01-01", "2026-01-01 10:60:00"}) {
    EXPECT_FALSE(is_date(text)) << text;
  }
}

}  // namespace
}  // namespace otklik::plugins
