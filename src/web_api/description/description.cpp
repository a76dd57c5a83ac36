#include "web_api/description/description.hpp"

#include <algorithm>
#include <array>

#include "base/json_writer.hpp"
#include "web_api/table.hpp"

namespace otklik::web_api {
namespace {

constexpr std::array<std::string_view, 2> formats{"xml", "json"};
constexpr std::array<std::string_view, 2> text_formats{"text", "json"};
constexpr std::array<std::string_view, 2> encodings{"utf-8", "utf-16"};

constexpr std::array xml_parameters{
    Parameter{.name = "format",
              .type = ParameterType::choice,
              .default_value = "xml",
              .choices = formats,
              .meaning = {"`json` sends the same answer as JSON; so does `Accept: application/json`",
                          "`json` отдаёт тот же ответ в JSON; то же делает `Accept: application/json`"}},
    Parameter{
        .name = "xmlencoding",
        .type = ParameterType::choice,
        .choices = encodings,
        .meaning =
            {R"(`utf-8` makes the prolog tell the truth; `utf-16` sends real UTF-16LE with a byte-order mark. Without it: UTF-8
bytes below a prolog that says utf-16, as clients of the original server expect)",
             R"(`utf-8` делает пролог правдивым; `utf-16` отдаёт настоящий UTF-16LE с меткой порядка байтов. Без него — байты
UTF-8 под прологом utf-16, как ждут клиенты исходного сервера)"}},
};

constexpr Parameter temppass_parameter{
    .name = "temppass",
    .meaning = {"A temporary password, in place of Authorization; only in the URL. It lives for 120 s and needs no "
                "privilege; for an upload it counts once",
                "Временный пароль вместо Authorization; только в URL. Действует 120 с, привилегия не нужна; для "
                "загрузки годится один раз"}};

constexpr std::array text_parameters{
    Parameter{.name = "format",
              .type = ParameterType::choice,
              .default_value = "text",
              .choices = text_formats,
              .meaning = {"`json` sends JSON; so does `Accept: application/json`",
                          "`json` отдаёт JSON; то же делает `Accept: application/json`"}},
};

/// Of every method whose caller must have a seat.
constexpr ErrorRow no_seat{
    503,
    "licence",
    {"As many users are at work as the licence allows (`Retry-After`). Starts of scenarios tell it "
     "in their own way; the methods of the licence and this table are answered all the same",
     "В работе столько пользователей, сколько разрешает лицензия (`Retry-After`). Запуски сценариев "
     "сообщают об этом по-своему; методы лицензии и эта таблица отвечают всё равно"}};

constexpr std::array common_errors{
    ErrorRow{400, "bad_request", {"A parameter is missing or malformed", "Параметр не задан или записан неверно"}},
    ErrorRow{401,
             "unauthorized",
             {"No Authorization header, with the setting `auth_challenge` on; `WWW-Authenticate: Basic`",
              "Нет заголовка Authorization при включённой настройке `auth_challenge`; `WWW-Authenticate: Basic`"}},
    ErrorRow{403,
             "unauthorized",
             {"No Authorization header, or a wrong login, password or token",
              "Нет заголовка Authorization либо неверны логин, пароль или токен"}},
    ErrorRow{403,
             "forbidden",
             {"The user lacks the privilege `webapi.execute`", "У пользователя нет привилегии `webapi.execute`"}},
    ErrorRow{403,
             "too_many_failures",
             {"Too many failed attempts from this address or for this login (`Retry-After`)",
              "Слишком много неудачных попыток с этого адреса или для этого логина (`Retry-After`)"}},
    ErrorRow{403,
             "foreign_page",
             {"With `auth_challenge`: a page of another site made the browser call",
              "При `auth_challenge`: запрос сделан браузером по воле страницы чужого сайта"}},
    ErrorRow{405,
             "method_not_allowed",
             {"Neither GET, HEAD, POST nor OPTIONS (`Allow`)", "Не GET, HEAD, POST и не OPTIONS (`Allow`)"}},
    ErrorRow{413, "", {"The body is past the limit", "Тело запроса больше предела"}},
    ErrorRow{503,
             "busy",
             {"More passwords to check than may be checked at once (`Retry-After`)",
              "Одновременно проверяется слишком много паролей (`Retry-After`)"}},
};

/// What opens it, for programs and for `otklik describe`.
std::string_view authorization(const Method& method) noexcept {
  if (method.entrance == Entrance::anybody) return "none";
  return method.temppass ? "webapi.execute or temppass" : "webapi.execute";
}

bool is_about_authorization(const ErrorRow& error) noexcept {
  return error.status == 401 || error.status == 403 || error.code == "busy";
}

void append_parameter(JsonWriter& json, const Parameter& parameter) {
  json.begin_object()
      .field("name", parameter.name)
      .field("type", name(parameter.type))
      .field("required", parameter.required);
  if (!parameter.default_value.empty()) json.field("default", parameter.default_value);
  if (!parameter.choices.empty()) {
    json.key("choices").begin_array();
    for (const auto choice : parameter.choices) json.value(choice);
    json.end_array();
  }
  json.field("meaning", one_line(parameter.meaning.en))
      .field("meaning_ru", one_line(parameter.meaning.ru))
      .end_object();
}

void append_method(JsonWriter& json, const Method& method) {
  json.begin_object()
      .field("name", method.name)
      .field("path", path_of(method))
      .field("summary", method.summary.en)
      .field("summary_ru", method.summary.ru)
      .field("details", one_line(method.details.en))
      .field("details_ru", one_line(method.details.ru))
      .field("authorization", authorization(method))
      .field("answer", name(method.answer));
  json.key("parameters").begin_array();
  for (const auto& parameter : parameters_of(method)) append_parameter(json, parameter);
  json.end_array().key("errors").begin_array();
  for (const auto& error : errors_of(method)) {
    json.begin_object()
        .field("status", error.status)
        .field("code", error.code)
        .field("when", one_line(error.when.en))
        .field("when_ru", one_line(error.when.ru))
        .end_object();
  }
  json.end_array().field("example_request", method.example_request).field("example_answer", method.example_answer);
  json.end_object();
}

std::string_view verb(const Method& method) noexcept { return method.take_in != nullptr ? "POST" : "GET"; }

struct Words {
  std::string_view parameters, no_parameters, required, default_word, answer, errors, example, authorization,
      open_to_anybody;
};

constexpr Words words_en{
    "Parameters",    "No parameters of its own.",    "required", "default", "Answer", "Errors", "Example",
    "Authorization", "No authorization is asked for"};
constexpr Words words_ru{
    "Параметры",   "Собственных параметров нет.", "обязательный", "по умолчанию", "Ответ", "Ошибки", "Пример",
    "Авторизация", "Авторизация не нужна"};

const Words& words(Language language) { return language == Language::ru ? words_ru : words_en; }

Text meaning(AnswerKind kind) {
  switch (kind) {
    case AnswerKind::xml:
      return {"XML in the vendor's envelope, or JSON", "XML в обёртке производителя либо JSON"};
    case AnswerKind::json:
      return {"JSON", "JSON"};
    case AnswerKind::text:
      return {"text, or JSON", "текст либо JSON"};
    case AnswerKind::plain:
      return {"the script's own body", "тело, которое составил сценарий"};
    case AnswerKind::file:
      return {"a file", "файл"};
    case AnswerKind::empty:
      return {"an empty body", "пустое тело"};
  }
  return {};
}

Text meaning(ParameterType type) {
  switch (type) {
    case ParameterType::text:
      return {"text", "текст"};
    case ParameterType::flag:
      return {"0 or 1", "0 или 1"};
    case ParameterType::whole:
      return {"whole number", "целое число"};
    case ParameterType::seconds:
      return {"seconds", "секунды"};
    case ParameterType::choice:
      return {"one of", "одно из"};
  }
  return {};
}

std::string type_text(const Parameter& parameter, Language language) {
  std::string out(meaning(parameter.type).in(language));
  for (const auto choice : parameter.choices)
    out += fmt::format("{} `{}`", choice == parameter.choices[0] ? "" : ",", choice);
  return out;
}

constexpr Text pages{
    R"(## Files and hooks

What no method answers is looked for in the folder `www/`, without authorization: `GET` and `HEAD` only, with ETag,
Last-Modified and Range; a folder answers with its `index.html` or `index.htm`. Names that begin with a dot are not shown,
but for `.well-known`.

A file `page.html.execsvcscriptplain` there makes a script answer for `page.html`, whether or not that file exists, and
likewise for the index file of a folder. It holds `{"scriptname": "…", "timeout": 10, "async": false, "parameter1": "…"}` with up
to five parameters (`startparam1` is understood for `parameter1`). Parameters of the request count as for
`execsvcscriptplain`, except `name`: only the hook chooses the script. What the hook says wins. A parameter may be one of
`%parameters%` (the query as sent), `%content%` (the body), `%headers%` (request line and headers), `%page%` (the path) and
`%requestline%`, as a whole. A change is picked up at once. A hook that cannot be read answers 500 `broken_hook`, and the log
tells why. Hook files are never sent.
)",
    R"(## Файлы и сценарии вместо страниц

Чему не соответствует метод, то ищется в каталоге `www/`, без авторизации: только `GET` и `HEAD`, с ETag, Last-Modified и
Range; за каталог отвечает его `index.html` или `index.htm`. Имена, начинающиеся с точки, не отдаются, кроме `.well-known`.

Файл `page.html.execsvcscriptplain` заставляет отвечать за `page.html` сценарий, есть сам файл или нет; так же — за
индексный файл каталога. В нём `{"scriptname": "…", "timeout": 10, "async": false, "parameter1": "…"}`, до пяти параметров
(вместо `parameter1` понимается и `startparam1`). Параметры запроса действуют как у `execsvcscriptplain`, кроме `name`: сценарий
выбирает только этот файл, и записанное в нём главнее запроса. Значением параметра целиком может быть `%parameters%`
(строка параметров как есть), `%content%` (тело), `%headers%` (строка запроса и заголовки), `%page%` (путь) или `%requestline%`.
Изменения подхватываются сразу. Файл, который не удалось прочесть, даёт 500 `broken_hook`, причина — в журнале. Сами эти файлы
не отдаются никогда.
)"};

constexpr Text intro{
    R"(# Web API

Generated from the table of methods in `src/web_api/methods/`; do not edit. Regenerate with
`cmake --build build/dev --target web_api_docs`.

`GET` and `POST` do the same. Parameters stand in the URL; a `POST` with `application/x-www-form-urlencoded` may carry them in
its body too, and the URL wins. Names of methods and parameters match in any case, one slash after the method's name is
passed over, an empty parameter counts as absent, an unknown one is ignored. Values are UTF-8; what is no UTF-8 is read as
Windows-1251.

Authorization is Basic, with the login and password of a user whose role has the privilege `webapi.execute`, or
`Authorization: Bearer` with an API token. Whoever fails it gets `403 Forbidden`; the setting `auth_challenge` answers
`401` with `WWW-Authenticate: Basic` instead to those who send no header, for clients that wait to be asked (.NET, wget, a
browser with `login:password@` in its address).

An XML answer is UTF-8 without a byte-order mark, below a prolog that says `utf-16`: that is what clients of the original
server were written for. A strict XML reader wants `xmlencoding=utf-8` on the request, or the setting `xml_prolog = "utf-8"`.
`format=json`, or an `Accept` header that prefers `application/json` to XML, gets the same answer as JSON.

An error carries `{"error":{"code":"…","message":"…","request_id":"…"}}`; methods that answer XML tell it in the envelope, as
properties `code`, `message` and `requestid` of a set named `error`.
)",
    R"(# Web API

Страница создана из таблицы методов в `src/web_api/methods/`, не правьте её. Пересоздать:
`cmake --build build/dev --target web_api_docs`.

`GET` и `POST` равноправны. Параметры указываются в URL; запрос `POST` с `application/x-www-form-urlencoded` может нести их и
в теле, при совпадении берётся URL. Регистр имён методов и параметров не важен, одна косая черта после имени метода
допускается, пустой параметр считается незаданным, неизвестный не учитывается. Значения — в UTF-8; что не является UTF-8,
читается как Windows-1251.

Авторизация — Basic, с логином и паролем пользователя, роль которого имеет привилегию `webapi.execute`, либо
`Authorization: Bearer` с токеном API. Не прошедший её получает `403 Forbidden`; при настройке `auth_challenge` тому, кто не
прислал заголовка, отвечают `401` с `WWW-Authenticate: Basic` — для клиентов, которые ждут вопроса (.NET, wget, браузер с
`login:password@` в адресе).

Ответ в XML — байты UTF-8 без метки порядка байтов под прологом `utf-16`: на это рассчитаны клиенты исходного сервера.
Строгому разборщику XML нужен `xmlencoding=utf-8` в запросе или настройка `xml_prolog = "utf-8"`. `format=json` или заголовок
`Accept`, предпочитающий `application/json`, даёт тот же ответ в JSON.

Ошибка приходит как `{"error":{"code":"…","message":"…","request_id":"…"}}`; методы с ответом в XML сообщают её в той же
обёртке, свойствами `code`, `message` и `requestid` набора `error`.
)"};

