#include "files/keeping/check.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/beneath.hpp"
#include "base/new_file.hpp"
#include "files/digest.hpp"
#include "files/keeping/beginning.hpp"
#include "files/keeping/registration.hpp"

namespace otklik::files {
namespace {

using Kind = Discrepancy::Kind;
using core::FileState;

constexpr std::size_t page_size = 1000;
constexpr std::size_t most_entries = 5'000'000;
constexpr int deepest = 64;

class Check {
 public:
  Check(const Areas& areas, core::FileIndex& index, const CheckOptions& options)
      : areas_(areas), index_(index), options_(options) {}

  Result<> area(core::FileArea area) {
    const auto root = Folder::open(areas_.folder(area));
    if (!root) {
      return fail(ErrorCode::unavailable, "the folder of " + std::string(core::name(area)) + " is away");
    }
    if (auto done = rows(*root, area); !done) return done;
    return folder(*root, area, {}, 0);
  }

  [[nodiscard]] CheckReport take() { return std::move(report_); }

 private:
  /// Everything that the index has, against the disk.
  Result<> rows(const Folder& root, core::FileArea area) {
    core::FileQuery query{.area = area, .limit = page_size};
    for (;;) {
      const auto page = index_.list(query);
      if (!page) return std::unexpected(page.error());
      for (const auto& file : page->files) {
        ++report_.files;
        report_.bytes += file.size;
        // The others are on their way: the next start comes to an end with them.
        if (file.state != FileState::whole) continue;
        if (auto done = row(root, file); !done) return done;
      }
      if (!page->next) return {};
      query.after = page->next;
    }
  }

  Result<> row(const Folder& root, const core::StoredFile& file) {
    const auto there = root.about(file.path);
    if (!there && there.error().code != ErrorCode::not_found) {
      note(Kind::unreadable, file, 0, [] { return false; });  // it may be there: nothing of it is forgotten
      return {};
    }
    if (!there || there->kind != FileFacts::Kind::file) {
      const auto now = index_.find(file.id);
      if (!now || now->state != FileState::whole || now->path != file.path) return {};  // deleted or moved meanwhile
      note(Kind::missing, file, 0, [&] { return index_.remove(file.id, "lost").has_value(); });
      return {};
    }
    if (there->size != file.size) {
      note(Kind::size, file, there->size, [&] { return settle_as_it_is(root, file); });
      return {};
    }
    if (!options_.deep || file.sha256.empty()) return {};
    const auto fd = root.open_file(file.path);
    const auto digest = fd ? digest_of(fd->get()) : Result<FileDigest>(std::unexpect, fd.error());
    if (!digest) {
      note(Kind::unreadable, file, there->size, [] { return false; });
    } else if (digest->sha256 != file.sha256) {
      note(Kind::content, file, there->size, [&] { return settle_as_it_is(root, file); });
    }
    return {};
  }

  bool settle_as_it_is(const Folder& root, const core::StoredFile& file) {
    const auto fd = root.open_file(file.path);
    if (!fd) return false;
    const auto digest = digest_of(fd->get());
    return digest && index_.settle(file.id, digest->size, digest->sha256).has_value();
  }

  /// Everything on the disk, against the index.
  Result<> folder(const Folder& here, core::FileArea area, const std::string& path, int depth) {
    const auto entries = here.entries(most_entries);
    if (!entries && (path.empty() || entries.error().code == ErrorCode::too_large)) {
      return std::unexpected(entries.error());
    }
    if (!entries) {
      if (entries.error().code != ErrorCode::not_found) note_unreadable(area, path);  // else it went meanwhile
      return {};
    }
    for (const auto& entry : *entries) {
      if (path.empty() && core::is_emptied_at_start(area) && is_put_aside_within(entry.name)) continue;
      const std::string below = path.empty() ? entry.name : path + "/" + entry.name;
      if (entry.kind == FileFacts::Kind::folder) {
        const auto whose = areas_.area_of(areas_.absolute_path(area, below) + "/x");
        if (depth == deepest || !whose || whose->area != area) continue;  // an area within this one has its own turn
        const auto next = here.open_folder(entry.name);
        if (!next) {
          if (next.error().code != ErrorCode::not_found) note_unreadable(area, below);  // else it went meanwhile
          continue;
        }
        if (auto done = folder(*next, area, below, depth + 1); !done) return done;
      } else if (entry.kind == FileFacts::Kind::file && !NewFile::is_hidden_name(entry.name)) {
        if (auto done = file_on_disk(here, area, below, entry); !done) return done;
      }
    }
    return {};
  }

  Result<> file_on_disk(const Folder& here, core::FileArea area, const std::string& path, const NamedFacts& entry) {
    const auto known = index_.find_at(area, path);
    if (known || known.error().code != ErrorCode::not_found) {
      return known ? Result<>() : Result<>(std::unexpect, known.error());
    }
    if (!here.about(entry.name)) return {};  // deleted meanwhile
    core::StoredFile file;
    file.area = area;
    file.path = path;
    note(Kind::extra, file, entry.size,
         [&] { return register_file(areas_, index_, {.area = area, .path = path}).has_value(); });
    return {};
  }

  /// A folder that may hold files nobody knows of.
  void note_unreadable(core::FileArea area, const std::string& path) {
    core::StoredFile folder;
    folder.area = area;
    folder.path = path;
    note(Kind::unreadable, folder, 0, [] { return false; });
  }

  template <class Repair>
  void note(Kind kind, const core::StoredFile& file, std::uint64_t on_disk, Repair repair) {
    Discrepancy found{kind, file.area, file.path, file.id, file.size, on_disk, options_.repair && repair()};
    ++report_.found;
    if (found.repaired) ++report_.repaired;
    if (report_.discrepancies.size() < options_.most_listed) report_.discrepancies.push_back(std::move(found));
  }

  const Areas& areas_;
  core::FileIndex& index_;
  const CheckOptions& options_;
  CheckReport report_;
};

}  // namespace

std::string_view name(Discrepancy::Kind kind) noexcept {
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::extra:
      return "extra";
    case Kind::size:
      return "size";
    case Kind::content:
      return "content";
    case Kind::unreadable:
      return "unreadable";
  }
  return {};
}

Result<CheckReport> check_files(const Areas& areas, core::FileIndex& index, const CheckOptions& options) {
  Check check(areas, index, options);
  for (const auto area : core::all_file_areas) {
    if (auto done = check.area(area); !done) return std::unexpected(done.error());
  }
  return check.take();
}

}  // namespace otklik::files
