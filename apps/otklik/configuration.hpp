#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "access/options.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/settings.hpp"
#include "core/calls/options.hpp"
#include "data_folder.hpp"
#include "db/database.hpp"
#include "db/source.hpp"
#include "files/avatars/avatars.hpp"
#include "files/keeping/keeper.hpp"
#include "files/opener.hpp"
#include "files/upload/options.hpp"
#include "files/zones.hpp"
#include "licence/options.hpp"
#include "net/server.hpp"
#include "pbx/options.hpp"
#include "plugins/options.hpp"
#include "scenario/options.hpp"
#include "store/directory/directory_store.hpp"
#include "store/event_log/options.hpp"
#include "store/plan/plan_rows.hpp"
#include "store/records/options.hpp"
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

  /// `--sip`: UDP and TCP there, TLS on the next port; port 0 stays 0. Errors: `bad_request`.
  Result<> use_sip_address(const std::string& text);

  /// The file (absent: defaults), then the assignments; then derive() makes it whole. Errors: `bad_request` with file,
  /// line and nearest key.
  Result<> read(const DataFolder& folder, const std::string& file, const std::vector<std::string>& assignments);
  /// The row gets the value that it has there.
  void keep_from(const Configuration& running, const std::string& key);
  /// What the texts of settings mean to the parts: addresses, choices, folders. Once, after all else. Errors:
  /// `bad_request`.
  Result<> derive(const DataFolder& folder);

  [[nodiscard]] const SettingsTable& table() const noexcept { return table_; }

  std::vector<std::string> http_listen{"*:80", "*:4055"};
  std::vector<std::string> https_listen{"*:443"};
  std::string admin_listen = "127.0.0.1:4057";
  std::chrono::milliseconds stop_time{30'000};
  std::string language = "ru";
  std::string log_format = "text";
  std::string log_level = "info";

  [[nodiscard]] log::Format log_form() const { return log_format == "json" ? log::Format::json : log::Format::text; }

  net::ServerOptions http;
  web_api::Options web;
  access::DoorkeeperOptions access;
  access::Argon2Cost argon2;
  store::DirectoryOptions directory;
  scenario::Options script;
  plugins::Options plugins;
  files::ZoneOptions files;
  files::OpenerOptions opener;
  files::KeeperOptions keeper;
  std::chrono::seconds link_lifetime{0};  ///< of links to recordings and faxes; 0: for ever
  licence::Options licence;
  files::UploadOptions uploads;
  files::AvatarOptions avatars;
  /// Where SIP is taken, by transport.
  std::vector<std::string> sip_udp{"*:5060"};
  std::vector<std::string> sip_tcp{"*:5060"};
  std::vector<std::string> sip_tls{"*:5061"};
  pbx::Options pbx;
  store::EventLogOptions events;
  store::RecordOptions records;
  db::DatabaseOptions database;
  std::map<std::string, db::SourceOptions> sources;
  store::PlanOptions plan;
  core::CallOptions calls;
  std::string sip_server;  ///< what phones are told to register at; empty: where SIP is listened at

 private:
  void declare_general();
  void declare_http();
  void declare_web();
  void declare_access();
  void declare_hashing();
  void declare_guessing();
  void declare_script();
  void declare_script_http();
  void declare_plugins();
  void declare_files();
  void declare_retention();
  void declare_licence();
  void declare_uploads();
  void declare_avatars();
  void declare_storage();
  void declare_telephony();
  void declare_calls();
  [[nodiscard]] Result<> derive_telephony() const;
  void declare_sip();
  void declare_sip_limits();
  void declare_audio();
  void declare_recording();
  Result<> derive_sip(const DataFolder& folder);
  Result<> derive_audio(const DataFolder& folder);
  Result<> declare_source(const std::string& name);
  Result<> declare_grant(const std::string& id);
  Result<> declare_certificate(const std::string& name);

  SettingsTable table_;
  std::string auth_ = "on";
  std::vector<std::string> auth_off_from_;
  std::string xml_prolog_ = "utf-16";
  std::string returnvalue_ = "attribute";
  std::string default_avatar_ = "none";
  std::vector<std::string> trusted_proxies_;
  std::vector<std::string> script_http_allow_;
  std::vector<std::string> script_http_deny_;
  net::TlsFiles sip_tls_files_;
  std::vector<std::string> sip_trusted_;
  std::vector<std::string> local_networks_{"10.0.0.0/8",    "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                                           "169.254.0.0/16", "127.0.0.0/8",   "::1",            "fc00::/7", "fe80::/10"};
  unsigned rtp_first_port_ = 9000;
  unsigned rtp_last_port_ = 19000;
  unsigned longest_sound_minutes_ = 30;
  std::string recording_format_ = "wav";
  std::string recording_tracks_ = "none";
};

/// Whether a running server keeps its value of a row although the settings want another (null: none any more): the row
/// does not change alive, or it is the certificate of HTTPS that is served, which may change and not go.
bool stays_until_restart(const Setting& running, const Setting* wanted);

}  // namespace otklik::app
