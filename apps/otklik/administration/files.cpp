#include <fmt/format.h>

#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "files/keeping/check.hpp"
#include "files/keeping/registration.hpp"
#include "files/keeping/removal.hpp"
#include "store/directory/directory_store.hpp"

namespace otklik::app {
namespace {

using core::StoredFile;

void append_file(JsonWriter& json, const StoredFile& file) {
  const auto id_text = [](const Uuid& id) { return id.is_nil() ? std::string() : id.text(); };
  json.begin_object().field("id", file.id.text()).field("area", core::name(file.area)).field("path", file.path);
  json.field("name", file.name).field("size", file.size).field("stored", local_text(file.stored_at));
  json.field("login", file.login).field("user", id_text(file.user)).field("chain", id_text(file.chain));
  json.field("state", core::name(file.state)).field("held", file.held).field("sha256", file.sha256).end_object();
}

std::string shown(const StoredFile& file) {
  std::string out;
  JsonWriter json(out);
  append_file(json, file);
  return out;
}

Result<Uuid> id_in(const Operation& operation, std::string_view argument) {
  const auto text = required(operation, argument);
  if (!text) return std::unexpected(text.error());
  const auto id = Uuid::parse(*text);
  if (!id) return fail(ErrorCode::bad_request, fmt::format("{} takes an id, not \"{}\"", argument, *text));
  return *id;
}

Result<core::FileArea> area_in(const Operation& operation) {
  const auto text = required(operation, "area");
  if (!text) return std::unexpected(text.error());
  if (const auto area = core::file_area_named(*text)) return *area;
  std::string known;
  for (const auto area : core::all_file_areas) (known += known.empty() ? "" : ", ") += core::name(area);
  return fail(ErrorCode::bad_request, fmt::format("there is no area \"{}\"; there are {}", *text, known));
}

Result<core::User> user_in(const AdministrationParts& parts, const std::string& login) {
  const auto people = parts.directory.directory();
  const auto* user = people->find_user(login);
  if (user == nullptr) return fail(ErrorCode::not_found, "there is no user " + login);
  return *user;
}

Result<core::FileQuery> query_in(const AdministrationParts& parts, const Operation& operation) {
  core::FileQuery query;
  if (operation.text("area")) {
    const auto area = area_in(operation);
    if (!area) return std::unexpected(area.error());
    query.area = *area;
  }
  if (const auto login = operation.text("login")) {
    const auto user = user_in(parts, *login);
    if (!user) return std::unexpected(user.error());
    query.user = user->id;
  }
  if (operation.text("chain")) {
    const auto chain = id_in(operation, "chain");
    if (!chain) return std::unexpected(chain.error());
    query.chain = *chain;
  }
  if (operation.text("after")) {
    const auto last = id_in(operation, "after");
    if (!last) return std::unexpected(last.error());
    const auto file = parts.files.index.find(*last);
    if (!file) return std::unexpected(file.error());
    query.after = core::FileCursor{file->stored_at, file->id};
  }
  query.held = operation.flag("held");
  query.newest_first = !operation.flag("oldest_first").value_or(false);
  query.limit = static_cast<std::size_t>(operation.number("limit").value_or(100));
  return query;
}

}  // namespace

Result<std::string> list_files(AdministrationParts& parts, const Operation& operation) {
  const auto query = query_in(parts, operation);
  if (!query) return std::unexpected(query.error());
  const auto page = parts.files.index.list(*query);
  if (!page) return std::unexpected(page.error());
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& file : page->files) append_file(json, file);
  json.end_array();
  return out;
}

Result<std::string> link_to_file(AdministrationParts& parts, const Operation& operation) {
  const auto id = id_in(operation, "id");
  if (!id) return std::unexpected(id.error());
  const auto file = parts.files.index.find(*id);
  if (!file) return std::unexpected(file.error());
  const auto link = parts.files.links.link_to(*file);
  if (!link) return std::unexpected(link.error());
  std::string out;
  JsonWriter(out).value(*link);
  return out;
}

