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
  run_script(services, std::move(start), *order, call.take_responder(),
             [&request, as_attachment = attachment->value_or(true), &files = services.files](ScriptOutcome outcome) {
               return file_by_script_response(std::move(outcome), request, as_attachment, files);
             });
}

constexpr std::array parameters{name_parameter,        startparam1_parameter, startparam2_parameter,
                                startparam3_parameter, startparam4_parameter, startparam5_parameter,
                                async_parameter,       timeout_parameter,     attachment_parameter};

constexpr std::array errors{
    ErrorRow{404, "notfound, disabled", {"No such scenario, or it is disabled", "Сценария нет, или он выключен"}},
    ErrorRow{404, "not_found", {"No such file", "Файла нет"}},
    ErrorRow{403,
             "forbidden",
             {"The path lies outside the script zones, whether it exists or not",
              "Путь вне зон сценариев, существует он или нет"}},
    ErrorRow{400,
             "badparameter",
             {"The name or a start parameter is not acceptable", "Название или стартовый параметр недопустимы"}},
    ErrorRow{503, "toomany, licence, storagefull, stopping", {"It cannot be started now", "Сейчас запустить нельзя"}},
    ErrorRow{500,
             "broken, script_failed",
             {"The scenario has errors, or failed (`X-Script-Status: error`)",
              "В сценарии ошибки, или он завершился с ошибкой (`X-Script-Status: error`)"}},
    ErrorRow{504,
             "timeout",
             {"The script did not name a file in time (`X-Script-Status: timeout`)",
              "Сценарий не назвал файл вовремя (`X-Script-Status: timeout`)"}},
};

}  // namespace

constinit const Method download_byscript{
    .name = "download/byscript",
    .summary = {"Sends the file whose path a service scenario returns",
                "Отдаёт файл, путь к которому вернул служебный сценарий"},
    .details =
        {R"(Return value 1 is the path: absolute, or relative to the data folder or to the file storage. It is resolved
first and must then lie in one of the script zones. Range, ETag and Last-Modified work as HTTP has them.)",
         R"(Возвращаемое значение 1 — путь: абсолютный либо относительно каталога данных или хранилища файлов. Сначала путь
разрешается, и затем он должен лежать в одной из зон сценариев. Range, ETag и Last-Modified работают по правилам
HTTP.)"},
    .parameters = parameters,
    .answer = AnswerKind::file,
    .is_download = true,
    .errors = errors,
    .seating = Seating::run,
    .example_request = "/download/byscript?name=SvcScript1&startparam1=123&startparam2=234&async=0&timeout=10",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
