#include "base/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

// Compiled in, without exceptions: a syntax error is a value here. Debian's shared build of it throws.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <sstream>

#include "base/json_writer.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"

namespace otklik {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);  // a TOML basic string has the escapes of JSON
  return out;
}

std::string listed(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + quoted(item);
  return out + "]";
}

std::unexpected<Error> wants(std::string_view what) {
  return fail(ErrorCode::bad_request, fmt::format("it takes {}", what));
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

Result<std::uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units, std::uint64_t bare,
                                      std::string_view example) {
  text = trim(text);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return wants(example);
  const auto unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  std::uint64_t factor = bare;
  if (!unit.empty()) {
    const auto found = std::ranges::find_if(units, [&](const Unit& u) { return iequals_ascii(u.name, unit); });
    if (found == units.end()) return wants(example);
    factor = found->factor;
  }
  if (factor != 0 && number > std::numeric_limits<std::int64_t>::max() / factor) return wants(example);
  return number * factor;
}

constexpr Unit size_units[] = {
    {"B", 1},      {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20},  {"GiB", 1ULL << 30}, {"TiB", 1ULL << 40},
    {"KB", 1'000}, {"MB", 1'000'000},   {"GB", 1'000'000'000}};
constexpr Unit duration_units[] = {{"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr std::string_view size_example = R"(a number of bytes, or a text such as "16 MiB")";
constexpr std::string_view duration_example =
    R"(a number of seconds, or a text such as "500 ms", "30 s", "5 min", "24 h", "30 d")";

std::string size_text(std::uint64_t bytes) {
  for (const Unit& unit : {size_units[4], size_units[3], size_units[2], size_units[1]}) {
    if (bytes != 0 && bytes % unit.factor == 0) return fmt::format("\"{} {}\"", bytes / unit.factor, unit.name);
  }
  return std::to_string(bytes);
}

std::string duration_text(std::chrono::milliseconds value) {
  const auto ms = static_cast<std::uint64_t>(value.count());
  for (const Unit& unit : {duration_units[4], duration_units[3], duration_units[2], duration_units[1]}) {
    if (ms != 0 && ms % unit.factor == 0) return fmt::format("\"{} {}\"", ms / unit.factor, unit.name);
  }
  return fmt::format("\"{} ms\"", ms);
}

Result<std::chrono::milliseconds> duration_from(const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return parse_duration(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value); number != nullptr && *number >= 0) {
    return parse_duration(std::to_string(*number));
  }
  if (const auto* number = std::get_if<double>(&value); number != nullptr && *number >= 0 && *number < 1e12) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(*number * 1000));
  }
  return wants(duration_example);
}

std::optional<SettingValue> value_of(const toml::node& node) {
  if (const auto* b = node.as_boolean()) return b->get();
  if (const auto* i = node.as_integer()) return i->get();
  if (const auto* f = node.as_floating_point()) return f->get();
  if (const auto* s = node.as_string()) return s->get();
  if (const auto* array = node.as_array()) {
    std::vector<std::string> items;
    for (const auto& item : *array) {
      const auto* text = item.as_string();
      if (text == nullptr) return std::nullopt;
      items.push_back(text->get());
    }
    return items;
  }
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) { return parse_with_unit(text, size_units, 1, size_example); }

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto ms = parse_with_unit(text, duration_units, 1000, duration_example);
  if (!ms) return std::unexpected(ms.error());
  return std::chrono::milliseconds(*ms);
}

void SettingsTable::add_row(std::string key, std::string type, SettingHelp help, bool secret, Set set, Get get) {
  std::string default_value = get();
  entries_.push_back({.key = std::move(key),
                      .type = std::move(type),
                      .default_value = std::move(default_value),
                      .help = std::move(help),
                      .secret = secret,
                      .live = adding_live_,
                      .set = std::move(set),
                      .get = std::move(get)});
}

void SettingsTable::add(std::string key, bool& field, SettingHelp help) {
  const auto get = [&field] { return std::string(field ? "true" : "false"); };
  add_row(
      std::move(key), "yes/no", std::move(help), false,
      [&field](const SettingValue& value) -> Result<> {
        const auto* flag = std::get_if<bool>(&value);
        if (flag == nullptr) return wants("true or false");
        field = *flag;
        return {};
      },
      get);
}

