#include "server.hpp"

#include <cstdio>
#include <future>

#include "access/doorkeeper.hpp"
#include "access/temporary_passwords.hpp"
#include "administration.hpp"
#include "base/build_info.hpp"
#include "base/log.hpp"
#include "configuration/reload_report.hpp"
#include "control_socket.hpp"
#include "core/core.hpp"
#include "core/states/desk.hpp"
#include "db/schema.hpp"
#include "figures.hpp"
#include "files/changing_zones.hpp"
#include "files/keeping/keeper.hpp"
#include "files/links.hpp"
#include "files/opener.hpp"
#include "files/upload/uploads.hpp"
#include "licence/keeper.hpp"
#include "licence/seated_scripts.hpp"
#include "licence/seated_states.hpp"
#include "pbx/listening.hpp"
#include "pbx/pbx.hpp"
#include "plugins/host.hpp"
#include "scenario/host.hpp"
#include "store/directory/directory_store.hpp"
#include "store/event_log/event_log.hpp"
#include "store/event_log/feed.hpp"
#include "store/event_log/reader.hpp"
#include "store/files/file_store.hpp"
#include "store/plan/plan_store.hpp"
#include "store/records/record_keeper.hpp"
#include "store/schema.hpp"
#include "store/states/mode_keeper.hpp"
#include "web_api/admin_api.hpp"
#include "web_api/table.hpp"
#include "web_api/web_api.hpp"

namespace otklik::app {
namespace {

/// Reads the event log from its first event to its last.
Result<EventsChecked> check_events(const std::string& folder) {
  store::EventReader reader(folder, 0);
  EventsChecked checked;
  for (;;) {
    const auto next = reader.next();
    if (!next) return std::unexpected(next.error());
    if (std::holds_alternative<store::NothingYet>(*next)) return checked;
    if (const auto* gap = std::get_if<store::Gap>(&*next)) {
      if (gap->why == store::Gap::Why::damaged) checked.damaged += gap->to - gap->from + 1;
    } else {
      ++checked.read;
    }
  }
}

/// What the access log shows of a path is the API's to say: links hold codes.
net::ServerOptions for_the_api(net::ServerOptions options) {
  options.logged_path = web_api::loggable_path;
  return options;
}

/// What there is, as the stores and the core have it.
class Company final : public core::CompanyView {
 public:
  Company(const store::DirectoryStore& directory, const store::PlanStore& plan, const core::Core& core)
      : directory_(directory), plan_(plan), core_(core) {}
  [[nodiscard]] std::shared_ptr<const core::Directory> directory() const override { return directory_.directory(); }
  [[nodiscard]] std::shared_ptr<const core::Plan> plan() const override { return plan_.plan(); }
  [[nodiscard]] std::shared_ptr<const core::Overview> overview() const override { return core_.overview(); }

 private:
  const store::DirectoryStore& directory_;
  const store::PlanStore& plan_;
  const core::Core& core_;
};

}  // namespace

/// Every part, in the order in which each needs the ones before it. Destroyed from the last to the first.
struct Server::Parts {
  explicit Parts(std::unique_ptr<LiveSettings> s)
      : settings(std::move(s)),
        areas(settings->now()->files.data_folder, settings->now()->files.storage_folder),
        hash(settings->now()->argon2) {
    settings->follow([this](const Configuration& next) {
      log::use(next.log_form(), next.log_level);
      hash.use(next.argon2);
    });
  }

  std::unique_ptr<LiveSettings> settings;
  const files::Areas areas;
  WallClock clock;
  access::CoarseClock steady;
  access::Argon2Hash hash;
  access::Credentialist credentialist{hash};
  access::DelayThread delays;
  std::unique_ptr<store::FileEventLog> event_log;
  std::unique_ptr<core::Core> core;
  std::unique_ptr<db::Database> database;
  std::unique_ptr<store::DirectoryStore> directory;
  std::unique_ptr<store::PlanStore> plan;
  std::unique_ptr<Company> company;
  std::unique_ptr<store::FileStore> file_index;
  std::unique_ptr<access::Doorkeeper> doorkeeper;
  std::unique_ptr<access::TemporaryPasswordKeeper> passwords;
  std::unique_ptr<files::ChangingZones> zones;
  std::unique_ptr<files::Links> links;
  std::unique_ptr<files::Opener> opener;
  std::unique_ptr<files::Keeper> keeper;
  std::unique_ptr<files::Uploads> uploads;
  std::unique_ptr<licence::Keeper> licence;
  std::unique_ptr<files::AvatarKeeper> avatars;
  std::unique_ptr<core::StateDesk> state_desk;
  std::unique_ptr<licence::SeatedStates> seated_states;
  std::unique_ptr<store::FileEventFeed> event_feed;
  std::unique_ptr<store::ModeKeeper> mode_keeper;
  std::unique_ptr<store::RecordKeeper> records;
  std::unique_ptr<plugins::Host> plugins;
  std::unique_ptr<scenario::Host> scenarios;
  std::unique_ptr<licence::SeatedScripts> seated_scripts;
  std::unique_ptr<pbx::Pbx> pbx;
  std::unique_ptr<web_api::WebApi> web_api;
  std::unique_ptr<web_api::AdminApi> admin_api;
  std::unique_ptr<net::Server> http;
  std::unique_ptr<ControlServer> control;
  std::string control_path;
  std::string base_url;
  std::string sip_listens_at;
  bool http_listens = false;
  bool states_restored = false;
  bool stopped = false;

