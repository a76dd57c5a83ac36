#include "web_api/description/description.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "web_api/description/openapi.hpp"
#include "web_api/table.hpp"

namespace otklik::web_api {
namespace {

TEST(Table, has_lower_case_unique_names_and_both_languages) {
  std::set<std::string> names;
  for (const Method* method : all_methods()) {
    EXPECT_TRUE(names.emplace(method->name).second);
    for (const char c : method->name) EXPECT_FALSE(c >= 'A' && c <= 'Z') << method->name;
    EXPECT_NE(method->run, nullptr);
    EXPECT_FALSE(method->summary.en.empty() || method->summary.ru.empty());
    EXPECT_FALSE(method->details.en.empty() || method->details.ru.empty());
    EXPECT_TRUE(method->example_request.starts_with("/" + std::string(method->name)));
    for (const auto& parameter : parameters_of(*method)) {
      EXPECT_FALSE(parameter.meaning.en.empty() || parameter.meaning.ru.empty()) << parameter.name;
    }
    for (const auto& error : errors_of(*method)) EXPECT_FALSE(error.when.en.empty() || error.when.ru.empty());
  }
}

TEST(Describe, lists_every_method_and_all_of_one) {
  for (const Method* method : all_methods()) {
    EXPECT_NE(describe_text(Language::en).find(method->name), std::string::npos);
    const auto text = describe_text(*method, Language::ru);
    for (const auto& parameter : parameters_of(*method)) EXPECT_NE(text.find(parameter.name), std::string::npos);
  }
}

TEST(Describe, is_valid_json) {
  simdjson::dom::parser parser;
  simdjson::dom::array methods;
  ASSERT_EQ(parser.parse(describe_json()).get(methods), simdjson::SUCCESS);
  EXPECT_EQ(methods.size(), all_methods().size());
  for (const Method* method : all_methods()) {
    std::string_view name;
    ASSERT_EQ(parser.parse(describe_json(*method))["name"].get(name), simdjson::SUCCESS);
    EXPECT_EQ(name, method->name);
  }
}

TEST(OpenApi, is_valid_json_with_every_method_both_ways) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  ASSERT_EQ(parser.parse(openapi_document()).get(root), simdjson::SUCCESS);
  std::string_view version;
  ASSERT_EQ(root["openapi"].get(version), simdjson::SUCCESS);
  EXPECT_EQ(version, "3.1.0");
  for (const Method* method : all_methods()) {
    std::string path = "/" + std::string(method->name);
    if (method->tail != nullptr) path += "/{" + std::string(method->tail->name) + "}";
    for (const std::string_view verb : {"get", "post"}) {
      if (verb == "get" && method->take_in != nullptr) continue;  // what takes a body is a POST
      simdjson::dom::element operation;
      EXPECT_EQ(root["paths"][path][verb]["operationId"].get(operation), simdjson::SUCCESS) << method->name;
    }
  }
  simdjson::dom::element schema;
  EXPECT_EQ(root["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"].get(schema),
            simdjson::SUCCESS);
  EXPECT_EQ(root["components"]["securitySchemes"]["basic"].get(schema), simdjson::SUCCESS);
}

}  // namespace
}  // namespace otklik::web_api