template <class Whole>
void SettingsTable::add_number(std::string key, Whole& field, Whole least, Whole most, SettingHelp help) {
  const auto get = [&field] { return std::to_string(field); };
  add_row(
      std::move(key), "number", std::move(help), false,
      [&field, least, most](const SettingValue& value) -> Result<> {
        const auto* number = std::get_if<std::int64_t>(&value);
        if (number == nullptr || std::cmp_less(*number, least) || std::cmp_greater(*number, most)) {
          return wants(fmt::format("a whole number from {} to {}", least, most));
        }
        field = static_cast<Whole>(*number);
        return {};
      },
      get);
}

void SettingsTable::add(std::string key, int& field, int least, int most, SettingHelp help) {
  add_number(std::move(key), field, least, most, std::move(help));
}

void SettingsTable::add(std::string key, unsigned& field, unsigned least, unsigned most, SettingHelp help) {
  add_number(std::move(key), field, least, most, std::move(help));
}

void SettingsTable::add(std::string key, std::uint64_t& field, std::uint64_t least, std::uint64_t most,
                        SettingHelp help) {
  add_number(std::move(key), field, least, most, std::move(help));
}

void SettingsTable::add(std::string key, std::string& field, SettingHelp help, bool secret) {
  const auto get = [&field] { return quoted(field); };
  add_row(
      std::move(key), "text", std::move(help), secret,
      [&field](const SettingValue& value) -> Result<> {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr) return wants("a text in quotes");
        field = *text;
        return {};
      },
      get);
}

void SettingsTable::add(std::string key, std::vector<std::string>& field, SettingHelp help) {
  const auto get = [&field] { return listed(field); };
  add_row(
      std::move(key), "list", std::move(help), false,
      [&field](const SettingValue& value) -> Result<> {
        if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
          field = *list;
        } else if (const auto* one = std::get_if<std::string>(&value)) {
          field = {*one};
        } else {
          return wants(R"(a list of texts, ["a", "b"])");
        }
        return {};
      },
      get);
}

void SettingsTable::add_choice(std::string key, std::string& field, std::vector<std::string> choices,
                               SettingHelp help) {
  const auto get = [&field] { return quoted(field); };
  std::string type = fmt::format("{}", fmt::join(choices, "|"));
  add_row(
      std::move(key), type, std::move(help), false,
      [&field, type, choices = std::move(choices)](const SettingValue& value) -> Result<> {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr || std::ranges::find(choices, *text) == choices.end()) {
          return wants("one of " + type);
        }
        field = *text;
        return {};
      },
      get);
}

void SettingsTable::add_size(std::string key, std::size_t& field, SettingHelp help) {
  const auto get = [&field] { return size_text(field); };
  add_row(
      std::move(key), "size", std::move(help), false,
      [&field](const SettingValue& value) -> Result<> {
        Result<std::uint64_t> bytes = wants(size_example);
        if (const auto* text = std::get_if<std::string>(&value)) {
          bytes = parse_size(*text);
        } else if (const auto* n = std::get_if<std::int64_t>(&value); n != nullptr && *n >= 0) {
          bytes = static_cast<std::uint64_t>(*n);
        }
        if (!bytes) return std::unexpected(bytes.error());
        field = *bytes;
        return {};
      },
      get);
}

void SettingsTable::add_duration(std::string key, std::chrono::milliseconds& field, SettingHelp help) {
  const auto get = [&field] { return duration_text(field); };
  add_row(
      std::move(key), "duration", std::move(help), false,
      [&field](const SettingValue& value) -> Result<> {
        const auto parsed = duration_from(value);
        if (!parsed) return std::unexpected(parsed.error());
        field = *parsed;
        return {};
      },
      get);
}

template <class Unit>
void SettingsTable::add_whole(std::string key, Unit& field, std::string_view unit, SettingHelp help) {
  const auto get = [&field] { return duration_text(field); };
  add_row(
      std::move(key), "duration", std::move(help), false,
      [&field, unit](const SettingValue& value) -> Result<> {
        const auto parsed = duration_from(value);
        if (!parsed) return std::unexpected(parsed.error());
        const auto whole = std::chrono::duration_cast<Unit>(*parsed);
        if (whole != *parsed) return wants(fmt::format("whole {}", unit));
        field = whole;
        return {};
      },
      get);
}

