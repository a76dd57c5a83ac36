#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "configuration/live_settings.hpp"
#include "licence/keeper.hpp"
#include "web_api/licence_answer.hpp"

namespace otklik::app {

/// What getlicensefulltext shows, and the mark of this machine, for whoever issues a certificate for it.
Result<std::string> show_licence(AdministrationParts& parts, const Operation& /*operation*/) {
  const auto figures = web_api::licence_figures(parts.licence);
  const auto settings = parts.settings.now();
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("language", settings->language);
  web_api::append_licence(json, figures, settings->web.language);
  json.field("thismachine", figures.standing->machine).end_object();
  return out;
}

Result<std::string> install_licence(AdministrationParts& parts, const Operation& operation) {
  const auto certificate = required(operation, "certificate");
  if (!certificate) return std::unexpected(certificate.error());
  const auto fault = parts.licence.install(*certificate);
  if (!fault) return std::unexpected(fault.error());
  if (*fault) {
    auto text = core::explain(**fault);
    return fail(ErrorCode::bad_request,
                parts.settings.now()->web.language == web_api::Language::ru ? std::move(text.ru) : std::move(text.en));
  }
  return show_licence(parts, operation);
}

}  // namespace otklik::app
