#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "base/uuid.hpp"
#include "core/ports/plugin_host.hpp"
#include "web_api/call.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

Result<std::string> read_guid(const net::Form& parameters, std::string_view name) {
  const auto given = parameters.find(name);
  if (!given) return fail(ErrorCode::bad_request, std::string(name) + " is missing");
  const auto id = Uuid::parse(*given);
  if (!id) return fail(ErrorCode::bad_request, std::string(name) + " is no GUID");
  return id->text();
}

/// `inputparamsb64` wins. Empty: neither was given.
Result<std::string> read_inputs(const net::Form& parameters) {
  if (const auto encoded = parameters.find("inputparamsb64")) {
    std::string text(*encoded);
    std::ranges::replace(text, ' ', '+');  // what a `+` in a URL has become
    auto decoded = from_base64(text);
    if (!decoded) return fail(ErrorCode::bad_request, "inputparamsb64 is no base64");
    return std::move(*decoded);
  }
  return std::string(parameters.find("inputparams").value_or(""));
}

net::Response outcome_response(core::PluginOutcome outcome, const net::RequestHead& head) {
  if (outcome) {
    auto response = net::Response::text(200, std::move(*outcome), content_type(json_style));
    response.add("Cache-Control", "no-cache");
    return response;
  }
  auto response = error_response(outcome.error().error, head, json_style);
  if (const auto later = outcome.error().retry_after; later.count() > 0) {
    response.add("Retry-After", std::to_string(later.count()));
  }
  return response;
}

void run(const Services& services, Call call) {
  auto plugin = read_guid(call.parameters(), "idmodule");
  if (!plugin) return call.refuse(plugin.error());
  auto form = read_guid(call.parameters(), "idform");
  if (!form) return call.refuse(form.error());
  auto inputs = read_inputs(call.parameters());
  if (!inputs) return call.refuse(inputs.error());
  const net::Request& request = call.request();
  services.plugins.call({.plugin = std::move(*plugin), .form = std::move(*form), .inputs = std::move(*inputs)},
                        [&request, responder = call.take_responder()](core::PluginOutcome outcome) mutable {
                          responder.send(outcome_response(std::move(outcome), request));
                        });
}

constexpr std::array parameters{
    Parameter{.name = "idmodule",
              .required = true,
              .meaning = {"The id of the plugin: a GUID, as its manifest says it",
                          "Идентификатор плагина: GUID из его манифеста"}},
    Parameter{.name = "idform",
              .required = true,
              .meaning = {"The id of the form (the method) of that plugin: a GUID",
                          "Идентификатор исполняемого метода (формы) этого плагина: GUID"}},
    Parameter{.name = "inputparams",
              .meaning = {"The inputs: a JSON object of values for the inputs that the form declares",
                          "Входные значения: объект JSON со значениями заявленных входных параметров формы"}},
    Parameter{
        .name = "inputparamsb64",
        .meaning = {"The same in base64, standard or URL-safe; a space counts as `+`. It wins over `inputparams`",
                    "То же в base64, обычном или URL-безопасном; пробел считается за `+`. Важнее, чем `inputparams`"}},
};

constexpr std::array errors{
    ErrorRow{400,
             "bad_request",
             {"The inputs are no JSON object or no base64; an input is undeclared, missing without a default, or of "
              "another type: the message names it",
              "Входные значения — не объект JSON или не base64; параметр не заявлен, не задан и не имеет умолчания "
              "или другого типа: он назван в сообщении"}},
    ErrorRow{404, "not_found", {"No such plugin, or no such form in it", "Нет такого плагина или формы в нём"}},
    ErrorRow{413, "too_large", {"The inputs are too large", "Входные значения слишком велики"}},
    ErrorRow{502,
             "failed",
             {"The plugin answered with an error, died, broke its protocol, could not be started, or gave outputs that "
              "its manifest does not promise: the message says which",
              "Плагин ответил ошибкой, завершился, нарушил протокол, не запустился или вернул не то, что обещает его "
              "манифест: сообщение говорит, что именно"}},
    ErrorRow{503,
             "too_many, unavailable",
             {"Too many calls wait for it; or it has failed and is started again later (`Retry-After`), or may not be "
              "started on this machine",
              "Слишком много ожидающих вызовов; либо плагин завершился с ошибкой и будет запущен позже "
              "(`Retry-After`), либо его нельзя запускать на этой машине"}},
    ErrorRow{504, "timeout", {"The plugin did not answer in time", "Плагин не ответил вовремя"}},
};

}  // namespace

constinit const Method execpluginmethod{
    .name = "execpluginmethod",
    .summary = {"Executes a method (a form) of a server plugin; its outputs come back as JSON",
                "Исполняет указанный метод (форму) серверного плагина; выходные параметры приходят в JSON"},
    .details =
        {R"(The inputs are checked against the plugin's manifest, the outputs too. They come in the order of the
manifest. Large inputs go into the body of a POST, `application/x-www-form-urlencoded`. Plugins, their manifest and
their sandbox: docs/plugins.md.)",
         R"(Входные и выходные значения проверяются по манифесту плагина; выходные приходят в порядке манифеста. Большие
входные значения передаются в теле POST, `application/x-www-form-urlencoded`. О плагинах, их манифесте и
изоляции: docs/plugins.md.)"},
    .parameters = parameters,
    .answer = AnswerKind::json,
    .errors = errors,
    .example_request =
        R"(/execpluginmethod?idmodule=2f1c3a4e-5b6d-4c7e-8f90-a1b2c3d4e5f6&idform=7d9e8f10-1a2b-4c3d-9e4f-5a6b7c8d9e0f&inputparams={"who":"Ann"})",
    .example_answer = R"({"text":"Hello, Ann!","length":11})",
    .run = &run,
};

}  // namespace otklik::web_api::methods
