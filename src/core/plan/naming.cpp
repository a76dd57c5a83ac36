#include "core/plan/naming.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace otklik::core {
namespace {

enum class Way : std::uint8_t { line_number, line_name, workplace, login, full_name, internal_number };
constexpr std::array all_ways{Way::line_number, Way::line_name, Way::workplace,
                              Way::login,       Way::full_name, Way::internal_number};

/// Whom a value names: lines and users, each once.
struct Named {
  std::vector<const Line*> lines;
  std::vector<const User*> users;

  void add(const Line* line) {
    if (line != nullptr && std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
  }
  void add(const User* user) {
    if (user != nullptr && std::ranges::find(users, user) == users.end()) users.push_back(user);
  }
  [[nodiscard]] bool nothing() const noexcept { return lines.empty() && users.empty(); }
};

class Search {
 public:
  Search(const Plan& plan, const Directory& directory) : plan_(plan), directory_(directory) {}

  /// By GUID, or by the first of `first` that names somebody, or by all the other ways together.
  [[nodiscard]] Named look(std::string_view value, std::span<const Way> first) const {
    if (const auto id = Uuid::parse(value)) return by_id(*id);
    for (const Way way : first) {
      Named named;
      look_by(way, value, named);
      if (!named.nothing()) return named;
    }
    Named named;
    for (const Way way : all_ways) {
      if (std::ranges::find(first, way) == first.end()) look_by(way, value, named);
    }
    return named;
  }

  /// The lines that these users work on.
  [[nodiscard]] std::vector<const Line*> lines_of(const Named& named) const {
    std::vector<const Line*> lines = named.lines;
    for (const User* user : named.users) {
      for (const Line* line : plan_.lines_of_user(user->id)) {
        if (line->enabled && std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
      }
    }
    return lines;
  }
  [[nodiscard]] std::vector<const User*> users_of(const Named& named) const {
    Named all;
    for (const User* user : named.users) all.add(user);
    for (const Line* line : named.lines) all.add(directory_.user(line->user));
    return all.users;
  }

 private:
  [[nodiscard]] Named by_id(const Uuid& id) const {
    Named named;
    named.add(plan_.line(id));
    named.add(directory_.user(id));
    if (const Workplace* place = plan_.workplace(id)) named.add(plan_.line(place->line));
    if (const InternalNumber* number = plan_.number(id)) look_by_number(*number, named);
    return named;
  }

  void look_by(Way way, std::string_view value, Named& named) const {
    switch (way) {
      case Way::line_number:
        return named.add(plan_.line_by_number(value));
      case Way::line_name:
        for (const Line* line : plan_.lines_named(value)) named.add(line);
        return;
      case Way::workplace:
        if (const Workplace* place = plan_.workplace_by_name(value)) named.add(plan_.line(place->line));
        return;
      case Way::login:
        return named.add(directory_.user_by_login(value));
      case Way::full_name:
        for (const User* user : directory_.users_named(value)) named.add(user);
        return;
      case Way::internal_number:
        if (const InternalNumber* number = plan_.number_by_digits(value)) look_by_number(*number, named);
        return;
    }
  }

  void look_by_number(const InternalNumber& number, Named& named) const {
    if (number.kind != NumberKind::standard) return;
    for (const auto& target : number.rule.targets) {
      if (target.kind == TargetKind::line) named.add(plan_.line(target.id));
      if (target.kind == TargetKind::user) named.add(directory_.user(target.id));
      if (target.kind != TargetKind::number) continue;
      const InternalNumber* inner = plan_.number(target.id);
      if (inner == nullptr) continue;
      for (const Uuid& user : plan_.users_of(*inner)) named.add(directory_.user(user));
    }
  }

  const Plan& plan_;
  const Directory& directory_;
};

constexpr std::array first_for_line{Way::line_number, Way::line_name};
constexpr std::array first_for_user{Way::login, Way::full_name};
constexpr std::array first_for_wp{Way::workplace};
constexpr std::array first_for_number{Way::internal_number};

struct Given {
  std::string_view parameter, value;
  std::span<const Way> first;
};
std::array<Given, 4> given_in(const LineNames& names) {
  return {Given{"line", names.line, first_for_line}, Given{"user", names.user, first_for_user},
          Given{"wp", names.wp, first_for_wp}, Given{"number", names.number, first_for_number}};
}

std::unexpected<NamingFault> fault(NamingFault::Kind kind, const Given& given) {
  return std::unexpected(NamingFault{kind, std::string(given.parameter), std::string(given.value)});
}

}  // namespace

Error NamingFault::error() const {
  switch (kind) {
    case Kind::none_given:
      return {ErrorCode::bad_request, "one of line, user and wp is needed"};
    case Kind::not_found:
      return {ErrorCode::not_found, fmt::format("nothing is called \"{}\" ({})", value, parameter)};
    case Kind::no_line:
      return {ErrorCode::not_found, fmt::format("\"{}\" ({}) has no line", value, parameter)};
    case Kind::ambiguous:
      return {ErrorCode::conflict, fmt::format("\"{}\" ({}) fits several lines", value, parameter)};
    case Kind::disagree:
      return {ErrorCode::conflict, "line, user and wp name different lines"};
  }
  return ErrorCode::internal;
}

std::expected<NamedLine, NamingFault> find_line(const Plan& plan, const Directory& directory, const LineNames& names) {
  using Kind = NamingFault::Kind;
  const Search search(plan, directory);
  const Line* line = nullptr;
  for (const Given& given : given_in(names)) {
    if (given.value.empty()) continue;
    const Named named = search.look(given.value, given.first);
    if (named.nothing()) return fault(Kind::not_found, given);
    const auto lines = search.lines_of(named);
    if (lines.empty()) return fault(Kind::no_line, given);
    if (lines.size() > 1) return fault(Kind::ambiguous, given);
    if (line != nullptr && line != lines.front()) return std::unexpected(NamingFault{Kind::disagree});
    line = lines.front();
  }
  if (line == nullptr) return std::unexpected(NamingFault{Kind::none_given});
  return NamedLine{.line = line, .user = directory.user(line->user)};
}

std::expected<NamedLine, NamingFault> find_user_of(const Plan& plan, const Directory& directory,
                                                   const LineNames& names) {
  using Kind = NamingFault::Kind;
  const Search search(plan, directory);
  NamedLine found;
  for (const Given& given : given_in(names)) {
    if (given.value.empty()) continue;
    const Named named = search.look(given.value, given.first);
    const auto users = search.users_of(named);
    if (users.empty()) return fault(Kind::not_found, given);
    if (users.size() > 1) return fault(Kind::ambiguous, given);
    if (found.user != nullptr && found.user != users.front()) return std::unexpected(NamingFault{Kind::disagree});
    found.user = users.front();
    if (found.line == nullptr) {
      const auto lines = search.lines_of(named);
      found.line = lines.empty() ? nullptr : lines.front();
    }
  }
  if (found.user == nullptr) return std::unexpected(NamingFault{Kind::none_given});
  return found;
}

}  // namespace otklik::core
