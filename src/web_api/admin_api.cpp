#include "web_api/admin_api.hpp"

#include <cmath>

#include "web_api/answer.hpp"

namespace otklik::web_api {
namespace {

void append_escaped(std::string& out, std::string_view text, bool quote) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quote) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else if (value == std::floor(value) && std::abs(value) < 9e15) {
    out += fmt::format("{}", static_cast<std::int64_t>(value));
  } else {
    out += fmt::format("{}", value);
  }
}

}  // namespace

std::string metric_label(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "=\"";
  append_escaped(out, value, true);
  out += '"';
  return out;
}

std::string render_metrics(const std::vector<Figure>& figures) {
  std::string out;
  std::string_view last;
  for (const auto& figure : figures) {
    if (figure.name != last) {
      out += "# HELP " + figure.name + ' ';
      append_escaped(out, figure.help, false);
      out += "\n# TYPE " + figure.name + (figure.kind == Figure::Kind::counter ? " counter\n" : " gauge\n");
      last = figure.name;
    }
    out += figure.name;
    if (!figure.labels.empty()) out += '{' + figure.labels + '}';
    out += ' ';
    append_number(out, figure.value);
    out += '\n';
  }
  return out;
}

void AdminApi::admit(const net::RequestHead&, net::Admission& admission, std::size_t body_limit) {
  admission.collect(std::min<std::size_t>(body_limit, 4096));
}

void AdminApi::serve(const net::Request& request, net::Responder responder) { responder.send(response(request)); }

net::Response AdminApi::response(const net::Request& request) const {
  const bool reads = request.method == net::Method::get || request.method == net::Method::head;
  if (!reads) {
    const bool asks = request.method == net::Method::options;
    auto response = asks ? net::Response::empty(204)
                         : error_response(405, "method_not_allowed", "Only GET, HEAD and OPTIONS", request, json_style);
    response.add("Allow", "GET, HEAD, OPTIONS");
    return response;
  }
  if (request.path == "/healthz") return net::Response::text(200, "ok\n");
  if (request.path == "/readyz") {
    const auto ready = sources_.ready ? sources_.ready() : Result<>();
    return ready ? net::Response::text(200, "ready\n") : net::Response::text(503, ready.error().message + "\n");
  }
  if (request.path == "/metrics") {
    return net::Response::text(200, sources_.figures ? render_metrics(sources_.figures()) : std::string(),
                               "text/plain; version=0.0.4; charset=utf-8");
  }
  return error_response(ErrorCode::not_found, request, json_style);
}

}  // namespace otklik::web_api
