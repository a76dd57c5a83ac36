#include "web_api/methods/calls/call_command.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  const auto taken = read_line(services.company, call.parameters());
  if (!taken) return call.refuse(taken.error());
  auto dialling = read_dialling(call.parameters());
  if (!dialling) return call.refuse(dialling.error());
  carry_out(services, std::move(call),
            core::commands::Autocall{.line = taken->line().id,
                                     .number = std::move(dialling->number),
                                     .where = dialling->where,
                                     .sequence = dialling->sequence});
}

}  // namespace

constinit const Method wp_autocallstart{
    .name = "wp_autocallstart",
    .summary = {"Calls a number on behalf of a line", "Запускает автодозвон или разовый звонок на указанный номер"},
    .details =
        {R"(Answers 200 with an empty body as soon as the call has begun, and `X-Chain-Id` names its chain; what comes of it shows in
`wp_getchaincontent` and in the events. A line in a talk puts its party on hold and calls the number on its open line.
`X-Action-Result` names why nothing has begun: `unknown_number`, `not_permitted`, `limit`, `not_reachable` (no phone of the
line is there), `line_busy`, `already_there`, `unknown_line` (it is not enabled).)",
         R"(Отвечает 200 с пустым телом, как только звонок начат; `X-Chain-Id` называет его цепочку, а результат виден в
`wp_getchaincontent` и в событиях. Линия, занятая разговором, ставит собеседника на удержание и звонит сама. `X-Action-Result`
называет причину, если звонок не начат: `unknown_number` — такого номера нет, `not_permitted` — линии туда нельзя, `limit` —
слишком много звонков вовне, `not_reachable` — у линии нет телефона, `line_busy`, `already_there`, `unknown_line` — линия
отключена.)"},
    .parameters = dialling_parameters,
    .answer = AnswerKind::plain,
    .errors = command_errors,
    .example_request = "/wp_autocallstart?line=16038&number=538&direction=pbx",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
