#include "plugins/host_api.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <initializer_list>
#include <mutex>

#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "plugins/one_line.hpp"

namespace otklik::plugins {
namespace {

constexpr int bad_params = -32602;
constexpr int no_method = -32601;
constexpr int forbidden = -32001;
constexpr int refused = -32002;
constexpr std::int64_t most_users = 1000;
constexpr std::size_t most_log_bytes = 2048;

/// The params of a request: known names only, each of its type. The first mistake stays.
class Params {
 public:
  Params(const PluginRequest& request, std::initializer_list<std::string_view> known) {
    if (parser_.parse(request.params).get(object_) != simdjson::SUCCESS) {
      wrong("params", "is no object");
      return;
    }
    for (const auto [key, value] : object_) {
      if (std::ranges::find(known, key) == known.end()) wrong(key, "is not known");
    }
  }

  std::optional<std::string> text(std::string_view name) {
    return get<std::string_view, std::string>(name, "is no text");
  }
  std::optional<bool> flag(std::string_view name) { return get<bool, bool>(name, "is neither true nor false"); }
  std::optional<double> number(std::string_view name) { return get<double, double>(name, "is no number"); }
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t least) {
    auto value = get<std::int64_t, std::int64_t>(name, "is no whole number");
    if (value && *value < least) wrong(name, fmt::format("is less than {}", least));
    return value;
  }
  std::vector<std::string> texts(std::string_view name, std::size_t most) {
    std::vector<std::string> out;
    simdjson::dom::element value;
    if (object_.at_key(name).get(value) != simdjson::SUCCESS) return out;
    simdjson::dom::array list;
    if (value.get(list) != simdjson::SUCCESS) {
      wrong(name, "is no list");
      return out;
    }
    for (const auto item : list) {
      std::string_view one;
      if (item.get(one) != simdjson::SUCCESS) wrong(name, "holds what is no text");
      out.emplace_back(one);
    }
    if (out.size() > most) wrong(name, fmt::format("holds more than {}", most));
    return out;
  }
  void wrong(std::string_view name, std::string_view why) {
    if (!mistake_) mistake_ = ApiError{bad_params, fmt::format("{} {}", name.substr(0, 64), why), "bad_request"};
  }
  [[nodiscard]] const std::optional<ApiError>& mistake() const noexcept { return mistake_; }

 private:
  template <class Seen, class Value>
  std::optional<Value> get(std::string_view name, std::string_view why) {
    simdjson::dom::element value;
    if (object_.at_key(name).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
    Seen seen{};
    if (value.get(seen) != simdjson::SUCCESS) {
      wrong(name, why);
      return std::nullopt;
    }
    return Value(seen);
  }

  simdjson::dom::parser parser_;
  simdjson::dom::object object_;
  std::optional<ApiError> mistake_;
};

ApiError missing_privilege(std::string_view what) {
  return {forbidden, fmt::format("the role of the plugin needs the privilege {}", what), "forbidden"};
}

bool may_see(core::Privileges privileges) noexcept {
  return privileges.has(core::Privilege::supervise) || privileges.has(core::Privilege::admin_manage);
}

ApiAnswer log_line(const ApiCaller& caller, const PluginRequest& request) {
  Params params(request, {"level", "message"});
  const auto level = params.text("level").value_or("info");
  auto message = params.text("message");
  if (!message) params.wrong("message", "is missing");
  constexpr std::array known{std::pair{"debug", spdlog::level::debug}, std::pair{"info", spdlog::level::info},
                             std::pair{"warn", spdlog::level::warn}, std::pair{"error", spdlog::level::err}};
  const auto found = std::ranges::find_if(known, [&](const auto& each) { return level == each.first; });
  if (found == known.end()) params.wrong("level", "is debug, info, warn or error");
  if (params.mistake()) return std::unexpected(*params.mistake());
  spdlog::log(found->second, "plugin {}: {}", caller.plugin, one_line(*message, most_log_bytes));
  return "{}";
}

void append_user(JsonWriter& json, const core::Directory& directory, const core::User& user) {
  const auto* department = directory.department(user.department);
  json.begin_object().field("id", user.id.text()).field("login", user.login).field("name", user.name);
  json.field("department", department == nullptr ? std::string() : department->name).field("language", user.language);
  json.field("blocked", user.blocked).key("roles").begin_array();
  for (const auto& id : user.roles) {
    if (const auto* role = directory.role(id)) json.value(role->name);
  }
  json.end_array().end_object();
}

/// A scenario's end and its start's own return race for the run's id: whoever is second answers.
struct Started {
  std::mutex mutex;
  std::optional<Uuid> run;
  std::optional<core::ScriptEnd> end;
  ApiDone done;
};

std::string ended_json(const Uuid& run, const core::ScriptEnd& end) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("run", run.text()).field("end", core::name(end.kind)).key("returns").begin_array();
  for (const auto& value : end.returns) json.value(value);
  json.end_array().end_object();
  return out;
}

void answer_when_both(const std::shared_ptr<Started>& started) {
  ApiDone done;
  std::string json;
  {
    const std::lock_guard lock(started->mutex);
    if (!started->run || !started->end || !started->done) return;
    done = std::exchange(started->done, nullptr);
    json = ended_json(*started->run, *started->end);
  }
  done(std::move(json));
}

}  // namespace

