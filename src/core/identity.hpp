#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/uuid.hpp"

namespace otklik::core {

/// What a role may let its holders do. Stored and spoken of by name.
enum class Privilege : std::uint8_t {
  webapi_execute,  ///< `webapi.execute`: run Web-API requests
  admin_manage,    ///< `admin.manage`: users, roles, settings, from the console
  supervise,       ///< `supervise`: see and steer others' calls and states
  operate,         ///< `operate`: take part in the call centre
};

inline constexpr std::array all_privileges{Privilege::webapi_execute, Privilege::admin_manage, Privilege::supervise,
                                           Privilege::operate};

std::string_view name(Privilege privilege) noexcept;
std::optional<Privilege> privilege_named(std::string_view name) noexcept;

/// A set of privileges, small enough to copy.
class Privileges {
 public:
  constexpr Privileges() = default;
  constexpr void add(Privilege p) noexcept { bits_ |= bit(p); }
  constexpr void add(Privileges other) noexcept { bits_ |= other.bits_; }
  [[nodiscard]] constexpr bool has(Privilege p) const noexcept { return (bits_ & bit(p)) != 0; }
  [[nodiscard]] constexpr Privileges common_with(Privileges other) const noexcept {
    Privileges both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }
  constexpr bool operator==(const Privileges&) const = default;

 private:
  static constexpr std::uint32_t bit(Privilege p) noexcept { return 1U << static_cast<unsigned>(p); }
  std::uint32_t bits_ = 0;
};

/// Who makes a request, and what he may do.
struct Identity {
  Uuid user;
  std::string login;
  std::string name;
  Privileges privileges;
  Uuid token;  ///< the API token that opened the door; nil for a password
};

}  // namespace otklik::core
