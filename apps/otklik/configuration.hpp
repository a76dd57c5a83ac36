#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "access/options.hpp"
#include "base/error.hpp"
#include "base/settings.hpp"
#include "data_folder.hpp"
#include "db/database.hpp"
#include "db/source.hpp"
#include "files/keeping/keeper.hpp"
#include "files/opener.hpp"
#include "files/zones.hpp"
#include "net/server.hpp"
#include "scenario/options.hpp"
#include "store/directory/directory_store.hpp"
#include "store/event_log/options.hpp"
#include "web_api/options.hpp"

namespace otklik::app {

/// Everything that can be chosen: the options of each part, where its defaults stand, and the table that binds keys of
/// `otklik.toml` to them. Not copied or moved: the table points into it.
class Configuration {
 public:
  Configuration();
  Configuration(const Configuration&) = delete;
  Configuration& operator=(const Configuration&) = delete;

  /// The demo's defaults: everything on the loopback, port 4055, HTTPS only where the settings say so.
  void bind_to_loopback();

  /// The file (absent: defaults), then the assignments, then what follows from both. Errors: `bad_request` with file,
  /// line and nearest key.
  Result<> load(const DataFolder& folder, const std::string& file, const std::vector<std::string>& assignments);

  [[nodiscard]] const SettingsTable& table() const noexcept { return table_; }

  std::vector<std::string> http_listen{"*:80", "*:4055"};
  std::vector<std::string> https_listen{"*:443"};
  std::string admin_listen = "127.0.0.1:4057";
  std::chrono::milliseconds stop_time{30'000};
  std::string language = "ru";
  std::string log_format = "text";
  std::string log_level = "info";

  net::ServerOptions http;
  web_api::Options web;
  access::DoorkeeperOptions access;
  access::Argon2Cost argon2;
  store::DirectoryOptions directory;
  scenario::Options script;
  files::ZoneOptions files;
  files::OpenerOptions opener;
  files::KeeperOptions keeper;
  std::chrono::seconds link_lifetime{0};  ///< of links to recordings and faxes; 0: for ever
  store::EventLogOptions events;
  db::DatabaseOptions database;
  std::map<std::string, db::SourceOptions> sources;
  /// `auth = "off"`: the listed addresses count as this user.
  std::vector<std::string> auth_off_from;
  std::string auth_off_user;

 private:
  void declare_general();
  void declare_http();
  void declare_web();
  void declare_access();
  void declare_script();
  void declare_files();
  void declare_retention();
  void declare_storage();
  Result<> declare_source(const std::string& name);
  Result<> declare_certificate(const std::string& name);
  /// What the texts of settings mean to the parts: addresses, choices, folders.
  Result<> derive(const DataFolder& folder);

  SettingsTable table_;
  std::string auth_ = "on";
  std::string xml_prolog_ = "utf-16";
  std::string returnvalue_ = "attribute";
  std::vector<std::string> trusted_proxies_;
  std::vector<std::string> script_http_allow_;
  std::vector<std::string> script_http_deny_;
};

}  // namespace otklik::app
