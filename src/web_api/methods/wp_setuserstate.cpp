#include <array>
#include <string>

#include "web_api/call.hpp"
#include "web_api/methods/line_parameters.hpp"
#include "web_api/methods/methods.hpp"
#include "web_api/parameters.hpp"

namespace otklik::web_api::methods {
namespace {

/// Puts what was given into the request; the first error of a value.
template <class Read, class Into>
std::optional<Error> take(const net::Form& form, Read read, std::string_view name, Into& into) {
  auto value = read(form, name);
  if (!value) return std::move(value.error());
  into = *value;
  return std::nullopt;
}

Result<core::StateRequest> read_request(const net::Form& form) {
  core::StateRequest wanted;
  for (auto& error :
       {take(form, read_whole, "userstateid", wanted.state), take(form, read_flag, "onredirect", wanted.on_redirect),
        take(form, read_flag, "oncallcenter", wanted.on_callcenter),
        take(form, read_flag, "onccmanual", wanted.on_cc_manual), take(form, read_flag, "onlunch", wanted.on_lunch),
        take(form, read_whole, "lunchreasonid", wanted.reason_id)}) {
    if (error) return std::unexpected(*error);
  }
  if (const auto text = form.find("lunchreasonmsg")) wanted.reason_text = std::string(*text);
  return wanted;
}

/// 200 and an empty body, whatever was possible; new clients may read what was not.
net::Response outcome_response(const std::vector<core::StateRefusal>& refusals) {
  auto response = net::Response::empty(200);
  std::string names;
  for (const auto refusal : refusals) {
    if (!names.empty()) names += ", ";
    names += core::name(refusal);
  }
  if (!names.empty()) response.add("X-Action-Result", names);
  response.add("Cache-Control", "no-cache");
  return response;
}

void run(const Services& services, Call call) {
  auto taken = read_user(services.company, line_names(call.parameters()));
  if (!taken) return call.refuse(taken.error());
  auto wanted = read_request(call.parameters());
  if (!wanted) return call.refuse(wanted.error());
  if (wanted->wants_nothing()) return call.answer(outcome_response({}));
  const net::Request& request = call.request();
  services.states.request({.user = taken->user()->id,
                           .login = taken->user()->login,
                           .wanted = std::move(*wanted),
                           .by = call.caller().login},
                          [&request, responder = call.take_responder()](Result<core::StateOutcome> outcome) mutable {
                            responder.send(outcome ? outcome_response(outcome->refusals)
                                                   : error_response(outcome.error(), request, json_style));
                          });
}

constexpr std::array parameters{
    line_parameter,
    user_parameter,
    wp_parameter,
    Parameter{.name = "userstateid",
              .type = ParameterType::whole,
              .meaning = {"The state wanted: 1 ready, 2 break, 3 away, 5 busy; another is passed over",
                          "Желаемое состояние: 1 — свободен, 2 — перерыв, 3 — нет на месте, 5 — занят; другое "
                          "пропускается"}},
    Parameter{.name = "onredirect",
              .type = ParameterType::flag,
              .meaning = {"Redirection; outside the call centre only", "Переадресация; только вне call-центра"}},
    Parameter{.name = "oncallcenter",
              .type = ParameterType::flag,
              .meaning = {"The call centre: entering leaves redirection, leaving leaves the break and manual mode",
                          "Режим call-центра: вход выводит из переадресации, выход — из перерыва и ручного режима"}},
    Parameter{.name = "onccmanual",
              .type = ParameterType::flag,
              .meaning = {"Manual mode; in the call centre only", "Ручной режим; только в call-центре"}},
    Parameter{.name = "onlunch",
              .type = ParameterType::flag,
              .meaning = {"A break whenever the user would be ready; in the call centre only",
                          "Перерыв вместо готовности, как только пользователь освободится; только в call-центре"}},
    Parameter{.name = "lunchreasonid",
              .type = ParameterType::whole,
              .meaning = {"The code of a regulated reason of the break", "Код регламентной причины перерыва"}},
    Parameter{.name = "lunchreasonmsg",
              .meaning = {"The reason of the break in one's own words; up to 1,000 bytes are kept",
                          "Индивидуальная причина перерыва; сохраняется до 1000 байт"}},
};

constexpr std::array errors{line_not_given, line_not_found, line_ambiguous};

}  // namespace

constinit const Method wp_setuserstate{
    .name = "wp_setuserstate",
    .summary = {"Changes the state and the modes of a user", "Меняет состояние и режимы пользователя"},
    .details =
        {R"(Answers 200 with an empty body whenever the user is known: what the rules do not allow now is passed over, and
`X-Action-Result` names why (`talking`, `not_in_callcenter`, `in_callcenter`, `not_settable`, `no_break`, `licence`), with
commas between where several parts were. The call centre is applied first, then the other modes, then the state; so
`userstateid=2&oncallcenter=1` works from outside the call centre. In a call, `userstateid=2` notes the break, and it begins
when the call ends. All rules: docs/user-states.md.)",
         R"(Отвечает 200 с пустым телом, если пользователь определён: чего правила сейчас не позволяют, то пропускается, а
заголовок `X-Action-Result` называет причину (`talking`, `not_in_callcenter`, `in_callcenter`, `not_settable`, `no_break`,
`licence`), через запятую, если их несколько. Сначала применяется режим call-центра, затем прочие режимы, затем состояние:
`userstateid=2&oncallcenter=1` работает и вне call-центра. Во время разговора `userstateid=2` запоминает перерыв, и он
начнётся по окончании разговора. Все правила: docs/user-states.ru.md.)"},
    .parameters = parameters,
    .answer = AnswerKind::empty,
    .errors = errors,
    .example_request = "/wp_setuserstate?user=ivanov&onlunch=1&lunchreasonid=1001",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
