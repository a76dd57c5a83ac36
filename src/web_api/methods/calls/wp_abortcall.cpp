#include "web_api/methods/calls/call_command.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {

constinit const Method wp_abortcall{
    .name = "wp_abortcall",
    .summary = {"Hangs up: ends the call of the line", "Положить трубку: завершает звонок линии"},
    .details =
        {R"(As if the phone hung up. With somebody on hold and somebody on the line the two are joined, and the line is out of it. What only
rings is declined by `wp_declinecall`. Answers 200 with an empty body; `X-Action-Result` says `no_call` where there is none.)",
         R"(Действует так, как если бы на телефоне положили трубку. Если один абонент на удержании, а с другим идёт разговор, они
соединяются друг с другом. Входящий вызов отклоняет `wp_declinecall`. Отвечает 200 с пустым телом; если звонка нет, в
`X-Action-Result` будет `no_call`.)"},
    .parameters = line_parameters,
    .answer = AnswerKind::plain,
    .errors = command_errors,
    .example_request = "/wp_abortcall?line=16001",
    .example_answer = "",
    .run = &carry_out_for_line<core::commands::AbortCall>,
};

}  // namespace otklik::web_api::methods
