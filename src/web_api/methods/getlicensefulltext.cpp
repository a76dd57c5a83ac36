#include "web_api/call.hpp"
#include "web_api/licence_answer.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

net::Response json_response(const LicenceFigures& figures, Language language) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("license").begin_object();
  append_licence(json, figures, language);
  json.end_object().end_object();
  return net::Response::text(200, std::move(out), content_type(json_style));
}

void run(const Services& services, Call call) {
  const auto figures = licence_figures(services.licensing);
  const auto language = services.options->language;
  auto response = call.style().json
                      ? json_response(figures, language)
                      : net::Response::text(200, licence_text(figures, language), "text/plain; charset=utf-8");
  response.add("Cache-Control", "no-cache");
  call.answer(std::move(response));
}

}  // namespace

constinit const Method getlicensefulltext{
    .name = "getlicensefulltext",
    .summary = {"The licence and its use, as text in the server's language",
                "Лицензия и её использование — текстом на языке сервера"},
    .details =
        {R"(Product, version, registration, dates, and how many users at work, operators in the call centre, inner and outer
lines are allowed, used, disabled (turned away for want of a seat, and without one since) and left. The setting `language` chooses
Russian or English. When a certificate does not hold, a line says why, and the figures are those of the open licence.
The JSON twin has the text and each figure. This method is answered when the limit of users is reached, too.)",
         R"(Продукт, версия, регистрация, даты и сколько пользователей в работе, операторов call-центра, внутренних и внешних
линий разрешено, использовано, отключено (отказано из-за нехватки мест, и с тех пор без места) и осталось. Язык, русский или английский,
задаёт настройка `language`. Если сертификат не действует, строка говорит почему, а числа — открытой лицензии.
JSON-вариант содержит и текст, и каждое число. Этот метод отвечает и тогда, когда предел пользователей достигнут.)"},
    .parameters = {},
    .answer = AnswerKind::text,
    .errors = {},
    .seating = Seating::none,
    .example_request = "/getlicensefulltext",
    .example_answer = R"(Otklik, version 0.1.0

Registration
  Number: 4815162
  Licence: open, without limits
  Versions: all
  Machine: any
  Valid to: 31.12.9999
  Next confirmation: 31.12.9999
  Updates up to: 31.12.9999

Users at work
  Allowed: unlimited
  Used: 1
  Disabled: 0
  Left: unlimited
…)",
    .run = &run,
};

}  // namespace otklik::web_api::methods
