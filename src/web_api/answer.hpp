#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http/form.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"
#include "web_api/envelope.hpp"
#include "web_api/method.hpp"
#include "web_api/options.hpp"

namespace otklik::web_api {

/// In which of its forms an answer goes back.
struct AnswerStyle {
  bool json = false;
  XmlEncoding encoding = XmlEncoding::utf_8_called_utf_16;

  bool operator==(const AnswerStyle&) const = default;
};

/// By the kind of the method, `format` and `xmlencoding` of the request, its Accept header, and the setting. An error
/// of a parameter is `bad_request`; `fallback_style()` then says how to tell it.
Result<AnswerStyle> answer_style(AnswerKind kind, const net::RequestHead& head, const net::Form& parameters,
                                 const Options& options);
/// The style before the parameters are known.
AnswerStyle fallback_style(AnswerKind kind, const net::RequestHead& head, const Options& options);

/// Whether an Accept header prefers JSON to XML (RFC 9110 12.5.1): only then is the twin sent unasked. `*/*` beside
/// `application/json`, as axios and jQuery send it to everybody, leaves the XML that such pages were written for.
bool prefers_json(std::string_view accept) noexcept;

std::string_view content_type(const AnswerStyle& style) noexcept;
net::Response envelope_response(const Envelope& envelope, const AnswerStyle& style);

/// What is shown to clients and stands in the log as the request's id; the server's X-Request-Id says the same.
std::string request_id(const net::RequestHead& head);

/// A short machine-readable body: `{"error":{"code","message","request_id"}}`, or the same as an envelope named
/// `error`. `message` is for the client: no path, no secret.
net::Response error_response(int status, std::string_view code, std::string_view message, const net::RequestHead& head,
                             const AnswerStyle& style);
net::Response error_response(const Error& error, const net::RequestHead& head, const AnswerStyle& style);

/// JSON: for what belongs to no method.
inline constexpr AnswerStyle json_style{true, XmlEncoding::utf_8};

}  // namespace otklik::web_api
