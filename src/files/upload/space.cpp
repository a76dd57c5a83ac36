#include "files/upload/space.hpp"

#include <sys/statvfs.h>

#include <optional>

namespace otklik::files {
namespace {

std::unexpected<Error> full(const char* why) { return fail(ErrorCode::storage_full, why); }

/// Whether so much is past a limit; 0 is none.
bool is_past(std::uint64_t limit, std::uint64_t before, std::int64_t more) noexcept {
  return limit != 0 && before + static_cast<std::uint64_t>(more) > limit;
}

}  // namespace

Result<> Space::room_for(const std::string& folder, std::uint64_t bytes) const {
  struct statvfs disk{};
  if (::statvfs(folder.c_str(), &disk) != 0) return {};  // the write itself will tell
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  const std::uint64_t floor = options_->free_space;
  if (free < floor || free - floor < bytes) return full("The disk is full");
  return {};
}

std::uint64_t Space::quota_of(core::FileArea area) const noexcept {
  switch (area) {
    case core::FileArea::storage:
      return options_->storage_quota;
    case core::FileArea::shared:
      return options_->shared_quota;
    case core::FileArea::temp:
      return options_->temp_quota;
    case core::FileArea::script:
      return options_->script_quota;
    default:
      return 0;
  }
}

bool Space::has_quotas(core::FileArea area) const noexcept {
  return options_->user_quota != 0 || options_->user_files != 0 || quota_of(area) != 0;
}

void Space::change(const Claim& claim, core::FileArea area, std::int64_t bytes, std::int64_t files) {
  const std::lock_guard lock(mutex_);
  auto& there = in_areas_[static_cast<std::size_t>(area)];
  there.bytes += bytes;
  there.files += files;
  const auto user = of_users_.try_emplace(claim.user_).first;
  user->second.bytes += bytes;
  user->second.files += files;
  if (user->second.bytes == 0 && user->second.files == 0) of_users_.erase(user);
}

/// What he uploaded; recordings and voicemails of his are another matter.
Result<core::FileTotals> Space::uploaded_by(const Uuid& user) {
  core::FileTotals all;
  for (const auto area :
       {core::FileArea::temp, core::FileArea::storage, core::FileArea::shared, core::FileArea::script}) {
    const auto page = index_.list({.area = area, .user = user, .limit = 1, .with_totals = true});
    if (!page) return std::unexpected(page.error());
    all.files += page->totals.files;
    all.bytes += page->totals.bytes;
  }
  return all;
}

Result<> Space::look(Claim& claim) {
  if (options_->user_quota != 0 || options_->user_files != 0) {
    const auto used = uploaded_by(claim.user_);
    if (!used) return std::unexpected(used.error());
    claim.user_before_ = *used;
  }
  if (quota_of(claim.area_) != 0) {
    const auto page = index_.list({.area = claim.area_, .limit = 1, .with_totals = true});
    if (!page) return std::unexpected(page.error());
    claim.area_before_ = page->totals;
  }
  claim.looked_ = true;
  return {};
}

/// `of_user` and `in_area`: what is to be counted on top of what was in the index.
Result<> Space::within(const Claim& claim, UnderWay of_user, UnderWay in_area) const {
  if (is_past(options_->user_quota, claim.user_before_.bytes, of_user.bytes)) {
    return full("The user's quota of bytes is used up");
  }
  if (is_past(options_->user_files, claim.user_before_.files, of_user.files)) {
    return full("The user's quota of files is used up");
  }
  if (is_past(quota_of(claim.area_), claim.area_before_.bytes, in_area.bytes)) {
    return full("The quota of the place for uploads is used up");
  }
  return {};
}

Result<> Space::Claim::grow(std::uint64_t bytes) {
  const auto more = static_cast<std::int64_t>(bytes);
  bytes_ += more;
  space_.change(*this, area_, more, 0);
  if (!space_.has_quotas(area_)) return {};
  if (!looked_) {
    if (auto looked = space_.look(*this); !looked) return looked;
  }
  UnderWay of_user;
  UnderWay in_area;
  {
    const std::lock_guard lock(space_.mutex_);
    if (const auto at = space_.of_users_.find(user_); at != space_.of_users_.end()) of_user = at->second;
    in_area = space_.in_areas_[static_cast<std::size_t>(area_)];
  }
  return space_.within(*this, of_user, in_area);
}

Result<> Space::Claim::add_file() {
  ++files_;
  space_.change(*this, area_, 0, 1);
  return grow(0);
}

void Space::Claim::move(core::FileArea area) {
  if (area == area_) return;
  space_.change(*this, area_, -bytes_, -files_);
  area_ = area;
  looked_ = false;
  space_.change(*this, area_, bytes_, files_);
}

void Space::Claim::shrink(std::uint64_t bytes) {
  const auto less = static_cast<std::int64_t>(bytes);
  bytes_ -= less;
  --files_;
  space_.change(*this, area_, -less, -1);
}

Result<> Space::Claim::publish_within(std::uint64_t bytes, const std::function<Result<>()>& publish) {
  if (!space_.has_quotas(area_)) return publish();
  const std::lock_guard lock(space_.publishing_);
  if (auto looked = space_.look(*this); !looked) return looked;
  // What others have under way has not arrived, and may never: this one has.
  const UnderWay own{static_cast<std::int64_t>(bytes), 1};
  if (auto fits = space_.within(*this, own, own); !fits) return fits;
  return publish();
}

}  // namespace otklik::files
