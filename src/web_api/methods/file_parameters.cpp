#include "web_api/methods/file_parameters.hpp"

#include <utility>

#include "web_api/file_answer.hpp"
#include "web_api/parameters.hpp"

namespace otklik::web_api::methods {

Result<bool> read_attachment(const Call& call) {
  const auto given = read_flag(call.parameters(), "attachment");
  if (!given) return std::unexpected(given.error());
  return given->value_or(true);
}

core::StoredFiles::Opened answer_with(Call call, bool attachment) {
  return [call = std::move(call), attachment](Result<core::OpenedFile> file) mutable {
    // The text of the table, and not the opener's own: how a path was understood is for nobody.
    if (!file) return call.refuse(Error(file.error().code));
    net::Response begun;
    // A proxy must ask again whether this caller may have it. What grows says more than that itself.
    const bool is_private = call.method().entrance == Entrance::authorized && !file->growing;
    if (is_private) begun.add("Cache-Control", "private, no-cache");
    call.answer(opened_file_response(std::move(*file), attachment, call.request(), std::move(begun)));
  };
}

}  // namespace otklik::web_api::methods