void append_markdown(std::string& out, const Method& method, Language language) {
  const Words& w = words(language);
  out += fmt::format("\n## {}\n\n{}.\n\n{}\n\n", path_of(method), method.summary.in(language),
                     method.details.in(language));
  out += fmt::format("{}: {}.\n\n", w.answer, meaning(method.answer).in(language));
  if (method.entrance == Entrance::anybody) out += fmt::format("{}.\n\n", w.open_to_anybody);
  const auto parameters = parameters_of(method);
  if (parameters.empty()) out += fmt::format("{}\n\n", w.no_parameters);
  for (const auto& p : parameters) {
    out += fmt::format("- `{}` ({}", p.name, type_text(p, language));
    if (p.required) out += fmt::format("; {}", w.required);
    if (!p.default_value.empty()) out += fmt::format("; {} {}", w.default_word, p.default_value);
    out += fmt::format("): {}\n", one_line(p.meaning.in(language)));
  }
  if (!parameters.empty()) out += '\n';
  if (!method.errors.empty()) {
    out += fmt::format("{}:\n\n", w.errors);
    for (const auto& e : method.errors)
      out += fmt::format("- {} `{}`: {}\n", e.status, e.code, one_line(e.when.in(language)));
    out += '\n';
  }
  out += fmt::format("{}:\n\n```\n{} {}\n```\n", w.example, verb(method), method.example_request);
  if (!method.example_answer.empty()) out += fmt::format("\n```\n{}\n```\n", method.example_answer);
}

}  // namespace

