#include "web_api/upload/upload_answer.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "web_api/envelope.hpp"

namespace otklik::web_api {
namespace {

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  ((out += ' ') += name) += "=\"";
  append_xml_attribute(out, value);
  out += '"';
}

const std::string& path_of(const core::UploadedFile& file, bool absolute) {
  return absolute ? file.absolute_path : file.path;
}

}  // namespace

std::string render_upload_xml(std::span<const core::UploadedFile> files, bool with_absolute_paths,
                              XmlEncoding encoding) {
  std::string out = R"(<?xml version="1.0" encoding=")";
  out += encoding == XmlEncoding::utf_8 ? "utf-8" : "utf-16";
  out += "\"?>\n<uploadfilesresult";
  append_attribute(out, "count", std::to_string(files.size()));
  out += ">\n";
  for (const auto& file : files) {
    out += "  <file";
    append_attribute(out, "name", file.name);
    append_attribute(out, "saved", file.trouble ? "0" : "1");
    if (!file.trouble) {
      append_attribute(out, "size", std::to_string(file.size));
      append_attribute(out, "path", path_of(file, with_absolute_paths));
    }
    out += "/>\n";
  }
  out += "</uploadfilesresult>";
  return encoding == XmlEncoding::utf_16 ? utf_16_from_utf_8(out) : out;
}

std::string render_upload_json(std::span<const core::UploadedFile> files, bool with_absolute_paths) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("uploadfilesresult").begin_object().field("count", files.size()).key("file").begin_array();
  for (const auto& file : files) {
    json.begin_object().field("name", file.name).field("saved", file.trouble ? 0 : 1);
    if (!file.trouble) json.field("size", file.size).field("path", path_of(file, with_absolute_paths));
    json.end_object();
  }
  json.end_array().end_object().end_object();
  return out;
}

net::Response upload_response(std::span<const core::UploadedFile> files, bool with_absolute_paths,
                              const AnswerStyle& style) {
  auto response = net::Response::text(200,
                                      style.json ? render_upload_json(files, with_absolute_paths)
                                                 : render_upload_xml(files, with_absolute_paths, style.encoding),
                                      content_type(style));
  response.add("Cache-Control", "no-cache");
  return response;
}

std::optional<Error> trouble_of_all(std::span<const core::UploadedFile> files) {
  if (files.empty() || !std::ranges::all_of(files, [](const auto& file) { return file.trouble.has_value(); })) {
    return std::nullopt;
  }
  const auto full =
      std::ranges::find_if(files, [](const auto& file) { return file.trouble->code == ErrorCode::storage_full; });
  return full == files.end() ? files.front().trouble : full->trouble;
}

}  // namespace otklik::web_api
