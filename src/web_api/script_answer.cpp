#include "web_api/script_answer.hpp"

#include <array>
#include <utility>

#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "web_api/envelope.hpp"
#include "web_api/file_answer.hpp"
#include "web_api/licence_answer.hpp"

namespace otklik::web_api {
namespace {

// RFC 9110 7.6.1 and 9112: what tells one message from the next is the server's. The last three it writes itself.
constexpr std::array<std::string_view, 12> own_fields{
    "content-length",   "transfer-encoding", "connection",      "date",
    "keep-alive",       "upgrade",           "trailer",         "te",
    "proxy-connection", "x-request-id",      "x-script-status", "content-range"};

constexpr std::size_t most_fields = 64;
constexpr std::size_t most_field_bytes = 16 * 1024;

bool is_own(std::string_view name) noexcept {
  return std::ranges::any_of(own_fields, [&](std::string_view own) { return iequals_ascii(own, name); });
}

bool begins_with(std::string_view text, std::string_view lower_word) noexcept {
  return text.size() >= lower_word.size() && iequals_ascii(text.substr(0, lower_word.size()), lower_word);
}

/// `<html>`, `<html lang=…`, not `<htmlfoo>`.
bool begins_with_tag(std::string_view text, std::string_view tag) noexcept {
  if (!begins_with(text, tag)) return false;
  return text.size() == tag.size() || std::string_view(" \t\r\n>/").contains(text[tag.size()]);
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

net::Response refused_response(core::StartRefusal refusal, const net::RequestHead& head) {
  using enum core::StartRefusal;
  const auto code = name(refusal);
  switch (refusal) {
    case not_found:
      return error_response(404, code, "No such scenario", head, json_style);
    case disabled:
      return error_response(404, code, "The scenario is disabled", head, json_style);
    case bad_parameter:
      return error_response(400, code, "A start parameter or the name is not acceptable", head, json_style);
    case too_many: {
      auto response = error_response(503, code, "Too many scripts are running", head, json_style);
      response.add("Retry-After", "1");
      return response;
    }
    case licence: {
      auto response = error_response(503, code, "The licence does not allow it", head, json_style);
      response.add("Retry-After", seat_may_be_free_in);
      return response;
    }
    case broken:
      return error_response(500, code, "The scenario has errors", head, json_style);
    case storage_full:
      return error_response(503, code, "The storage is full", head, json_style);
    case stopping:
      return error_response(503, code, "The server is stopping", head, json_style);
  }
  return error_response(500, "internal", "Internal error", head, json_style);
}

net::Response failed_response(const core::ScriptEnd& end, const net::RequestHead& head) {
  // Its message names lines of the script: it is for the log.
  const bool stopped = end.kind == core::ScriptEnd::Kind::stopped;
  auto response = error_response(stopped ? 503 : 500, stopped ? "stopping" : "script_failed",
                                 stopped ? "The server is stopping" : "The script failed", head, json_style);
  response.add("X-Script-Status", "error");
  return response;
}

/// 200 and nothing. Old browsers keep the answer of a GET unless told otherwise, and then would not start it again.
net::Response empty_response() {
  auto response = net::Response::empty(200);
  response.add("Cache-Control", "no-cache");
  return response;
}

/// The cases in which there are no return values.
std::optional<net::Response> without_values(const ScriptOutcome& outcome, const net::RequestHead& head) {
  if (const auto* refusal = std::get_if<core::StartRefusal>(&outcome)) return refused_response(*refusal, head);
  if (std::holds_alternative<NotWaitedFor>(outcome)) return empty_response();
  const auto* end = std::get_if<core::ScriptEnd>(&outcome);
  if (end != nullptr && end->kind != core::ScriptEnd::Kind::finished) return failed_response(*end, head);
  return std::nullopt;
}

void add_logged(net::Response& response, std::string_view lines, const net::RequestHead& head,
                std::string_view scenario) {
  if (lines.empty()) return;
  add_return_value_3(response, lines, [&](int line, std::string_view why) {
    log::warn("request {}: scenario {}: line {} of Return value 3 was refused: {}", request_id(head), quoted(scenario),
              line, why);
  });
}

/// RFC 9110 6.4.1: these never have content.
constexpr bool has_no_content(int status) noexcept { return status == 204 || status == 205 || status == 304; }

Property return_value(std::string text, ReturnValueShape shape) {
  return shape == ReturnValueShape::cdata ? Property::text("returnvalue", std::move(text))
                                          : Property::named("returnvalue", std::move(text));
}

}  // namespace

ScriptStatus read_return_value_2(std::string_view text) noexcept {
  using Kind = ScriptStatus::Kind;
  text = trim(text);
  if (text.empty()) return {};
  if (iequals_ascii(text, "file")) return {Kind::file, 200};
  constexpr auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool three = text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[2]);
  if (three && (text.size() == 3 || text[3] == ' ' || text[3] == '\t')) {
    const int status = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
    if (status >= 200 && status <= 599) return {Kind::status, status};
  }
  return {Kind::unknown, 200};
}

bool has_field(std::string_view headers, std::string_view name) noexcept {
  while (!headers.empty()) {
    auto end = headers.find('\n');
    end = end == std::string_view::npos ? headers.size() : end + 1;
    if (iequals_ascii(headers.substr(0, headers.find(':')), name)) return true;
    headers.remove_prefix(end);
  }
  return false;
}

void add_return_value_3(net::Response& response, std::string_view lines,
                        std::move_only_function<void(int, std::string_view)> refused) {
  std::size_t fields = 0;
  std::size_t bytes = 0;
  bool has_content_type = has_field(response.headers, "content-type");
  for (int number = 1; !lines.empty(); ++number) {
    const auto end = lines.find('\n');
    auto line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (colon == std::string_view::npos || !net::is_header_name(name)) {
      refused(number, "it is not `Name: value`");
      continue;
    }
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    if (!net::is_header_value(value)) {
      refused(number, "its value holds a control character");
      continue;
    }
    if (is_own(name)) {
      refused(number, "that field is the server's own");
      continue;
    }
    const bool is_content_type = iequals_ascii(name, "content-type");
    if (is_content_type && has_content_type) {
      refused(number, "there is one Content-Type already");
      continue;
    }
    bytes += line.size();
    if (++fields > most_fields || bytes > most_field_bytes) {
      refused(number, "it is past the limit of 64 fields or 16 KiB");
      return;
    }
    has_content_type |= is_content_type;
    response.add(name, value);
  }
}

std::string_view sniffed_content_type(std::string_view body) noexcept {
  constexpr std::string_view plain = "text/plain; charset=utf-8";
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  constexpr std::string_view blanks = " \t\r\n";
  const auto skip = [&](std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
  };
  body = skip(body);
  if (body.empty()) return plain;
  if (body.front() == '<') {
    if (begins_with_tag(body, "<!doctype html") || begins_with_tag(body, "<html")) return "text/html; charset=utf-8";
    return begins_with_tag(body, "<?xml") ? "text/xml; charset=utf-8" : plain;
  }
  const auto next = skip(body.substr(1));
  const char after = next.empty() ? '\0' : next.front();
  if (body.front() == '{' && (after == '"' || after == '}')) return "application/json; charset=utf-8";
  if (body.front() == '[' && after != '\0' && std::string_view("{[\"]-0123456789tfn").contains(after)) {
    return "application/json; charset=utf-8";
  }
  return plain;
}

net::Response xml_script_response(ScriptOutcome outcome, const AnswerStyle& style, ReturnValueShape shape) {
  PropertySet set{"execsvcscript", std::nullopt, {}};
  std::string_view trouble;
  if (const auto* refusal = std::get_if<core::StartRefusal>(&outcome)) {
    const std::string reason(core::name(*refusal));
    set.properties = {Property::simple("started", std::int64_t{0}, reason),
                      Property::simple("startresult", static_cast<std::int64_t>(*refusal), reason)};
  } else {
    set.properties = {Property::simple("started", std::int64_t{1}, "success"),
                      Property::simple("startresult", std::int64_t{0}, "success")};
    if (std::holds_alternative<WaitBrokenOff>(outcome)) trouble = "timeout";
    if (auto* end = std::get_if<core::ScriptEnd>(&outcome)) {
      if (end->kind == core::ScriptEnd::Kind::finished) {
        set.properties.push_back(return_value(std::move(end->returns[0]), shape));
      } else {
        trouble = "error";
      }
    }
  }
  auto response = envelope_response({"result", {std::move(set)}, false}, style);
  response.add("Cache-Control", "no-cache");
  if (!trouble.empty()) response.add("X-Script-Status", trouble);
  return response;
}

net::Response plain_response(ScriptOutcome outcome, const net::RequestHead& head, std::string_view scenario,
                             bool attachment, core::ScriptFiles& files) {
  if (auto response = without_values(outcome, head)) return std::move(*response);
  auto* end = std::get_if<core::ScriptEnd>(&outcome);
  if (end == nullptr) {
    auto response = empty_response();
    response.add("X-Script-Status", "timeout");
    return response;
  }

  const auto status = read_return_value_2(end->returns[1]);
  net::Response response;
  if (status.kind == ScriptStatus::Kind::file) {
    add_logged(response, end->returns[2], head, scenario);
    return script_file_response(files, end->returns[0], attachment, head, std::move(response));
  }
  if (status.kind == ScriptStatus::Kind::unknown) {
    log::warn("request {}: scenario {}: Return value 2 is no status from 200 to 599 and not `file`; 200 was sent",
              request_id(head), quoted(scenario));
  }
  response.status = status.status;
  add_logged(response, end->returns[2], head, scenario);
  if (!has_field(response.headers, "cache-control")) response.add("Cache-Control", "no-cache");
  std::string& body = end->returns[0];
  if (body.empty() || has_no_content(status.status)) return response;
  if (!has_field(response.headers, "content-type")) {
    response.add("Content-Type", sniffed_content_type(body));
    // What was taken for text must not be taken for a page by the browser's own guess.
    if (!has_field(response.headers, "x-content-type-options")) response.add("X-Content-Type-Options", "nosniff");
  }
  response.body = std::move(body);
  return response;
}

net::Response file_by_script_response(ScriptOutcome outcome, const net::RequestHead& head, bool attachment,
                                      core::ScriptFiles& files) {
  if (auto response = without_values(outcome, head)) return std::move(*response);
  const auto* end = std::get_if<core::ScriptEnd>(&outcome);
  if (end == nullptr) {
    // An empty file would be saved as if it were the recording.
    auto response = error_response(504, "timeout", "The script did not name the file in time", head, json_style);
    response.add("X-Script-Status", "timeout");
    return response;
  }
  return script_file_response(files, end->returns[0], attachment, head, {});
}

}  // namespace otklik::web_api
