#include "files/index_follower.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "files/digest.hpp"

namespace otklik::files {
namespace {

constexpr std::string_view by_script = "script";

Result<> without_value(Result<core::StoredFile> result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return {};
}

}  // namespace

std::optional<core::StoredFile> IndexFollower::known(std::string_view path) {
  const auto place = areas_.area_of(path);
  if (!place) return std::nullopt;
  auto file = index_.find_at(place->area, place->path);
  if (file) return std::move(*file);
  if (file.error().code != ErrorCode::not_found) log::warn("the index of files: {}", file.error().message);
  return std::nullopt;
}

void IndexFollower::report(const Result<>& done, std::string_view what, const core::StoredFile& file) {
  if (done || done.error().code == ErrorCode::not_found) return;
  log::warn("the index of files did not follow a scenario that {} file {}: {}", what, file.id.text(),
            done.error().message);
}

void IndexFollower::moved(std::string_view from, std::string_view to) {
  const auto file = known(from);
  if (!file) return;
  const auto place = areas_.area_of(to);
  if (!place || !is_utf8(place->path)) return report(without_value(index_.remove(file->id, by_script)), "moved", *file);
  auto done = index_.move(file->id, place->area, place->path);
  if (!done && done.error().code == ErrorCode::conflict) {
    // The place was free on the disk: what the index has there had gone.
    if (const auto stale = known(to)) report(without_value(index_.remove(stale->id, "lost")), "replaced", *stale);
    done = index_.move(file->id, place->area, place->path);
  }
  report(done, "moved", *file);
}

void IndexFollower::removed(std::string_view path) {
  if (const auto file = known(path)) report(without_value(index_.remove(file->id, by_script)), "removed", *file);
}

void IndexFollower::written(std::string_view path, std::string_view content) {
  const auto file = known(path);
  if (!file) return;
  Digest digest;
  digest.add(content);
  report(index_.settle(file->id, content.size(), digest.finish()), "wrote", *file);
}

void IndexFollower::grown(std::string_view path, std::uint64_t size) {
  if (const auto file = known(path)) report(index_.settle(file->id, size, {}), "appended to", *file);
}

}  // namespace otklik::files
