// The web server and the Web-API with stand-ins behind the ports: enough of `otklik serve` for the dialogues of this
// folder, which run against the real program in the same way. Understands
//   serve --data DIR [--demo] [--listen HOST:PORT]... [--set KEY=VALUE]...
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <queue>
#include <thread>

#include <fmt/ranges.h>

#include "../no_calls.hpp"
#include "../no_company.hpp"
#include "../no_plugins.hpp"
#include "base/base64.hpp"
#include "base/beneath.hpp"
#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "net/server.hpp"
#include "web_api/admin_api.hpp"
#include "web_api/web_api.hpp"

namespace otklik::test {
namespace {

/// Users of the demo company, and one with a Cyrillic name. All have one password.
class Users final : public core::Authenticator {
 public:
  explicit Users(std::string password) : password_(std::move(password)) {}

  std::shared_ptr<const core::Identity> recall(std::string_view authorization) override {
    const std::lock_guard lock(mutex_);
    const auto at = remembered_.find(authorization);
    return at == remembered_.end() ? nullptr : at->second;
  }

  void verify(std::string_view authorization, const Address&,
              std::move_only_function<void(core::AuthResult)> done) override {
    using Kind = core::AuthRefusal::Kind;
    const auto refuse = [&](Kind kind) { done(std::unexpected(core::AuthRefusal{kind, std::chrono::seconds(7)})); };
    if (authorization == "Bearer protocol-token") return done(remember(authorization, "api", true));
    if (!iequals_ascii(authorization.substr(0, 6), "basic ")) return refuse(Kind::malformed);
    const auto decoded = from_base64(trim(authorization.substr(6)));
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) return refuse(Kind::malformed);
    const std::string text = to_utf8(*decoded);
    const std::string login = lower_utf8(text.substr(0, text.find(':')));
    const std::string given = text.substr(text.find(':') + 1);
    if (login == "guesser") return refuse(Kind::guessing);
    if (login == "busy") return refuse(Kind::busy);
    if (login == "пустой" && given.empty()) return done(remember(authorization, login, true));
    if (given != password_) return refuse(Kind::wrong);
    if (login != "api" && login != "админ" && login != "ivan") return refuse(Kind::wrong);
    done(remember(authorization, login, login != "ivan"));
  }

 private:
  std::shared_ptr<const core::Identity> remember(std::string_view authorization, std::string login, bool may_call) {
    auto who = std::make_shared<core::Identity>();
    who->login = std::move(login);
    if (may_call) who->privileges.add(core::Privilege::webapi_execute);
    const std::lock_guard lock(mutex_);
    if (remembered_.size() > 1000) remembered_.clear();
    return remembered_.emplace(authorization, std::move(who)).first->second;
  }

  const std::string password_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const core::Identity>, std::less<>> remembered_;
};

/// None is ever handed out here.
class NoPasswords final : public core::TemporaryPasswords {
 public:
  Result<std::string> issue(const core::Identity&) override { return fail(ErrorCode::unavailable); }
  std::shared_ptr<const core::Identity> redeem(std::string_view, core::TemporaryUse) override { return nullptr; }
};

/// What scenarios/*.lua of this folder do, done here.
class Scripts final : public core::ScriptHost {
 public:
  using Ended = std::move_only_function<void(core::ScriptEnd)>;
  using Moment = std::chrono::steady_clock::time_point;

  Scripts() : sleeper_([this] { run_sleepers(); }) {}
  ~Scripts() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    woken_.notify_all();
    sleeper_.join();
  }
  Scripts(const Scripts&) = delete;
  Scripts& operator=(const Scripts&) = delete;

