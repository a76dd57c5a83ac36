#include "store/plan/plan_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/log.hpp"
#include "core/directory/rules.hpp"

namespace otklik::store {
namespace {

using db::Connection;
using Text = std::string;
using Whole = std::int64_t;
using MaybeText = std::optional<std::string>;

Whole stored(Time when) { return when.time_since_epoch().count(); }
Time moment(Whole stored) { return Time(Duration(stored)); }
MaybeText stored(const Uuid& id) { return id.is_nil() ? std::nullopt : std::optional(id.text()); }

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }
std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Result<> only_error(Result<std::int64_t> done) {
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

std::unexpected<Error> damaged() { return fail(ErrorCode::failed, "the database's plan is damaged"); }

/// Reads values of rows. A row that holds none was not written by us: the whole reading fails then.
class Reader {
 public:
  Uuid id(std::string_view text) { return taken(Uuid::parse(text)); }
  Uuid id_or_nil(const MaybeText& text) { return text ? id(*text) : Uuid{}; }
  /// An enumeration by its name.
  template <class Kind>
  Kind named(std::string_view text, std::optional<Kind> (*from)(std::string_view) noexcept) {
    return taken(from(text));
  }
  /// An enumeration by its number: one that has a name.
  template <class Kind>
  Kind numbered(Whole number) {
    const auto kind = static_cast<Kind>(number);
    if (number < 0 || number > 255 || core::name(kind).empty()) sound_ = false;
    return kind;
  }
  std::uint32_t count(Whole number) {
    if (number < 0 || number > UINT32_MAX) sound_ = false;
    return static_cast<std::uint32_t>(number);
  }
  std::vector<core::RewriteRule> rewriting(std::string_view text) { return taken(core::parse_rewrite_rules(text)); }
  core::Timetable timetable(std::string_view text) { return taken(core::parse_timetable(text)); }
  std::vector<Network> networks(std::string_view text) {
    std::vector<Network> networks;
    for (const auto& word : words_in(text)) networks.push_back(taken(Network::parse(word)));
    return networks;
  }
  [[nodiscard]] bool sound() const noexcept { return sound_; }

 private:
  template <class Maybe>
  auto taken(Maybe maybe) -> std::remove_cvref_t<decltype(*maybe)> {
    if (!maybe) {
      sound_ = false;
      return {};
    }
    return std::move(*maybe);
  }

  bool sound_ = true;
};

Result<std::vector<core::Line>> load_lines(Connection& connection) {
  auto rows =
      connection.select<Text, Text, Text, MaybeText, Text, MaybeText, bool, bool, Text, Text, Text, bool, Whole, Whole>(
          "SELECT id, number, name, user_id, sip_user, secret, enabled, calls_outside, caller_id, recording, codecs, "
          "answers_by_server, created, changed FROM lines");
  if (!rows) return std::unexpected(std::move(rows.error()));
  Reader reader;
  std::vector<core::Line> lines;
  lines.reserve(rows->size());
  for (auto& [id, number, name, user, sip_user, secret, enabled, outside, caller_id, recording, codecs, answers,
              created, changed] : *rows) {
    lines.push_back({.id = reader.id(id),
                     .number = std::move(number),
                     .name = std::move(name),
                     .user = reader.id_or_nil(user),
                     .sip_user = std::move(sip_user),
                     .secret = reader.id_or_nil(secret),
                     .enabled = enabled,
                     .calls_outside = outside,
                     .caller_id_outside = std::move(caller_id),
                     .recording = reader.named(recording, core::line_recording_named),
                     .codecs = words_in(codecs),
                     .answers_by_server = answers,
                     .created = moment(created),
                     .changed = moment(changed)});
  }
  if (!reader.sound()) return damaged();
  std::ranges::sort(lines, {}, &core::Line::number);  // each database sorts in its own way
  return lines;
}

Result<> add_digests(Connection& connection, const SecretBox& box, const std::string& realm,
                     std::vector<core::Line>& lines) {
  auto rows = connection.select<Text, Text>("SELECT id, sealed FROM sip_secrets");
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::unordered_map<std::string, std::string> sealed;
  for (auto& [id, text] : *rows) sealed.emplace(std::move(id), std::move(text));
  std::size_t unread = 0;
  for (auto& line : lines) {
    if (line.secret.is_nil()) continue;
    const std::string id = line.secret.text();
    auto secret = box.unseal(sealed[id], id);
    if (!secret) {
      ++unread;
      continue;
    }
    line.digest = core::SipDigest{.realm = realm,
                                  .ha1_md5 = ha1_md5(line.sip_user, realm, *secret),
                                  .ha1_sha256 = ha1_sha256(line.sip_user, realm, *secret)};
    wipe(*secret);
  }
  if (unread > 0) log::error("the passwords of {} lines cannot be read: their phones cannot register", unread);
  return {};
}

Result<std::vector<core::Workplace>> load_workplaces(Connection& connection) {
  auto rows = connection.select<Text, Text, Text>("SELECT id, name, line_id FROM workplaces");
  if (!rows) return std::unexpected(std::move(rows.error()));
  Reader reader;
  std::vector<core::Workplace> workplaces;
  for (auto& [id, name, line] : *rows) workplaces.push_back({reader.id(id), std::move(name), reader.id(line)});
  if (!reader.sound()) return damaged();
  std::ranges::sort(workplaces, {}, [](const core::Workplace& place) { return core::name_key(place.name); });
  return workplaces;
}

Result<std::vector<core::InternalNumber>> load_numbers(Connection& connection) {
  Reader reader;
  auto targets = connection.select<Text, MaybeText, MaybeText, MaybeText>(
      "SELECT number_id, user_id, line_id, inner_id FROM number_targets ORDER BY number_id, place");
  if (!targets) return std::unexpected(std::move(targets.error()));
  std::unordered_map<std::string, std::vector<core::RuleTarget>> targets_of;
  for (auto& [number, user, line, inner] : *targets) {
    using core::TargetKind;
    const auto kind = user ? TargetKind::user : line ? TargetKind::line : TargetKind::number;
    targets_of[number].push_back({kind, reader.id(user ? *user : line ? *line : inner.value_or(""))});
  }

  auto rows = connection.select<Text, Text, Text, Whole, Whole, Text, Text, MaybeText, Text, Whole, Whole, Whole, Whole,
                                Whole, Whole>(
      "SELECT id, digits, name, kind, special, target, scenario, rule_id, rule_name, hunting, ring_time, queue_limit, "
      "longest_wait, created, changed FROM numbers");
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<core::InternalNumber> numbers;
  numbers.reserve(rows->size());
  for (auto& [id, digits, name, kind, special, target, scenario, rule, rule_name, hunting, ring_time, queue_limit,
              longest_wait, created, changed] : *rows) {
    auto& number = numbers.emplace_back();
    number = {.id = reader.id(id),
              .digits = std::move(digits),
              .name = std::move(name),
              .kind = reader.numbered<core::NumberKind>(kind),
              .special = reader.numbered<core::SpecialKind>(special),
              .target = std::move(target),
              .scenario = std::move(scenario),
              .created = moment(created),
              .changed = moment(changed)};
    if (!rule) continue;
    number.rule = {.id = reader.id(*rule),
                   .name = std::move(rule_name),
                   .hunting = reader.numbered<core::Hunting>(hunting),
                   .targets = std::move(targets_of[id]),
                   .ring_time = std::chrono::seconds(ring_time),
                   .queue_limit = reader.count(queue_limit),
                   .longest_wait = std::chrono::seconds(longest_wait)};
  }
  if (!reader.sound()) return damaged();
  std::ranges::sort(numbers, {}, &core::InternalNumber::digits);
  return numbers;
}

Result<std::vector<core::Trunk>> load_trunks(Connection& connection) {
  auto rows = connection.select<Text, Text, Text, Whole, bool, Text, Text, Text, Text, Text, MaybeText, Text, Text,
                                Text, Text, Text, Text, Text, Whole, Whole, Text, Whole, Whole>(
      "SELECT id, name, number, place, enabled, kind, server, transport, domain, login, secret, sources, "
      "caller_id_rule, caller_id, prefixes, outgoing, incoming, codecs, most_calls, most_calls_an_hour, "
      "incoming_number, created, changed FROM trunks");
  if (!rows) return std::unexpected(std::move(rows.error()));
  Reader reader;
  std::vector<core::Trunk> trunks;
  for (auto& [id, name, number, place, enabled, kind, server, transport, domain, login, secret, sources, rule,
              caller_id, prefixes, outgoing, incoming, codecs, most, most_an_hour, incoming_number, created, changed] :
       *rows) {
    trunks.push_back({.id = reader.id(id),
                      .name = std::move(name),
                      .number = std::move(number),
                      .order = reader.count(place),
                      .enabled = enabled,
                      .kind = reader.named(kind, core::trunk_kind_named),
                      .server = std::move(server),
                      .transport = std::move(transport),
                      .domain = std::move(domain),
                      .login = std::move(login),
                      .secret = reader.id_or_nil(secret),
                      .sources = reader.networks(sources),
                      .caller_id_rule = reader.named(rule, core::caller_id_rule_named),
                      .caller_id = std::move(caller_id),
                      .prefixes = words_in(prefixes),
                      .outgoing = reader.rewriting(outgoing),
                      .incoming = reader.rewriting(incoming),
                      .codecs = words_in(codecs),
                      .most_calls = reader.count(most),
                      .most_calls_an_hour = reader.count(most_an_hour),
                      .incoming_number = std::move(incoming_number),
                      .created = moment(created),
                      .changed = moment(changed)});
  }
  if (!reader.sound()) return damaged();
  std::ranges::sort(trunks, {}, [](const core::Trunk& trunk) { return std::pair(trunk.order, trunk.number); });
  return trunks;
}

Result<std::vector<core::RedirectRule>> load_redirects(Connection& connection) {
  auto rows = connection.select<Text, Text, Text, bool, bool, bool, Whole, Whole, Text, Text, Text, Text>(
      "SELECT id, user_id, destination, enabled, only_for_redirect_state, allow_cascade, priority, state, caption, "
      "description, sources, timetable FROM redirects");
  if (!rows) return std::unexpected(std::move(rows.error()));
  Reader reader;
  std::vector<core::RedirectRule> rules;
  for (auto& [id, user, destination, enabled, only, cascade, priority, state, caption, description, sources,
              timetable] : *rows) {
    rules.push_back({.id = reader.id(id),
                     .user = reader.id(user),
                     .destination = std::move(destination),
                     .enabled = enabled,
                     .only_for_redirect_state = only,
                     .allow_cascade = cascade,
                     .priority = static_cast<std::int32_t>(priority),
                     .state = static_cast<std::int32_t>(state),
                     .caption = std::move(caption),
                     .description = std::move(description),
                     .sources = words_in(sources),
                     .timetable = reader.timetable(timetable)});
  }
  if (!reader.sound()) return damaged();
  std::ranges::sort(rules, {},
                    [](const core::RedirectRule& rule) { return std::tuple(rule.user, rule.priority, rule.id); });
  return rules;
}

Result<std::vector<core::RecordingRule>> load_recording_rules(Connection& connection) {
  auto rows = connection.select<Text, Whole, bool, Text, Text, MaybeText, MaybeText, MaybeText, MaybeText, Text>(
      "SELECT id, place, record, name, direction, user_id, line_id, number_id, trunk_id, prefix FROM recording_rules");
  if (!rows) return std::unexpected(std::move(rows.error()));
  Reader reader;
  std::vector<core::RecordingRule> rules;
  for (auto& [id, place, record, name, direction, user, line, number, trunk, prefix] : *rows) {
    core::RecordingRule rule{.id = reader.id(id),
                             .order = reader.count(place),
                             .record = record,
                             .name = std::move(name),
                             .user = reader.id_or_nil(user),
                             .line = reader.id_or_nil(line),
                             .number = reader.id_or_nil(number),
                             .trunk = reader.id_or_nil(trunk),
                             .prefix = std::move(prefix)};
    if (!direction.empty()) rule.direction = reader.named(direction, core::talk_direction_named);
    rules.push_back(std::move(rule));
  }
  if (!reader.sound()) return damaged();
  std::ranges::sort(rules, {}, [](const core::RecordingRule& rule) { return std::pair(rule.order, rule.id); });
  return rules;
}

/// `into` gets what was read, or the error goes on.
template <class T>
Result<> keep(Result<T> read, T& into) {
  if (!read) return std::unexpected(std::move(read.error()));
  into = std::move(*read);
  return {};
}

Result<> insert_targets(Connection& connection, const core::InternalNumber& number) {
  std::int64_t place = 0;
  for (const auto& [kind, id] : number.rule.targets) {
    const auto of = [&](core::TargetKind wanted) { return kind == wanted ? stored(id) : std::nullopt; };
    auto done = connection.execute(
        "INSERT INTO number_targets (number_id, place, user_id, line_id, inner_id) VALUES (?, ?, ?, ?, ?)",
        number.id.text(), place++, of(core::TargetKind::user), of(core::TargetKind::line),
        of(core::TargetKind::number));
    if (!done) return only_error(std::move(done));
  }
  return {};
}

std::string sources_text(const std::vector<Network>& networks) {
  std::vector<std::string> words;
  for (const auto& network : networks) words.push_back(text_of(network));
  return joined(words);
}

}  // namespace

std::string text_of(const Network& network) {
  const bool is_v4 = network.address.is_v4() && network.bits >= 96;
  const int bits = is_v4 ? network.bits - 96 : network.bits;
  if (network.bits == 128) return network.address.text();
  return fmt::format("{}/{}", network.address.text(), bits);
}

Result<std::uint64_t> plan_generation_now(Connection& connection) {
  const auto state = connection.select<Whole>("SELECT generation FROM plan_state");
  if (!state) return std::unexpected(state.error());
  if (state->size() != 1) return damaged();
  return static_cast<std::uint64_t>(std::get<0>(state->front()));
}

Result<> begin_plan_change(Connection& connection) {
  return only_error(connection.execute("UPDATE plan_state SET generation = generation + 1"));
}

Result<core::Plan::Content> load_plan(Connection& connection, const SecretBox& box, const PlanOptions& options) {
  core::Plan::Content content;
  if (auto kept = keep(plan_generation_now(connection), content.generation); !kept) {
    return std::unexpected(std::move(kept.error()));
  }
  if (auto kept = keep(load_lines(connection), content.lines); !kept) return std::unexpected(std::move(kept.error()));
  if (auto added = add_digests(connection, box, options.realm, content.lines); !added) {
    return std::unexpected(std::move(added.error()));
  }
  if (auto kept = keep(load_workplaces(connection), content.workplaces); !kept) {
    return std::unexpected(std::move(kept.error()));
  }
  if (auto kept = keep(load_numbers(connection), content.numbers); !kept) {
    return std::unexpected(std::move(kept.error()));
  }
  if (auto kept = keep(load_trunks(connection), content.trunks); !kept) return std::unexpected(std::move(kept.error()));
  if (auto kept = keep(load_redirects(connection), content.redirects); !kept) {
    return std::unexpected(std::move(kept.error()));
  }
  if (auto kept = keep(load_recording_rules(connection), content.recording_rules); !kept) {
    return std::unexpected(std::move(kept.error()));
  }
  content.outside = options.outside;
  content.record_by_default = options.record_by_default;
  return content;
}

Result<> insert_line(Connection& connection, const core::Line& line) {
  return only_error(connection.execute(
      "INSERT INTO lines (id, number, number_key, name, user_id, sip_user, secret, enabled, calls_outside, caller_id, "
      "recording, codecs, answers_by_server, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      line.id.text(), line.number, core::name_key(line.number), line.name, stored(line.user), line.sip_user,
      stored(line.secret), line.enabled, line.calls_outside, line.caller_id_outside, std::string(name(line.recording)),
      joined(line.codecs), line.answers_by_server, stored(line.created), stored(line.changed)));
}

Result<> update_line(Connection& connection, const core::Line& line) {
  return only_error(connection.execute(
      "UPDATE lines SET number = ?, number_key = ?, name = ?, user_id = ?, sip_user = ?, secret = ?, enabled = ?, "
      "calls_outside = ?, caller_id = ?, recording = ?, codecs = ?, answers_by_server = ?, changed = ? WHERE id = ?",
      line.number, core::name_key(line.number), line.name, stored(line.user), line.sip_user, stored(line.secret),
      line.enabled, line.calls_outside, line.caller_id_outside, std::string(name(line.recording)), joined(line.codecs),
      line.answers_by_server, stored(line.changed), line.id.text()));
}

Result<> delete_line(Connection& connection, const Uuid& id) {
  return only_error(connection.execute("DELETE FROM lines WHERE id = ?", id.text()));
}

Result<> put_workplace(Connection& connection, const core::Workplace& workplace) {
  auto done = connection.execute("DELETE FROM workplaces WHERE line_id = ?", workplace.line.text());
  if (!done || workplace.name.empty()) return only_error(std::move(done));
  return only_error(connection.execute("INSERT INTO workplaces (id, name, name_key, line_id) VALUES (?, ?, ?, ?)",
                                       workplace.id.text(), workplace.name, core::name_key(workplace.name),
                                       workplace.line.text()));
}

Result<> insert_number(Connection& connection, const core::InternalNumber& number) {
  const auto& rule = number.rule;
  auto done = connection.execute(
      "INSERT INTO numbers (id, digits, name, kind, special, target, scenario, rule_id, rule_name, hunting, ring_time, "
      "queue_limit, longest_wait, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      number.id.text(), number.digits, number.name, static_cast<int>(number.kind), static_cast<int>(number.special),
      number.target, number.scenario, stored(rule.id), rule.name, static_cast<int>(rule.hunting),
      rule.ring_time.count(), rule.queue_limit, rule.longest_wait.count(), stored(number.created),
      stored(number.changed));
  if (!done) return only_error(std::move(done));
  return insert_targets(connection, number);
}

Result<> update_number(Connection& connection, const core::InternalNumber& number) {
  const auto& rule = number.rule;
  auto done = connection.execute(
      "UPDATE numbers SET digits = ?, name = ?, kind = ?, special = ?, target = ?, scenario = ?, rule_id = ?, "
      "rule_name = ?, hunting = ?, ring_time = ?, queue_limit = ?, longest_wait = ?, changed = ? WHERE id = ?",
      number.digits, number.name, static_cast<int>(number.kind), static_cast<int>(number.special), number.target,
      number.scenario, stored(rule.id), rule.name, static_cast<int>(rule.hunting), rule.ring_time.count(),
      rule.queue_limit, rule.longest_wait.count(), stored(number.changed), number.id.text());
  if (!done) return only_error(std::move(done));
  done = connection.execute("DELETE FROM number_targets WHERE number_id = ?", number.id.text());
  if (!done) return only_error(std::move(done));
  return insert_targets(connection, number);
}

Result<> delete_number(Connection& connection, const Uuid& id) {
  return only_error(connection.execute("DELETE FROM numbers WHERE id = ?", id.text()));
}

Result<> insert_trunk(Connection& connection, const core::Trunk& trunk) {
  return only_error(connection.execute(
      "INSERT INTO trunks (id, name, name_key, number, place, enabled, kind, server, transport, domain, login, secret, "
      "sources, caller_id_rule, caller_id, prefixes, outgoing, incoming, codecs, most_calls, most_calls_an_hour, "
      "incoming_number, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?)",
      trunk.id.text(), trunk.name, core::name_key(trunk.name), trunk.number, trunk.order, trunk.enabled,
      std::string(name(trunk.kind)), trunk.server, trunk.transport, trunk.domain, trunk.login, stored(trunk.secret),
      sources_text(trunk.sources), std::string(name(trunk.caller_id_rule)), trunk.caller_id, joined(trunk.prefixes),
      core::text_of(trunk.outgoing), core::text_of(trunk.incoming), joined(trunk.codecs), trunk.most_calls,
      trunk.most_calls_an_hour, trunk.incoming_number, stored(trunk.created), stored(trunk.changed)));
}

Result<> update_trunk(Connection& connection, const core::Trunk& trunk) {
  return only_error(connection.execute(
      "UPDATE trunks SET name = ?, name_key = ?, number = ?, place = ?, enabled = ?, kind = ?, server = ?, "
      "transport = ?, domain = ?, login = ?, secret = ?, sources = ?, caller_id_rule = ?, caller_id = ?, prefixes = ?, "
      "outgoing = ?, incoming = ?, codecs = ?, most_calls = ?, most_calls_an_hour = ?, incoming_number = ?, "
      "changed = ? WHERE id = ?",
      trunk.name, core::name_key(trunk.name), trunk.number, trunk.order, trunk.enabled, std::string(name(trunk.kind)),
      trunk.server, trunk.transport, trunk.domain, trunk.login, stored(trunk.secret), sources_text(trunk.sources),
      std::string(name(trunk.caller_id_rule)), trunk.caller_id, joined(trunk.prefixes), core::text_of(trunk.outgoing),
      core::text_of(trunk.incoming), joined(trunk.codecs), trunk.most_calls, trunk.most_calls_an_hour,
      trunk.incoming_number, stored(trunk.changed), trunk.id.text()));
}

Result<> delete_trunk(Connection& connection, const Uuid& id) {
  return only_error(connection.execute("DELETE FROM trunks WHERE id = ?", id.text()));
}

Result<> put_redirect(Connection& connection, const core::RedirectRule& rule) {
  if (auto gone = delete_redirect(connection, rule.id); !gone) return gone;
  return only_error(connection.execute(
      "INSERT INTO redirects (id, user_id, destination, enabled, only_for_redirect_state, allow_cascade, priority, "
      "state, caption, description, sources, timetable) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      rule.id.text(), rule.user.text(), rule.destination, rule.enabled, rule.only_for_redirect_state,
      rule.allow_cascade, rule.priority, rule.state, rule.caption, rule.description, joined(rule.sources),
      core::text_of(rule.timetable)));
}

Result<> delete_redirect(Connection& connection, const Uuid& id) {
  return only_error(connection.execute("DELETE FROM redirects WHERE id = ?", id.text()));
}

Result<> replace_recording_rules(Connection& connection, const std::vector<core::RecordingRule>& rules) {
  if (auto done = connection.execute("DELETE FROM recording_rules"); !done) return only_error(std::move(done));
  for (const auto& rule : rules) {
    auto done = connection.execute(
        "INSERT INTO recording_rules (id, place, record, name, direction, user_id, line_id, number_id, trunk_id, "
        "prefix) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rule.id.text(), rule.order, rule.record, rule.name,
        std::string(rule.direction ? name(*rule.direction) : std::string_view()), stored(rule.user), stored(rule.line),
        stored(rule.number), stored(rule.trunk), rule.prefix);
    if (!done) return only_error(std::move(done));
  }
  return {};
}

Result<> insert_secret(Connection& connection, const Uuid& id, std::string_view sealed) {
  return only_error(
      connection.execute("INSERT INTO sip_secrets (id, sealed) VALUES (?, ?)", id.text(), std::string(sealed)));
}

Result<> delete_secret(Connection& connection, const Uuid& id) {
  if (id.is_nil()) return {};
  return only_error(connection.execute("DELETE FROM sip_secrets WHERE id = ?", id.text()));
}

Result<std::string> sealed_secret(Connection& connection, const Uuid& id) {
  auto rows = connection.select<Text>("SELECT sealed FROM sip_secrets WHERE id = ?", id.text());
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return fail(ErrorCode::not_found, "there is no such SIP password");
  return std::move(std::get<0>(rows->front()));
}

}  // namespace otklik::store
