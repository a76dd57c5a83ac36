#include "core/states/description.hpp"

#include <fmt/format.h>

#include <iterator>

#include "core/states/transitions.hpp"

namespace otklik::core {
namespace {

constexpr InBoth head{
    R"(# States of users

Printed from the tables that the server itself goes by (`src/core/states/transitions.cpp`); a test tells when this page is
stale. Asked for by [`wp_setuserstate`](web-api.md), read by `tst_getuserstate`, told as `user_state_changed`
([events](events.md)).

## States

)",
    R"(# Состояния пользователей

Напечатано из таблиц, по которым работает сам сервер (`src/core/states/transitions.cpp`); тест скажет, если страница
устарела. Запрашиваются методом [`wp_setuserstate`](web-api.ru.md), читаются методом `tst_getuserstate`, сообщаются событием
`user_state_changed` ([события](events.md)).

## Состояния

)"};

constexpr InBoth derivation_head{
    R"(
## What a state comes from

The first line that holds says it. A phone is a line of the user that is connected.

| when | state |
|---|---|
)",
    R"(
## Откуда берётся состояние

Решает первая подходящая строка. Телефон — подключённая линия пользователя.

| когда | состояние |
|---|---|
)"};

constexpr InBoth request_head{
    R"(
## What may be asked for

A request may ask for several things: they are gone through in this order, each on what those before have left. What is not
possible is passed over and the rest is done; the HTTP interface answers 200 all the same and names the reason in
`X-Action-Result`.

| asked for | possible | does | otherwise |
|---|---|---|---|
)",
    R"(
## Что можно запросить

Запрос может содержать несколько пожеланий: они применяются в этом порядке, каждое к тому, что осталось от предыдущих.
Невозможное пропускается, остальное выполняется; HTTP-интерфейс всё равно отвечает 200 и называет причину в заголовке
`X-Action-Result`.

| запрошено | возможно | что делает | иначе |
|---|---|---|---|
)"};

constexpr InBoth foot{
    R"(
`licence` is the reason where the licence has no seat of an operator left for who enters the call centre.

Modes and what was asked for last hold over a restart of the server; calls, reservations and tasks do not. A user who is
removed is disconnected, in no mode.
)",
    R"(
`licence` — причина, когда в лицензии не осталось места оператора для входящего в call-центр.

Режимы и последнее запрошенное состояние переживают перезапуск сервера; звонки, резервирование и задачи — нет. Удалённый
пользователь отключён и не состоит ни в одном режиме.
)"};

class Page {
 public:
  explicit Page(bool in_russian) : in_russian_(in_russian) {}

  [[nodiscard]] std::string_view in(const InBoth& text) const { return in_russian_ ? text.ru : text.en; }
  void add(const InBoth& text) { out_ += in(text); }
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }
  std::string take() { return std::move(out_); }

 private:
  bool in_russian_;
  std::string out_;
};

}  // namespace

std::string user_states_page(bool in_russian) {
  Page page(in_russian);
  page.add(head);
  page.line("{}", in_russian ? "| номер | имя | можно запросить | смысл |"
                             : "| number | name | can be asked for | meaning |");
  page.line("|---|---|---|---|");
  const InBoth yes{"yes", "да"};
  const InBoth no{"no", "нет"};
  for (const auto& row : state_rows()) {
    page.line("| {} | `{}` | {} | {} |", static_cast<int>(row.state), name(row.state),
              page.in(row.can_be_asked_for ? yes : no), page.in(row.meaning));
  }
  page.add(derivation_head);
  for (const auto& row : derivation_rows()) {
    page.line("| {} | {} `{}` |", page.in(row.when), static_cast<int>(row.state), name(row.state));
  }
  page.add(request_head);
  const InBoth none{"none", "нет"};
  for (const auto& row : request_rows()) {
    const bool always = page.in(row.condition) == page.in(none);
    const std::string otherwise = always ? std::string() : fmt::format("`{}`", name(row.otherwise));
    const InBoth any{"always", "всегда"};
    page.line("| `{}` | {} | {} | {} |", row.parameter, page.in(always ? any : row.condition), page.in(row.effect),
              otherwise);
  }
  page.add(foot);
  return page.take();
}

}  // namespace otklik::core
