#include "web_api/web_api.hpp"

#include <algorithm>
#include <utility>

#include "net/file/conditional.hpp"
#include "net/file/file_response.hpp"
#include "net/file/media_type.hpp"
#include "net/http/form.hpp"
#include "web_api/licence_answer.hpp"
#include "web_api/parameters.hpp"
#include "web_api/script_answer.hpp"
#include "web_api/script_run.hpp"
#include "web_api/streamed_call.hpp"
#include "web_api/table.hpp"

namespace otklik::web_api {
namespace {

constexpr std::string_view everything = "GET, HEAD, POST, OPTIONS";
constexpr std::string_view files_only = "GET, HEAD, OPTIONS";
constexpr std::string_view bodies_only = "POST, OPTIONS";

net::Response method_not_allowed(const net::RequestHead& head, std::string_view allow) {
  auto response =
      error_response(405, "method_not_allowed", "This method of HTTP is not for this page", head, json_style);
  response.add("Allow", allow);
  return response;
}

net::Response permanently_at(const std::string& location) {
  auto response = net::Response::empty(301);
  response.add("Location", location);
  return response;
}

/// `failed` is a broken hook: 500, and the log says which and why.
net::Response www_error(const Error& error, const net::RequestHead& head) {
  if (error.code == ErrorCode::failed) return error_response(500, "broken_hook", error.message, head, json_style);
  return error_response(error, head, json_style);
}

bool is_read(net::Method method) noexcept { return method == net::Method::get || method == net::Method::head; }

/// Each component encoded, the slashes as they are.
std::string encoded_path(std::string_view name) {
  std::string out;
  for (;;) {
    const auto slash = name.find('/');
    out += '/';
    out += net::percent_encode(name.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

WebApi::WebApi(Ports ports, Options options, const VersionFigures& version)
    : options_(std::move(options)),
      version_(version),
      door_(ports.authenticator, ports.passwords, std::move(ports.identity_of), options_),
      www_(options_, ports.clock),
      services_{options_,      ports.scripts, ports.files,  ports.stored, ports.uploads, ports.licensing, ports.avatars,
                ports.plugins, ports.company, ports.states, ports.calls,  ports.clock,   version_,        counters_} {}

void WebApi::use(Options options) {
  options_.publish(std::move(options));
  www_.options_changed();
}

void WebApi::admit(const net::RequestHead& head, net::Admission& admission, std::size_t body_limit) {
  if (head.method != net::Method::post && !is_read(head.method) && head.method != net::Method::options) {
    return admission.refuse(method_not_allowed(head, everything));
  }
  const Method* method = find_method(head.path);
  if (method == nullptr) return admission.collect(std::min(options_->hook_body_size, body_limit));
  if (door_.shows_nothing(*method, head)) {
    // A small body is read, so that the answer reaches him; a large one is not worth the wire.
    if (head.chunked || head.content_length.value_or(0) > options_->unknown_body_size) {
      Counters::count(counters_.refused);
      return admission.refuse(door_.nothing_shown(*method, head));
    }
  }
  if (method->take_in != nullptr && head.method == net::Method::post && !door_.shows_nothing(*method, head)) {
    auto call = std::make_unique<StreamedCall>(services_, door_, *method, head);
    if (auto refusal = call->refusal()) return admission.refuse(std::move(*refusal));
    return admission.stream(std::move(call));
  }
  admission.collect(std::min(options_->body_size, body_limit));
}

void WebApi::serve(const net::Request& request, net::Responder responder) {
  const Method* method = find_method(request.path);
  switch (request.method) {
    case net::Method::get:
    case net::Method::head:
    case net::Method::post:
      return method != nullptr ? call(*method, request, std::move(responder))
                               : serve_www(request, std::move(responder));
    case net::Method::options:
      return responder.send(allowed(request));
    default:
      return responder.send(method_not_allowed(request, everything));
  }
}

net::Response WebApi::allowed(const net::RequestHead& head) {
  const Method* method = find_method(head.path);
  const bool is_page = head.path.starts_with('/') && method == nullptr && !www_.find_hook(head.path);
  auto response = net::Response::empty(204);
  response.add("Allow", is_page                                           ? files_only
                        : method != nullptr && method->take_in != nullptr ? bodies_only
                                                                          : everything);
  return response;
}

void WebApi::call(const Method& method, const net::Request& request, net::Responder responder) {
  if (auto verdict = door_.look(method, request)) {
    return run(method, request, std::move(*verdict), std::move(responder));
  }
  door_.verify(method, request,
               [this, &method, &request, responder = std::move(responder)](Door::Verdict verdict) mutable {
                 run(method, request, std::move(verdict), std::move(responder));
               });
}

void WebApi::run(const Method& method, const net::Request& request, Door::Verdict verdict, net::Responder responder) {
  if (!verdict) {
    Counters::count(counters_.refused);
    return responder.send(std::move(verdict.error()));
  }
  net::Form parameters = read_parameters(request);
  const auto style = answer_style(method.answer, request, parameters, *options_);
  const bool tells_in_style = style && method.answer == AnswerKind::xml;
  const auto telling = tells_in_style ? *style : fallback_style(method.answer, request, *options_);
  if (auto refusal = seat_refusal(services_, method, *verdict, request, telling)) {
    Counters::count(counters_.refused);
    return responder.send(std::move(*refusal));
  }
  Counters::count(counters_.calls);
  if (!style) {
    return responder.send(error_response(style.error(), request, fallback_style(method.answer, request, *options_)));
  }
  method.run(services_,
             Call(method, request, std::move(parameters), *style, std::move(*verdict), std::move(responder)));
}

void WebApi::serve_www(const net::Request& request, net::Responder responder) {
  if (request.method == net::Method::post) {
    const auto hook = www_.find_hook(request.path);
    if (hook) return run_hook(**hook, request, std::move(responder));
    if (hook.error().code != ErrorCode::not_found) {
      if (hook.error().code == ErrorCode::failed) Counters::count(counters_.broken_hooks);
      return responder.send(www_error(hook.error(), request));
    }
    const auto file = www_.find(request.path);
    return responder.send(file ? method_not_allowed(request, files_only) : www_error(file.error(), request));
  }

  const auto found = www_.find(request.path);
  if (!found) {
    if (found.error().code == ErrorCode::failed) Counters::count(counters_.broken_hooks);
    return responder.send(www_error(found.error(), request));
  }
  if (const auto* hook = std::get_if<Www::HookFound>(&*found)) {
    return run_hook(*hook->hook, request, std::move(responder));
  }
  if (const auto* folder = std::get_if<Www::FolderFound>(&*found)) {
    std::string location = encoded_path(folder->name) + "/";
    if (request.has_query && net::is_header_value(request.query)) (location += '?') += request.query;
    return responder.send(permanently_at(location));
  }
  Counters::count(counters_.files);
  responder.send(file_answer(std::get<Www::FileFound>(*found), request));
}

net::Response WebApi::file_answer(const Www::FileFound& file, const net::RequestHead& head) const {
  auto open = file.open;
  if (file.kept) {
    const KeptFile& kept = *file.kept;
    const auto precondition = net::evaluate_preconditions(head, kept.validators);
    if (precondition != net::Precondition::failed && !head.has_header("range")) {
      const bool passed = precondition == net::Precondition::passed;
      auto response = net::Response::empty(passed ? 200 : 304);
      response.headers = passed ? kept.headers : kept.validator_headers;
      if (passed) response.body = kept.content;
      return response;
    }
    auto reopened = www_.reopen(file);
    if (!reopened) return error_response(reopened.error(), head, json_style);
    open = std::move(*reopened);
  }
  const auto facts = net::FileFacts::of(open->get());
  if (!facts) return error_response(ErrorCode::not_found, head, json_style);
  return net::file_response(head, std::move(open), *facts, net::media_type(file.name));
}

void WebApi::run_hook(const Hook& hook, const net::Request& request, net::Responder responder) {
  Counters::count(counters_.hooks);
  auto order = hook_order(hook, request, *options_);
  if (!order) return responder.send(error_response(order.error(), request, json_style));
  core::ScriptStart start;
  start.scenario = std::move(order->scenario);
  start.parameters = std::move(order->parameters);
  start.code = core::LaunchCode::http;
  start.anonymous = true;
  start.caller_key = request.peer.subnet_key().text();
  start.request = script_request(request);
  std::string scenario = start.scenario;
  run_script(services_, std::move(start), *order, std::move(responder),
             [&request, scenario = std::move(scenario), &files = services_.files](ScriptOutcome outcome) {
               return plain_response(std::move(outcome), request, scenario, true, files);
             });
}

}  // namespace otklik::web_api