  std::expected<Uuid, core::StartRefusal> start(core::ScriptStart start, Ended ended) override {
    using Kind = core::ScriptEnd::Kind;
    const auto& p = start.parameters;
    const std::string& name = start.scenario;
    if (name.find('/') != std::string::npos || name.find('\\') != std::string::npos || name.find("..") == 0) {
      return std::unexpected(core::StartRefusal::bad_parameter);
    }
    if (name == "Echo" || name == "Эхо [1] (тест)") {
      ended({Kind::finished, {p[0], "", ""}, ""});
    } else if (name == "SvcScript1") {
      ended({Kind::finished, {as_json(p), "", ""}, ""});
    } else if (name == "Parameters") {
      ended({Kind::finished, {fmt::format("{}", fmt::join(p, "|")), "", ""}, ""});
    } else if (name == "Values") {
      ended({Kind::finished, {p[0], p[1], p[2]}, ""});
    } else if (name == "Fail") {
      ended({Kind::failed, {}, "Fail.lua:1: on purpose"});
    } else if (name == "Sleep") {
      const auto seconds = std::strtod(p[0].c_str(), nullptr);
      const std::lock_guard lock(mutex_);
      sleepers_.emplace(std::chrono::steady_clock::now() + std::chrono::microseconds(static_cast<int>(seconds * 1e6)),
                        std::move(ended));
      woken_.notify_all();
    } else if (name == "Broken") {
      return std::unexpected(core::StartRefusal::broken);
    } else {
      return std::unexpected(core::StartRefusal::not_found);
    }
    return Uuid::random();
  }

 private:
  static std::string as_json(const std::array<std::string, 5>& parameters) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    std::string key = "startparam1";
    for (const auto& parameter : parameters) {
      json.field(key, parameter);
      ++key.back();
    }
    json.end_object();
    return out;
  }

  void run_sleepers() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (sleepers_.empty()) {
        woken_.wait(lock);
      } else if (const auto first = sleepers_.begin(); first->first > std::chrono::steady_clock::now()) {
        woken_.wait_until(lock, Moment(first->first));
      } else {
        auto ended = std::move(first->second);
        sleepers_.erase(first);
        lock.unlock();
        ended({core::ScriptEnd::Kind::finished, {"woke", "", ""}, ""});
        lock.lock();
      }
    }
    auto rest = std::move(sleepers_);
    lock.unlock();
    for (auto& [when, ended] : rest) ended({core::ScriptEnd::Kind::stopped, {}, ""});
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  std::multimap<Moment, Ended> sleepers_;
  bool stopping_ = false;
  std::thread sleeper_;
};

/// The storage and the recordings below the data folder.
class Files final : public core::ScriptFiles {
 public:
  explicit Files(const std::string& data) : data_(data), folder_(Folder::open(data).value()) {}