  Result<> open_storage();
  Result<> open_people();
  Result<> open_plan(const DataFolder& folder);
  void open_states();
  Result<> restore_states();
  Result<> open_files(const DataFolder& folder);
  Result<> open_licence();
  Result<> open_telephony();
  Result<> listen_for_phones(bool any_free_port);
  void stop_telephony();
  Result<> open_plugins();
  Result<> open_scenarios();
  void follow_scenarios();
  void open_faces();
  void follow_faces();
  template <class Change>
  void record_change(const Change& change);
  Result<net::Listening> bind(net::ListenerOptions options, bool any_free_port);
  Result<std::size_t> listen_on(const std::vector<std::string>& endpoints, bool tls, bool any_free_port);
  Result<> listen_for_administrators(bool any_free_port);
};

Result<> Server::Parts::open_storage() {
  const auto configuration = settings->now();
  auto log = store::FileEventLog::open(configuration->events, clock);
  if (!log) return std::unexpected(log.error());
  event_log = std::move(*log);
  settings->follow([this](const Configuration& next) { event_log->use(next.events); });
  core = std::make_unique<core::Core>(*event_log, clock, core::CoreOptions{}, configuration->calls);
  core->tell(core::ServerStarted{build::version});  // the first fact: it begins the core's state anew

  {
    auto connection = db::Connection::open(configuration->database.connection);
    if (!connection) return std::unexpected(connection.error());
    if (auto upgraded = db::upgrade_schema(**connection, store::schema()); !upgraded) {
      return std::unexpected(upgraded.error());
    }
  }
  auto opened = db::Database::open(configuration->database);
  if (!opened) return std::unexpected(opened.error());
  database = std::move(*opened);
  file_index = std::make_unique<store::FileStore>(*database, *core);
  return {};
}

/// The database has the change already; the answer waits until the record of it is as safe. A disk that takes no record
/// does not undo the change: the log says so.
template <class Change>
void Server::Parts::record_change(const Change& change) {
  std::promise<Result<std::uint64_t>> recorded;
  auto waiting = recorded.get_future();
  core->tell(change, core::Durability::synced,
             [&recorded](Result<std::uint64_t> result) { recorded.set_value(std::move(result)); });
  if (const auto result = waiting.get(); !result) {
    log::error("{} {} is done, but could not be recorded: {}", change.what, change.key, result.error().message);
  }
}

Result<> Server::Parts::open_people() {
  const auto configuration = settings->now();
  auto opened = store::DirectoryStore::open(*database, credentialist, clock, configuration->directory);
  if (!opened) return std::unexpected(opened.error());
  directory = std::move(*opened);
  doorkeeper = std::make_unique<access::Doorkeeper>(
      configuration->access, directory->directory(),
      access::DoorkeeperParts{
          clock, steady, hash, delays, *core,
          [store = directory.get()](const Uuid& token, Time when) { store->note_token_used(token, when); },
          [store = directory.get()](const Uuid& user, const std::string& before, std::string renewed) {
            if (auto kept = store->renew_verifier(user, before, std::move(renewed), "server"); !kept) {
              log::warn("a password's verifier could not be renewed: {}", kept.error().message);
            }
          }});
  passwords = std::make_unique<access::TemporaryPasswordKeeper>(
      access::TemporaryPasswordOptions{}, [store = directory.get()] { return store->directory(); }, clock, steady);
  directory->listen([this](std::shared_ptr<const core::Directory> now, const core::DirectoryChanged& change) {
    doorkeeper->directory_changed(now);
    if (avatars) avatars->directory_changed(change);
    auto fact = change;
    fact.directory = std::move(now);
    record_change(fact);
    // Whoever is gone went out of lines and rules with the same transaction.
    if (change.what != "user.remove") return;
    if (seated_states) seated_states->look(core->overview()->states);
    if (auto noted = plan->user_removed(change.key, change.by); !noted) {
      log::error("the lines and numbers of {} go on as they were: {}", change.key, noted.error().message);
    }
  });
  settings->follow([this](const Configuration& next) {
    directory->use(next.directory);
    doorkeeper->use(next.access);
  });
  return {};
}

Result<> Server::Parts::open_plan(const DataFolder& folder) {
  const auto configuration = settings->now();
  auto box = store::SecretBox::open(folder.sip_key());
  if (!box) return std::unexpected(box.error());
  auto opened = store::PlanStore::open(
      *database, *box, [store = directory.get()] { return store->directory(); }, clock, configuration->plan);
  if (!opened) return std::unexpected(opened.error());
  plan = std::move(*opened);
  company = std::make_unique<Company>(*directory, *plan, *core);
  core->tell(core::DirectoryChanged{.what = "load", .key = {}, .by = "server", .directory = directory->directory()});
  core->tell(core::PlanChanged{.what = "load", .key = {}, .by = "server", .plan = plan->plan()});
  plan->listen([this](std::shared_ptr<const core::Plan> now, const core::PlanChanged& change) {
    auto fact = change;
    fact.plan = now;
    record_change(fact);
    if (pbx) pbx->use(std::move(now));
  });
  settings->follow([this](const Configuration& next) {
    if (auto used = plan->use(next.plan, "settings"); !used) {
      log::error("the settings of telephony do not hold: {}", used.error().message);
    }
  });
  return {};
}

void Server::Parts::open_states() {
  event_feed = std::make_unique<store::FileEventFeed>(*event_log);
  mode_keeper = std::make_unique<store::ModeKeeper>(*database, *event_feed);
  records = std::make_unique<store::RecordKeeper>(*database, *event_feed, clock, settings->now()->records);
  state_desk = std::make_unique<core::StateDesk>(*core);
  seated_states = std::make_unique<licence::SeatedStates>(*state_desk, *licence);
}

/// Modes of before the start hold again; who is in the call centre needs a seat for it. Not for just any command of the
/// shell: the events that say them stay the newest.
Result<> Server::Parts::restore_states() {
  if (std::exchange(states_restored, true)) return {};
  auto restored = mode_keeper->restored();
  if (!restored) return std::unexpected(restored.error());
  for (auto& one : *restored) {
    const auto* user = directory->directory()->user(one.user);
    if (user == nullptr) continue;
    one.login = user->login;
    core->tell(std::move(one));
  }
  std::promise<void> held;
  core->ask([](const core::Machine& machine) { return machine.turns(); }, [](auto work) { work(); },
            [&held](const Result<std::uint64_t>&) { held.set_value(); });
  held.get_future().wait();
  for (const Uuid& user : seated_states->seat(core->overview()->states)) {
    const auto* known = directory->directory()->user(user);
    const std::string login = known == nullptr ? std::string() : known->login;
    log::warn("{} is not in the call centre any more: the licence has no seat for him", login);
    state_desk->request({.user = user, .login = login, .wanted = {.on_callcenter = false}, .by = "licence"},
                        [](const Result<core::StateOutcome>&) {});
  }
  mode_keeper->follow([this] { return core->overview(); });
  return {};
}

Result<> Server::Parts::open_files(const DataFolder& folder) {
  const auto configuration = settings->now();
  auto made = files::Zones::make(configuration->files, file_index.get());
  if (!made) return std::unexpected(made.error());
  zones = std::make_unique<files::ChangingZones>(std::move(*made));
  const auto key = files::load_or_make_link_key(folder.link_key());
  if (!key) return std::unexpected(key.error());
  links = std::make_unique<files::Links>(*key, configuration->link_lifetime, clock);
  opener = std::make_unique<files::Opener>(configuration->files, configuration->opener, *file_index, *links);
  uploads = std::make_unique<files::Uploads>(configuration->uploads, files::Uploads::Parts{areas, *file_index, clock});
  uploads->clean_up();
  keeper = std::make_unique<files::Keeper>(areas, *file_index, clock, configuration->keeper);
  avatars = std::make_unique<files::AvatarKeeper>(
      files::AvatarKeeper::Ports{*directory, *opener, *file_index, clock, areas}, configuration->avatars);
  settings->follow([this](const Configuration& next) {
    links->use(next.link_lifetime);
    opener->use(next.files, next.opener);
    keeper->use(next.keeper);
    uploads->use(next.uploads);
    avatars->use(next.avatars);
  });
  return {};
}

Result<> Server::Parts::open_licence() {
  auto opened = licence::Keeper::open(settings->now()->licence, clock, *core);
  if (!opened) return std::unexpected(opened.error());
  licence = std::move(*opened);
  settings->follow([this](const Configuration& next) { licence->use(next.licence); });
  return {};
}

Result<> Server::Parts::open_telephony() {
  auto opened = pbx::Pbx::open(settings->now()->pbx, {*core, *core, *licence, *file_index, *plan});
  if (!opened) return std::unexpected(opened.error());
  pbx = std::move(*opened);
  core->use(pbx.get());
  settings->follow([this](const Configuration& next) {
    pbx->use(next.pbx.audio);
    pbx->use(next.pbx.recording);
    pbx->use(next.pbx.sip.limits);
  });
  return {};
}

Result<> Server::Parts::listen_for_phones(bool any_free_port) {
  const auto listening = pbx->listen(plan->plan(), any_free_port);
  if (!listening) return std::unexpected(listening.error());
  for (const auto& one : *listening) {
    std::printf("listening %s\n", pbx::text_of(one).c_str());
    if (sip_listens_at.empty()) sip_listens_at = one.endpoint.text();
  }
  std::fflush(stdout);
  return {};
}

/// Calls that run may go on for a while; whoever calls meanwhile is told to come back.
void Server::Parts::stop_telephony() {
  if (!pbx) return;
  pbx->refuse_new_calls();
  if (!pbx->wait_for_calls(settings->now()->stop_time)) log::warn("calls are ended: the time for stopping is over");
}

Result<> Server::Parts::open_plugins() {
  auto host = plugins::Host::open(settings->now()->plugins,
                                  {*event_feed, [store = directory.get()] { return store->directory(); }});
  if (!host) return std::unexpected(host.error());
  plugins = std::move(*host);
  settings->follow([this](const Configuration& next) { plugins->use(next.plugins); });
  return {};
}

Result<> Server::Parts::open_scenarios() {
  const auto configuration = settings->now();
  auto host = scenario::Host::open(configuration->script, *core, *zones, *plugins,
                                   scenario::open_sources(configuration->sources));
  if (!host) return std::unexpected(host.error());
  scenarios = std::move(*host);
  seated_scripts = std::make_unique<licence::SeatedScripts>(*scenarios, *licence);
  follow_scenarios();
  return {};
}

void Server::Parts::follow_scenarios() {
  settings->follow([this](const Configuration& now, const Configuration& next) -> Result<LiveSettings::Commit> {
    if (next.files == now.files) return [] {};
    auto made = files::Zones::make(next.files, file_index.get());
    if (!made) return std::unexpected(made.error());
    return [this, made = std::shared_ptr(std::move(*made))] { zones->use(made); };
  });
  settings->follow([this](const Configuration& now, const Configuration& next) -> Result<LiveSettings::Commit> {
    return [this, &next, changed = scenario::changed_sources(now.sources, next.sources)]() mutable {
      scenarios->use(next.script);
      scenarios->use_sources(std::move(changed));
    };
  });
}

void Server::Parts::open_faces() {
  const auto configuration = settings->now();
  web_api::WebApi::Ports ports{*doorkeeper,
                               *passwords,
                               *seated_scripts,
                               *zones,
                               *opener,
                               *uploads,
                               *licence,
                               *avatars,
                               *plugins,
                               *company,
                               *seated_states,
                               *core,
                               clock,
                               [this](std::string_view login) -> std::shared_ptr<const core::Identity> {
                                 const auto people = directory->directory();
                                 const auto* user = people->find_user(login);
                                 if (user == nullptr || user->blocked) return nullptr;
                                 return std::make_shared<const core::Identity>(people->identity_of(*user));
                               }};
  web_api =
      std::make_unique<web_api::WebApi>(std::move(ports), configuration->web, web_api::VersionFigures::of_this_build());
  admin_api = std::make_unique<web_api::AdminApi>(
      web_api::AdminApi::Sources{[this]() -> Result<> {
                                   if (auto trouble = event_log->trouble()) return std::unexpected(std::move(*trouble));
                                   return {};
                                 },
                                 [this] {
                                   return gather_figures({*http, *core, *scenarios, *plugins, *event_log, *doorkeeper,
                                                          *web_api, *seated_scripts, *licence, *pbx});
                                 }});
  http = std::make_unique<net::Server>(for_the_api(configuration->http));
  follow_faces();
}

void Server::Parts::follow_faces() {
  settings->follow([this](const Configuration& next) { web_api->use(next.web); });
  settings->follow([this](const Configuration& now, const Configuration& next) -> Result<LiveSettings::Commit> {
    const bool is_other = !(next.http.tls == now.http.tls);
    if (is_other) {
      if (auto tried = net::TlsContext::load(next.http.tls); !tried) return std::unexpected(tried.error());
    }
    return [this, &next, begins = is_other && now.http.tls.certificate_chain.empty()] {
      http->use(for_the_api(next.http));  // its certificate is read with all that is read anew, see reload()
      if (begins) static_cast<void>(listen_on(next.https_listen, true, false));
    };
  });
}

Result<net::Listening> Server::Parts::bind(net::ListenerOptions options, bool any_free_port) {
  auto bound = http->listen(options);
  if (!bound && any_free_port && bound.error().code == ErrorCode::failed && options.endpoint.port != 0) {
    log::warn("{}; taking a free port instead", bound.error().message);
    options.endpoint.port = 0;
    bound = http->listen(options);
  }
  if (!bound) {
    log::error("{}", bound.error().message);
    return bound;
  }
  std::printf("listening %s%s://%s\n", bound->admin ? "admin " : "", bound->tls ? "https" : "http",
              bound->endpoint.text().c_str());
  std::fflush(stdout);
  return bound;
}

Result<std::size_t> Server::Parts::listen_on(const std::vector<std::string>& endpoints, bool tls, bool any_free_port) {
  std::size_t bound = 0;
  for (const auto& text : endpoints) {
    const auto endpoint = Endpoint::parse(text);
    if (!endpoint)
      return fail(ErrorCode::bad_request, "\"" + text + "\" is no address to listen on: it takes host:port");
    const auto listening = bind({*endpoint, tls, false, web_api.get()}, any_free_port);
    if (!listening) continue;
    ++bound;
    if (base_url.empty() && !tls) {
      const auto& host = listening->endpoint.host;
      const bool everywhere = host.empty() || host == "0.0.0.0" || host == "::";
      base_url = "http://" +
                 (everywhere ? "127.0.0.1:" + std::to_string(listening->endpoint.port) : listening->endpoint.text());
    }
  }
  return bound;
}

Result<> Server::Parts::listen_for_administrators(bool any_free_port) {
  const std::string text = settings->now()->admin_listen;
  if (text.empty()) return {};
  const auto endpoint = Endpoint::parse(text);
  if (!endpoint) return fail(ErrorCode::bad_request, "admin.listen takes host:port");
  static_cast<void>(bind({*endpoint, false, true, admin_api.get()}, any_free_port));
  return {};
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::open(DataFolder& folder, std::unique_ptr<LiveSettings> settings) {
  if (auto locked = folder.lock(); !locked) return std::unexpected(locked.error());
  std::unique_ptr<Server> server(new Server(std::make_unique<Parts>(std::move(settings))));
  auto& parts = *server->parts_;
  parts.control_path = folder.control_socket();
  if (auto opened = parts.open_storage(); !opened) return std::unexpected(opened.error());
  if (auto opened = parts.open_people(); !opened) return std::unexpected(opened.error());
  if (auto opened = parts.open_plan(folder); !opened) return std::unexpected(opened.error());
  if (auto opened = parts.open_files(folder); !opened) return std::unexpected(opened.error());
  if (auto opened = parts.open_licence(); !opened) return std::unexpected(opened.error());
  parts.open_states();
  if (auto opened = parts.open_plugins(); !opened) return std::unexpected(opened.error());
  if (auto opened = parts.open_scenarios(); !opened) return std::unexpected(opened.error());
  parts.open_faces();
  return server;
}

Result<> Server::listen(bool any_free_port) {
  auto& parts = *parts_;
  const auto configuration = parts.settings->now();
  if (auto opened = parts.open_telephony(); !opened) return opened;  // repairs recordings, which the keeper then finds
  if (auto kept = parts.keeper->start(); !kept) return kept;
  if (auto restored = parts.restore_states(); !restored) return restored;
  parts.records->start();
  parts.avatars->start();
  parts.plugins->begin(*parts.scenarios);
  const auto plain = parts.listen_on(configuration->http_listen, false, any_free_port);
  if (!plain) return std::unexpected(plain.error());
  std::size_t bound = *plain;
  if (!configuration->http.tls.certificate_chain.empty()) {
    const auto secure = parts.listen_on(configuration->https_listen, true, any_free_port);
    if (!secure) return std::unexpected(secure.error());
    bound += *secure;
  }
  parts.http_listens = bound != 0;
  if (bound == 0) return fail(ErrorCode::failed, "no port could be bound: see the log above");
  if (auto admin = parts.listen_for_administrators(any_free_port); !admin) return admin;
  if (auto phones = parts.listen_for_phones(any_free_port); !phones) return phones;

  parts.control = std::make_unique<ControlServer>(parts.control_path,
                                                  [this](const Operation& operation) { return perform(operation); });
  if (auto started = parts.control->start(); !started) return started;
  return {};
}

Result<std::string> Server::reload() {
  auto& parts = *parts_;
  const auto settings = parts.settings->reload();
  ReloadReport report;
  if (settings) report.settings = *settings;
  if (!configuration()->http.tls.certificate_chain.empty()) {
    if (auto read = parts.http->reload_certificates(); !read) report.refuse("certificate", read.error());
  }
  if (auto read = parts.pbx ? parts.pbx->reload_certificates() : Result<>(); !read) report.refuse("certificate of SIP", read.error());
  parts.scenarios->repository().reload();
  parts.licence->look();
  if (auto people = parts.directory->reload("reload"); !people) report.refuse("directory", people.error());
  if (auto plan = parts.plan->reload("reload"); !plan) report.refuse("plan", plan.error());
  report.tell_log();
  if (!settings) {
    log::error("the settings stay as they are: {}", settings.error().message);
    return std::unexpected(settings.error());
  }
  return report.json();
}

std::shared_ptr<const Configuration> Server::configuration() const { return parts_->settings->now(); }

void Server::stop() {
  auto& parts = *parts_;
  if (std::exchange(parts.stopped, true)) return;
  const auto stop_time = configuration()->stop_time;
  parts.stop_telephony();
  if (parts.http) parts.http->stop(stop_time);
  if (parts.uploads) parts.uploads->stop();
  if (parts.keeper) parts.keeper->stop();
  if (parts.avatars) parts.avatars->stop();
  if (parts.opener) parts.opener->stop();
  if (parts.scenarios) parts.scenarios->stop(stop_time);
  if (parts.control) parts.control->stop();  // now: a scenario that the shell waits for has ended
  if (parts.plugins) parts.plugins->stop();
  if (parts.doorkeeper) parts.doorkeeper->stop();
  if (parts.mode_keeper) parts.mode_keeper->stop();
  if (parts.licence) parts.licence->stop();
  if (parts.core) {
    parts.core->tell(core::ServerStopping{});
    if (parts.pbx) parts.pbx->stop();
    parts.core->stop();
    parts.core->use(nullptr);
  }
  if (parts.records) parts.records->stop();
  if (parts.event_log) parts.event_log->stop();
}

Result<std::string> Server::perform(const Operation& operation) {
  auto& parts = *parts_;
  if (operation.name == "user.state") {
    if (auto restored = parts.restore_states(); !restored) return std::unexpected(restored.error());
  }
  // A password that this process alone knows would open nothing once the command has ended.
  core::TemporaryPasswords* passwords = parts.http_listens ? parts.passwords.get() : nullptr;
  AdministrationParts administered{
      *parts.directory,
      *parts.scenarios,
      *parts.licence,
      *parts.avatars,
      *parts.plugins,
      *parts.settings,
      [this] { return reload(); },
      {parts.areas, *parts.file_index, *parts.links, passwords},
      {*parts.plan, [&parts] { return parts.core->overview(); },
       [&parts] {
         const std::string& chosen = parts.settings->now()->sip_server;
         return chosen.empty() ? parts.sip_listens_at : chosen;
       },
       *parts.seated_states},
      *parts.core,
      [&parts] { return parts.database->read([](db::Connection& connection) { return db::check(connection); }); },
      [&parts] { return check_events(parts.settings->now()->events.folder); },
      [&parts](const core::DirectoryChanged& change) { parts.record_change(change); }};
  return administrate(administered, operation);
}

std::string Server::base_url() const { return parts_->base_url; }

}  // namespace otklik::app