Result<std::string> issue_temporary_password(AdministrationParts& parts, const Operation& operation) {
  if (parts.files.passwords == nullptr) {
    return fail(ErrorCode::unavailable, "no server is running: a temporary password lives in its memory");
  }
  const auto login = required(operation, "login");
  if (!login) return std::unexpected(login.error());
  const auto user = user_in(parts, *login);
  if (!user) return std::unexpected(user.error());
  const auto password = parts.files.passwords->issue(parts.directory.directory()->identity_of(*user));
  if (!password) return std::unexpected(password.error());
  std::string out;
  JsonWriter(out).value(*password);
  return out;
}

Result<std::string> import_file(AdministrationParts& parts, const Operation& operation) {
  files::Registration registration;
  const auto area = area_in(operation);
  if (!area) return std::unexpected(area.error());
  auto path = required(operation, "path");
  if (!path) return path;
  registration.area = *area;
  registration.path = std::move(*path);
  registration.name = operation.text_or("name", "");
  registration.growing = operation.flag("growing").value_or(false);
  if (const auto login = operation.text("login")) {
    const auto user = user_in(parts, *login);
    if (!user) return std::unexpected(user.error());
    registration.user = user->id;
    registration.login = user->login;
  }
  if (operation.text("chain")) {
    const auto chain = id_in(operation, "chain");
    if (!chain) return std::unexpected(chain.error());
    registration.chain = *chain;
  }
  const auto file = files::register_file(parts.files.areas, parts.files.index, std::move(registration));
  if (!file) return std::unexpected(file.error());
  return shown(*file);
}

Result<std::string> finish_file(AdministrationParts& parts, const Operation& operation) {
  const auto id = id_in(operation, "id");
  if (!id) return std::unexpected(id.error());
  const auto file = files::finish_growing(parts.files.areas, parts.files.index, *id);
  if (!file) return std::unexpected(file.error());
  return shown(*file);
}

Result<std::string> hold_file(AdministrationParts& parts, const Operation& operation) {
  const auto id = id_in(operation, "id");
  if (!id) return std::unexpected(id.error());
  if (auto held = parts.files.index.hold(*id, operation.flag("held").value_or(true)); !held) {
    return std::unexpected(held.error());
  }
  const auto file = parts.files.index.find(*id);
  if (!file) return std::unexpected(file.error());
  return shown(*file);
}

Result<std::string> delete_file(AdministrationParts& parts, const Operation& operation) {
  const auto id = id_in(operation, "id");
  if (!id) return std::unexpected(id.error());
  const auto file = parts.files.index.find(*id);
  if (!file) return std::unexpected(file.error());
  if (file->held) return fail(ErrorCode::state_not_allowed, "the file is held: release it first");
  const auto removed = files::remove_stored_file_at_once(parts.files.areas, parts.files.index, *file, by_shell);
  if (!removed) return std::unexpected(removed.error());
  return shown(*file);
}

Result<std::string> check_everything(AdministrationParts& parts, const Operation& operation) {
  const auto faults = parts.check_database();
  if (!faults) return std::unexpected(faults.error());
  const auto events = parts.check_events();
  if (!events) return std::unexpected(events.error());
  const files::CheckOptions options{.deep = operation.flag("deep").value_or(false),
                                    .repair = operation.flag("repair").value_or(false)};
  const auto report = files::check_files(parts.files.areas, parts.files.index, options);
  if (!report) return std::unexpected(report.error());

  std::string out;
  JsonWriter json(out);
  json.begin_object().key("database").begin_array();
  for (const auto& fault : *faults) json.value(fault);
  json.end_array().field("events", events->read).field("events_damaged", events->damaged);
  json.field("files", report->files).field("bytes", report->bytes).field("discrepancies", report->found);
  json.field("repaired", report->repaired).key("list").begin_array();
  for (const auto& found : report->discrepancies) {
    json.begin_object().field("what", files::name(found.kind)).field("area", core::name(found.area));
    json.field("path", found.path).field("id", found.id.is_nil() ? std::string() : found.id.text());
    json.field("size_in_index", found.size_in_index).field("size_on_disk", found.size_on_disk);
    json.field("repaired", found.repaired).end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace otklik::app
