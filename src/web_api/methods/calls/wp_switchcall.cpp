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
            core::commands::SwitchCall{.line = taken->line().id,
                                       .number = std::move(dialling->number),
                                       .where = dialling->where,
                                       .sequence = dialling->sequence});
}

}  // namespace

constinit const Method wp_switchcall{
    .name = "wp_switchcall",
    .summary = {"Transfers the current call of the line to a number; an idle line calls it",
                "Flash-переключение текущего звонка на указанный номер; неактивная линия запускает автодозвон"},
    .details =
        {R"(The other party is called away to the number at once, and the line is free. With somebody on hold the line returns to him. A
line without a talk does as `wp_autocallstart`, with the same parameters. Answers 200 with an empty body; `X-Action-Result`
names why nothing was done, as there.)",
         R"(Собеседник сразу переключается на номер, а линия освобождается; если на удержании есть абонент, линия возвращается к нему. Линия
без разговора делает то же, что `wp_autocallstart`, с теми же параметрами. Отвечает 200 с пустым телом; `X-Action-Result`
называет причину, если ничего не сделано, как и там.)"},
    .parameters = dialling_parameters,
    .answer = AnswerKind::plain,
    .errors = command_errors,
    .example_request = "/wp_switchcall?line=16038&number=538",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
