#include "plugins/grants.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/json_writer.hpp"

namespace otklik::plugins {
namespace {

constexpr std::size_t most_file_bytes = std::size_t{4} << 20;

std::vector<std::string> texts_from(const simdjson::dom::element& value, std::string_view key) {
  std::vector<std::string> out;
  simdjson::dom::array texts;
  if (value[key].get(texts) != simdjson::SUCCESS) return out;
  for (const auto each : texts) {
    std::string_view text;
    if (each.get(text) == simdjson::SUCCESS) out.emplace_back(text);
  }
  return out;
}

void append(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

Grant grant_from(const simdjson::dom::element& value) {
  Grant grant;
  static_cast<void>(value["network"].get(grant.network));
  std::string_view role;
  if (value["role"].get(role) == simdjson::SUCCESS) grant.role = role;
  grant.folders = texts_from(value, "folders");
  grant.writable_folders = texts_from(value, "writable_folders");
  return grant;
}

std::uint64_t within(std::optional<std::uint64_t> asked, std::uint64_t everybody, std::uint64_t own) {
  if (own != 0) return own;  // the administrator's word for this one
  return std::min(asked.value_or(everybody), everybody);
}

}  // namespace

Result<Grants::Kept> Grants::read(const std::string& file) {
  Kept kept;
  const auto text = read_file(file, most_file_bytes);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return kept;
    return std::unexpected(text.error());
  }
  simdjson::dom::parser parser;
  simdjson::dom::object all;
  if (parser.parse(*text).get(all) != simdjson::SUCCESS) {
    return fail(ErrorCode::failed, "the grants of plugins cannot be read: " + file);
  }
  for (const auto [key, value] : all) {
    if (const auto plugin = Uuid::parse(key)) kept[*plugin] = grant_from(value);
  }
  return kept;
}

bool Grants::is_from_settings(const Uuid& plugin) const { return options_->grants.contains(plugin); }

Grant Grants::of(const Uuid& plugin) const {
  const auto& settings = options_->grants;
  if (const auto found = settings.find(plugin); found != settings.end()) {
    return {found->second.network, found->second.folders, found->second.writable_folders, found->second.role};
  }
  const std::lock_guard lock(mutex_);
  const auto found = shell_.find(plugin);
  return found == shell_.end() ? Grant{} : found->second;
}

Confinement Grants::confinement(const Manifest& manifest) const {
  const auto& options = *options_;
  const auto grant = of(manifest.id);
  const auto found = options.grants.find(manifest.id);
  const auto own = found == options.grants.end() ? GrantOptions{} : found->second;
  Confinement out;
  out.network = manifest.asks.network && grant.network;
  const auto holds = [](const std::vector<std::string>& paths, const std::string& path) {
    return std::ranges::find(paths, path) != paths.end();
  };
  for (const auto& folder : manifest.asks.folders) {
    // Who has granted to read has not granted what another manifest asks for the same path.
    const bool may_write = holds(grant.writable_folders, folder.path);
    if (may_write || holds(grant.folders, folder.path)) out.folders.push_back({folder.path, folder.write && may_write});
  }
  out.memory = within(manifest.asks.memory, options.memory, own.memory);
  out.processes = within(manifest.asks.processes, options.processes, own.processes);
  out.open_files = within(manifest.asks.open_files, options.open_files, own.open_files);
  out.file_size = within(manifest.asks.file_size, options.file_size, own.file_size);
  out.cpu = options.cpu;
  return out;
}

Result<> Grants::set(const Uuid& plugin, Grant grant) {
  if (is_from_settings(plugin)) {
    return fail(ErrorCode::conflict, "the settings say what this plugin may: [plugin." + plugin.text() + "]");
  }
  const std::lock_guard lock(mutex_);
  auto next = shell_;
  if (grant == Grant{}) {
    next.erase(plugin);
  } else {
    next[plugin] = std::move(grant);
  }
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  for (const auto& [id, each] : next) {
    json.key(id.text()).begin_object().field("network", each.network).field("role", each.role);
    append(json, "folders", each.folders);
    append(json, "writable_folders", each.writable_folders);
    json.end_object();
  }
  json.end_object();
  if (auto written = write_atomically(file_, text + "\n"); !written) return written;
  shell_ = std::move(next);
  return {};
}

}  // namespace otklik::plugins
