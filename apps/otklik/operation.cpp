#include "operation.hpp"

#include <simdjson.h>

#include <array>

#include "base/json_writer.hpp"

namespace otklik::app {
namespace {

template <class T>
std::optional<T> find(const Operation& operation, std::string_view argument) {
  const auto found = operation.arguments.find(argument);
  if (found == operation.arguments.end()) return std::nullopt;
  const auto* value = std::get_if<T>(&found->second);
  return value == nullptr ? std::nullopt : std::optional<T>(*value);
}

std::optional<Argument> argument_from(simdjson::dom::element element) {
  switch (element.type()) {
    case simdjson::dom::element_type::BOOL:
      return bool(element);
    case simdjson::dom::element_type::INT64:
      return std::int64_t(element);
    case simdjson::dom::element_type::STRING:
      return std::string(std::string_view(element));
    case simdjson::dom::element_type::ARRAY: {
      std::vector<std::string> list;
      for (const auto item : simdjson::dom::array(element)) {
        if (!item.is_string()) return std::nullopt;
        list.emplace_back(std::string_view(item));
      }
      return list;
    }
    default:
      return std::nullopt;
  }
}

ErrorCode error_code_named(std::string_view wanted) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    if (info(static_cast<ErrorCode>(code)).name == wanted) return static_cast<ErrorCode>(code);
  }
  return ErrorCode::internal;
}

}  // namespace

std::optional<std::string> Operation::text(std::string_view argument) const {
  return find<std::string>(*this, argument);
}
std::string Operation::text_or(std::string_view argument, std::string fallback) const {
  return text(argument).value_or(std::move(fallback));
}
std::optional<std::vector<std::string>> Operation::list(std::string_view argument) const {
  return find<std::vector<std::string>>(*this, argument);
}
std::optional<bool> Operation::flag(std::string_view argument) const { return find<bool>(*this, argument); }
std::optional<std::int64_t> Operation::number(std::string_view argument) const {
  return find<std::int64_t>(*this, argument);
}

std::string to_json(const Operation& operation) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("operation", operation.name).key("arguments").begin_object();
  for (const auto& [key, argument] : operation.arguments) {
    json.key(key);
    if (const auto* list = std::get_if<std::vector<std::string>>(&argument)) {
      json.begin_array();
      for (const auto& item : *list) json.value(item);
      json.end_array();
    } else if (const auto* text = std::get_if<std::string>(&argument)) {
      json.value(*text);
    } else if (const auto* flag = std::get_if<bool>(&argument)) {
      json.value(*flag);
    } else {
      json.value(std::get<std::int64_t>(argument));
    }
  }
  json.end_object().end_object();
  return out;
}

Result<Operation> operation_from_json(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view name;
  if (parser.parse(line.data(), line.size()).get(object) != simdjson::SUCCESS ||
      object["operation"].get(name) != simdjson::SUCCESS) {
    return fail(ErrorCode::bad_request, "not an operation");
  }
  Operation operation;
  operation.name = name;
  simdjson::dom::object arguments;
  if (object["arguments"].get(arguments) != simdjson::SUCCESS) return operation;
  for (const auto [key, element] : arguments) {
    auto argument = argument_from(element);
    if (!argument) return fail(ErrorCode::bad_request, "an argument of no known type");
    operation.arguments.emplace(key, std::move(*argument));
  }
  return operation;
}

std::string to_json(const Result<std::string>& answer) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (answer) {
    json.key("result").raw(*answer);
  } else {
    json.key("error").begin_object();
    json.field("code", info(answer.error().code).name).field("message", answer.error().message).end_object();
  }
  json.end_object();
  return out;
}

Result<std::string> answer_from_json(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get(object) != simdjson::SUCCESS) {
    return fail(ErrorCode::failed, "the server's answer cannot be read");
  }
  simdjson::dom::element result;
  if (object["result"].get(result) == simdjson::SUCCESS) return simdjson::minify(result);
  std::string_view code;
  std::string_view message;
  if (object["error"]["code"].get(code) != simdjson::SUCCESS ||
      object["error"]["message"].get(message) != simdjson::SUCCESS) {
    return fail(ErrorCode::failed, "the server's answer cannot be read");
  }
  return fail(error_code_named(code), std::string(message));
}

}  // namespace otklik::app
