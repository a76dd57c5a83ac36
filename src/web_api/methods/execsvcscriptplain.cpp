#include "web_api/call.hpp"
#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"
#include "web_api/methods/script_parameters.hpp"
#include "web_api/parameters.hpp"
#include "web_api/script_answer.hpp"
#include "web_api/script_run.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  auto order = read_named_script_order(call.parameters(), *services.options);
  if (!order) return call.refuse(order.error());
  const auto attachment = read_flag(call.parameters(), "attachment");
  if (!attachment) return call.refuse(attachment.error());
  auto start = script_start(call, *order);
  const net::Request& request = call.request();
  std::string scenario = start.scenario;
  run_script(services, std::move(start), *order, call.take_responder(),
             [&request, scenario = std::move(scenario), as_attachment = attachment->value_or(true),
              &files = services.files](ScriptOutcome outcome) {
               return plain_response(std::move(outcome), request, scenario, as_attachment, files);
             });
}

constexpr std::array parameters{name_parameter,        startparam1_parameter, startparam2_parameter,
                                startparam3_parameter, startparam4_parameter, startparam5_parameter,
                                async_parameter,       timeout_parameter,     attachment_parameter};

constexpr std::array errors{
    ErrorRow{404, "notfound, disabled", {"No such scenario, or it is disabled", "Сценария нет, или он выключен"}},
    ErrorRow{400,
             "badparameter",
             {"The name or a start parameter is not acceptable", "Название или стартовый параметр недопустимы"}},
    ErrorRow{503, "toomany, licence, storagefull, stopping", {"It cannot be started now", "Сейчас запустить нельзя"}},
    ErrorRow{500,
             "broken, script_failed",
             {"The scenario has errors, or failed (`X-Script-Status: error`)",
              "В сценарии ошибки, или он завершился с ошибкой (`X-Script-Status: error`)"}},
};

}  // namespace

constinit const Method execsvcscriptplain{
    .name = "execsvcscriptplain",
    .summary = {"Starts a service scenario; Return value 1 is the body of the answer, byte for byte",
                "Запускает служебный сценарий; Возвращаемое значение 1 становится телом ответа без искажений"},
    .details =
        {R"(Return value 2 sets the status: a number from 200 to 599, or `file`, which makes Return value 1 the path of a
file (within the script zones) that is sent. Anything else is logged and gives 200. Return value 3 adds headers,
one `Name: value` a line; `Content-Length`, `Transfer-Encoding`, `Connection`, `Date` and their kin stay the
server's. A body without a Content-Type gets one by how it begins: HTML, XML, JSON, else plain text. With
`async=1` and after a time-out (`X-Script-Status: timeout`): 200 and an empty body.)",
         R"(Возвращаемое значение 2 задаёт код ответа: число от 200 до 599 или `file` — тогда значение 1 есть путь к файлу
(в пределах зон сценариев), который и отдаётся. Иное записывается в журнал и даёт 200. Возвращаемое значение 3
добавляет заголовки, по одному `Имя: значение` в строке; `Content-Length`, `Transfer-Encoding`, `Connection`,
`Date` и подобные остаются за сервером. Тело без Content-Type получает его по своему началу: HTML, XML, JSON,
иначе простой текст. При `async=1` и по истечении времени (`X-Script-Status: timeout`) — 200 и пустое тело.)"},
    .parameters = parameters,
    .answer = AnswerKind::plain,
    .is_download = false,
    .errors = errors,
    .seating = Seating::run,
    .example_request = "/execsvcscriptplain?name=Echo&startparam1=abcdef",
    .example_answer = "abcdef",
    .run = &run,
};

}  // namespace otklik::web_api::methods
