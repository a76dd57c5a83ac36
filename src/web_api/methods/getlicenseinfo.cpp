#include "web_api/call.hpp"
#include "web_api/licence_answer.hpp"
#include "web_api/methods/licence_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  auto response = licence_detail(*services.licensing.standing(), call.parameters().find("detail"), call.style().json);
  if (!response) return call.answer(error_response(response.error(), call.request(), json_style));
  response->add("Cache-Control", "no-cache");
  call.answer(std::move(*response));
}

constexpr std::array parameters{
    Parameter{.name = "detail",
              .type = ParameterType::choice,
              .required = true,
              .choices = licence_details,
              .meaning = licence_detail_meaning},
};

}  // namespace

constinit const Method getlicenseinfo{
    .name = "getlicenseinfo",
    .summary = {"One detail of the licence", "Одна подробность лицензии"},
    .details = {R"(The bare value, with no line end behind it; with `format=json` an object.)",
                R"(Само значение, без конца строки; с `format=json` — объект.)"},
    .parameters = parameters,
    .answer = AnswerKind::text,
    .errors = {},
    .seating = Seating::none,
    .example_request = "/getlicenseinfo?detail=regserial",
    .example_answer = "4815162",
    .run = &run,
};

}  // namespace otklik::web_api::methods
