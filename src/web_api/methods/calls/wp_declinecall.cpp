#include "web_api/methods/calls/call_command.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {

constinit const Method wp_declinecall{
    .name = "wp_declinecall",
    .summary = {"Declines the call that rings at the line", "Отклоняет входящий вызов"},
    .details =
        {R"(The caller hears busy, or the call goes on to the next one of its number. An autocall of the line is stopped, too. Answers 200
with an empty body; `X-Action-Result` says `nothing_rings` where nothing does.)",
         R"(Звонящий услышит «занято», либо вызов перейдёт к следующему по правилу номера. Автодозвон линии тоже останавливается. Отвечает
200 с пустым телом; если отклонять нечего, в `X-Action-Result` будет `nothing_rings`.)"},
    .parameters = line_parameters,
    .answer = AnswerKind::plain,
    .errors = command_errors,
    .example_request = "/wp_declinecall?wp=OPERATOR1",
    .example_answer = "",
    .run = &carry_out_for_line<core::commands::DeclineCall>,
};

}  // namespace otklik::web_api::methods
