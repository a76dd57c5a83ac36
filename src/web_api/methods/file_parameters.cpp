#include "web_api/methods/file_parameters.hpp"

#include <utility>

#include "web_api/file_answer.hpp"
#include "web_api/parameters.hpp"

namespace otklik::web_api::methods {
namespace {

/// The Cache-Control of a file; empty: it says more itself, or nothing is known.
std::string_view caching(const Method& method, const core::OpenedFile& file) noexcept {
  using enum core::OpenedFile::Address;
  if (file.growing) return {};
  // A proxy must ask again whether this caller may have it.
  if (method.entrance == Entrance::authorized) return "private, no-cache";
  if (file.address == lasting) return "private, max-age=86400, immutable";
  return file.address == changing ? "no-cache" : "";
}

}  // namespace

Result<bool> read_attachment(const Call& call) {
  const auto given = read_flag(call.parameters(), "attachment");
  if (!given) return std::unexpected(given.error());
  return given->value_or(true);
}

void send_by_code(const Services& services, Call call, core::FileArea area) {
  const auto attachment = read_attachment(call);
  if (!attachment) return call.refuse(attachment.error());
  std::string code = call.tail();
  if (code.empty()) return call.refuse({ErrorCode::bad_request, "The code is missing"});
  services.stored.open_code(area, std::move(code), answer_with(std::move(call), *attachment));
}

core::StoredFiles::Opened answer_with(Call call, bool attachment) {
  return [call = std::move(call), attachment](Result<core::OpenedFile> file) mutable {
    // The text of the table, and not the opener's own: how a path was understood is for nobody.
    if (!file) return call.refuse(Error(file.error().code));
    const std::string_view kept = caching(call.method(), *file);
    auto response = opened_file_response(std::move(*file), attachment, call.request());
    if (!kept.empty() && response.status < 400) response.add("Cache-Control", kept);  // what goes wrong does not last
    call.answer(std::move(response));
  };
}

}  // namespace otklik::web_api::methods
