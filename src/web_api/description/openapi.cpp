#include "web_api/description/openapi.hpp"

#include <map>

#include "base/build_info.hpp"
#include "base/json_writer.hpp"
#include "web_api/description/description.hpp"
#include "web_api/table.hpp"

namespace otklik::web_api {
namespace {

void append_schema(JsonWriter& json, const Parameter& parameter) {
  json.key("schema").begin_object();
  switch (parameter.type) {
    case ParameterType::text:
      json.field("type", "string");
      break;
    case ParameterType::flag:
      json.field("type", "integer").key("enum").begin_array().value(0).value(1).end_array();
      if (!parameter.default_value.empty()) json.key("default").raw(parameter.default_value);
      break;
    case ParameterType::whole:
      json.field("type", "integer").field("format", "int32");
      if (!parameter.default_value.empty()) json.key("default").raw(parameter.default_value);
      break;
    case ParameterType::seconds:
      json.field("type", "number").field("minimum", 0);
      if (!parameter.default_value.empty()) json.key("default").raw(parameter.default_value);
      break;
    case ParameterType::choice:
      json.field("type", "string").key("enum").begin_array();
      for (const auto choice : parameter.choices) json.value(choice);
      json.end_array();
      if (!parameter.default_value.empty()) json.field("default", parameter.default_value);
      break;
  }
  json.end_object();
}

void append_success(JsonWriter& json, const Method& method) {
  json.key("200").begin_object().field("description", "Done").key("content").begin_object();
  switch (method.answer) {
    case AnswerKind::xml:
    case AnswerKind::text:
      json.key(method.answer == AnswerKind::xml ? "text/xml" : "text/plain").begin_object();
      json.key("schema").begin_object().field("type", "string").end_object();
      if (!method.example_answer.empty()) json.field("example", method.example_answer);
      json.end_object();
      json.key("application/json").begin_object();
      json.key("schema").begin_object().field("type", "object").end_object().end_object();
      break;
    case AnswerKind::json:
      json.key("application/json").begin_object();
      json.key("schema").begin_object().field("type", "object").end_object().end_object();
      break;
    case AnswerKind::plain:
    case AnswerKind::file:
      json.key("*/*").begin_object().end_object();
      break;
    case AnswerKind::empty:
      break;
  }
  json.end_object().end_object();
}

bool is_in_path(const Method& method, const Parameter& parameter) noexcept {
  return method.tail != nullptr && method.tail->name == parameter.name;
}

std::string template_of(const Method& method) {
  std::string path = "/" + std::string(method.name);
  if (method.tail != nullptr) path += "/{" + std::string(method.tail->name) + "}";
  return path;
}

void append_security(JsonWriter& json, std::initializer_list<std::string_view> schemes) {
  json.key("security").begin_array();
  for (const auto scheme : schemes) json.begin_object().key(scheme).begin_array().end_array().end_object();
  json.end_array();
}

/// OpenAPI 3.1, "Considerations for File Uploads".
void append_file_body(JsonWriter& json) {
  json.key("requestBody").begin_object().field("required", true).key("content").begin_object();
  json.key("multipart/form-data").begin_object().key("schema").begin_object().field("type", "object");
  json.key("properties").begin_object().key("file").begin_object().field("type", "array").key("items").begin_object();
  json.field("type", "string").field("contentMediaType", "application/octet-stream");
  json.end_object().end_object().end_object().end_object().end_object();
  json.key("application/octet-stream").begin_object().end_object();
  json.end_object().end_object();
}

void append_operation(JsonWriter& json, const Method& method, std::string_view verb) {
  std::string id(method.name);
  for (char& c : id) {
    if (c == '/' || c == '.') c = '_';
  }
  json.key(verb)
      .begin_object()
      .field("operationId", std::string(verb) + "_" + id)
      .field("summary", method.summary.en)
      .field("description", one_line(method.details.en));
  if (method.entrance == Entrance::anybody) append_security(json, {});
  if (method.temppass) append_security(json, {"basic", "token", "temppass"});
  json.key("parameters").begin_array();
  for (const auto& parameter : parameters_of(method)) {
    json.begin_object()
        .field("name", parameter.name)
        .field("in", is_in_path(method, parameter) ? "path" : "query")
        .field("required", parameter.required)
        .field("description", one_line(parameter.meaning.en));
    append_schema(json, parameter);
    json.end_object();
  }
  json.end_array();
  if (method.take_in != nullptr) append_file_body(json);
  json.key("responses").begin_object();
  append_success(json, method);
  // A status has one entry, whatever number of codes share it.
  std::map<int, std::string> by_status;
  for (const auto& error : errors_of(method)) {
    std::string& text = by_status[error.status];
    if (!text.empty()) text += "; ";
    if (!error.code.empty()) text += "`" + std::string(error.code) + "`: ";
    text += one_line(error.when.en);
  }
  for (const auto& [status, text] : by_status) {
    json.key(std::to_string(status)).begin_object().field("description", text);
    if (status != 413) {
      json.key("content").begin_object();
      if (method.answer == AnswerKind::xml) {
        json.key("text/xml").begin_object().end_object();
      }
      json.key("application/json").begin_object().key("schema").begin_object();
      json.field("$ref", "#/components/schemas/Error").end_object().end_object().end_object();
    }
    json.end_object();
  }
  json.end_object().end_object();
}

}  // namespace

std::string openapi_document() {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("openapi", "3.1.0");
  json.key("info")
      .begin_object()
      .field("title", "Otklik Web API")
      .field("version", build::version)
      .key("license")
      .begin_object()
      .field("name", "Apache-2.0")
      .field("identifier", "Apache-2.0")
      .end_object()
      .end_object();
  json.key("servers").begin_array().begin_object().field("url", "/").end_object().end_array();
  append_security(json, {"basic", "token"});
  json.key("paths").begin_object();
  for (const Method* method : all_methods()) {
    json.key(template_of(*method)).begin_object();
    if (method->take_in == nullptr) append_operation(json, *method, "get");
    append_operation(json, *method, "post");
    json.end_object();
  }
  json.end_object().key("components").begin_object().key("securitySchemes").begin_object();
  json.key("basic").begin_object().field("type", "http").field("scheme", "basic").end_object();
  json.key("token").begin_object().field("type", "http").field("scheme", "bearer").end_object();
  json.key("temppass").begin_object().field("type", "apiKey").field("in", "query").field("name", "temppass");
  json.end_object();
  json.end_object().key("schemas").begin_object().key("Error").begin_object().field("type", "object");
  json.key("required").begin_array().value("error").end_array();
  json.key("properties").begin_object().key("error").begin_object().field("type", "object");
  json.key("required").begin_array().value("code").value("message").end_array();
  json.key("properties").begin_object();
  for (const auto field : {"code", "message", "request_id"}) {
    json.key(field).begin_object().field("type", "string").end_object();
  }
  json.end_object().end_object().end_object().end_object().end_object().end_object().end_object();
  return out;
}

}  // namespace otklik::web_api
