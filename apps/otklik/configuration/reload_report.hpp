#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "configuration/live_settings.hpp"

namespace otklik::app {

/// What a reload of the server did, for its log and for who asked.
struct ReloadReport {
  struct Refused {
    std::string what, why;
  };
  SettingsReload settings;
  std::vector<Refused> refused;  ///< of what is read beside the settings; the old ones stay in use

  void refuse(std::string what, const Error& error) { refused.push_back({std::move(what), error.message}); }

  void tell_log() const;
  /// `{"changed":[{"key","from","to"}…],"refused":[{"what","why"}…],"needs_restart":[{"key","from","to"}…]}`
  [[nodiscard]] std::string json() const;
};

/// That JSON, for people.
std::string reload_for_people(std::string_view json);

}  // namespace otklik::app