core::Privileges HostApi::privileges(const ApiCaller& caller) const {
  const auto directory = directory_();
  const auto* role = caller.grant.role.empty() ? nullptr : directory->find_role(caller.grant.role);
  return role == nullptr ? core::Privileges{} : role->privileges;
}

void HostApi::handle(const ApiCaller& caller, const PluginRequest& request, ApiDone done) const {
  if (request.method == "log") return done(log_line(caller, request));
  if (request.method == "users") return done(users(caller, request));
  if (request.method == "start_scenario") return start_scenario(caller, request, std::move(done));
  done(std::unexpected(ApiError{no_method, "the server knows no method of that name", "not_found"}));
}

ApiAnswer HostApi::users(const ApiCaller& caller, const PluginRequest& request) const {
  if (!may_see(privileges(caller))) return std::unexpected(missing_privilege("supervise"));
  Params params(request, {"login", "id", "limit", "after"});
  const auto login = params.text("login");
  const auto id = params.text("id");
  const auto limit = std::min(params.whole("limit", 1).value_or(most_users), most_users);
  const auto after = params.text("after");
  if (id && !Uuid::parse(*id)) params.wrong("id", "is no GUID");
  if (params.mistake()) return std::unexpected(*params.mistake());

  const auto directory = directory_();
  std::vector<const core::User*> found;
  if (login || id) {
    const auto* user = id ? directory->user(*Uuid::parse(*id)) : directory->user_by_login(*login);
    if (user != nullptr) found.push_back(user);
  } else {
    const auto behind = lower_utf8(after.value_or(""));
    for (const auto& user : directory->users()) {
      if (behind.empty() || lower_utf8(user.login) > behind) found.push_back(&user);
    }
    std::ranges::sort(found, {}, [](const core::User* user) { return lower_utf8(user->login); });
  }
  const bool more = found.size() > static_cast<std::size_t>(limit);
  if (more) found.resize(static_cast<std::size_t>(limit));
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("users").begin_array();
  for (const auto* user : found) append_user(json, *directory, *user);
  json.end_array();
  if (more) json.field("more", true);
  json.end_object();
  return out;
}

void HostApi::start_scenario(const ApiCaller& caller, const PluginRequest& request, ApiDone done) const {
  if (!privileges(caller).has(core::Privilege::webapi_execute)) {
    return done(std::unexpected(missing_privilege("webapi.execute")));
  }
  Params params(request, {"name", "parameters", "wait"});
  core::ScriptStart start;
  const auto name = params.text("name");
  if (!name) params.wrong("name", "is missing");
  auto parameters = params.texts("parameters", start.parameters.size());
  const bool wait = params.flag("wait").value_or(false);
  if (params.mistake()) return done(std::unexpected(*params.mistake()));
  start.scenario = *name;
  std::ranges::move(parameters, start.parameters.begin());
  start.code = core::LaunchCode::plugin;
  start.login = "plugin:" + caller.plugin;

  const auto refuse = [](core::StartRefusal refusal) {
    return std::unexpected(ApiError{refused, "the scenario did not start", std::string(core::name(refusal))});
  };
  if (scripts_ == nullptr) return done(refuse(core::StartRefusal::stopping));
  if (!wait) {
    const auto run = scripts_->start(std::move(start), [](const core::ScriptEnd&) {});
    if (!run) return done(refuse(run.error()));
    return done(fmt::format(R"({{"run":"{}"}})", run->text()));
  }
  const auto started = std::make_shared<Started>();
  started->done = std::move(done);
  const auto run = scripts_->start(std::move(start), [started](core::ScriptEnd end) {
    {
      const std::lock_guard lock(started->mutex);
      started->end = std::move(end);
    }
    answer_when_both(started);
  });
  if (!run) return std::exchange(started->done, nullptr)(refuse(run.error()));
  {
    const std::lock_guard lock(started->mutex);
    started->run = *run;
  }
  answer_when_both(started);
}

std::expected<EventWish, ApiError> HostApi::event_wish(const ApiCaller& caller, const PluginRequest& request) const {
  if (!may_see(privileges(caller))) return std::unexpected(missing_privilege("supervise"));
  Params params(request, {"types", "from"});
  EventWish wish;
  wish.types = params.texts("types", 256);
  if (const auto from = params.whole("from", 0)) wish.from = static_cast<std::uint64_t>(*from);
  if (params.mistake()) return std::unexpected(*params.mistake());
  return wish;
}

}  // namespace otklik::plugins
