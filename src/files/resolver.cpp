#include "files/resolver.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/beneath.hpp"
#include "base/text.hpp"

namespace otklik::files {
namespace {

/// The file folders of the data folder, whose names are also the vendor's.
constexpr std::array<std::string_view, 5> known_folders{"Temp", "LocalStorage", "RecordedFiles", "Fax", "VoiceMail"};
constexpr std::string_view storage_name = "LocalStorage";

/// What else lies in the data folder and is nobody's but ours. Relative paths of these names are refused at once and
/// not looked up in the storage: the answer must not depend on what happens to lie there.
constexpr std::array<std::string_view, 9> own_names{"events",      "scenarios",        "plugins",         "tls",
                                                    "licence.xml", "licence-keys.pem", "demo-logins.txt", "www",
                                                    "control.sock"};
constexpr std::string_view own_prefix = "otklik.";  // otklik.toml, otklik.db with -wal and -shm, a socket, a lock
constexpr std::string_view hook_suffix = ".execsvcscriptplain";

/// Trees of the kernel that only look like files: /proc holds other programs' secrets, and our own environment.
constexpr std::array<std::string_view, 3> kernel_trees{"/proc", "/sys", "/dev"};

constexpr std::size_t longest_path = 4095;

std::unexpected<Error> outside() { return fail(ErrorCode::forbidden, "The path lies outside of the open folders"); }

bool is_below(std::string_view path, std::string_view folder) noexcept {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// `Name.txt.`, `name.txt ` and `name.txt::$DATA` are `name.txt` to Windows, whence the habit comes.
std::string folded(std::string_view component) {
  if (const auto colon = component.find(':'); colon != 0) component = component.substr(0, colon);
  while (component.ends_with('.') || component.ends_with(' ')) component.remove_suffix(1);
  return lower_utf8(component);
}

bool is_own_name(std::string_view component) {
  const std::string name = folded(component);
  return name.starts_with(own_prefix) || std::ranges::find(own_names, name) != own_names.end();
}

/// In any case; empty: none.
std::string_view known_folder(std::string_view component) {
  const auto* at = std::ranges::find_if(known_folders, [&](auto known) { return iequals_ascii(known, component); });
  return at == known_folders.end() ? std::string_view() : *at;
}

struct Walk {
  std::vector<std::string_view> components;
  std::size_t ups = 0;  // `..` that lead above the start
};

Walk walk(std::string_view path) {
  Walk out;
  for (std::size_t begin = 0; begin <= path.size();) {
    auto slash = path.find('/', begin);
    if (slash == std::string_view::npos) slash = path.size();
    const auto part = path.substr(begin, slash - begin);
    begin = slash + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      out.components.push_back(part);
    } else if (out.components.empty()) {
      ++out.ups;
    } else {
      out.components.pop_back();
    }
  }
  return out;
}

std::string joined(std::string_view folder, const std::vector<std::string_view>& components, std::size_t from = 0) {
  std::string out(folder == "/" ? std::string_view() : folder);
  for (std::size_t i = from; i < components.size(); ++i) {
    if (!out.empty() || folder == "/") out += '/';
    out += components[i];
  }
  if (out.empty() && folder == "/") out = "/";
  return out;
}

bool is_slash(char c) noexcept { return c == '/' || c == '\\'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::vector<std::string> spellings_of(const std::string& folder) {
  std::vector<std::string> out;
  out.push_back(plain_path(folder));
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(folder.c_str(), nullptr), &std::free);
  if (real && out.front() != real.get()) out.emplace_back(real.get());
  return out;
}

}  // namespace

std::string plain_path(std::string_view path) {
  if (!path.starts_with('/')) return {};
  return joined("/", walk(path).components);
}

Resolver::Resolver(const Ground& ground, std::vector<Zone> zones)
    : data_spellings_(spellings_of(ground.data_folder)), zones_(std::move(zones)) {
  const std::string usual_storage = data_spellings_.front() + "/" + std::string(storage_name);
  bases_.push_back(ground.storage_folder.empty() ? usual_storage : plain_path(ground.storage_folder));
  for (const auto& base : ground.bases) bases_.push_back(plain_path(base));
  for (const auto& folder : {data_spellings_.front() + "/Temp", usual_storage, bases_.front()}) {
    for (auto& spelling : spellings_of(folder)) upload_folders_.push_back(std::move(spelling));
  }
  for (const auto& path : ground.secret_paths) {
    secret_paths_.push_back(plain_path(path));
    for (const auto& spelling : spellings_of(path)) secrets_.push_back(lower_utf8(spelling));
  }
  for (const auto known : known_folders) open_in_data_.push_back(lower_utf8(known));
  open_in_data_.emplace_back("www");
  for (auto& zone : zones_) {
    std::vector<std::string> spellings;
    for (const auto& given : zone.spellings) {
      for (auto& spelling : spellings_of(given)) spellings.push_back(std::move(spelling));
    }
    zone.spellings = std::move(spellings);
    for (const auto& spelling : zone.spellings) {
      for (const auto& data : data_spellings_) {
        if (!is_below(spelling, data) || spelling.size() == data.size()) continue;
        const auto below = std::string_view(spelling).substr(data.size() + 1);
        const auto first = below.substr(0, below.find('/'));
        if (!is_own_name(first)) open_in_data_.push_back(lower_utf8(first));
      }
    }
  }
}

bool Resolver::holds_uploads(std::string_view path) const {
  return std::ranges::any_of(upload_folders_, [&](const std::string& folder) { return is_below(path, folder); });
}

bool Resolver::holds_own_files(const std::string& folder) const {
  for (const auto& spelling : spellings_of(folder)) {
    for (const auto& data : data_spellings_) {
      if (is_below(data, spelling)) return true;
      if (!is_below(spelling, data)) continue;
      const auto below = std::string_view(spelling).substr(data.size() + 1);
      const auto first = below.substr(0, below.find('/'));
      if (is_own_name(first) && first != "www") return true;
    }
  }
  return false;
}

bool Resolver::is_secret(std::string_view path) const {
  const std::string lower = lower_utf8(path);
  for (const auto& secret : secrets_) {
    if (is_below(lower, secret)) return true;
  }
  for (const auto tree : kernel_trees) {
    if (is_below(lower, tree)) return true;
  }
  const auto last = folded(path.substr(path.rfind('/') + 1));
  if (last.ends_with(hook_suffix)) return true;
  for (const auto& data : data_spellings_) {
    const std::string lower_data = lower_utf8(data);
    if (!is_below(lower, lower_data)) continue;
    if (lower.size() == lower_data.size()) return true;  // the folder itself: its listing is nobody's business
    const auto below = std::string_view(lower).substr(lower_data == "/" ? 1 : lower_data.size() + 1);
    const auto first = below.substr(0, below.find('/'));
    if (std::ranges::find(open_in_data_, first) == open_in_data_.end()) return true;
  }
  return false;
}

void Resolver::add_absolute(const Components& components, Places& places) const {
  const std::string path = joined("/", components);
  if (is_secret(path)) return;
  const Zone* best = nullptr;
  std::size_t longest = 0;
  for (const auto& zone : zones_) {
    for (const auto& spelling : zone.spellings) {
      if (is_below(path, spelling) && (best == nullptr || spelling.size() > longest)) {
        best = &zone;
        longest = spelling.size();
      }
    }
  }
  if (best == nullptr) return;
  const std::size_t skip = longest == 1 ? 1 : std::min(longest + 1, path.size());  // "/" is its own separator
  Place place{best, path.substr(skip)};
  if (!place.name.empty() && !is_confined_name(place.name)) return;
  // The same place may have a secret name where it really lies.
  if (is_secret(joined(best->spellings.front(), walk(place.name).components))) return;
  places.push_back(std::move(place));
}

void Resolver::add_relative(const Components& components, Places& places) const {
  if (components.empty()) return;
  const auto add_in = [&](const std::string& folder, std::size_t from) {
    add_absolute(walk(joined(folder, components, from)).components, places);
  };
  const auto& data = data_spellings_.front();
  if (const auto known = known_folder(components.front()); !known.empty()) {
    // Any case of the folder's name, and the storage wherever the settings have put it.
    return add_in(known == storage_name ? bases_.front() : data + "/" + std::string(known), 1);
  }
  add_in(data, 0);
  // What is ours is not looked up elsewhere: the answer must not depend on what happens to lie there.
  if (is_own_name(components.front())) return;
  for (const auto& base : bases_) add_in(base, 0);
}

void Resolver::add_on_a_drive(const Components& components, Places& places) const {
  // `…\Server\RecordedFiles\…` first: a company's path to the server may itself run through a folder named Temp.
  for (std::size_t i = 0; i + 1 < components.size(); ++i) {
    if (iequals_ascii(components[i], "server") && !known_folder(components[i + 1]).empty()) {
      return add_relative(Components(components.begin() + static_cast<std::ptrdiff_t>(i) + 1, components.end()),
                          places);
    }
  }
  const auto at = std::ranges::find_if(components, [](auto part) { return !known_folder(part).empty(); });
  if (at != components.end()) add_relative(Components(at, components.end()), places);
}

std::vector<Place> Resolver::meanings(std::string_view given) const {
  Places places;
  std::string path = to_utf8(given);
  if (path.empty() || path.size() > longest_path) return places;
  if (std::ranges::any_of(path, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; })) return places;
  const bool rooted_as_windows = path.front() == '\\';
  // A network path, or one to a device (`\\?\`, `\\.\`). `//` alone is a POSIX way to write `/`.
  if (path.size() > 1 && is_slash(path[0]) && is_slash(path[1]) && (path[0] == '\\' || path[1] == '\\')) return places;
  std::ranges::replace(path, '\\', '/');

