#include "plugins/protocol/session.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "base/json_writer.hpp"
#include "plugins/manifest/values.hpp"
#include "plugins/one_line.hpp"
#include "plugins/protocol/line_buffer.hpp"

namespace otklik::plugins {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

static_assert(LineBuffer::padding >= simdjson::SIMDJSON_PADDING);

core::PluginOutcome failed(std::string message) {
  return std::unexpected(core::PluginFailure{.error = {ErrorCode::failed, std::move(message)}});
}

}  // namespace

/// What a line says, seen where it was parsed.
struct Session::Message {
  element root;
  std::optional<element> id, method, params, result, error;
};

Session::Waiting& Session::wait_for(Waiting::Kind kind, Clock::time_point now, const Patience& patience) {
  if (waiting_.empty()) silent_since_ = now;
  auto& waiting = waiting_.emplace_back();
  waiting.id = next_id_++;
  waiting.kind = kind;
  waiting.patience = patience;
  return waiting;
}

void Session::begin(std::string_view params, Clock::time_point until) {
  const auto& waiting = wait_for(Waiting::Kind::initialize, until, {until, Clock::duration{0}});
  fmt::format_to(std::back_inserter(output_),
                 R"({{"jsonrpc":"2.0","id":{},"method":"initialize","params":{}}})"
                 "\n",
                 waiting.id, params);
}

void Session::call(const Form& form, std::string_view inputs, Clock::time_point now, const Patience& patience,
                   CallDone done) {
  auto& waiting = wait_for(Waiting::Kind::call, now, patience);
  waiting.form = &form;
  waiting.done = std::move(done);
  ++calls_;
  ++figures_.calls;
  const auto left = std::chrono::duration<double>(patience.until - now).count();
  output_ += R"({"jsonrpc":"2.0","id":)";
  fmt::format_to(std::back_inserter(output_), "{}", waiting.id);
  output_ += R"(,"method":"call","params":{"form":")";
  form.id.append_to(output_);
  output_ += R"(","name":)";
  append_json_string(output_, form.name);
  output_ += R"(,"inputs":)";
  output_ += inputs;
  fmt::format_to(std::back_inserter(output_),
                 R"(,"timeout":{:.3f}}}}})"
                 "\n",
                 left);
}

void Session::send_events(std::string_view params, Clock::time_point now, const Patience& patience, EventsDone done) {
  auto& waiting = wait_for(Waiting::Kind::events, now, patience);
  waiting.events_done = std::move(done);
  fmt::format_to(std::back_inserter(output_),
                 R"({{"jsonrpc":"2.0","id":{},"method":"events","params":{}}})"
                 "\n",
                 waiting.id, params);
}

void Session::notify(std::string_view method, std::string_view params) {
  fmt::format_to(std::back_inserter(output_),
                 R"({{"jsonrpc":"2.0","method":"{}","params":{}}})"
                 "\n",
                 method, params);
}

void Session::stop(std::chrono::milliseconds grace) {
  stopping_ = true;
  notify("stop", fmt::format(R"({{"grace":{:.3f}}})", std::chrono::duration<double>(grace).count()));
}

void Session::answer(const std::string& id, std::string_view result) {
  if (id.empty()) return;
  --unanswered_;
  output_ += R"({"jsonrpc":"2.0","id":)";
  output_ += id;
  output_ += R"(,"result":)";
  output_ += result;
  output_ += "}\n";
}

void Session::answer(const std::string& id, int code, std::string_view message, std::string_view name) {
  if (id.empty()) return;
  --unanswered_;
  output_ += R"({"jsonrpc":"2.0","id":)";
  output_ += id;
  JsonWriter json(output_ += R"(,"error":)");
  json.begin_object().field("code", code).field("message", message).key("data").begin_object();
  json.field("code", name).end_object().end_object();
  output_ += "}\n";
}

bool Session::broken(std::string why) {
  breach_ = std::move(why);
  return false;
}

bool Session::take_line(std::string_view line, Clock::time_point now) {
  thread_local simdjson::dom::parser parser;
  Message message;
  if (const auto error = parser.parse(line.data(), line.size(), false).get(message.root)) {
    return broken(fmt::format("a line that is no JSON ({})", simdjson::error_message(error)));
  }
  simdjson::dom::object object;
  if (message.root.get(object) != simdjson::SUCCESS) return broken("a line that is no JSON object");
  silent_before_ = {};
  silent_since_ = now;
  std::string_view version;
  for (const auto [key, value] : object) {
    if (key == "jsonrpc") {
      if (value.get(version) != simdjson::SUCCESS) return broken("a message that is not of JSON-RPC 2.0");
    } else if (key == "id") {
      message.id = value;
    } else if (key == "method") {
      message.method = value;
    } else if (key == "params") {
      message.params = value;
    } else if (key == "result") {
      message.result = value;
    } else if (key == "error") {
      message.error = value;
    }
  }
  if (version != "2.0") return broken("a message that is not of JSON-RPC 2.0");
  if (message.method) return take_request(message);
  if (message.result.has_value() == message.error.has_value()) {
    return broken("a message that is no request and no answer");
  }
  return take_answer(message);
}

