#include "files/upload/names.hpp"

#include <algorithm>
#include <array>

#include "base/beneath.hpp"
#include "base/text.hpp"

namespace otklik::files {
namespace {

constexpr std::size_t most_name_bytes = 200;  // of the 255 that a disk takes: a number may be added
constexpr std::size_t most_ending_bytes = 40;
constexpr std::size_t most_subfolder_bytes = 1024;
constexpr std::size_t most_subfolder_depth = 32;
constexpr std::string_view hook_suffix = ".execsvcscriptplain";

constexpr std::array<std::string_view, 24> devices{"con",  "prn",  "aux",  "nul",  "conin$", "conout$", "com1", "com2",
                                                   "com3", "com4", "com5", "com6", "com7",   "com8",    "com9", "lpt1",
                                                   "lpt2", "lpt3", "lpt4", "lpt5", "lpt6",   "lpt7",    "lpt8", "lpt9"};

/// Shown as nothing, or turning what stands behind them around: `gpj.exe` looks like `exe.jpg` with one.
constexpr bool is_invisible(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF;
}

constexpr bool is_forbidden_on_windows(char32_t c) noexcept {
  return c < 0x80 && std::string_view("<>:\"|?*/\\").contains(static_cast<char>(c));
}

bool is_device(std::string_view name) {
  std::string_view stem = name.substr(0, name.find('.'));
  while (stem.ends_with(' ')) stem.remove_suffix(1);
  const std::string lower = lower_utf8(stem);
  return std::ranges::find(devices, lower) != devices.end();
}

/// The longest beginning of at most `most` bytes that ends between two characters.
std::string_view cut(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

struct Split {
  std::string_view stem;
  std::string_view ending;  // with its dot
};

Split split(std::string_view name) noexcept {
  const auto dot = name.rfind('.');
  const bool has_ending = dot != std::string_view::npos && dot != 0 && name.size() - dot <= most_ending_bytes;
  return has_ending ? Split{name.substr(0, dot), name.substr(dot)} : Split{name, {}};
}

void trim_ends(std::string& name) {
  while (name.ends_with('.') || name.ends_with(' ')) name.pop_back();
  name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
}

}  // namespace

std::string without_folders(std::string_view name) {
  const auto slash = name.find_last_of("/\\");
  return to_utf8(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

std::string safe_file_name(std::string_view given) {
  std::string name;
  for_each_code_point(given, [&](char32_t c) {
    if (is_invisible(c)) return;
    append_utf8(name, is_forbidden_on_windows(c) ? U'_' : c);
  });
  trim_ends(name);
  if (name.size() > most_name_bytes) {
    const auto parts = split(name);
    name = std::string(cut(parts.stem, most_name_bytes - parts.ending.size())) + std::string(parts.ending);
    trim_ends(name);
  }
  // A dot in front hides a file from people, and marks those of ours that are not whole yet.
  if (name.starts_with('.')) name.front() = '_';
  if (is_device(name)) name.insert(0, 1, '_');
  if (lower_utf8(name).ends_with(hook_suffix)) name += '_';
  return name.empty() ? "_" : name;
}

std::string numbered_name(std::string_view name, unsigned number) {
  if (number < 2) return std::string(name);
  const auto parts = split(name);
  return std::string(parts.stem) + " (" + std::to_string(number) + ")" + std::string(parts.ending);
}

Result<std::string> plain_subfolder(std::string_view spelt) {
  const std::string text = to_utf8(spelt);
  std::string out;
  std::size_t depth = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto slash = std::min(text.find_first_of("/\\", begin), text.size());
    const auto part = std::string_view(text).substr(begin, slash - begin);
    begin = slash + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") return fail(ErrorCode::forbidden, "subfolder leads out of its base");
    // What would have to be changed to be a name is no folder that anybody would find again.
    if (part != safe_file_name(part))
      return fail(ErrorCode::bad_request, "subfolder holds what cannot be a folder's name");
    if (++depth > most_subfolder_depth) return fail(ErrorCode::bad_request, "subfolder is too deep");
    if (!out.empty()) out += '/';
    out += part;
  }
  if (out.size() > most_subfolder_bytes) return fail(ErrorCode::bad_request, "subfolder is too long");
  // The pictures of users are open to everybody: nothing gets there but through their own door.
  const auto first = out.substr(0, out.find('/'));
  if (lower_utf8(first) == "avatars") return fail(ErrorCode::forbidden, "subfolder is a folder of the server's own");
  return out;
}

}  // namespace otklik::files