  Result<core::OpenedFile> open(std::string_view path) override {
    std::string name(path);
    std::ranges::replace(name, '\\', '/');
    if (name.starts_with(data_ + "/")) name = name.substr(data_.size() + 1);
    const bool in_zone =
        name.starts_with("LocalStorage/") || name.starts_with("RecordedFiles/") || name.starts_with("Temp/");
    if (!in_zone || !is_confined_name(name)) return fail(ErrorCode::forbidden);
    auto fd = folder_.open_file(name);
    if (!fd) return std::unexpected(fd.error());
    core::OpenedFile file;
    file.fd = std::move(*fd);
    file.uploaded = name.starts_with("LocalStorage/") || name.starts_with("Temp/");
    file.name = name.substr(name.rfind('/') + 1);
    return file;
  }
  Result<std::vector<core::FolderEntry>> list(std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> write(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> append(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> move(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> remove(std::string_view) override { return fail(ErrorCode::forbidden); }

 private:
  const std::string data_;
  const Folder folder_;
};

/// Downloads are played against the program itself.
class NoStoredFiles final : public core::StoredFiles {
 public:
  void open_path(std::string, bool, Opened opened) override { opened(fail(ErrorCode::forbidden)); }
  void open_shared(std::string, Opened opened) override { opened(fail(ErrorCode::not_found)); }
  void open_code(core::FileArea, std::string, Opened opened) override { opened(fail(ErrorCode::not_found)); }
  void open_voicemail(std::string, core::Identity, Opened opened) override { opened(fail(ErrorCode::not_found)); }
};

/// The real program stores; here nothing is.
class NoUploads final : public core::UploadStore {
 public:
  Result<std::unique_ptr<core::Upload>> begin(core::UploadStart) override { return fail(ErrorCode::unavailable); }
  Result<std::string> plain_subfolder(std::string_view spelt) const override { return std::string(spelt); }
  void discard(std::vector<core::UploadedFile>) override {}
};

/// The open licence, which turns nobody away.
class OpenLicence final : public core::Licensing {
 public:
  [[nodiscard]] std::shared_ptr<const core::Standing> standing() const override {
    auto standing = std::make_shared<core::Standing>();
    standing->terms.registration = "4815162";
    return standing;
  }
  [[nodiscard]] core::OfEachLicensed<core::SeatUsage> usage() const override { return {}; }
  std::expected<void, core::SeatRefusal> note_request(const Uuid&) override { return {}; }
  std::expected<core::HeldSeat, core::SeatRefusal> take(core::Licensed what, const Uuid& holder) override {
    return core::HeldSeat(*this, what, holder);
  }

 private:
  void give_back(core::Licensed, const Uuid&) noexcept override {}
};

/// Nobody has a picture.
class NoAvatars final : public core::Avatars {
 public:
  void open(std::string, std::string, Opened opened) override { opened(fail(ErrorCode::not_found)); }
  [[nodiscard]] core::AvatarLinks links_of(const core::User&) const override { return {}; }
  void set(std::string, std::string, std::string, Done done) override { done(fail(ErrorCode::unavailable)); }
  void set_from_upload(std::string, std::string, std::string, Done done) override {
    done(fail(ErrorCode::unavailable));
  }
  void remove(std::string, std::string, Done done) override { done(fail(ErrorCode::unavailable)); }
};

struct Settings {
  std::string data;
  std::vector<std::string> listen;
  net::ServerOptions server;
  web_api::Options web_api;
};

std::chrono::milliseconds seconds(const std::string& text) {
  return std::chrono::milliseconds(static_cast<int>(std::strtod(text.c_str(), nullptr) * 1000));
}

/// Text of a setting's value in TOML: without quotes, of an array its only element.
std::string text_of(std::string_view toml) {
  std::string text;
  for (const char c : toml) {
    if (c != '"' && c != '[' && c != ']') text += c;
  }
  return text;
}

bool apply(Settings& settings, const std::string& key, const std::string& toml) {
  if (key.starts_with("access.") || key.starts_with("admin.") || key == "stop_time" || key == "allow_empty_passwords")
    return true;  // of parts that are not here
  const std::string value = text_of(toml);
  auto& limits = settings.server.limits;
  auto& api = settings.web_api;
  const std::map<std::string, std::function<void()>> table{
      {"auth_challenge", [&] { api.auth_challenge = value == "true"; }},
      {"allowed_origins", [&] { api.allowed_origins = {value}; }},
      {"language", [&] { api.language = value == "en" ? web_api::Language::en : web_api::Language::ru; }},
      {"xml_prolog",
       [&] { api.xml_prolog = value == "utf-8" ? web_api::XmlProlog::utf_8 : web_api::XmlProlog::utf_16; }},
      {"returnvalue",
       [&] {
         api.return_value = value == "cdata" ? web_api::ReturnValueShape::cdata : web_api::ReturnValueShape::attribute;
       }},
      {"script_timeout", [&] { api.script_timeout = seconds(value); }},
      {"script_timeout_ceiling", [&] { api.script_timeout_ceiling = seconds(value); }},
      {"hook_body_size", [&] { api.hook_body_size = std::stoul(value); }},
      {"http.target_size", [&] { limits.target_size = std::stoul(value); }},
      {"http.header_size", [&] { limits.header_size = std::stoul(value); }},
      {"http.header_count", [&] { limits.header_count = std::stoul(value); }},
      {"http.body_size", [&] { limits.body_size = api.body_size = std::stoul(value); }},
      {"http.header_time", [&] { limits.header_time = seconds(value); }},
      {"http.body_time", [&] { limits.body_time = seconds(value); }},
      {"http.idle_time", [&] { limits.idle_time = seconds(value); }},
      {"http.cors_origins", [&] { settings.server.cors_origins = {value}; }},
  };
  const auto at = table.find(key);
  if (at == table.end()) return false;
  at->second();
  return true;
}

bool read_arguments(int argc, char** argv, Settings& settings) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "serve" || argument == "--demo") continue;
    if (i + 1 == argc) return false;
    const std::string value = argv[++i];
    const auto equals = value.find('=');
    if (argument == "--data") {
      settings.data = value;
    } else if (argument == "--listen") {
      settings.listen.push_back(value);
    } else if (argument == "--set" && equals != std::string::npos) {
      if (!apply(settings, value.substr(0, equals), value.substr(equals + 1))) return false;
    } else {
      return false;
    }
  }
  return !settings.data.empty();
}

/// Before the first thread, the log's among them: the signals wait for sigwait().
sigset_t block_ending_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  return ending;
}