std::vector<Parameter> parameters_of(const Method& method) {
  std::vector<Parameter> all(method.parameters.begin(), method.parameters.end());
  if (method.tail != nullptr) all.insert(all.begin(), *method.tail);
  if (method.temppass) all.push_back(temppass_parameter);
  if (method.answer == AnswerKind::xml) all.insert(all.end(), xml_parameters.begin(), xml_parameters.end());
  if (method.answer == AnswerKind::text) all.insert(all.end(), text_parameters.begin(), text_parameters.end());
  return all;
}

std::vector<ErrorRow> errors_of(const Method& method) {
  std::vector<ErrorRow> all(method.errors.begin(), method.errors.end());
  if (method.seating == Seating::caller && method.entrance == Entrance::authorized) all.push_back(no_seat);
  for (const auto& error : common_errors) {
    if (method.entrance == Entrance::authorized || !is_about_authorization(error)) all.push_back(error);
  }
  return all;
}

std::string path_of(const Method& method) {
  return method.tail == nullptr ? std::string(method.name) : fmt::format("{}/{}", method.name, method.tail->name);
}

std::string one_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace(out, '\n', ' ');
  return out;
}

std::string_view name(ParameterType type) noexcept {
  switch (type) {
    case ParameterType::text:
      return "text";
    case ParameterType::flag:
      return "flag";
    case ParameterType::whole:
      return "whole";
    case ParameterType::seconds:
      return "seconds";
    case ParameterType::choice:
      return "choice";
  }
  return {};
}

