#include "web_api/methods/calls/call_command.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {

constinit const Method wp_autocallstop{
    .name = "wp_autocallstop",
    .summary = {"Stops the autocall of the line", "Останавливает активную сессию автодозвона линии"},
    .details =
        {R"(Answers 200 with an empty body. Where no autocall runs, or it has become a call already, `X-Action-Result` says `no_autocall`; the
call itself is ended by `wp_abortcall`.)",
         R"(Отвечает 200 с пустым телом. Если автодозвона нет или он уже стал звонком, в `X-Action-Result` будет `no_autocall`; сам звонок
завершает `wp_abortcall`.)"},
    .parameters = line_parameters,
    .answer = AnswerKind::plain,
    .errors = command_errors,
    .example_request = "/wp_autocallstop?line=16038",
    .example_answer = "",
    .run = &carry_out_for_line<core::commands::StopAutocall>,
};

}  // namespace otklik::web_api::methods
