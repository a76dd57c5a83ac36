#include "core/identity.hpp"

#include <array>
#include <utility>

namespace otklik::core {
namespace {

constexpr std::array<std::pair<Privilege, std::string_view>, 4> names{{
    {Privilege::webapi_execute, "webapi.execute"},
    {Privilege::admin_manage, "admin.manage"},
    {Privilege::supervise, "supervise"},
    {Privilege::operate, "operate"},
}};

}  // namespace

std::string_view name(Privilege privilege) noexcept {
  for (const auto& [p, text] : names) {
    if (p == privilege) return text;
  }
  return {};
}

std::optional<Privilege> privilege_named(std::string_view name) noexcept {
  for (const auto& [p, text] : names) {
    if (text == name) return p;
  }
  return std::nullopt;
}

}  // namespace otklik::core
