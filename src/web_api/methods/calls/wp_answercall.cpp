#include "web_api/methods/calls/call_command.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {

constinit const Method wp_answercall{
    .name = "wp_answercall",
    .summary = {"Answers the call that rings at the line", "Отвечает на входящий вызов"},
    .details =
        {R"(The phone itself goes off the hook, where it can. Answers 200 with an empty body; `X-Action-Result` names why not:
`nothing_rings`, `answer_not_supported` (the phone cannot be asked to).)",
         R"(Трубку снимает сам телефон, если он это умеет. Отвечает 200 с пустым телом; `X-Action-Result` называет причину отказа:
`nothing_rings` — вызова нет, `answer_not_supported` — телефон нельзя попросить ответить.)"},
    .parameters = line_parameters,
    .answer = AnswerKind::plain,
    .errors = command_errors,
    .example_request = "/wp_answercall?user=ivan",
    .example_answer = "",
    .run = &carry_out_for_line<core::commands::AnswerCall>,
};

}  // namespace otklik::web_api::methods
