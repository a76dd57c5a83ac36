#include <array>
#include <string>

#include "base/text.hpp"
#include "web_api/call.hpp"
#include "web_api/methods/line_parameters.hpp"
#include "web_api/methods/methods.hpp"
#include "web_api/user_state_names.hpp"

namespace otklik::web_api::methods {
namespace {

/// `iduser`, `user` and `login` are one name of the user; the first that is given counts.
core::LineNames names_in(const net::Form& parameters) {
  auto names = line_names(parameters);
  for (const std::string_view name : {"iduser", "user", "login"}) {
    const auto text = trim(parameters.find(name).value_or(""));
    if (text.empty()) continue;
    names.user = text;
    break;
  }
  names.number = trim(parameters.find("number").value_or(""));
  return names;
}

void run(const Services& services, Call call) {
  const auto names = names_in(call.parameters());
  const auto taken = read_user(services.company, names);
  if (!taken) {
    if (taken.error().code != ErrorCode::bad_request) return call.refuse(taken.error());
    return call.refuse({ErrorCode::bad_request, "one of iduser, number, user, login, line and wp is needed"});
  }
  const auto standing = services.company.overview()->states.of(taken->user()->id);
  const std::string id = taken->user()->id.text();
  const Envelope envelope{.name = "userstate",
                          .sets = {{.name = "user",
                                    .id = id,
                                    .properties = {Property::simple("id", id),
                                                   Property::simple("state", static_cast<std::int64_t>(standing.state),
                                                                    std::string(wire_name(standing.state)))}}}};
  auto response = envelope_response(envelope, call.style());
  response.add("Cache-Control", "no-cache");
  call.answer(std::move(response));
}

constexpr std::array parameters{
    Parameter{.name = "iduser",
              .meaning = {"The user: GUID, login or full name", "Пользователь: GUID, логин или полное имя"}},
    Parameter{.name = "number",
              .meaning = {"The user by an internal number that leads to nobody else",
                          "Пользователь по внутреннему номеру, который ведёт только к нему"}},
    Parameter{.name = "login", .meaning = {"Another name for `iduser`", "Другое имя для `iduser`"}},
    line_parameter,
    user_parameter,
    wp_parameter,
};

constexpr std::array errors{
    ErrorRow{400, "bad_request", {"No parameter names a user", "Ни один параметр не называет пользователя"}},
    ErrorRow{404, "not_found", {"There is no such user", "Такого пользователя нет"}},
    ErrorRow{409,
             "conflict",
             {"The value fits several users, or the parameters name different ones",
              "Значение подходит к нескольким пользователям, или параметры называют разных"}},
};

}  // namespace

constinit const Method tst_getuserstate{
    .name = "tst_getuserstate",
    .summary = {"The state of a user", "Состояние пользователя"},
    .details =
        {R"(States: 0 `usDisconnected`, 1 `usReady`, 2 `usLunch`, 3 `usAway`, 5 `usFullbusy`, 6 `usReserved`, 7
`usNoPhone`. A user with a working phone is present, with or without a client.)",
         R"(Состояния: 0 `usDisconnected`, 1 `usReady`, 2 `usLunch`, 3 `usAway`, 5 `usFullbusy`, 6 `usReserved`, 7
`usNoPhone`. Пользователь с работающим телефоном присутствует, есть у него клиентское приложение или нет.)"},
    .parameters = parameters,
    .answer = AnswerKind::xml,
    .errors = errors,
    .example_request = "/tst_getuserstate?iduser=DA803F01-EA77-40FA-BC9D-E2EFB36FD5A8",
    .example_answer = R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="userstate" count="1">
    <property_set name="user" id="da803f01-ea77-40fa-bc9d-e2efb36fd5a8">
      <property_simple key="id" value="da803f01-ea77-40fa-bc9d-e2efb36fd5a8" />
      <property_simple key="state" value="1" name="usReady" />
    </property_set>
  </data>
</oktellxmlmapper>)",
    .run = &run,
};

}  // namespace otklik::web_api::methods
