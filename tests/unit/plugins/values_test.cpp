#include "plugins/manifest/values.hpp"

#include <gtest/gtest.h>

namespace otklik::plugins {
namespace {

Form form() {
  Form made;
  made.inputs = {{"text", ValueType::string, "", {}},          {"count", ValueType::integer, "", "5"},
                 {"share", ValueType::number, "", "0.5"},      {"flag", ValueType::boolean, "", "false"},
                 {"day", ValueType::date, "", "null"},         {"items", ValueType::list, "", "[]"},
                 {"more", ValueType::object, "", R"({"a":1})"}};
  made.outputs = {{"text", ValueType::string, "", false}, {"count", ValueType::integer, "", true}};
  return made;
}

std::string inputs(std::string_view text) {
  const auto checked = checked_inputs(form(), text);
  return checked ? *checked : std::string(info(checked.error().code).name) + ": " + checked.error().message;
}

std::string outputs(std::string_view text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded{std::string(text)};
  const auto checked = checked_outputs(form(), parser.parse(padded).value());
  return checked ? *checked : std::string(info(checked.error().code).name) + ": " + checked.error().message;
}

TEST(Inputs, come_in_the_order_of_the_manifest_with_defaults) {
  EXPECT_EQ(
      inputs(R"({"flag":true, "text":"\u0416\n\"", "count":-9223372036854775808})"),
      R"({"text":"Ж\n\"","count":-9223372036854775808,"share":0.5,"flag":true,"day":null,"items":[],"more":{"a":1}})");
  EXPECT_EQ(inputs(R"({"text":"","share":7,"day":"2026-11-22","items":[1,[2],{"x":null}],"more":{},"count":0})"),
            R"({"text":"","count":0,"share":7,"flag":false,"day":"2026-11-22","items":[1,[2],{"x":null}],"more":{}})");
}

TEST(Inputs, are_refused_by_name) {
  EXPECT_EQ(inputs(""), "bad_request: the input \"text\" is missing");
  EXPECT_EQ(inputs("{}"), "bad_request: the input \"text\" is missing");
  EXPECT_EQ(inputs(R"({"text":"", "cuont":1})"),
            "bad_request: the input \"cuont\" is not declared; did you mean \"count\"?");
  EXPECT_EQ(inputs(R"({"text":"", "text":"a"})"), "bad_request: the input \"text\" stands twice");
  EXPECT_EQ(inputs(R"({"text":5})"), "bad_request: the input \"text\" is no string");
  EXPECT_EQ(inputs(R"({"text":null})"), "bad_request: the input \"text\" is no string");
  for (const char* wrong : {"5.0", "\"5\"", "true", "null", "9223372036854775808", "1e3", "[]"}) {
    EXPECT_EQ(inputs(std::string(R"({"text":"","count":)") + wrong + "}"),
              "bad_request: the input \"count\" is no integer")
        << wrong;
  }
  EXPECT_EQ(inputs(R"({"text":"","share":"1"})"), "bad_request: the input \"share\" is no number");
  EXPECT_EQ(inputs(R"({"text":"","flag":1})"), "bad_request: the input \"flag\" is no boolean");
  EXPECT_EQ(inputs(R"({"text":"","day":"22.11.2026"})"), "bad_request: the input \"day\" is no date");
  EXPECT_EQ(inputs(R"({"text":"","items":{}})"), "bad_request: the input \"items\" is no list");
  EXPECT_EQ(inputs(R"({"text":"","more":[]})"), "bad_request: the input \"more\" is no object");
}

TEST(Inputs, that_are_no_object_are_refused) {
  EXPECT_EQ(inputs("[]"), "bad_request: the inputs are no JSON object");
  EXPECT_TRUE(inputs("{").starts_with("bad_request: the inputs are no JSON: "));
  EXPECT_TRUE(inputs("{\"text\":\"\xff\"}").starts_with("bad_request: the inputs are no JSON: "));
  EXPECT_TRUE(inputs(std::string(3000, '[')).starts_with("bad_request: the inputs are no JSON: "));
  EXPECT_TRUE(inputs(R"({"text":""} x)").starts_with("bad_request: the inputs are no JSON"));
}

TEST(Outputs, are_what_the_manifest_promises) {
  EXPECT_EQ(outputs(R"({"count":1,"text":"x"})"), R"({"text":"x","count":1})");
  EXPECT_EQ(outputs(R"({"text":"x"})"), R"({"text":"x"})");
  EXPECT_EQ(outputs(R"({"text":"x","count":null})"), R"({"text":"x","count":null})");
}

TEST(Outputs, that_were_not_promised_are_the_plugins_fault) {
  EXPECT_EQ(outputs("{}"), "failed: the plugin's output \"text\" is missing");
  EXPECT_EQ(outputs(R"({"text":5})"), "failed: the plugin's output \"text\" is no string");
  EXPECT_EQ(outputs(R"({"text":"x","unforeseen_thing":1})"),
            "failed: the plugin's output \"unforeseen_thing\" is not promised");
  EXPECT_EQ(outputs(R"({"text":"x","count":"1"})"), "failed: the plugin's output \"count\" is no integer");
  EXPECT_EQ(outputs(R"([1])"), "failed: the plugin's outputs are no JSON object");
}

}  // namespace
}  // namespace otklik::plugins
