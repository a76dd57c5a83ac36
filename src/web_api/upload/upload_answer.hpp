#pragma once
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "core/ports/upload_store.hpp"
#include "net/http/response.hpp"
#include "web_api/answer.hpp"

namespace otklik::web_api {

/// `uploadfilesresult` as the description prints it: attributes in the order name, saved, size, path, `/>` without a
/// space, LF; a file that was not kept has `saved="0"` and no more. Clients find `count` and `path` with regular
/// expressions.
std::string render_upload_xml(std::span<const core::UploadedFile> files, bool with_absolute_paths,
                              XmlEncoding encoding);
/// The same: `{"uploadfilesresult":{"count":1,"file":[{"name":"…","saved":1,"size":2,"path":"…"}]}}`.
std::string render_upload_json(std::span<const core::UploadedFile> files, bool with_absolute_paths);

net::Response upload_response(std::span<const core::UploadedFile> files, bool with_absolute_paths,
                              const AnswerStyle& style);

/// What the whole upload failed of, where no file of it was kept: a full disk rather than anything else.
std::optional<Error> trouble_of_all(std::span<const core::UploadedFile> files);

}  // namespace otklik::web_api