std::string_view name(AnswerKind kind) noexcept {
  switch (kind) {
    case AnswerKind::xml:
      return "xml";
    case AnswerKind::json:
      return "json";
    case AnswerKind::text:
      return "text";
    case AnswerKind::plain:
      return "plain";
    case AnswerKind::file:
      return "file";
    case AnswerKind::empty:
      return "empty";
  }
  return {};
}

std::string describe_markdown(Language language) {
  std::string out(intro.in(language));
  for (const Method* method : all_methods()) append_markdown(out, *method, language);
  out += language == Language::ru ? "\n## Ошибки всех методов\n\n" : "\n## Errors of every method\n\n";
  auto everywhere = std::vector<ErrorRow>(common_errors.begin(), common_errors.end());
  everywhere.push_back(no_seat);
  for (const auto& e : everywhere) {
    out += e.code.empty() ? fmt::format("- {}: {}\n", e.status, one_line(e.when.in(language)))
                          : fmt::format("- {} `{}`: {}\n", e.status, e.code, one_line(e.when.in(language)));
  }
  out += '\n';
  out += pages.in(language);
  return out;
}

std::string describe_text(Language language) {
  std::size_t widest = 0;
  for (const Method* method : all_methods()) widest = std::max(widest, path_of(*method).size());
  std::string out;
  for (const Method* method : all_methods()) {
    out += fmt::format("{:<{}}  {}\n", path_of(*method), widest, method->summary.in(language));
  }
  return out;
}

