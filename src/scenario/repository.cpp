#include "scenario/repository.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <lua.hpp>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "scenario/globals_read.hpp"
#include "scenario/message.hpp"
#include "scenario/run_memory.hpp"

namespace otklik::scenario {
namespace {

constexpr std::string_view suffix = ".lua";
constexpr std::string_view disabled_mark = "--!disabled";
constexpr std::size_t most_listed = 100'000;

using Refusal = core::StartRefusal;

std::int64_t nanoseconds(const timespec& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; }

/// Two changes within this time may leave the same stamp (coarse clocks of file systems, network shares).
constexpr std::int64_t coarse_clock = 3'000'000'000;

template <class Stamp>
Stamp stamp_of(const struct stat& about) {
  return {about.st_ino, about.st_dev, about.st_size, nanoseconds(about.st_mtim), nanoseconds(about.st_ctim)};
}

template <class Stamp>
bool is_fresh(const Stamp& stamp) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now) - std::max(stamp.modified, stamp.changed) < coarse_clock;
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return text;
}

int append_to_string(lua_State*, const void* bytes, std::size_t size, void* user) {
  static_cast<std::string*>(user)->append(static_cast<const char*>(bytes), size);
  return 0;
}

}  // namespace

bool is_scenario_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 200 || name.front() == '.' || !is_utf8(name)) return false;
  return std::ranges::none_of(
      name, [](char c) { return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

Scenario compile(std::string name, std::string_view text) {
  Scenario scenario{.name = std::move(name)};
  text = without_byte_order_mark(text);
  const auto first_line = trim(text.substr(0, text.find('\n')));
  scenario.disabled = first_line.starts_with(disabled_mark);
  Budget budget;
  budget.limits.memory = 256 * 1024 * 1024;
  RunMemory memory(budget);
  lua_State* lua = lua_newstate(RunMemory::allocate, &memory);
  if (lua == nullptr) {
    scenario.error = "not enough memory";
    return scenario;
  }
  const std::string chunk_name = "@" + scenario.name + std::string(suffix);
  if (luaL_loadbufferx(lua, text.data(), text.size(), chunk_name.c_str(), "t") != LUA_OK) {
    const char* why = lua_tostring(lua, -1);
    scenario.error = clean_message(why == nullptr ? "does not compile" : why);
    return scenario;
  }
  lua_dump(lua, append_to_string, &scenario.compiled, 0);
  scenario.looks_quick = looks_quick(scenario.compiled);
  return scenario;
}

Result<std::unique_ptr<Repository>> Repository::open(Options options) {
  auto folder = Folder::open(options.folder);
  if (!folder) return fail(ErrorCode::not_found, "The folder of the scenarios cannot be opened");
  return std::unique_ptr<Repository>(new Repository(std::move(options), std::move(*folder)));
}

std::expected<std::shared_ptr<const Scenario>, Refusal> Repository::find(std::string_view name) {
  if (!is_scenario_name(name)) return std::unexpected(Refusal::bad_parameter);
  auto scenario = current(name);
  if (!scenario) {
    if (const std::string spelling = spelling_of(name); !spelling.empty() && spelling != name) {
      scenario = current(spelling);
    }
  }
  if (!scenario) return std::unexpected(Refusal::not_found);
  if (scenario->disabled) return std::unexpected(Refusal::disabled);
  if (!scenario->error.empty()) return std::unexpected(Refusal::broken);
  return scenario;
}

std::shared_ptr<const Scenario> Repository::current(std::string_view name) {
  if (options_->recheck.count() > 0) {
    const std::shared_lock lock(mutex_);
    if (const auto found = entries_.find(name);
        found != entries_.end() && Clock::now() - found->second.looked < options_->recheck) {
      return found->second.scenario;
    }
  }
  return look(std::string(name));
}

std::shared_ptr<const Scenario> Repository::look(const std::string& name) {
  const std::lock_guard loading(loading_);
  const auto now = Clock::now();
  Entry entry;
  bool known = false;
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = entries_.find(name); found != entries_.end()) {
      known = true;
      if (now - found->second.looked < options_->recheck) return found->second.scenario;  // somebody just did
      entry = found->second;
    }
  }
  struct stat about{};
  const std::string file = name + std::string(suffix);
  const bool exists = ::fstatat(folder_.fd(), file.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0;
  if (!exists || !S_ISREG(about.st_mode)) {
    if (exists) log::warn("scenario {}: not a plain file, not used", file);
    const std::unique_lock lock(mutex_);
    if (known) entries_.erase(name);
    return nullptr;
  }
  const auto stamp = stamp_of<Stamp>(about);
  if (!known || stamp != entry.stamp || entry.is_fresh) {
    auto source = read(name);
    Scenario scenario;
    if (!source) {
      scenario = {.name = name, .error = file + ": " + source.error().message};
      entry.stamp = stamp;
      entry.is_fresh = true;  // it may become readable without a change of the stamp
    } else {
      const bool same = known && entry.is_fresh && entry.text == source->text && entry.scenario->error.empty();
      entry.stamp = source->stamp;
      entry.is_fresh = is_fresh(entry.stamp);
      if (!same) scenario = compile(name, source->text);
      entry.text = entry.is_fresh ? std::move(source->text) : std::string();
      if (same) scenario.name.clear();
    }
    if (!scenario.name.empty()) {
      if (!scenario.error.empty() && (!known || entry.scenario->error != scenario.error)) {
        log::error("scenario is broken: {}", scenario.error);
      } else if (known && scenario.error.empty()) {
        log::info("scenario {}: read again", file);
      }
      entry.scenario = std::make_shared<const Scenario>(std::move(scenario));
    }
  }
  entry.looked = now;
  auto scenario = entry.scenario;
  const std::unique_lock lock(mutex_);
  entries_.insert_or_assign(name, std::move(entry));
  return scenario;
}

Result<Repository::Source> Repository::read(const std::string& name) const {
  auto fd = folder_.open_file(name + std::string(suffix));
  if (!fd) return std::unexpected(fd.error());
  struct stat about{};
  if (::fstat(fd->get(), &about) != 0) return std::unexpected(last_system_error("read"));
  auto bytes = read_whole(fd->get(), options_->most_bytes);
  if (!bytes) return std::unexpected(bytes.error());
  return Source{stamp_of<Stamp>(about), to_utf8(without_byte_order_mark(*bytes))};
}

std::shared_ptr<const Repository::Listing> Repository::listing() {
  const std::lock_guard loading(loading_);
  struct stat about{};
  if (::fstat(folder_.fd(), &about) != 0) return std::make_shared<Listing>();
  const auto stamp = stamp_of<Stamp>(about);
  const auto now = Clock::now();
  if (stamp == listing_->folder && (!listing_->is_fresh || now - listing_->looked < options_->recheck)) return listing_;
  auto next = std::make_shared<Listing>();
  next->folder = stamp;
  next->is_fresh = is_fresh(stamp);
  next->looked = now;
  const int fd = ::openat(folder_.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* folder = fd < 0 ? nullptr : ::fdopendir(fd);
  if (folder == nullptr) {
    if (fd >= 0) ::close(fd);
    return next;
  }
  while (const dirent* entry = ::readdir(folder)) {
    std::string_view file = entry->d_name;
    if (!file.ends_with(suffix)) continue;
    file.remove_suffix(suffix.size());
    if (is_scenario_name(file) && next->names.size() < most_listed) next->names.emplace_back(file);
  }
  ::closedir(folder);
  std::ranges::sort(next->names);
  for (const auto& name : next->names) next->by_lower_case.emplace(lower_utf8(name), name);
  listing_ = next;
  return next;
}

std::string Repository::spelling_of(std::string_view name) {
  const auto all = listing();
  const auto found = all->by_lower_case.find(lower_utf8(name));
  return found == all->by_lower_case.end() ? std::string() : found->second;
}

std::vector<ScenarioInfo> Repository::list() {
  std::vector<ScenarioInfo> rows;
  for (const auto& name : listing()->names) {
    struct stat about{};
    if (::fstatat(folder_.fd(), (name + std::string(suffix)).c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
    const auto scenario = current(name);
    if (!scenario) continue;
    rows.push_back({name, static_cast<std::uint64_t>(about.st_size), scenario->disabled, scenario->error});
  }
  return rows;
}

Result<std::vector<Finding>> Repository::check(std::string_view name) {
  std::vector<std::string> names;
  if (name.empty()) {
    names = listing()->names;
  } else {
    if (!is_scenario_name(name)) return fail(ErrorCode::not_found, "There is no such scenario");
    auto scenario = current(name);
    if (!scenario) {
      const std::string spelling = spelling_of(name);
      if (!spelling.empty()) scenario = current(spelling);
    }
    if (!scenario) return fail(ErrorCode::not_found, "There is no such scenario");
    names.push_back(scenario->name);
  }
  std::vector<Finding> findings;
  for (const auto& each : names) {
    const auto scenario = current(each);
    if (!scenario) continue;
    if (!scenario->error.empty()) {
      findings.push_back({each, true, line_of(scenario->error), scenario->error});
      continue;
    }
    for (const auto& global : unknown_globals(scenario->compiled)) {
      findings.push_back(
          {each, false, global.line, fmt::format("{}.lua:{}: unknown global \"{}\"", each, global.line, global.name)});
    }
  }
  return findings;
}

void Repository::reload() {
  const std::lock_guard loading(loading_);
  const std::unique_lock lock(mutex_);
  entries_.clear();
  listing_ = std::make_shared<Listing>();
}

}  // namespace otklik::scenario
