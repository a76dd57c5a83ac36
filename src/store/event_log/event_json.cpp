#include "store/event_log/event_json.hpp"

#include <simdjson.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "base/json_writer.hpp"
#include "store/event_log/call_event_json.hpp"

namespace otklik::store {
namespace {

using namespace core;

/// One parser for each thread: its buffers are worth keeping.
simdjson::dom::parser& parser() {
  thread_local simdjson::dom::parser the_parser;
  return the_parser;
}

class Fields {
 public:
  explicit Fields(std::string& out) : out_(out), json_(out) { json_.begin_object(); }
  ~Fields() { json_.end_object(); }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  Fields& text(std::string_view key, std::string_view value) {
    if (!value.empty()) json_.field(key, value);
    return *this;
  }
  Fields& id(std::string_view key, const Uuid& value) {
    if (value.is_nil()) return *this;
    json_.key(key).raw("\"");  // the rest of the string goes past the writer: it needs no escapes
    value.append_to(out_);
    out_ += '"';
    return *this;
  }
  template <class Number>
  Fields& number(std::string_view key, Number value) {
    json_.field(key, value);
    return *this;
  }
  Fields& flag(std::string_view key, bool value) {
    json_.field(key, value);
    return *this;
  }
  /// Left out where it is not set, and not where it is 0 or empty.
  template <class Value>
  Fields& optional(std::string_view key, const std::optional<Value>& value) {
    if (value) json_.field(key, *value);
    return *this;
  }
  /// Text that should be JSON: as such where it is, else as a string under `other_key`.
  Fields& json(std::string_view key, std::string_view other_key, std::string_view value) {
    if (value.empty()) return *this;
    std::string compact(value.size(), '\0');
    std::size_t size = 0;
    // Line breaks between its parts must go, and minify alone would let through what is no JSON.
    if (!parser().parse(value.data(), value.size()).error() &&
        !simdjson::minify(value.data(), value.size(), compact.data(), size)) {
      json_.key(key).raw(std::string_view(compact).substr(0, size));
    } else {
      json_.field(other_key, value);
    }
    return *this;
  }

 private:
  std::string& out_;
  JsonWriter json_;
};

/// All five modes, whether or not they hold: a reader needs no earlier event to know them.
void append_modes(Fields& fields, const UserModes& modes, ChosenState chosen, const BreakReason& reason) {
  fields.flag("oncallcenter", modes.on_callcenter)
      .flag("onccmanual", modes.on_cc_manual)
      .flag("onlunch", modes.on_lunch)
      .flag("onredirect", modes.on_redirect)
      .flag("ontask", modes.on_task)
      .text("chosen", name(chosen))
      .optional("reason_id", reason.id)
      .text("reason", reason.text);
}

struct Append {
  std::string& out;

