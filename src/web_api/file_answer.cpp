#include "web_api/file_answer.hpp"

#include "base/text.hpp"
#include "net/file/file_response.hpp"
#include "net/file/growing_file.hpp"
#include "net/file/media_type.hpp"
#include "net/http/form.hpp"
#include "web_api/answer.hpp"

namespace otklik::web_api {
namespace {

/// Takes the Content-Type line out of `headers`; empty when there is none.
std::string take_content_type(std::string& headers) {
  for (std::size_t begin = 0; begin < headers.size();) {
    const auto end = headers.find("\r\n", begin) + 2;
    const std::string_view line = std::string_view(headers).substr(begin, end - begin);
    const auto colon = line.find(':');
    if (iequals_ascii(line.substr(0, colon), "content-type")) {
      std::string value(trim(line.substr(colon + 1)));
      headers.erase(begin, end - begin);
      return value;
    }
    begin = end;
  }
  return {};
}

}  // namespace

std::string content_disposition(std::string_view name, bool attachment) {
  const std::string text = to_utf8(name);
  std::string plain;
  bool is_plain = true;
  for_each_code_point(text, [&](char32_t c) {
    const bool keeps = c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%';
    is_plain &= keeps;
    plain += keeps ? static_cast<char>(c) : '_';
  });
  std::string out = attachment ? "attachment; filename=\"" : "inline; filename=\"";
  out += plain;
  out += '"';
  if (!is_plain) (out += "; filename*=UTF-8''") += net::percent_encode(text);
  return out;
}

net::Response opened_file_response(core::OpenedFile file, bool attachment, const net::RequestHead& head,
                                   net::Response begun) {
  const auto facts = net::FileFacts::of(file.fd.get());
  if (!facts) return error_response(ErrorCode::not_found, head, json_style);
  std::string content_type = take_content_type(begun.headers);
  if (content_type.empty()) content_type = net::media_type(file.name);
  auto content = std::make_shared<const UniqueFd>(std::move(file.fd));
  auto response = file.growing ? net::growing_file_response(std::move(content), content_type)
                               : net::file_response(head, std::move(content), *facts, content_type);
  response.headers += begun.headers;
  if (response.status != 200 && response.status != 206) return response;
  response.add("Content-Disposition", content_disposition(file.name, attachment));
  if (file.uploaded) {
    response.add("X-Content-Type-Options", "nosniff");
    if (net::is_active_type(content_type)) response.add("Content-Security-Policy", "sandbox");
  }
  return response;
}

net::Response script_file_response(core::ScriptFiles& files, std::string_view path, bool attachment,
                                   const net::RequestHead& head, net::Response begun) {
  if (path.empty()) return error_response(404, "not_found", "The script named no file", head, json_style);
  auto opened = files.open(path);
  if (!opened) return error_response(Error(opened.error().code), head, json_style);
  return opened_file_response(std::move(*opened), attachment, head, std::move(begun));
}

}  // namespace otklik::web_api
