#include "web_api/description/openapi.hpp"
#include "web_api/call.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services&, Call call) {
  static const auto document = std::make_shared<const std::string>(openapi_document());
  call.answer(net::Response::shared(document, content_type(json_style)));
}

}  // namespace

constinit const Method openapi{
    .name = "openapi.json",
    .summary = {"This table as an OpenAPI 3.1 document", "Эта таблица в виде документа OpenAPI 3.1"},
    .details = {"For generators of clients and for tools that draw pages from it.",
                "Для генераторов клиентов и программ, которые строят по нему страницы."},
    .parameters = {},
    .answer = AnswerKind::json,
    .errors = {},
    .seating = Seating::none,
    .example_request = "/openapi.json",
    .example_answer = R"({"openapi":"3.1.0","info":{"title":"Otklik Web API",…},"paths":{…}})",
    .run = &run,
};

}  // namespace otklik::web_api::methods