  void operator()(const ServerStarted& e) const { Fields(out).text("version", e.version); }
  void operator()(const ServerStopping&) const { Fields{out}; }
  void operator()(const ScriptStarted& e) const {
    Fields(out)
        .id("run", e.run)
        .text("scenario", e.scenario)
        .number("code", static_cast<int>(e.code))
        .id("user", e.user)
        .text("login", e.login)
        .id("parent", e.parent);
  }
  void operator()(const ScriptEnded& e) const {
    Fields(out)
        .id("run", e.run)
        .text("scenario", e.scenario)
        .text("kind", name(e.kind))
        .text("error", e.error)
        .number("took_us", e.took.count())
        .number("instructions", e.instructions);
  }
  void operator()(const LoginSucceeded& e) const {
    Fields(out).id("user", e.user).text("login", e.login).text("by", e.by).text("address", e.address);
  }
  void operator()(const LoginRefused& e) const {
    Fields(out).text("login", e.login).text("reason", e.reason).text("address", e.address);
  }
  void operator()(const DirectoryChanged& e) const {
    Fields(out).text("what", e.what).text("key", e.key).text("by", e.by);
  }
  void operator()(const PlanChanged& e) const {
    Fields(out).text("what", e.what).text("key", e.key).text("by", e.by);
  }
  void operator()(const LineConnected& e) const {
    Fields(out).id("line", e.line).text("number", e.number).text("address", e.address).text("agent", e.user_agent);
  }
  void operator()(const LineDisconnected& e) const {
    Fields(out).id("line", e.line).text("number", e.number).text("reason", e.reason);
  }
  void operator()(const UserStateRequested& e) const {
    const auto& wanted = e.wanted;
    Fields(out)
        .id("user", e.user)
        .text("login", e.login)
        .optional("state", wanted.state)
        .optional("oncallcenter", wanted.on_callcenter)
        .optional("onccmanual", wanted.on_cc_manual)
        .optional("onlunch", wanted.on_lunch)
        .optional("onredirect", wanted.on_redirect)
        .optional("reason_id", wanted.reason_id)
        .optional("reason", wanted.reason_text)
        .text("by", e.by);
  }
  void operator()(const UserStateRestored& e) const {
    Fields fields(out);
    fields.id("user", e.user).text("login", e.login);
    append_modes(fields, e.modes, e.chosen, e.reason);
  }
  void operator()(const UserStateChanged& e) const {
    Fields fields(out);
    fields.id("user", e.user)
        .text("login", e.login)
        .number("from", static_cast<int>(e.from))
        .number("to", static_cast<int>(e.to));
    append_modes(fields, e.modes, e.chosen, e.reason);
    fields.text("cause", name(e.cause)).text("by", e.by).number("lasted_us", e.lasted.count());
  }
  void operator()(const LicenceInstalled& e) const {
    const auto& terms = e.terms;
    Fields fields(out);
    fields.text("registration", terms.registration)
        .text("owner", terms.owner)
        .text("product", terms.product)
        .text("versions", terms.versions)
        .text("machine", terms.machine)
        .text("issuer", e.issuer)
        .text("not_before", terms.not_before ? date_text(*terms.not_before) : std::string())
        .text("not_after", date_text(terms.not_after))
        .text("confirm_date", date_text(terms.confirm))
        .text("update_limit_date", date_text(terms.update_limit));
    for (const auto what : all_licensed) {
      if (terms.limits[what]) fields.number(name(what), *terms.limits[what]);
    }
  }
  void operator()(const LicenceRefused& e) const { Fields(out).text("reason", e.reason).text("text", e.text); }
  void operator()(const LicenceRemoved&) const { Fields{out}; }
  void operator()(const CustomEvent& e) const {
    Fields(out).text("name", e.name).json("data", "text", e.data).id("run", e.run);
  }
  void operator()(const EventsLost& e) const {
    Fields(out)
        .number("count", e.count)
        .text("since", utc_text(e.since))
        .number("since_us", e.since.time_since_epoch().count());
  }
  void operator()(const FileStored& e) const {
    Fields(out)
        .id("file", e.file)
        .text("area", e.area)
        .text("path", e.path)
        .text("name", e.name)
        .number("size", e.size)
        .text("sha256", e.sha256)
        .id("user", e.user)
        .text("login", e.login)
        .id("chain", e.chain);
  }
  void operator()(const FileDeleted& e) const {
    Fields(out)
        .id("file", e.file)
        .text("area", e.area)
        .text("path", e.path)
        .text("name", e.name)
        .number("size", e.size)
        .text("reason", e.reason)
        .id("chain", e.chain);
  }
  template <CallEvent Told>
  void operator()(const Told& e) const {
    append_call_event(out, e);
  }
};

/// Reads fields; remembers whether one was of the wrong kind.
class Reading {
 public:
  explicit Reading(simdjson::dom::object object) : object_(object) {}

