#include "core/states/transitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace otklik::core {
namespace {

using S = UserState;
using C = ChosenState;
using R = StateRefusal;
using Of = UserStanding;
using Asked = StateRequest;

constexpr std::array states{
    StateRow{
        S::disconnected,
        false,
        {"Neither a phone of his is connected nor a client logged in", "Нет ни подключённого телефона, ни клиента"}},
    StateRow{S::ready, true, {"Free: gets calls", "Свободен: получает звонки"}},
    StateRow{S::on_break, true, {"On a break, in the call centre only", "Перерыв, только в режиме call-центра"}},
    StateRow{S::away, true, {"Not at his place, does not want to be disturbed", "Нет на месте, не беспокоить"}},
    StateRow{S::busy,
             true,
             {"In a call, at a task, or busy because he says so", "Занят разговором, задачей или сам так указал"}},
    StateRow{
        S::reserved,
        false,
        {"Chosen for a call that has not been answered yet", "Зарезервирован под звонок, на который ещё не ответил"}},
    StateRow{S::no_phone, false, {"A client is logged in, and no phone is connected", "Клиент есть, телефона нет"}},
};

constexpr std::array derivations{
    DerivationRow{{"in a call", "в разговоре"}, [](const Of& u) { return u.talks > 0; }, S::busy},
    DerivationRow{{"no phone and no session", "нет ни телефона, ни сеанса"},
                  [](const Of& u) { return u.phones == 0 && u.sessions == 0; },
                  S::disconnected},
    DerivationRow{{"no phone", "нет телефона"}, [](const Of& u) { return u.phones == 0; }, S::no_phone},
    DerivationRow{{"at a task", "в задаче"}, [](const Of& u) { return u.modes.on_task; }, S::busy},
    DerivationRow{
        {"chosen by the distributor", "выбран распределителем"}, [](const Of& u) { return u.reserved; }, S::reserved},
    DerivationRow{{"asked for 5", "запрошено 5"}, [](const Of& u) { return u.chosen == C::busy; }, S::busy},
    DerivationRow{{"asked for 3", "запрошено 3"}, [](const Of& u) { return u.chosen == C::away; }, S::away},
    DerivationRow{{"a break is on", "действует перерыв"}, [](const Of& u) { return u.modes.on_lunch; }, S::on_break},
    DerivationRow{{"otherwise", "иначе"}, [](const Of&) { return true; }, S::ready},
};

bool always(const Of&) { return true; }
bool in_callcenter(const Of& u) { return u.modes.on_callcenter; }
bool outside_callcenter(const Of& u) { return !u.modes.on_callcenter; }
bool not_talking(const Of& u) { return u.talks == 0 && !u.modes.on_task; }
bool never(const Of&) { return false; }

void end_break(Of& u) {
  u.modes.on_lunch = false;
  u.reason = {};
}

void take_reason(const Asked& asked, Of& u) {
  if (!asked.reason_id && !asked.reason_text) return;
  u.reason = {};
  u.reason.id = asked.reason_id;
  if (!asked.reason_text) return;
  std::string_view text = *asked.reason_text;
  std::size_t limit = std::min(text.size(), longest_reason);
  while (limit > 0 && limit < text.size() && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  u.reason.text = to_utf8(text.substr(0, limit));
}

void begin_break(const Asked& asked, Of& u) {
  if (!u.modes.on_lunch) u.reason = {};
  u.modes.on_lunch = true;
  take_reason(asked, u);
}

bool wants(const Asked& asked, std::int32_t state) { return asked.state == state; }

constexpr InBoth no_condition{"none", "нет"};
constexpr InBoth only_in_callcenter{"in the call centre", "в режиме call-центра"};
constexpr InBoth only_when_not_talking{"not in a call, not at a task", "не в разговоре и не в задаче"};

// The call centre first, so that `userstateid=2&oncallcenter=1` works from outside it; then modes; the state last.
constexpr std::array requests{
    RequestRow{"oncallcenter=1",
               [](const Asked& r) { return r.on_callcenter == true; },
               no_condition,
               always,
               R::licence,
               {"enters the call centre, leaves redirection", "вход в call-центр, выход из переадресации"},
               [](const Asked&, Of& u) {
                 u.modes.on_callcenter = true;
                 u.modes.on_redirect = false;
               }},
    RequestRow{"oncallcenter=0",
               [](const Asked& r) { return r.on_callcenter == false; },
               no_condition,
               always,
               R::not_settable,
               {"leaves the call centre, its manual mode and the break",
                "выход из call-центра, его ручного режима и из перерыва"},
               [](const Asked&, Of& u) {
                 u.modes.on_callcenter = false;
                 u.modes.on_cc_manual = false;
                 end_break(u);
               }},
    RequestRow{"onredirect=1",
               [](const Asked& r) { return r.on_redirect == true; },
               {"outside the call centre", "вне режима call-центра"},
               outside_callcenter,
               R::in_callcenter,
               {"redirection is on", "переадресация включена"},
               [](const Asked&, Of& u) { u.modes.on_redirect = true; }},
    RequestRow{"onredirect=0",
               [](const Asked& r) { return r.on_redirect == false; },
               no_condition,
               always,
               R::not_settable,
               {"redirection is off", "переадресация выключена"},
               [](const Asked&, Of& u) { u.modes.on_redirect = false; }},
    RequestRow{"onccmanual=1",
               [](const Asked& r) { return r.on_cc_manual == true; },
               only_in_callcenter,
               in_callcenter,
               R::not_in_callcenter,
               {"manual mode is on", "ручной режим включён"},
               [](const Asked&, Of& u) { u.modes.on_cc_manual = true; }},
    RequestRow{"onccmanual=0",
               [](const Asked& r) { return r.on_cc_manual == false; },
               no_condition,
               always,
               R::not_settable,
               {"manual mode is off", "ручной режим выключен"},
               [](const Asked&, Of& u) { u.modes.on_cc_manual = false; }},
    RequestRow{"onlunch=1",
               [](const Asked& r) { return r.on_lunch == true; },
               only_in_callcenter,
               in_callcenter,
               R::not_in_callcenter,
               {"a break, at once where he is ready, else as soon as he would be",
                "перерыв: сразу, если свободен, иначе как только освободится"},
               [](const Asked& r, Of& u) { begin_break(r, u); }},
    RequestRow{"onlunch=0",
               [](const Asked& r) { return r.on_lunch == false; },
               no_condition,
               always,
               R::not_settable,
               {"no break", "перерыва нет"},
               [](const Asked&, Of& u) { end_break(u); }},
    RequestRow{
        "userstateid=1",
        [](const Asked& r) { return wants(r, 1); },
        {"not in a call, not at a task; there only to take back a break that is noted",
         "не в разговоре и не в задаче; там — только чтобы отменить запомненный перерыв"},
        [](const Of& u) { return not_talking(u) || u.modes.on_lunch; },
        R::talking,
        {"ready, or on a break where onlunch=1 comes along; redirection is off unless onredirect comes along",
         "свободен или, если передан onlunch=1, в перерыве; переадресация выключена, если не передан onredirect"},
        [](const Asked& r, Of& u) {
          if (!r.on_lunch) end_break(u);
          if (!not_talking(u)) return;
          u.chosen = C::ready;
          if (!r.on_redirect) u.modes.on_redirect = false;
        }},
    RequestRow{"userstateid=2",
               [](const Asked& r) { return wants(r, 2); },
               only_in_callcenter,
               in_callcenter,
               R::not_in_callcenter,
               {"on a break; in a call the break is noted and begins when the call ends",
                "перерыв; во время разговора перерыв запоминается и начнётся по его окончании"},
               [](const Asked& r, Of& u) {
                 u.chosen = C::ready;
                 begin_break(r, u);
               }},
    RequestRow{"userstateid=3",
               [](const Asked& r) { return wants(r, 3); },
               only_when_not_talking,
               not_talking,
               R::talking,
               {"away; a break ends", "нет на месте; перерыв прекращается"},
               [](const Asked& r, Of& u) {
                 u.chosen = C::away;
                 if (!r.on_lunch) end_break(u);
               }},
    RequestRow{"userstateid=5",
               [](const Asked& r) { return wants(r, 5); },
               no_condition,
               always,
               R::not_settable,
               {"busy until 1, 2 or 3 is asked for", "занят, пока не запрошено 1, 2 или 3"},
               [](const Asked&, Of& u) { u.chosen = C::busy; }},
    RequestRow{
        "userstateid=…",
        [](const Asked& r) { return r.state && *r.state != 1 && *r.state != 2 && *r.state != 3 && *r.state != 5; },
        {"never: 0, 4, 6, 7 and what is no state", "никогда: 0, 4, 6, 7 и несуществующие состояния"},
        never,
        R::not_settable,
        {"", ""},
        [](const Asked&, Of&) {}},
    RequestRow{"lunchreasonid, lunchreasonmsg",
               [](const Asked& r) { return r.reason_id || r.reason_text; },
               {"a break is on or noted", "перерыв действует или запомнен"},
               [](const Of& u) { return u.modes.on_lunch; },
               R::no_break,
               {"the reason of the break", "причина перерыва"},
               take_reason},
};

}  // namespace

std::span<const StateRow> state_rows() noexcept { return states; }
std::span<const DerivationRow> derivation_rows() noexcept { return derivations; }
std::span<const RequestRow> request_rows() noexcept { return requests; }

UserState derived_state(const UserStanding& of) noexcept {
  for (const auto& row : derivations) {
    if (row.holds(of)) return row.state;
  }
  return UserState::ready;
}

std::vector<StateRefusal> apply_request(const StateRequest& request, UserStanding& to) {
  std::vector<StateRefusal> refusals;
  for (const auto& row : requests) {
    if (!row.is_asked(request)) continue;
    if (row.is_possible(to)) {
      row.apply(request, to);
    } else {
      refusals.push_back(row.otherwise);
    }
  }
  to.state = derived_state(to);
  return refusals;
}

void check_standing(const UserStanding& of, std::vector<std::string>& violations) {
  const auto wrong = [&](std::string_view what) {
    violations.push_back(fmt::format("user {}: {}", of.user.text(), what));
  };
  if (of.state != derived_state(of)) {
    wrong(fmt::format("is {} and should be {}", name(of.state), name(derived_state(of))));
  }
  if (of.modes.on_callcenter && of.modes.on_redirect) wrong("redirects in the call centre");
  if (!of.modes.on_callcenter && of.modes.on_lunch) wrong("has a break outside the call centre");
  if (!of.modes.on_callcenter && of.modes.on_cc_manual) wrong("is in manual mode outside the call centre");
  if (!of.modes.on_lunch && !of.reason.empty()) wrong("has a reason for no break");
  if (of.state == UserState::reserved && of.phones == 0) wrong("is reserved without a phone");
}

}  // namespace otklik::core
