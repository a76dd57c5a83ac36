#include "plugins/host.hpp"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>

#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "plugins/catalog.hpp"
#include "plugins/sandbox/plan.hpp"
#include "store/directory/directory_store.hpp"

namespace otklik::app {
namespace {

void append_grant(JsonWriter& json, const plugins::Manifest& manifest, const plugins::Grant& grant) {
  json.begin_object().field("id", manifest.id.text()).field("name", manifest.name).field("role", grant.role);
  json.field("network", grant.network).key("folders").begin_array();
  for (const auto& folder : grant.folders) json.value(folder);
  json.end_array().key("writable_folders").begin_array();
  for (const auto& folder : grant.writable_folders) json.value(folder);
  json.end_array().end_object();
}

/// What a manifest asks for and does not get, and what is granted in vain; for people.
std::string not_granted(const AdministrationParts& parts, const plugins::Manifest& manifest) {
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  const auto gets = parts.plugins.confinement_of(manifest);
  const auto role = parts.plugins.grant_of(manifest.id).role;
  if (!role.empty() && parts.directory.directory()->find_role(role) == nullptr) {
    add("its role " + role + " is not there: it has no privileges");
  }
  if (manifest.asks.network && !gets.network) add("asks for the network, which is not granted");
  for (const auto& folder : manifest.asks.folders) {
    const auto given = std::ranges::find(gets.folders, folder.path, &plugins::AskedFolder::path);
    if (given == gets.folders.end()) {
      add("asks for the folder " + folder.path + ", which is not granted");
    } else if (folder.write && !given->write) {
      add("asks to write in the folder " + folder.path + ", which is granted for reading only");
    }
  }
  const auto limit = [&](std::optional<std::uint64_t> asked, std::uint64_t given, const char* what) {
    if (asked && *asked > given) {
      add(std::string("asks for ") + what + " " + std::to_string(*asked) + " and gets " + std::to_string(given));
    }
  };
  limit(manifest.asks.memory, gets.memory, "memory");
  limit(manifest.asks.processes, gets.processes, "processes");
  limit(manifest.asks.open_files, gets.open_files, "open_files");
  limit(manifest.asks.file_size, gets.file_size, "file_size");
  return out;
}

void append_check(JsonWriter& json, std::string_view subject, std::string_view state, std::string_view text) {
  json.begin_object().field("what", subject).field("state", state).field("text", text).end_object();
}

void append_machine(JsonWriter& json, const plugins::Machine& machine) {
  for (const auto& means : machine.means) {
    append_check(json, "sandbox: " + std::string(plugins::name(means.guarantee)),
                 means.had ? (means.whole ? "has" : "partly") : "has not",
                 means.remark.empty() ? means.what : means.what + ": " + means.remark);
  }
}

Result<std::string> check_one_folder(const AdministrationParts& parts, const std::string& path) {
  // The folder's name shows for people; the shell has made it absolute.
  auto manifest = plugins::read_manifest(path);
  if (!manifest) return std::unexpected(manifest.error());
  if (auto program = plugins::find_program(*manifest, {path}); !program) return std::unexpected(program.error());
  const auto remark = not_granted(parts, *manifest);
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  append_check(json, "plugin " + manifest->name, "good", remark);
  json.end_array();
  return out;
}

}  // namespace

Result<std::string> list_plugins(AdministrationParts& parts, const Operation&) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& each : parts.plugins.list()) {
    json.begin_object().field("id", each.id).field("name", each.name).field("version", each.version);
    json.field("state", each.state).field("pid", each.pid).field("calls", each.calls).field("failures", each.failures);
    json.field("starts", each.starts).field("role", each.role).field("folder", each.folder);
    json.field("trouble", each.trouble).end_object();
  }
  json.end_array();
  return out;
}

Result<std::string> check_plugins(AdministrationParts& parts, const Operation& operation) {
  auto& host = parts.plugins;
  if (const auto folder = operation.text("folder")) return check_one_folder(parts, *folder);
  std::string out;
  std::string errors;
  JsonWriter json(out);
  json.begin_array();
  append_machine(json, host.machine());
  if (auto why = host.starter().refusal(); !why.empty()) errors = std::move(why);
  for (const auto& each : host.list()) {
    const auto subject = "plugin " + (each.name.empty() ? each.folder : each.name);
    std::string trouble = each.state == "refused" ? std::string() : each.trouble;
    std::string remark;
    if (const auto manifest = each.id.empty() ? nullptr : host.manifest_of(each.id).value_or(nullptr)) {
      const auto program = plugins::find_program(*manifest, {host.options().folder + "/" + each.folder});
      if (!program && trouble.empty()) trouble = program.error().message;
      remark = not_granted(parts, *manifest);
    }
    append_check(json, subject, trouble.empty() ? "good" : "bad", trouble.empty() ? remark : trouble);
    if (!trouble.empty()) errors += (errors.empty() ? "" : "; ") + subject + ": " + trouble;
  }
  json.end_array();
  if (!errors.empty()) return fail(ErrorCode::failed, errors);
  return out;
}

Result<std::string> grant_plugin(AdministrationParts& parts, const Operation& operation) {
  const auto id = required(operation, "id");
  if (!id) return id;
  const auto manifest = parts.plugins.manifest_of(*id);
  if (!manifest) return std::unexpected(manifest.error());
  const auto& plugin = **manifest;
  plugins::Grant grant;
  if (!operation.flag("nothing").value_or(false)) {
    grant = parts.plugins.grant_of(plugin.id);
    if (const auto role = operation.text("role")) {
      const auto directory = parts.directory.directory();
      const auto* found = directory->find_role(*role);
      if (found == nullptr) return fail(ErrorCode::not_found, "there is no role " + *role);
      grant.role = found->name;
    }
    if (operation.flag("network").value_or(false)) {
      if (!plugin.asks.network) return fail(ErrorCode::bad_request, plugin.name + " does not ask for the network");
      grant.network = true;
    }
    for (const auto& folder : operation.list("folders").value_or(std::vector<std::string>{})) {
      const auto asked = std::ranges::find(plugin.asks.folders, folder, &plugins::AskedFolder::path);
      if (asked == plugin.asks.folders.end()) {
        return fail(ErrorCode::bad_request, plugin.name + " does not ask for the folder " + folder);
      }
      // As it is asked for today: what the next manifest asks is another grant.
      std::erase(grant.folders, folder);
      std::erase(grant.writable_folders, folder);
      (asked->write ? grant.writable_folders : grant.folders).push_back(folder);
    }
  }
  if (auto granted = parts.plugins.grant(plugin.id, grant); !granted) return std::unexpected(granted.error());
  parts.record({"plugin.grant", plugin.id.text(), std::string(by_shell)});
  std::string out;
  JsonWriter json(out);
  append_grant(json, plugin, grant);
  return out;
}

Result<std::string> restart_plugin(AdministrationParts& parts, const Operation& operation) {
  const auto id = required(operation, "id");
  if (!id) return id;
  if (auto restarted = parts.plugins.restart(*id); !restarted) return std::unexpected(restarted.error());
  return R"({"restarted":true})";
}

}  // namespace otklik::app