  std::string text(std::string_view key) {
    std::string_view value;
    return has(object_[key].get(value)) ? std::string(value) : std::string();
  }
  Uuid id(std::string_view key) {
    std::string_view value;
    if (!has(object_[key].get(value))) return {};
    const auto id = Uuid::parse(value);
    if (!id) wrong_ = true;
    return id.value_or(Uuid{});
  }
  std::uint64_t count(std::string_view key) {
    std::uint64_t value = 0;
    return has(object_[key].get(value)) ? value : 0;
  }
  std::int64_t number(std::string_view key) {
    std::int64_t value = 0;
    return has(object_[key].get(value)) ? value : 0;
  }
  /// `dd.MM.yyyy`; nothing when it is absent.
  std::optional<Date> date(std::string_view key) {
    std::string_view value;
    if (!has(object_[key].get(value))) return std::nullopt;
    const auto date = parse_date(value);
    if (!date) wrong_ = true;
    return date;
  }
  /// Nothing when it is absent.
  Limit limit(std::string_view key) {
    std::uint64_t value = 0;
    if (!has(object_[key].get(value))) return std::nullopt;
    if (value > UINT32_MAX) wrong_ = true;
    return static_cast<std::uint32_t>(value);
  }
  bool flag(std::string_view key) { return maybe_flag(key).value_or(false); }
  std::optional<bool> maybe_flag(std::string_view key) {
    bool value = false;
    return has(object_[key].get(value)) ? std::optional(value) : std::nullopt;
  }
  std::optional<std::int32_t> maybe_number(std::string_view key) {
    std::int64_t value = 0;
    if (!has(object_[key].get(value))) return std::nullopt;
    if (value < INT32_MIN || value > INT32_MAX) wrong_ = true;
    return static_cast<std::int32_t>(value);
  }
  std::optional<std::string> maybe_text(std::string_view key) {
    std::string_view value;
    return has(object_[key].get(value)) ? std::optional(std::string(value)) : std::nullopt;
  }
  UserState state(std::string_view key) {
    const auto state = user_state_of(number(key));
    if (!state) wrong_ = true;
    return state.value_or(UserState::disconnected);
  }
  /// Absent: what an enumeration begins with.
  template <class Kind>
  Kind named(std::string_view key, std::optional<Kind> (*from)(std::string_view) noexcept) {
    const std::string value = text(key);
    if (value.empty()) return Kind{};
    const auto kind = from(value);
    if (!kind) wrong_ = true;
    return kind.value_or(Kind{});
  }
  UserModes modes() {
    return {.on_callcenter = flag("oncallcenter"),
            .on_cc_manual = flag("onccmanual"),
            .on_lunch = flag("onlunch"),
            .on_redirect = flag("onredirect"),
            .on_task = flag("ontask")};
  }
  BreakReason break_reason() { return {.id = maybe_number("reason_id"), .text = text("reason")}; }
  std::string json(std::string_view key) {
    simdjson::dom::element value;
    return has(object_[key].get(value)) ? simdjson::minify(value) : std::string();
  }
  ScriptEnd::Kind kind(std::string_view key) {
    using Kind = ScriptEnd::Kind;
    const std::string value = text(key);
    for (const auto each : {Kind::finished, Kind::failed, Kind::budget_memory, Kind::budget_instructions,
                            Kind::budget_time, Kind::stopped}) {
      if (name(each) == value) return each;
    }
    wrong_ = true;
    return Kind::failed;
  }

  [[nodiscard]] bool wrong() const noexcept { return wrong_; }

 private:
  bool has(simdjson::error_code error) {
    if (error == simdjson::NO_SUCH_FIELD) return false;
    if (error) wrong_ = true;
    return !error;
  }

