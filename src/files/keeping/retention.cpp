#include "files/keeping/retention.hpp"

#include <string>

#include "base/log.hpp"
#include "files/keeping/removal.hpp"

namespace otklik::files {
namespace {

constexpr std::size_t page_size = 500;

class Pass {
 public:
  Pass(const Areas& areas, core::FileIndex& index, Time now, std::uint64_t most,
       const std::move_only_function<bool() const>& stopped)
      : areas_(areas), index_(index), now_(now), most_(most), stopped_(stopped) {}

  /// What was to go and could not be deleted then: its disk may let go of it now.
  Result<> left_behind() {
    core::FileQuery query{.state = core::FileState::leaving, .limit = page_size};
    const std::uint64_t failed_before = result_.failed;
    std::string trouble;
    const auto done = each(query, [&](const core::StoredFile& file) {
      const auto removed = finish_removal(areas_, index_, file.id, "interrupted");
      if (removed && *removed != Removal::in_use) {
        ++result_.deleted;
        result_.bytes += file.size;
      } else if (!removed && removed.error().code != ErrorCode::not_found) {
        if (trouble.empty()) trouble = removed.error().message;
        ++result_.failed;
      }
      return true;
    });
    if (!trouble.empty()) {
      log::warn("{} files are to go and cannot be deleted yet, the first one because: {}",
                result_.failed - failed_before, trouble);
    }
    return done;
  }

  Result<> area(core::FileArea area, const RetentionRule& rule) {
    core::FileQuery query{.area = area, .state = core::FileState::whole, .held = false, .limit = page_size};
    if (rule.age.count() != 0) {
      query.stored_before = now_ - rule.age;
      // As many as there are: each page ends the rule only by ending.
      if (auto done = walk(query, "age", [] { return true; }); !done) return done;
    }
    if (rule.size == 0 || result_.more) return {};
    const auto all = index_.list({.area = area, .limit = 1, .with_totals = true});
    if (!all) return std::unexpected(all.error());
    std::uint64_t bytes = all->totals.bytes;
    if (bytes <= rule.size) return {};
    query.stored_before.reset();
    const std::uint64_t before = result_.bytes;
    return walk(query, "size", [&] { return bytes - (result_.bytes - before) > rule.size; });
  }

  [[nodiscard]] const RetentionResult& result() const noexcept { return result_; }

 private:
  template <class Wanted>
  Result<> walk(const core::FileQuery& query, std::string_view reason, Wanted wanted) {
    return each(query, [&](const core::StoredFile& file) {
      if (!wanted()) return false;
      remove(file, reason);
      return true;
    });
  }

  /// Until `use` says that it is enough, or so much has been deleted that it is for now.
  template <class Use>
  Result<> each(core::FileQuery query, Use use) {
    for (;;) {
      const auto page = index_.list(query);
      if (!page) return std::unexpected(page.error());
      for (const auto& file : page->files) {
        if (result_.deleted >= most_ || stopped_()) {
          result_.more = true;
          return {};
        }
        if (!use(file)) return {};
      }
      if (!page->next) return {};
      query.after = page->next;
    }
  }

  void remove(const core::StoredFile& file, std::string_view reason) {
    const auto removed = remove_stored_file(areas_, index_, file, reason);
    // A path in temp opens the file to whoever knows it: logs are read by many.
    const std::string shown = core::is_emptied_at_start(file.area) ? file.id.text() : file.path;
    if (!removed) {
      ++result_.failed;
      log::warn("{} {} is due by the rule of {} and could not be deleted: {}", core::name(file.area), shown, reason,
                removed.error().message);
      return;
    }
    switch (*removed) {
      case Removal::deleted:
        ++result_.deleted;
        result_.bytes += file.size;
        log::info("deleted {} {}, {} bytes of {}, by the rule of {}", core::name(file.area), shown, file.size,
                  utc_text(file.stored_at), reason);
        return;
      case Removal::in_use:
        ++result_.in_use;
        return;
      case Removal::lost:
        result_.bytes += file.size;
        log::warn("{} {} had gone from the disk already", core::name(file.area), shown);
        return;
    }
  }

  const Areas& areas_;
  core::FileIndex& index_;
  const Time now_;
  const std::uint64_t most_;
  const std::move_only_function<bool() const>& stopped_;
  RetentionResult result_;
};

}  // namespace

Result<RetentionResult> apply_retention(const Areas& areas, core::FileIndex& index, const RetentionRules& rules,
                                        Time now, std::uint64_t most,
                                        const std::move_only_function<bool() const>& stopped) {
  Pass pass(areas, index, now, most, stopped);
  if (auto done = pass.left_behind(); !done) return std::unexpected(done.error());
  for (const auto area : core::all_file_areas) {
    if (auto done = pass.area(area, rules[area]); !done) return std::unexpected(done.error());
  }
  return pass.result();
}

}  // namespace otklik::files