std::string describe_text(const Method& method, Language language) {
  const Words& w = words(language);
  std::string out = fmt::format("{}: {}\n\n{}\n\n{}: {}\n{}: {}\n\n{}:\n", path_of(method), method.summary.in(language),
                                method.details.in(language), w.authorization, authorization(method), w.answer,
                                meaning(method.answer).in(language), w.parameters);
  for (const auto& p : parameters_of(method)) {
    out += fmt::format("  {} ({}", p.name, type_text(p, language));
    if (p.required) out += fmt::format("; {}", w.required);
    if (!p.default_value.empty()) out += fmt::format("; {} {}", w.default_word, p.default_value);
    out += fmt::format("): {}\n", one_line(p.meaning.in(language)));
  }
  out += fmt::format("\n{}:\n", w.errors);
  for (const auto& e : errors_of(method)) {
    out += fmt::format("  {}{}{}: {}\n", e.status, e.code.empty() ? "" : " ", e.code, one_line(e.when.in(language)));
  }
  out += fmt::format("\n{}:\n  {} {}\n", w.example, verb(method), method.example_request);
  return out;
}

std::string describe_json() {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const Method* method : all_methods()) append_method(json, *method);
  json.end_array();
  return out;
}

std::string describe_json(const Method& method) {
  std::string out;
  JsonWriter json(out);
  append_method(json, method);
  return out;
}

}  // namespace otklik::web_api
