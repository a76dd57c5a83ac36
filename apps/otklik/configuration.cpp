#include "configuration.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cassert>
#include <filesystem>

#include "base/build_info.hpp"
#include "base/file.hpp"
#include "operation.hpp"

namespace otklik::app {
namespace {

Result<> read_networks(std::string_view key, const std::vector<std::string>& texts, std::vector<Network>& into) {
  into.clear();
  for (const auto& text : texts) {
    const auto network = Network::parse(text);
    if (!network) {
      return fail(ErrorCode::bad_request, fmt::format("\"{}\": \"{}\" is no address and no network", key, text));
    }
    into.push_back(*network);
  }
  return {};
}

}  // namespace

Configuration::Configuration() {
  declare_general();
  declare_http();
  declare_web();
  declare_access();
  declare_script();
  declare_plugins();
  declare_files();
  declare_retention();
  declare_licence();
  declare_uploads();
  declare_avatars();
  declare_storage();
  declare_telephony();
  declare_calls();
  declare_sip();
  declare_audio();
  declare_recording();
}

void Configuration::declare_general() {
  const auto live = table_.live_rows();
  table_.add_choice(
      "language", language, {"ru", "en"},
      {"The server's language: texts of the API and of the licence", "Язык сервера: тексты API и лицензии"});
  table_.add_choice("log.format", log_format, {"text", "json"}, {"Form of the log", "Вид журнала"});
  table_.add_choice("log.level", log_level, {"trace", "debug", "info", "warn", "error", "off"},
                    {"The least important messages that are logged", "Наименее важные сообщения, попадающие в журнал"});
  table_.add_duration("stop_time", stop_time,
                      {"How long running requests and scenarios may go on after SIGTERM",
                       "Сколько могут продолжаться запросы и сценарии после SIGTERM"});
}

void Configuration::bind_to_loopback() {
  http_listen = {"127.0.0.1:4055"};
  https_listen = {};
  sip_udp = {"127.0.0.1:5060"};
  sip_tcp = {"127.0.0.1:5060"};
  sip_tls = {"127.0.0.1:5061"};
  pbx.audio.address = "127.0.0.1";
}

Result<> Configuration::read(const DataFolder& folder, const std::string& file,
                             const std::vector<std::string>& assignments) {
  const std::string path = file.empty() ? folder.settings() : file;
  if (!file.empty() || ::access(path.c_str(), F_OK) == 0) {
    const auto text = read_file(path, 1024 * 1024);
    if (!text) return fail(text.error().code, path + ": " + text.error().message);
    const auto slash = path.rfind('/');
    if (auto loaded = table_.load(*text, slash == std::string::npos ? path : path.substr(slash + 1)); !loaded) {
      return loaded;
    }
  }
  for (const auto& assignment : assignments) {
    if (auto set = table_.set(assignment); !set) return set;
  }
  return {};
}

void Configuration::keep_from(const Configuration& running, const std::string& key) {
  const Setting* setting = running.table_.find(key);
  assert(setting != nullptr);
  const auto kept = table_.set(key + "=" + setting->get());
  assert(kept);  // what get() writes, set() reads
}

bool stays_until_restart(const Setting& running, const Setting* wanted) {
  if (!running.live) return true;
  constexpr std::string_view none = "\"\"";
  return running.key.starts_with("https.") && running.get() != none && (wanted == nullptr || wanted->get() == none);
}

Result<> Configuration::derive(const DataFolder& folder) {
  web.xml_prolog = xml_prolog_ == "utf-8" ? web_api::XmlProlog::utf_8 : web_api::XmlProlog::utf_16;
  web.return_value = returnvalue_ == "cdata" ? web_api::ReturnValueShape::cdata : web_api::ReturnValueShape::attribute;
  using enum files::DefaultAvatar;
  avatars.default_avatar = default_avatar_ == "initials"     ? initials
                           : default_avatar_ == "silhouette" ? silhouette
                                                             : none;
  if (avatars.file_size > most_carried_bytes) {
    return fail(ErrorCode::bad_request, "avatar.file_size: at most 20 MiB, which is what the shell can bring");
  }
  web.www = folder.www();
  web.body_size = http.limits.body_size;
  access.allow_empty_passwords = directory.allow_empty_passwords;
  script.folder = folder.scenarios();
  plugins.folder = folder.plugins();
  plugins.language = language;
  plugins.server_version = build::version;
  files.data_folder = folder.path();
  web.language = language == "en" ? web_api::Language::en : web_api::Language::ru;
  licence.data_folder = folder.path();
  events.folder = folder.events();
  database.connection.file = folder.database();

  if (auto fits = derive_telephony(); !fits) return fits;
  if (auto read = read_networks("http.trusted_proxies", trusted_proxies_, http.trusted_proxies); !read) return read;
  if (auto read = read_networks("script.http.allow", script_http_allow_, script.http.allow); !read) return read;
  std::vector<Network> denied;
  if (auto read = read_networks("script.http.deny", script_http_deny_, denied); !read) return read;
  script.http.deny = scenario::HttpOptions::default_deny();
  script.http.deny.insert(script.http.deny.end(), denied.begin(), denied.end());

  web.auth_off.from.clear();
  if (auth_ == "off") {
    if (auth_off_from_.empty() || web.auth_off.user.empty()) {
      return fail(ErrorCode::bad_request,
                  "auth = \"off\" needs auth_off.from (whose requests) and auth_off.user (as whom)");
    }
    if (auto read = read_networks("auth_off.from", auth_off_from_, web.auth_off.from); !read) return read;
  }

  if (http.tls.certificate_chain.empty() != http.tls.private_key.empty()) {
    return fail(ErrorCode::bad_request, "https.certificate and https.key go together");
  }
  if (http.tls.certificate_chain.empty() && ::access((folder.tls() + "/certificate.pem").c_str(), R_OK) == 0) {
    http.tls = {folder.tls() + "/certificate.pem", folder.tls() + "/key.pem"};
  }
  if (auto read = read_networks("sip.trusted", sip_trusted_, pbx.sip.limits.trusted); !read) return read;
  if (auto read = read_networks("sip.local_networks", local_networks_, pbx.audio.local_networks); !read) return read;
  if (auto derived = derive_sip(folder); !derived) return derived;
  // Who opens them takes a relative path from where the server was started.
  const auto keep_secret = [this](const std::string& path) {
    if (!path.empty()) files.secret_paths.push_back(std::filesystem::absolute(path).string());
  };
  keep_secret(http.tls.private_key);
  keep_secret(http.tls.certificate_chain);
  keep_secret(sip_tls_files_.private_key);
  keep_secret(sip_tls_files_.certificate_chain);
  keep_secret(licence.trusted_keys);
  for (const auto& [name, source] : sources) {
    if (source.backend.empty() || source.connect.empty()) {
      return fail(ErrorCode::bad_request, fmt::format("datasource.{} needs both backend and connect", name));
    }
  }
  for (const auto& [name, certificate] : script.http.certificates) {
    keep_secret(certificate.key);
  }
  return {};
}

}  // namespace otklik::app