bool Session::take_request(const Message& message) {
  ++unasked_;
  PluginRequest request;
  std::string_view method;
  if (message.method->get(method) != simdjson::SUCCESS) return broken("a request whose method is no text");
  request.method = method;
  if (message.id) {
    const auto kind = message.id->type();
    if (kind != element_type::INT64 && kind != element_type::UINT64 && kind != element_type::STRING) {
      return broken("a request whose id is no number and no text");
    }
    request.id = simdjson::minify(*message.id);
    ++unanswered_;
  }
  if (message.params && !message.params->is_object()) {
    answer(request.id, -32602, "params is an object", "bad_request");
    return true;
  }
  request.params = message.params ? simdjson::minify(*message.params) : "{}";
  if (!ready_ && request.method != "log") {
    answer(request.id, -32002, "nothing can be asked before initialize is answered", "unavailable");
    return true;
  }
  if (!request.id.empty() && unanswered_ > most_requests) {
    answer(request.id, -32002, "too many requests wait for their answers", "too_many");
    return true;
  }
  requests_.push_back(std::move(request));
  return true;
}

bool Session::take_answer(const Message& message) {
  std::uint64_t id = 0;
  if (!message.id || message.id->get(id) != simdjson::SUCCESS || id == 0 || id >= next_id_) {
    return broken("an answer to a request that was never made");
  }
  const auto found = std::ranges::lower_bound(waiting_, id, {}, &Waiting::id);
  if (found == waiting_.end() || found->id != id) {
    ++figures_.late;
    if (given_up_ != 0) {
      --given_up_;  // it was asked for, once
    } else {
      ++unasked_;
    }
    return true;
  }
  Waiting waiting = std::move(*found);
  waiting_.erase(found);
  switch (waiting.kind) {
    case Waiting::Kind::initialize:
      return take_initialized(message);
    case Waiting::Kind::call:
      take_outputs(waiting, message);
      break;
    case Waiting::Kind::events:
      waiting.events_done(message.result.has_value());
      break;
  }
  return true;
}

bool Session::take_initialized(const Message& message) {
  if (message.error) {
    std::string_view text;
    if (message.error->at_key("message").get(text) != simdjson::SUCCESS) text = "without a reason";
    return broken(fmt::format("it refused to begin: {}", one_line(text, most_message)));
  }
  std::int64_t version = 0;
  if (message.result->at_key("protocol").get(version) != simdjson::SUCCESS || version != protocol) {
    return broken(fmt::format("it does not speak protocol {}", protocol));
  }
  ready_ = true;
  return true;
}

void Session::take_outputs(Waiting& waiting, const Message& message) {
  if (message.error) {
    ++figures_.failed;
    std::string_view text;
    if (message.error->at_key("message").get(text) != simdjson::SUCCESS) text = "an error without a message";
    return complete(waiting, failed(fmt::format("the plugin answers: {}", one_line(text, most_message))));
  }
  element outputs;
  if (message.result->at_key("outputs").get(outputs) != simdjson::SUCCESS) {
    ++figures_.failed;
    return complete(waiting, failed("the plugin answered without outputs"));
  }
  auto checked = checked_outputs(*waiting.form, outputs);
  if (!checked) {
    ++figures_.failed;
    return complete(waiting, std::unexpected(core::PluginFailure{.error = std::move(checked.error())}));
  }
  ++figures_.answered;
  complete(waiting, std::move(*checked));
}

void Session::complete(Waiting& waiting, core::PluginOutcome outcome) {
  --calls_;
  completions_.push_back({std::move(waiting.done), std::move(outcome)});
}

bool Session::is_silent_too_long(Clock::time_point now) const noexcept {
  Clock::duration allowed = least_silence;
  for (const auto& waiting : waiting_) allowed = std::max(allowed, waiting.patience.silence);
  return silent_before_ + (now - silent_since_) >= allowed;
}

bool Session::expire(Clock::time_point now) {
  if (next_expiry() > now) return false;
  bool hangs = is_silent_too_long(now);
  for (auto waiting = waiting_.begin(); waiting != waiting_.end();) {
    if (waiting->patience.until > now) {
      ++waiting;
      continue;
    }
    hangs = hangs || waiting->kind == Waiting::Kind::initialize;
    ++given_up_;
    if (waiting->kind == Waiting::Kind::call) {
      ++figures_.timeouts;
      notify("cancel", fmt::format(R"({{"id":{}}})", waiting->id));
      complete(*waiting, std::unexpected(
                             core::PluginFailure{.error = {ErrorCode::timeout, "the plugin did not answer in time"}}));
    } else if (waiting->kind == Waiting::Kind::events) {
      waiting->events_done(false);
    }
    waiting = waiting_.erase(waiting);
  }
  if (waiting_.empty()) silent_before_ += now - silent_since_;
  return hangs;
}

void Session::end(const Error& error) {
  for (auto& waiting : waiting_) {
    if (waiting.kind == Waiting::Kind::call) {
      complete(waiting, std::unexpected(core::PluginFailure{.error = error}));
    } else if (waiting.kind == Waiting::Kind::events) {
      waiting.events_done(false);
    }
  }
  waiting_.clear();
}

Session::Clock::time_point Session::next_expiry() const noexcept {
  auto next = Clock::time_point::max();
  for (const auto& waiting : waiting_) next = std::min(next, waiting.patience.until);
  return next;
}

}  // namespace otklik::plugins
