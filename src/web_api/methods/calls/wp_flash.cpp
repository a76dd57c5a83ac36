#include "web_api/methods/calls/call_command.hpp"
#include "web_api/methods/methods.hpp"
#include "web_api/parameters.hpp"

namespace otklik::web_api::methods {
namespace {

using core::commands::FlashMode;

constexpr std::array<std::string_view, 3> words{"abort", "switch", "next"};
constexpr std::array modes{FlashMode::abort, FlashMode::switch_over, FlashMode::next};

void run(const Services& services, Call call) {
  const auto taken = read_line(services.company, call.parameters());
  if (!taken) return call.refuse(taken.error());
  const auto mode = read_choice(call.parameters(), "mode", words);
  if (!mode) return call.refuse(mode.error());
  carry_out(services, std::move(call),
            core::commands::Flash{.line = taken->line().id, .mode = *mode ? modes[**mode] : FlashMode::switch_over});
}

constexpr std::array parameters{
    line_parameter,
    user_parameter,
    wp_parameter,
    Parameter{
        .name = "mode",
        .type = ParameterType::choice,
        .default_value = "switch",
        .choices = words,
        .meaning = {"With somebody on hold: `abort` drops the current party and returns to the held one; `switch` "
                    "swaps the two; `next` drops the current party and goes to dialling",
                    "Если на удержании уже есть абонент: `abort` — отбой текущему и возврат к удержанному; "
                    "`switch` — возврат к удержанному, текущего на удержание; `next` — отбой текущему и переход "
                    "в набор номера"}},
};

}  // namespace

constinit const Method wp_flash{
    .name = "wp_flash",
    .summary = {"Flash on behalf of the line: holds, returns, swaps", "Генерирует flash от имени линии"},
    .details =
        {R"(`switch` with nobody on hold puts the current party on hold; with nobody on the line it returns to the held one. Answers
200 with an empty body; `X-Action-Result` names why nothing was done: `no_call`, `not_talking`, `nobody_held`,
`held_by_phone` (the phone itself holds, and only it can take back).)",
         R"(`switch`, когда на удержании никого нет, ставит на удержание текущего абонента; когда разговора нет — возвращает к
удержанному. Отвечает 200 с пустым телом; `X-Action-Result` называет причину, если ничего не сделано: `no_call`, `not_talking`,
`nobody_held`, `held_by_phone` (удерживает сам телефон, и вернуть может только он).)"},
    .parameters = parameters,
    .answer = AnswerKind::plain,
    .errors = command_errors,
    .example_request = "/wp_flash?user=ivan",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
