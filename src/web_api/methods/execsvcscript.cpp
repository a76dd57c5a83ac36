#include "web_api/call.hpp"
#include "web_api/methods/methods.hpp"
#include "web_api/methods/script_parameters.hpp"
#include "web_api/script_answer.hpp"
#include "web_api/script_run.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  auto order = read_named_script_order(call.parameters(), *services.options);
  if (!order) return call.refuse(order.error());
  auto start = script_start(call, *order);
  const auto style = call.style();
  run_script(services, std::move(start), *order, call.take_responder(),
             [style, shape = services.options->return_value](ScriptOutcome outcome) {
               return xml_script_response(std::move(outcome), style, shape);
             });
}

constexpr std::array parameters{name_parameter,        startparam1_parameter, startparam2_parameter,
                                startparam3_parameter, startparam4_parameter, startparam5_parameter,
                                async_parameter,       timeout_parameter};

}  // namespace

constinit const Method execsvcscript{
    .name = "execsvcscript",
    .summary = {"Starts a service scenario; Return value 1 comes back in XML",
                "Запускает служебный сценарий; Возвращаемое значение 1 приходит в XML"},
    .details =
        {R"(A script that cannot be started is told in the answer, with status 200: `started` is 0, and `startresult` is 1
`notfound`, 2 `disabled`, 3 `badparameter`, 4 `toomany`, 5 `licence`, 6 `broken` (errors in the scenario), 7
`storagefull` or 8 `stopping`, with the same name in both. `returnvalue` is absent with `async=1`, after a
time-out (header `X-Script-Status: timeout`) and when the script failed (`X-Script-Status: error`). A setting
carries `returnvalue` as CDATA instead of an attribute.)",
         R"(Если сценарий не удалось запустить, об этом говорит сам ответ, с кодом 200: `started` равно 0, а `startresult` —
1 `notfound`, 2 `disabled`, 3 `badparameter`, 4 `toomany`, 5 `licence`, 6 `broken` (ошибки в сценарии), 7
`storagefull` или 8 `stopping`, с тем же именем в обоих. `returnvalue` отсутствует при `async=1`, по истечении
времени ожидания (заголовок `X-Script-Status: timeout`) и при ошибке сценария (`X-Script-Status: error`).
Настройка передаёт `returnvalue` в CDATA вместо атрибута.)"},
    .parameters = parameters,
    .answer = AnswerKind::xml,
    .errors = {},
    .seating = Seating::run,
    .example_request = "/execsvcscript?name=SvcScript1&startparam1=123&startparam2=234&async=0&timeout=10",
    .example_answer = R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="result" count="1">
    <property_set name="execsvcscript">
      <property_simple key="started" value="1" name="success" />
      <property_simple key="startresult" value="0" name="success" />
      <property_simple key="returnvalue" name="abcdef" />
    </property_set>
  </data>
</oktellxmlmapper>)",
    .run = &run,
};

}  // namespace otklik::web_api::methods
