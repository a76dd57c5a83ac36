#include "configuration/reload_report.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_writer.hpp"
#include "base/log.hpp"

namespace otklik::app {
namespace {

void append(JsonWriter& json, std::string_view name, const std::vector<SettingsReload::Change>& changes) {
  json.key(name).begin_array();
  for (const auto& [key, from, to] : changes) {
    json.begin_object().field("key", key).field("from", from).field("to", to).end_object();
  }
  json.end_array();
}

std::string_view or_none(std::string_view value) { return value.empty() ? "nothing" : value; }

}  // namespace

void ReloadReport::tell_log() const {
  for (const auto& [key, from, to] : settings.changed) {
    log::info("setting {}: {} instead of {}", key, or_none(to), or_none(from));
  }
  for (const auto& [key, from, to] : settings.needs_restart) {
    log::warn("setting {} needs a restart: {} stays until then, {} is wanted", key, or_none(from), or_none(to));
  }
  for (const auto& [what, why] : refused) log::error("the old {} stays in use: {}", what, why);
  log::info("certificates, scenarios and the directory were read anew");
}

std::string ReloadReport::json() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  append(json, "changed", settings.changed);
  json.key("refused").begin_array();
  for (const auto& [what, why] : refused) json.begin_object().field("what", what).field("why", why).end_object();
  json.end_array();
  append(json, "needs_restart", settings.needs_restart);
  json.end_object();
  return out;
}

std::string reload_for_people(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object report;
  if (parser.parse(json.data(), json.size()).get(report) != simdjson::SUCCESS) return std::string(json);
  std::string out;
  const auto each = [&](std::string_view list, std::string_view first, std::string_view second, auto line) {
    simdjson::dom::array items;
    if (report[list].get(items) != simdjson::SUCCESS) return;
    for (const auto item : items) {
      std::string_view a;
      std::string_view b;
      std::string_view key;
      static_cast<void>(item["key"].get(key));
      if (item[first].get(a) == simdjson::SUCCESS && item[second].get(b) == simdjson::SUCCESS) {
        out += (out.empty() ? "" : "\n") + line(key, a, b);
      }
    }
  };
  each("changed", "from", "to", [](auto key, auto from, auto to) {
    return fmt::format("changed        {}: {} instead of {}", key, or_none(to), or_none(from));
  });
  each("refused", "what", "why",
       [](auto, auto what, auto why) { return fmt::format("refused        {}: {}", what, why); });
  each("needs_restart", "from", "to", [](auto key, auto from, auto to) {
    return fmt::format("needs restart  {}: {} stays until then, {} is wanted", key, or_none(from), or_none(to));
  });
  return out.empty() ? "nothing changed" : out;
}

}  // namespace otklik::app
