#pragma once
#include <memory>

#include "core/plan/naming.hpp"
#include "core/ports/company.hpp"
#include "net/http/form.hpp"
#include "web_api/method.hpp"

/// How the wp_ methods name the line they act on: `line`, `user`, `wp`.
namespace otklik::web_api::methods {

inline constexpr Parameter line_parameter{
    .name = "line",
    .meaning = {"The line: its number, name or GUID; also whatever `user` and `wp` take",
                "Линия: её номер, название или GUID; также всё, что можно передать в `user` и `wp`"}};
inline constexpr Parameter user_parameter{
    .name = "user",
    .meaning = {"The user: login, full name, GUID or internal number; also whatever `line` and `wp` take",
                "Пользователь: логин, полное имя, GUID или внутренний номер; также всё, что можно передать в `line` и "
                "`wp`"}};
inline constexpr Parameter wp_parameter{
    .name = "wp",
    .meaning = {"The workplace: name or GUID; also whatever `line` and `user` take",
                "Рабочее место: название или GUID; также всё, что можно передать в `line` и `user`"}};

inline constexpr ErrorRow line_not_given{
    400, "bad_request", {"None of line, user and wp is given", "Не задано ни line, ни user, ни wp"}};
inline constexpr ErrorRow line_not_found{
    404, "not_found", {"Nothing is called so, or it has no line", "Ничто так не называется, или линии у него нет"}};
inline constexpr ErrorRow line_ambiguous{409,
                                         "conflict",
                                         {"The value fits several lines, or the parameters name different ones",
                                          "Значение подходит к нескольким линиям, или параметры называют разные"}};

/// A line and its user, with what they are parts of.
struct TakenLine {
  std::shared_ptr<const core::Plan> plan;
  std::shared_ptr<const core::Directory> directory;
  core::NamedLine named;

  [[nodiscard]] const core::Line& line() const noexcept { return *named.line; }
  [[nodiscard]] const core::User* user() const noexcept { return named.user; }
};

/// What a request gives. The texts are the form's.
core::LineNames line_names(const net::Form& parameters);

/// The line that a request means. Errors: `bad_request` (none given), `not_found`, `conflict` (several, or the
/// parameters disagree).
Result<TakenLine> read_line(const core::CompanyView& company, const net::Form& parameters);

/// The user that a request means, with or without a line; errors likewise. For names that a method takes beside the
/// three, give them all.
Result<TakenLine> read_user(const core::CompanyView& company, const core::LineNames& names);

}  // namespace otklik::web_api::methods