void SettingsTable::add_duration(std::string key, std::chrono::seconds& field, SettingHelp help) {
  add_whole(std::move(key), field, "seconds", std::move(help));
}

void SettingsTable::add_duration(std::string key, std::chrono::hours& field, SettingHelp help) {
  add_whole(std::move(key), field, "hours", std::move(help));
}

void SettingsTable::add_named_sections(std::string prefix, std::function<Result<>(const std::string&)> make) {
  named_.push_back({std::move(prefix), std::move(make), {}});
}

const Setting* SettingsTable::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(entries_, key, &Setting::key);
  return found == entries_.end() ? nullptr : &*found;
}

std::string SettingsTable::nearest(std::string_view key) const {
  std::vector<std::string_view> known;
  known.reserve(entries_.size());
  for (const auto& entry : entries_) known.push_back(entry.key);
  return std::string(nearest_name(key, known));
}

Result<> SettingsTable::make_named_section(std::string_view key, const std::string& where) {
  for (auto& sections : named_) {
    const std::string start = sections.prefix + ".";
    if (!key.starts_with(start)) continue;
    const auto rest = key.substr(start.size());
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos || dot == 0) continue;
    const std::string name(rest.substr(0, dot));
    if (std::ranges::find(sections.made, name) != sections.made.end()) continue;
    sections.made.push_back(name);
    if (auto made = sections.make(name); !made) {
      return fail(made.error().code, fmt::format("{}: section \"{}{}\": {}", where, start, name, made.error().message));
    }
  }
  return {};
}

Result<> SettingsTable::apply(const std::string& key, const SettingValue& value, const std::string& where) {
  if (auto made = make_named_section(key, where); !made) return made;
  const Setting* entry = find(key);
  if (entry == nullptr) {
    const auto near = nearest(key);
    return fail(ErrorCode::bad_request, fmt::format("{}: unknown key \"{}\"{}", where, key,
                                                    near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }
  if (auto done = entry->set(value); !done) {
    return fail(ErrorCode::bad_request, fmt::format("{}: \"{}\": {}", where, key, done.error().message));
  }
  return {};
}

namespace {

struct Found {
  std::string key;
  const toml::node* node;
};

void collect(const toml::table& table, const std::string& prefix, std::vector<Found>& out) {
  for (const auto& [key, node] : table) {
    const std::string path = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      collect(*inner, path + ".", out);
    } else {
      out.push_back({path, &node});
    }
  }
}

}  // namespace

Result<> SettingsTable::load(std::string_view text, const std::string& file) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const auto& error = parsed.error();
    return fail(ErrorCode::bad_request, fmt::format("{}:{}: {}", file, error.source().begin.line, error.description()));
  }
  std::vector<Found> found;
  collect(parsed.table(), "", found);
  std::ranges::sort(found, {}, [](const Found& f) { return f.node->source().begin.line; });  // the first mistake first
  for (const auto& [key, node] : found) {
    const std::string where = fmt::format("{}:{}", file, node->source().begin.line);
    const auto value = value_of(*node);
    if (!value) {
      return fail(ErrorCode::bad_request, fmt::format("{}: \"{}\": a setting is a text, a number, true or false, or a "
                                                      "list of texts",
                                                      where, key));
    }
    if (auto done = apply(key, *value, where); !done) return done;
  }
  return {};
}

Result<> SettingsTable::set(std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return fail(ErrorCode::bad_request, fmt::format("--set {}: it takes key=value", assignment));
  }
  const std::string key(trim(assignment.substr(0, equals)));
  const std::string text(trim(assignment.substr(equals + 1)));
  const toml::parse_result parsed = toml::parse("value = " + text);
  SettingValue value = text;  // a bare text needs no quotes here: the shell took them
  if (parsed) {
    const toml::node* node = parsed.table().get("value");
    if (node != nullptr && parsed.table().size() == 1) {
      if (auto read = value_of(*node)) value = std::move(*read);
    }
  }
  return apply(key, value, "--set");
}

}  // namespace otklik
