#include "configuration/live_settings.hpp"

#include <algorithm>

#include "base/json_writer.hpp"

namespace otklik::app {
namespace {

std::string shown(const Setting& setting) {
  return setting.secret && setting.get() != "\"\"" ? "\"***\"" : setting.get();
}

SettingsReload::Change change(const Setting* before, const Setting* after) {
  return {.key = (before != nullptr ? before : after)->key,
          .from = before == nullptr ? "" : shown(*before),
          .to = after == nullptr ? "" : shown(*after)};
}

/// What differs between what is in force and what the settings want.
SettingsReload compare(const SettingsTable& before, const SettingsTable& after) {
  SettingsReload differences;
  for (const auto& setting : before.entries()) {
    const Setting* wanted = after.find(setting.key);
    if (wanted != nullptr && wanted->get() == setting.get()) continue;
    (stays_until_restart(setting, wanted) ? differences.needs_restart : differences.changed)
        .push_back(change(&setting, wanted));
  }
  for (const auto& setting : after.entries()) {
    if (before.find(setting.key) == nullptr) differences.changed.push_back(change(nullptr, &setting));
  }
  return differences;
}

}  // namespace

Result<std::shared_ptr<Configuration>> LiveSettings::read_anew(const SettingsOrigin& origin,
                                                               const Configuration* running,
                                                               std::span<const SettingsReload::Change> keep) {
  auto made = std::make_shared<Configuration>();
  if (origin.demo) made->bind_to_loopback();
  if (auto read = made->read(*origin.folder, origin.file, origin.assignments); !read)
    return std::unexpected(read.error());
  if (!origin.listen.empty()) made->http_listen = origin.listen;
  if (!origin.sip.empty()) {
    if (auto used = made->use_sip_address(origin.sip); !used) return std::unexpected(used.error());
  }
  if (origin.threads >= 0) made->http.threads = origin.threads;
  for (const auto& change : keep) made->keep_from(*running, change.key);
  if (auto derived = made->derive(*origin.folder); !derived) return std::unexpected(derived.error());
  return made;
}

Result<std::unique_ptr<LiveSettings>> LiveSettings::read(SettingsOrigin origin) {
  auto first = read_anew(origin);
  if (!first) return std::unexpected(first.error());
  return std::unique_ptr<LiveSettings>(new LiveSettings(std::move(origin), std::move(*first)));
}

void LiveSettings::follow(Apply apply) {
  followers_.emplace_back(
      [apply = std::move(apply)](const Configuration&, const Configuration& next) -> Result<Commit> {
        return [&apply, &next] { apply(next); };
      });
}

void LiveSettings::follow(Prepare prepare) { followers_.push_back(std::move(prepare)); }

Result<SettingsReload> LiveSettings::reload() {
  const std::lock_guard lock(reloading_);
  const auto before = now_.take();
  const auto wanted = read_anew(origin_);
  if (!wanted) return std::unexpected(wanted.error());
  auto done = compare(before->table(), (*wanted)->table());
  const auto next = read_anew(origin_, before.get(), done.needs_restart);
  if (!next) return std::unexpected(next.error());

  if (!done.changed.empty()) {
    std::vector<Commit> commits;
    for (const auto& prepare : followers_) {
      auto commit = prepare(*before, **next);
      if (!commit) return std::unexpected(commit.error());
      commits.push_back(std::move(*commit));
    }
    for (auto& commit : commits) commit();
    now_.publish(*next);
  }
  pending_.clear();
  for (const auto& [key, from, to] : done.needs_restart) pending_.emplace(key, to);
  return done;
}

std::string LiveSettings::json() const {
  const std::lock_guard lock(reloading_);
  return rows_json(now_.take()->table(), pending_);
}

std::string rows_json(const SettingsTable& table, const std::map<std::string, std::string>& pending) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& setting : table.entries()) {
    json.begin_object().field("key", setting.key).field("value", shown(setting));
    json.field("default", setting.default_value).field("type", setting.type).field("live", setting.live);
    if (const auto wanted = pending.find(setting.key); wanted != pending.end()) json.field("pending", wanted->second);
    json.field("meaning", setting.help.en).field("meaning_ru", setting.help.ru).end_object();
  }
  json.end_array();
  return out;
}

}  // namespace otklik::app