  simdjson::dom::object object_;
  bool wrong_ = false;
};

LicenceInstalled read_licence(Reading& json) {
  LicenceInstalled event;
  auto& terms = event.terms;
  terms.registration = json.text("registration");
  terms.owner = json.text("owner");
  terms.product = json.text("product");
  terms.versions = json.text("versions");
  terms.machine = json.text("machine");
  terms.not_before = json.date("not_before");
  terms.not_after = json.date("not_after").value_or(never);
  terms.confirm = json.date("confirm_date").value_or(never);
  terms.update_limit = json.date("update_limit_date").value_or(never);
  for (const auto what : all_licensed) terms.limits[what] = json.limit(name(what));
  event.issuer = json.text("issuer");
  return event;
}

UserStateRequested read_request(Reading& json) {
  return {.user = json.id("user"),
          .login = json.text("login"),
          .wanted = {.state = json.maybe_number("state"),
                     .on_redirect = json.maybe_flag("onredirect"),
                     .on_callcenter = json.maybe_flag("oncallcenter"),
                     .on_cc_manual = json.maybe_flag("onccmanual"),
                     .on_lunch = json.maybe_flag("onlunch"),
                     .reason_id = json.maybe_number("reason_id"),
                     .reason_text = json.maybe_text("reason")},
          .by = json.text("by")};
}

UserStateChanged read_state_change(Reading& json) {
  return {.user = json.id("user"),
          .login = json.text("login"),
          .from = json.state("from"),
          .to = json.state("to"),
          .modes = json.modes(),
          .chosen = json.named("chosen", chosen_state_named),
          .reason = json.break_reason(),
          .cause = json.named("cause", state_cause_named),
          .by = json.text("by"),
          .lasted = Duration(json.number("lasted_us"))};
}

std::optional<EventBody> read(std::string_view type, Reading& json) {
  if (type == "script_started") {
    return ScriptStarted{.run = json.id("run"),
                         .scenario = json.text("scenario"),
                         .code = static_cast<LaunchCode>(json.number("code")),
                         .user = json.id("user"),
                         .login = json.text("login"),
                         .parent = json.id("parent")};
  }
  if (type == "script_ended") {
    return ScriptEnded{.run = json.id("run"),
                       .scenario = json.text("scenario"),
                       .kind = json.kind("kind"),
                       .error = json.text("error"),
                       .took = std::chrono::microseconds(json.number("took_us")),
                       .instructions = json.count("instructions")};
  }
  if (type == "login_succeeded") {
    return LoginSucceeded{
        .user = json.id("user"), .login = json.text("login"), .by = json.text("by"), .address = json.text("address")};
  }
  if (type == "login_refused") {
    return LoginRefused{.login = json.text("login"), .reason = json.text("reason"), .address = json.text("address")};
  }
  if (type == "directory_changed") {
    return DirectoryChanged{.what = json.text("what"), .key = json.text("key"), .by = json.text("by")};
  }
  if (type == "plan_changed") {
    return PlanChanged{.what = json.text("what"), .key = json.text("key"), .by = json.text("by")};
  }
  if (type == "line_connected") {
    return LineConnected{.line = json.id("line"),
                         .number = json.text("number"),
                         .address = json.text("address"),
                         .user_agent = json.text("agent")};
  }
  if (type == "line_disconnected") {
    return LineDisconnected{.line = json.id("line"), .number = json.text("number"), .reason = json.text("reason")};
  }
  if (type == "user_state_requested") return read_request(json);
  if (type == "user_state_restored") {
    return UserStateRestored{.user = json.id("user"),
                             .login = json.text("login"),
                             .modes = json.modes(),
                             .chosen = json.named("chosen", chosen_state_named),
                             .reason = json.break_reason()};
  }
  if (type == "user_state_changed") return read_state_change(json);
  if (type == "custom_event") {
    CustomEvent event{.name = json.text("name"), .data = json.json("data"), .run = json.id("run")};
    if (event.data.empty()) event.data = json.text("text");
    return event;
  }
  if (type == "file_stored") {
    return FileStored{.file = json.id("file"),
                      .area = json.text("area"),
                      .path = json.text("path"),
                      .name = json.text("name"),
                      .size = json.count("size"),
                      .sha256 = json.text("sha256"),
                      .user = json.id("user"),
                      .login = json.text("login"),
                      .chain = json.id("chain")};
  }
  if (type == "file_deleted") {
    return FileDeleted{.file = json.id("file"),
                       .area = json.text("area"),
                       .path = json.text("path"),
                       .name = json.text("name"),
                       .size = json.count("size"),
                       .reason = json.text("reason"),
                       .chain = json.id("chain")};
  }
  if (type == "licence_installed") return read_licence(json);
  if (type == "licence_refused") return LicenceRefused{.reason = json.text("reason"), .text = json.text("text")};
  if (type == "licence_removed") return LicenceRemoved{};
  if (type == "server_started") return ServerStarted{.version = json.text("version")};
  if (type == "server_stopping") return ServerStopping{};
  if (type == "events_lost") {
    return EventsLost{.count = json.count("count"), .since = Time(std::chrono::microseconds(json.number("since_us")))};
  }
  return std::nullopt;
}

}  // namespace

void append_json(std::string& out, const EventBody& body) { std::visit(Append{out}, body); }

Result<EventBody> event_from_json(std::string_view type, std::string_view payload) {
  simdjson::dom::object object;
  if (parser().parse(payload.data(), payload.size()).get(object)) {
    return fail(ErrorCode::bad_request, "the payload of an event is no JSON object");
  }
  Reading json(object);
  bool well_formed = true;
  auto event = read(type, json);
  if (!event) event = read_call_event(type, object, well_formed);
  if (!event) return fail(ErrorCode::not_found, "this version knows no such type of event");
  if (json.wrong() || !well_formed) return fail(ErrorCode::bad_request, "a field of an event is not of its kind");
  return std::move(*event);
}

}  // namespace otklik::store
