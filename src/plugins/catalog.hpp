#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/snapshot.hpp"
#include "base/uuid.hpp"
#include "plugins/plugin.hpp"

namespace otklik::plugins {

/// The plugins of the folder, found anew as folders come, change and go (docs/plugins.md, "When folders change").
class Catalog {
 public:
  /// A folder that is no good plugin, or whose changes are not.
  struct Trouble {
    std::string folder;  ///< its name alone
    std::string text;
  };
  struct Content {
    std::map<Uuid, std::shared_ptr<Plugin>> plugins;
    std::vector<Trouble> troubles;
  };
  /// What one look found; the plugin's own manifest is already the new one.
  struct Changes {
    std::vector<std::shared_ptr<Plugin>> added, changed, removed;
    bool unsettled = false;  ///< something is being changed: look again soon
  };

  explicit Catalog(std::string folder) : folder_(std::move(folder)) {}

  /// One thread only. `at_once`: takes what is there without a second look, for the start of a server.
  Changes look(bool at_once);

  /// Any thread; by GUID or name. Null: none.
  [[nodiscard]] std::shared_ptr<Plugin> find(std::string_view id_or_name) const;
  [[nodiscard]] std::shared_ptr<const Content> content() const { return content_.take(); }

 private:
  struct Folder {
    std::string seen;   // the stamp of the last look
    std::string taken;  // of what is in force
    std::optional<Uuid> id;
    std::string trouble;  // with what it says
    std::string unseen;   // why it, or some of it, could not be looked at the last time
  };
  void look_at(const std::string& name, bool at_once, Content& content, Changes& changes);
  void take(const std::string& name, Folder& folder, Content& content, Changes& changes);
  void remove(Folder& folder, Content& content, Changes& changes);
  void publish(Content content);

  const std::string folder_;
  std::string trouble_;  // of the folder of all plugins
  std::map<std::string, Folder> folders_;
  SnapshotHolder<Content> content_;
};

/// What tells one state of a plugin's folder from another.
struct FolderStamp {
  std::string text;    ///< empty: it is not there, or no folder
  std::string unseen;  ///< entries that were passed over; empty: none
};
/// Errors: `failed`, it cannot be looked at, and nobody knows what it holds.
Result<FolderStamp> folder_stamp(const std::string& folder, std::string_view program);

/// Reads and checks the manifest of a folder. Errors: `bad_request`, `not_found` (no manifest.json), `failed`.
Result<Manifest> read_manifest(const std::string& folder);

}  // namespace otklik::plugins