  if (path.size() > 1 && is_letter(path[0]) && path[1] == ':') {
    if (path.size() < 3 || path[2] != '/') return places;  // relative to a drive's current folder: nobody knows it
    const Walk steps = walk(std::string_view(path).substr(2));
    if (steps.ups == 0) add_on_a_drive(steps.components, places);
    return places;
  }
  const Walk steps = walk(path);
  const auto& parts = steps.components;
  if (rooted_as_windows) {
    if (steps.ups == 0 && !parts.empty() && !known_folder(parts.front()).empty()) add_relative(parts, places);
  } else if (path.front() == '/') {
    add_absolute(parts, places);
  } else if (steps.ups == 0) {
    add_relative(parts, places);
  } else if (steps.ups == 1 && parts.size() > 1 && iequals_ascii(parts[0], "server") &&
             !known_folder(parts[1]).empty()) {
    add_relative(Components(parts.begin() + 1, parts.end()), places);
  } else {
    // Relative to the data folder as it stands, which may well end in a zone again (`../data/Temp/x`).
    const std::string whole = data_spellings_.front() + "/" + path;
    add_absolute(walk(whole).components, places);
  }
  return places;
}

Result<Place> Resolver::resolve(std::string_view path) const {
  auto places = meanings(path);
  if (places.empty()) return outside();
  return std::move(places.front());
}

}  // namespace otklik::files
