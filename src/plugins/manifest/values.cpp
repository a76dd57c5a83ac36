#include "plugins/manifest/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/json_writer.hpp"
#include "base/nearest.hpp"

namespace otklik::plugins {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// Names from outside are shown, but not at any length.
std::string shown(std::string_view name) {
  std::string out;
  append_json_string(out, name.substr(0, 128));
  return out;
}

void append_value(JsonWriter& json, const element& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    json.value(text);
  } else {
    json.raw(simdjson::minify(value));
  }
}

template <class Declared>
Error undeclared(const std::vector<Declared>& declared, std::string_view name, ErrorCode code, std::string_view what) {
  std::vector<std::string_view> known;
  for (const auto& each : declared) known.push_back(each.name);
  const auto near = nearest_name(name.substr(0, 128), known);
  return {code, fmt::format("{} {} {}{}", what, shown(name),
                            code == ErrorCode::failed ? "is not promised" : "is not declared",
                            near.empty() ? "" : fmt::format("; did you mean {}?", shown(near)))};
}

/// Which value belongs to which declared name: one pass over the object, in whatever order it comes.
template <class Declared>
Result<std::vector<element>> in_order(const std::vector<Declared>& declared, simdjson::dom::object object,
                                      std::vector<bool>& given, ErrorCode code, std::string_view what) {
  std::vector<element> values(declared.size());
  given.assign(declared.size(), false);
  std::size_t expected = 0;  // callers mostly keep the order of the manifest
  for (const auto [key, value] : object) {
    std::size_t at = expected;
    if (at >= declared.size() || declared[at].name != key) {
      at = static_cast<std::size_t>(std::ranges::find(declared, key, &Declared::name) - declared.begin());
    }
    if (at == declared.size()) return std::unexpected(undeclared(declared, key, code, what));
    if (given[at]) return fail(code, fmt::format("{} {} stands twice", what, shown(key)));
    given[at] = true;
    values[at] = value;
    expected = at + 1;
  }
  return values;
}

bool is_null_default(const Input& input) { return input.default_value && *input.default_value == "null"; }

}  // namespace

Result<std::string> checked_inputs(const Form& form, std::string_view text) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (text.empty()) text = "{}";
  const auto parsed = parser.parse(text.data(), text.size());
  if (parsed.error() != simdjson::SUCCESS) {
    return fail(ErrorCode::bad_request,
                fmt::format("the inputs are no JSON: {}", simdjson::error_message(parsed.error())));
  }
  if (parsed.get(object) != simdjson::SUCCESS) return fail(ErrorCode::bad_request, "the inputs are no JSON object");
  std::vector<bool> given;
  const auto values = in_order(form.inputs, object, given, ErrorCode::bad_request, "the input");
  if (!values) return std::unexpected(values.error());
  std::string out;
  out.reserve(text.size() + 16);
  JsonWriter json(out);
  json.begin_object();
  for (std::size_t i = 0; i < form.inputs.size(); ++i) {
    const Input& input = form.inputs[i];
    json.key(input.name);
    if (!given[i]) {
      if (!input.default_value) {
        return fail(ErrorCode::bad_request, fmt::format("the input {} is missing", shown(input.name)));
      }
      json.raw(*input.default_value);
      continue;
    }
    const element& value = (*values)[i];
    if (!is_of(value, input.type) && !(value.is_null() && is_null_default(input))) {
      return fail(ErrorCode::bad_request,
                  fmt::format("the input {} is no {}", shown(input.name), plugins::name(input.type)));
    }
    append_value(json, value);
  }
  json.end_object();
  return out;
}

Result<std::string> checked_outputs(const Form& form, const element& outputs) {
  simdjson::dom::object object;
  if (outputs.get(object) != simdjson::SUCCESS) {
    return fail(ErrorCode::failed, "the plugin's outputs are no JSON object");
  }
  std::vector<bool> given;
  const auto values = in_order(form.outputs, object, given, ErrorCode::failed, "the plugin's output");
  if (!values) return std::unexpected(values.error());
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  for (std::size_t i = 0; i < form.outputs.size(); ++i) {
    const Output& output = form.outputs[i];
    if (!given[i]) {
      if (output.optional) continue;
      return fail(ErrorCode::failed, fmt::format("the plugin's output {} is missing", shown(output.name)));
    }
    const element& value = (*values)[i];
    if (!is_of(value, output.type) && !(value.is_null() && output.optional)) {
      return fail(ErrorCode::failed,
                  fmt::format("the plugin's output {} is no {}", shown(output.name), plugins::name(output.type)));
    }
    json.key(output.name);
    append_value(json, value);
  }
  json.end_object();
  return out;
}

}  // namespace otklik::plugins