int run(Settings settings, const sigset_t& ending) {
  const char* password = std::getenv("OTKLIK_DEMO_PASSWORD");
  Users users(password != nullptr ? password : "protocol");
  NoPasswords passwords;
  NoUploads uploads;
  Files files(settings.data);
  NoStoredFiles stored;
  OpenLicence licence;
  NoAvatars avatars;
  const WallClock clock;
  settings.web_api.www = settings.data + "/www";
  NoPlugins plugins;
  FakeCompany company;
  FakeStateDesk states;
  FakeCalls calls;
  auto scripts = std::make_unique<Scripts>();
  web_api::WebApi api({users, passwords, *scripts, files, stored, uploads, licence, avatars, plugins, company, states, calls, clock},
                      settings.web_api, web_api::VersionFigures::of_this_build());
  web_api::AdminApi admin({[] { return Result<>(); },
                           [&] {
                             return std::vector<web_api::Figure>{{"otklik_calls_total", "Calls of methods.",
                                                                  web_api::Figure::Kind::counter, "",
                                                                  static_cast<double>(api.counters().calls.load())}};
                           }});
  settings.server.threads = 2;
  net::Server server(settings.server);
  const auto listen = [&](const std::string& where, net::Application& application, std::string_view what) {
    const auto endpoint = Endpoint::parse(where);
    if (!endpoint) return false;
    net::ListenerOptions listener;
    listener.endpoint = *endpoint;
    listener.application = &application;
    const auto listening = server.listen(listener);
    if (listening) std::printf("listening %shttp://%s\n", what.data(), listening->endpoint.text().c_str());
    return listening.has_value();
  };
  if (settings.listen.empty()) settings.listen.emplace_back("127.0.0.1:0");
  for (const auto& where : settings.listen) {
    if (!listen(where, api, "")) return 1;
  }
  if (!listen("127.0.0.1:0", admin, "admin ")) return 1;
  std::printf("ready\n");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  server.stop(std::chrono::seconds(1));
  scripts.reset();
  return 0;
}

}  // namespace
}  // namespace otklik::test

int main(int argc, char** argv) {
  const sigset_t ending = otklik::test::block_ending_signals();
  otklik::log::start(otklik::log::Format::text, "warn");
  otklik::test::Settings settings;
  settings.server.access_log = false;
  if (!otklik::test::read_arguments(argc, argv, settings)) {
    std::fputs("usage: protocol_server serve --data DIR [--demo] [--listen HOST:PORT]... [--set KEY=VALUE]...\n",
               stderr);
    return 2;
  }
  return otklik::test::run(std::move(settings), ending);
}
