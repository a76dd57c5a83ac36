#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/directory/directory.hpp"
#include "core/ports/script_host.hpp"
#include "plugins/grants.hpp"
#include "plugins/protocol/session.hpp"

namespace otklik::plugins {

/// Why a plugin's request was not done (docs/plugins.md, "What a plugin may ask").
struct ApiError {
  int code = 0;
  std::string message;
  std::string name;  ///< `data.code`
};
/// The result as JSON.
using ApiAnswer = std::expected<std::string, ApiError>;
using ApiDone = std::move_only_function<void(ApiAnswer)>;

/// Who asks.
struct ApiCaller {
  std::string plugin;  ///< its name
  Uuid id;
  Grant grant;
};

/// A subscription as a plugin asks for it.
struct EventWish {
  std::vector<std::string> types;  ///< empty: all
  std::optional<std::uint64_t> from;
};

/// What plugins may ask of the server, but for their own subscriptions. Any thread.
class HostApi {
 public:
  using Directory = std::function<std::shared_ptr<const core::Directory>()>;

  explicit HostApi(Directory directory) : directory_(std::move(directory)) {}

  /// From when on scenarios can be started.
  void use(core::ScriptHost& scripts) { scripts_ = &scripts; }

  /// `done` runs once, here or on another thread.
  void handle(const ApiCaller& caller, const PluginRequest& request, ApiDone done) const;
  /// The params of `subscribe`, where the caller may have events.
  [[nodiscard]] std::expected<EventWish, ApiError> event_wish(const ApiCaller& caller,
                                                              const PluginRequest& request) const;

 private:
  [[nodiscard]] ApiAnswer users(const ApiCaller& caller, const PluginRequest& request) const;
  void start_scenario(const ApiCaller& caller, const PluginRequest& request, ApiDone done) const;
  [[nodiscard]] core::Privileges privileges(const ApiCaller& caller) const;

  Directory directory_;
  core::ScriptHost* scripts_ = nullptr;
};

}  // namespace otklik::plugins
