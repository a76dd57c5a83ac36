#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/error.hpp"
#include "base/live.hpp"
#include "base/uuid.hpp"
#include "core/ports/file_index.hpp"
#include "files/upload/options.hpp"

namespace otklik::files {

/// Who may still fill the disk with how much: quotas of users and areas, and the room that has to stay free. What is
/// under way counts from its first byte. Every error is `storage_full`, and says which limit it was.
class Space {
 public:
  Space(const Live<UploadOptions>& options, core::FileIndex& index) : options_(options), index_(index) {}

  /// Whether the disk that `folder` lies on has room for so many bytes more. Never waits long.
  [[nodiscard]] Result<> room_for(const std::string& folder, std::uint64_t bytes) const;

  /// Bytes and files of one upload that are not in the index yet. Let go when it is destroyed.
  class Claim {
   public:
    Claim(Space& space, Uuid user) : space_(space), user_(user) {}
    ~Claim() { space_.change(*this, area_, -bytes_, -files_); }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    /// So much more is about to be written: against the quotas as they stood when the upload looked first. Blocks for
    /// the database once.
    [[nodiscard]] Result<> grow(std::uint64_t bytes);
    [[nodiscard]] Result<> add_file();
    /// Where it really goes.
    void move(core::FileArea area);
    /// A file that is not kept after all, or that the index counts from now on.
    void shrink(std::uint64_t bytes);

    /// Runs `publish` for a file whose bytes are claimed, unless it would not fit into a quota any more. One at a time
    /// while there are quotas, so that two uploads cannot both take the last of one.
    [[nodiscard]] Result<> publish_within(std::uint64_t bytes, const std::function<Result<>()>& publish);

   private:
    friend class Space;
    Space& space_;
    const Uuid user_;
    core::FileArea area_ = core::FileArea::temp;
    std::int64_t bytes_ = 0;
    std::int64_t files_ = 0;
    bool looked_ = false;
    core::FileTotals user_before_;  // in the index, when it looked
    core::FileTotals area_before_;
  };

 private:
  struct UnderWay {
    std::int64_t bytes = 0;
    std::int64_t files = 0;
  };

  void change(const Claim& claim, core::FileArea area, std::int64_t bytes, std::int64_t files);
  [[nodiscard]] bool has_quotas(core::FileArea area) const noexcept;
  [[nodiscard]] std::uint64_t quota_of(core::FileArea area) const noexcept;
  [[nodiscard]] Result<> look(Claim& claim);
  [[nodiscard]] Result<core::FileTotals> uploaded_by(const Uuid& user);
  [[nodiscard]] Result<> within(const Claim& claim, UnderWay of_user, UnderWay in_area) const;

  const Live<UploadOptions>& options_;
  core::FileIndex& index_;
  std::mutex publishing_;
  std::mutex mutex_;  // of all below
  std::unordered_map<Uuid, UnderWay> of_users_;
  std::array<UnderWay, core::all_file_areas.size()> in_areas_{};
};

}  // namespace otklik::files
