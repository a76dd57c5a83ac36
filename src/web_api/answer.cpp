#include "web_api/answer.hpp"

#include "base/json_writer.hpp"
#include "base/text.hpp"

namespace otklik::web_api {
namespace {

/// The `q` of one media range's parameters, in thousandths. RFC 9110 12.4.2.
int quality(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const auto end = parameters.find(';');
    const auto parameter = trim(parameters.substr(0, end));
    parameters.remove_prefix(end == std::string_view::npos ? parameters.size() : end + 1);
    if (parameter.size() < 3 || ascii_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    const auto number = parameter.substr(2);
    if (number.front() == '1') return 1000;
    int value = 0;
    int scale = 100;
    for (std::size_t i = 2; i < number.size() && i < 5 && number[i] >= '0' && number[i] <= '9'; ++i) {
      value += (number[i] - '0') * scale;
      scale /= 10;
    }
    return value;
  }
  return 1000;
}

/// How well a range fits `type/subtype`: 0 not at all, 1 by `*/*`, 2 by `type/*`, 3 exactly.
int fit(std::string_view range, std::string_view type, std::string_view whole) noexcept {
  if (iequals_ascii(range, whole)) return 3;
  if (range == "*/*") return 1;
  if (range.size() == type.size() + 2 && range.ends_with("/*") && iequals_ascii(range.substr(0, type.size()), type)) {
    return 2;
  }
  return 0;
}

struct Preference {
  int best_fit = 0;
  int q = 0;
  void consider(int how_well, int value) noexcept {
    if (how_well > best_fit || (how_well == best_fit && how_well != 0 && value > q)) {
      best_fit = how_well;
      q = value;
    }
  }
};

Envelope error_envelope(std::string_view code, std::string_view message, std::string id) {
  return {"error",
          {{"error",
            std::nullopt,
            {Property::simple("code", std::string(code)), Property::simple("message", std::string(message)),
             Property::simple("requestid", std::move(id))}}},
          false};
}

}  // namespace

bool prefers_json(std::string_view accept) noexcept {
  if (accept.empty() || accept == "*/*") return false;
  Preference json;
  Preference text_xml;
  Preference application_xml;
  while (!accept.empty()) {
    const auto end = accept.find(',');
    const auto item = accept.substr(0, end);
    accept.remove_prefix(end == std::string_view::npos ? accept.size() : end + 1);
    const auto semicolon = item.find(';');
    const auto range = trim(item.substr(0, semicolon));
    const int q = semicolon == std::string_view::npos ? 1000 : quality(item.substr(semicolon + 1));
    json.consider(fit(range, "application", "application/json"), q);
    text_xml.consider(fit(range, "text", "text/xml"), q);
    application_xml.consider(fit(range, "application", "application/xml"), q);
  }
  // Only a caller who names JSON means it: `application/*` is somebody who takes anything of that family.
  const int xml = text_xml.q > application_xml.q ? text_xml.q : application_xml.q;
  return json.best_fit == 3 && json.q > xml;
}

AnswerStyle fallback_style(AnswerKind kind, const net::RequestHead& head, const Options& options) {
  if (kind != AnswerKind::xml) return json_style;
  AnswerStyle style;
  style.json = prefers_json(head.header("accept"));
  style.encoding = options.xml_prolog == XmlProlog::utf_8 ? XmlEncoding::utf_8 : XmlEncoding::utf_8_called_utf_16;
  return style;
}

Result<AnswerStyle> answer_style(AnswerKind kind, const net::RequestHead& head, const net::Form& parameters,
                                 const Options& options) {
  AnswerStyle style = fallback_style(kind, head, options);
  if (kind == AnswerKind::text) {
    style.json = prefers_json(head.header("accept"));
    const auto format = parameters.find("format");
    if (!format) return style;
    style.json = iequals_ascii(*format, "json");
    if (!style.json && !iequals_ascii(*format, "text")) return fail(ErrorCode::bad_request, "format is text or json");
    return style;
  }
  if (kind != AnswerKind::xml || parameters.fields().empty()) return style;
  if (const auto format = parameters.find("format")) {
    if (iequals_ascii(*format, "json")) {
      style.json = true;
    } else if (iequals_ascii(*format, "xml")) {
      style.json = false;
    } else {
      return fail(ErrorCode::bad_request, "format is xml or json");
    }
  }
  if (const auto encoding = parameters.find("xmlencoding")) {
    if (iequals_ascii(*encoding, "utf-8") || iequals_ascii(*encoding, "utf8")) {
      style.encoding = XmlEncoding::utf_8;
    } else if (iequals_ascii(*encoding, "utf-16") || iequals_ascii(*encoding, "utf16")) {
      style.encoding = XmlEncoding::utf_16;
    } else {
      return fail(ErrorCode::bad_request, "xmlencoding is utf-8 or utf-16");
    }
  }
  return style;
}

std::string_view content_type(const AnswerStyle& style) noexcept {
  if (style.json) return "application/json; charset=utf-8";
  return style.encoding == XmlEncoding::utf_16 ? "text/xml; charset=utf-16" : "text/xml; charset=utf-8";
}

net::Response envelope_response(const Envelope& envelope, const AnswerStyle& style) {
  return net::Response::text(200, style.json ? render_json(envelope) : render_xml(envelope, style.encoding),
                             content_type(style));
}

std::string request_id(const net::RequestHead& head) { return net::request_id_text(head.id); }

net::Response error_response(int status, std::string_view code, std::string_view message, const net::RequestHead& head,
                             const AnswerStyle& style) {
  if (!style.json) {
    return net::Response::text(status, render_xml(error_envelope(code, message, request_id(head)), style.encoding),
                               content_type(style));
  }
  std::string body;
  JsonWriter(body)
      .begin_object()
      .key("error")
      .begin_object()
      .field("code", code)
      .field("message", message)
      .field("request_id", request_id(head))
      .end_object()
      .end_object();
  return net::Response::text(status, std::move(body), content_type(style));
}

net::Response error_response(const Error& error, const net::RequestHead& head, const AnswerStyle& style) {
  const auto& row = info(error.code);
  auto response = error_response(row.http_status, row.name, error.message, head, style);
  if (error.code == ErrorCode::too_many) response.add("Retry-After", "1");
  return response;
}

}  // namespace otklik::web_api
