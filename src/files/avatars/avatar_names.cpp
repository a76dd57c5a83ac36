#include "files/avatars/avatar_names.hpp"

#include <algorithm>
#include <cstddef>

#include "base/base64.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace otklik::files {
namespace {

constexpr std::size_t random_size = 16;  // bytes

std::string_view suffix(AvatarSize size) noexcept {
  switch (size) {
    case AvatarSize::full:
      return "";
    case AvatarSize::square96:
      return "_96";
    case AvatarSize::square32:
      return "_32";
  }
  return "";
}

bool is_full_name(std::string_view name) noexcept {
  constexpr std::size_t digits = 2 * random_size;
  if (name.size() < digits) return false;
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const auto ending = name.substr(digits);
  return std::ranges::all_of(name.substr(0, digits), is_digit) && (ending == ".jpg" || ending == ".png");
}

}  // namespace

std::string new_avatar_name(std::string_view ending) {
  std::array<std::uint8_t, random_size> random{};
  random_bytes(random);
  return hex({reinterpret_cast<const char*>(random.data()), random.size()}) + "." + std::string(ending);
}

std::string avatar_name(std::string_view full, AvatarSize size) {
  std::string name(full);
  name.insert(std::min(name.rfind('.'), name.size()), suffix(size));
  return name;
}

std::string avatar_link(std::string_view file_name) {
  return "/getavatar?path=" + std::string(file_name) + "&attachment=0";
}

std::optional<NamedAvatar> read_avatar_name(std::string_view path) {
  constexpr std::string_view parameter = "path=";
  if (const auto query = path.find('?'); query != std::string_view::npos) {
    const auto begin = path.find(parameter, query);
    path.remove_prefix(begin == std::string_view::npos ? path.size() : begin + parameter.size());
  }
  path = path.substr(0, path.find_first_of("&#"));
  path = path.substr(path.find_last_of("/\\") + 1);  // npos + 1 is 0
  const std::string name = lower_utf8(path);
  for (const AvatarSize size : all_avatar_sizes) {
    std::string full = name;
    if (const auto at = full.rfind(suffix(size)); size != AvatarSize::full && at != std::string::npos) {
      full.erase(at, suffix(size).size());
    }
    if (is_full_name(full) && avatar_name(full, size) == name) return NamedAvatar{std::move(full), name};
  }
  return std::nullopt;
}

}  // namespace otklik::files
