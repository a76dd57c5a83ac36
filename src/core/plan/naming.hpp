#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/directory/directory.hpp"
#include "core/plan/plan.hpp"

/// How requests name the line they act on.
namespace otklik::core {

/// The parameters of call control; empty: not given.
struct LineNames {
  std::string_view line{};
  std::string_view user{};
  std::string_view wp{};
  std::string_view number{};  ///< an internal number: the reads of telephony take one too
};

/// Whom they name.
struct NamedLine {
  const Line* line = nullptr;  ///< null only from find_user_of: a user without a line
  const User* user = nullptr;  ///< null: nobody's line
};

/// Why they name nobody.
struct NamingFault {
  enum class Kind : std::uint8_t {
    none_given,
    not_found,  ///< nothing is called so
    no_line,    ///< a user, number or workplace is called so, and has no line
    ambiguous,  ///< several are
    disagree,   ///< each parameter names one, but not all the same
  };
  Kind kind = Kind::none_given;
  std::string parameter{};  ///< `line`, `user`, `wp`; empty for none_given and disagree
  std::string value{};

  /// 400 none_given, 404 not_found and no_line, 409 the rest.
  [[nodiscard]] Error error() const;
  bool operator==(const NamingFault&) const = default;
};

/// The line that is meant. Each parameter takes a GUID (of a line, user or workplace), a line's number or name, a
/// workplace's name, a login, a full name, an internal number (a direct one, or one that leads to a single line).
/// First comes what the parameter is called after (line: number, name; user: login, full name; wp: the workplace's
/// name); only where nothing is called so, the others. A user means his one enabled line.
std::expected<NamedLine, NamingFault> find_line(const Plan& plan, const Directory& directory, const LineNames& names);

/// Likewise, for what is about the user: one is enough without a line, and several lines of one user are no fault
/// (`line` is then the first). A line that is nobody's is `not_found`.
std::expected<NamedLine, NamingFault> find_user_of(const Plan& plan, const Directory& directory,
                                                   const LineNames& names);

}  // namespace otklik::core
