#include "web_api/upload/upload_order.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "base/text.hpp"

namespace otklik::web_api {
namespace {

/// Which of the words a parameter is; nothing when it is absent.
Result<std::optional<std::size_t>> read_choice(const net::Form& parameters, std::string_view name,
                                               std::span<const std::string_view> words) {
  const auto given = parameters.find(name);
  if (!given) return std::nullopt;
  const auto word = trim(*given);
  const auto at = std::ranges::find_if(words, [&](std::string_view each) { return iequals_ascii(each, word); });
  if (at != words.end()) return static_cast<std::size_t>(at - words.begin());
  std::string message(name);
  for (const auto each : words) (message += each == words.front() ? " is " : ", ") += each;
  return fail(ErrorCode::bad_request, std::move(message));
}

core::FileArea area_of(StorageMode mode) noexcept {
  switch (mode) {
    case StorageMode::temp:
      return core::FileArea::temp;
    case StorageMode::storage:
      return core::FileArea::storage;
    case StorageMode::storageshared:
      return core::FileArea::shared;
    case StorageMode::script:
    case StorageMode::scriptplain:
      return core::FileArea::script;
  }
  return core::FileArea::temp;
}

}  // namespace

Result<UploadOrder> read_upload_order(const net::Form& parameters, const core::UploadStore& store) {
  UploadOrder order;
  const auto mode = read_choice(parameters, "storagemode", storage_modes);
  if (!mode) return std::unexpected(mode.error());
  order.mode = static_cast<StorageMode>(mode->value_or(0));
  order.place.area = area_of(order.mode);

  const auto paths = read_choice(parameters, "pathmode", path_modes);
  if (!paths) return std::unexpected(paths.error());
  order.with_absolute_paths = *paths ? **paths == 1 : order.runs_script();

  if (const auto subfolder = parameters.find("subfolder")) {
    auto plain = store.plain_subfolder(*subfolder);
    if (!plain) return std::unexpected(plain.error());
    order.place.subfolder = std::move(*plain);
  }
  return order;
}

}  // namespace otklik::web_api
