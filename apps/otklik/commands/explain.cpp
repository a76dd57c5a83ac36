#include <fmt/format.h>
#include <simdjson.h>

#include <cstdio>

#include "base/clock.hpp"
#include "base/json_writer.hpp"
#include "base/uuid.hpp"
#include "commands/commands.hpp"
#include "data_folder.hpp"
#include "store/event_log/reader.hpp"

namespace otklik::app {
namespace {

using simdjson::dom::object;

/// An event of the call, with what of it is shown.
struct Moment {
  std::uint64_t sequence = 0;
  Time at{};
  std::string type;
  std::string data;
};

std::string text(const object& data, std::string_view key) {
  std::string_view found;
  return data[key].get(found) == simdjson::SUCCESS ? std::string(found) : std::string();
}

/// `101 Иван Петров`; a party without either by its line.
std::string party(const object& data, std::string_view key) {
  object one;
  if (data[key].get(one) != simdjson::SUCCESS) return {};
  auto out = text(one, "number");
  if (out.empty()) out = text(one, "line_number");
  if (const auto name = text(one, "name"); !name.empty()) out += " " + name;
  return out;
}

/// One line for people: who, whom, what by, why.
std::string details(const object& data) {
  std::string out;
  const auto add = [&out](std::string_view word, const std::string& value) {
    if (!value.empty()) out.append(out.empty() ? "" : ", ").append(word).append(word.empty() ? "" : " ").append(value);
  };
  for (const auto* key : {"caller", "by", "owner", "holder", "a", "party", "held", "b", "target"}) {
    add(key == std::string_view("party") ? "" : key, party(data, key));
  }
  add("dialled", text(data, "dialled"));
  add("number", text(data, "number"));
  add("origin", text(data, "origin"));
  add("rule", text(data, "rule_name"));
  add("sequence", text(data, "sequence"));
  add("state", text(data, "state"));
  bool answered = false;
  if (data["answered"].get(answered) == simdjson::SUCCESS && answered) add("", "answered");
  add("cause", text(data, "cause"));
  add("how", text(data, "how"));
  add("into", text(data, "into"));
  add("file", text(data, "path"));
  add("trouble", text(data, "trouble"));
  return out;
}

/// Shows every event whose text names `id` to `each`, oldest first. Error: `failed`.
template <class Each>
Result<> events_of(const std::string& folder, std::string_view id, Each each) {
  store::EventReader reader(folder, 0);
  for (;;) {
    const auto next = reader.next();
    if (!next) return std::unexpected(next.error());
    if (std::holds_alternative<store::NothingYet>(*next)) return {};
    const auto* record = std::get_if<store::RecordView>(&*next);
    if (record != nullptr && record->payload.contains(id)) each(*record);
  }
}

/// The chain that a call, a leg, a talk or a recording belongs to; `id` itself where it is a chain's.
Result<std::string> chain_of(const std::string& folder, const std::string& id) {
  std::string chain;
  simdjson::dom::parser parser;
  auto read = events_of(folder, id, [&](const store::RecordView& record) {
    object data;
    if (!chain.empty() || parser.parse(record.payload.data(), record.payload.size()).get(data) != simdjson::SUCCESS)
      return;
    chain = text(data, "chain");
  });
  if (!read) return std::unexpected(read.error());
  if (chain.empty()) return fail(ErrorCode::not_found, "the event log knows no such call");
  return chain;
}

int explain(const Shell& shell, const std::string& named) {
  const auto id = Uuid::parse(named);
  if (!id) return Shell::fail_with({ErrorCode::bad_request, "a call is named by a GUID: of its chain, a leg, a talk"});
  const auto folder = DataFolder::open(shell.data);
  if (!folder) return Shell::fail_with(folder.error());
  const auto chain = chain_of(folder->events(), id->text());
  if (!chain) return Shell::fail_with(chain.error());
  std::vector<Moment> moments;
  const auto read = events_of(folder->events(), *chain, [&](const store::RecordView& record) {
    moments.push_back({record.sequence, record.at, std::string(record.type), std::string(record.payload)});
  });
  if (!read) return Shell::fail_with(read.error());
  std::string json;
  JsonWriter writer(json);
  writer.begin_array();
  std::string lines = fmt::format("call {}, {}\n", *chain, local_text(moments.front().at));
  simdjson::dom::parser parser;
  for (const auto& moment : moments) {
    writer.begin_object().field("sequence", moment.sequence).field("at", utc_text(moment.at));
    writer.field("type", moment.type).key("data").raw(moment.data).end_object();
    object data;
    if (parser.parse(moment.data).get(data) != simdjson::SUCCESS) continue;
    const std::chrono::duration<double> since = moment.at - moments.front().at;
    lines += fmt::format("{:>10.3f}  {:<20} {}\n", since.count(), moment.type, details(data));
  }
  writer.end_array();
  const std::string& out = shell.json ? json += '\n' : lines;
  return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() ? 0 : 1;
}

}  // namespace

void add_explain_command(CLI::App& app, Shell& shell) {
  auto* command = add_command(app, shell, "explain", "The journey of one call on one time axis, from the event log");
  const auto call = std::make_shared<std::string>();
  command->add_option("call", *call, "The GUID of its chain, or of a call, leg, talk or recording in it")->required();
  command->callback([&shell, call] { shell.chosen = [&shell, call] { return explain(shell, *call); }; });
}

}  // namespace otklik::app
