#include "web_api/licence_answer.hpp"

#include <array>

#include "base/build_info.hpp"
#include "base/text.hpp"

namespace otklik::web_api {
namespace {

using core::Licensed;
using core::Standing;

constexpr std::string_view unlimited = "unlimited";

struct Words {
  Text version{", version ", ", версия "};
  Text registration{"Registration", "Регистрация"};
  Text number{"Number", "Номер"};
  Text holder{"Holder", "Владелец"};
  Text licence{"Licence", "Лицензия"};
  Text open{"open, without limits", "открытая, без ограничений"};
  Text certificate{"certificate, signed with the key ", "сертификат, подписан ключом "};
  Text refused{"Certificate does not hold", "Сертификат не действует"};
  Text versions{"Versions", "Версии"};
  Text any_version{"all", "все"};
  Text machine{"Machine", "Машина"};
  Text any_machine{"any", "любая"};
  Text this_machine{"this one only", "только эта"};
  Text valid_from{"Valid from", "Действует с"};
  Text valid_to{"Valid to", "Действует по"};
  Text confirm{"Next confirmation", "Следующее подтверждение"};
  Text confirm_is_due{"the date has passed", "срок прошёл"};
  Text update_limit{"Updates up to", "Обновления по"};
  Text allowed{"Allowed", "Разрешено"};
  Text without_limit{"unlimited", "без ограничений"};
  Text used{"Used", "Использовано"};
  Text disabled{"Disabled", "Отключено"};
  Text left{"Left", "Осталось"};
};
constexpr Words words;

Text heading(Licensed what) {
  switch (what) {
    case Licensed::users:
      return {"Users at work", "Пользователи в работе"};
    case Licensed::operators:
      return {"Operators in the call centre", "Операторы call-центра"};
    case Licensed::inner_lines:
      return {"Inner lines", "Внутренние линии"};
    case Licensed::outer_lines:
      return {"Outer lines", "Внешние линии"};
  }
  return {};
}

std::string explained(const core::CertificateFault& fault, Language language) {
  auto text = core::explain(fault);
  return language == Language::ru ? std::move(text.ru) : std::move(text.en);
}

/// Lines `  Name: value` below a heading.
class Page {
 public:
  Page(std::string& out, Language language) : out_(out), language_(language) {}

  void head(Text text) { ((out_ += '\n') += text.in(language_)) += '\n'; }
  void line(Text name, std::string_view value) {
    (((out_ += "  ") += name.in(language_)) += ": ") += value;
    out_ += '\n';
  }
  void line(Text name, Text value) { line(name, value.in(language_)); }
  void line(Text name, const core::Limit& limit) {
    if (limit) {
      line(name, std::to_string(*limit));
    } else {
      line(name, words.without_limit);
    }
  }

 private:
  std::string& out_;
  const Language language_;
};

Property::Value limit_value(const core::Limit& limit) {
  if (limit) return std::int64_t{*limit};
  return std::string(unlimited);
}

void put_limit(JsonWriter& json, std::string_view key, const core::Limit& limit) {
  if (limit) {
    json.field(key, *limit);
  } else {
    json.field(key, unlimited);
  }
}

/// The details of the vendor's description, which are properties of the certificate too.
struct Detail {
  std::string_view name;
  std::string (*value)(const core::Terms&);
};
constexpr std::array details{
    Detail{"regserial", [](const core::Terms& t) { return t.registration; }},
    Detail{"confirmdate", [](const core::Terms& t) { return core::date_text(t.confirm); }},
    Detail{"updatelimitdate", [](const core::Terms& t) { return core::date_text(t.update_limit); }},
};

}  // namespace

LicenceFigures licence_figures(const core::Licensing& licensing) {
  return {.standing = licensing.standing(), .usage = licensing.usage(), .version = build::version};
}

std::string licence_text(const LicenceFigures& figures, Language language) {
  const Standing& standing = *figures.standing;
  const core::Terms& terms = standing.terms;
  std::string out = terms.product;
  ((out += words.version.in(language)) += figures.version) += '\n';
  Page page(out, language);

  page.head(words.registration);
  page.line(words.number, terms.registration);
  if (!terms.owner.empty()) page.line(words.holder, terms.owner);
  if (standing.kind == Standing::Kind::certificate) {
    page.line(words.licence, std::string(words.certificate.in(language)) + standing.issuer);
  } else {
    page.line(words.licence, words.open);
  }
  if (standing.fault) page.line(words.refused, explained(*standing.fault, language));
  page.line(words.versions, terms.versions == "*" ? words.any_version.in(language) : std::string_view(terms.versions));
  page.line(words.machine, terms.machine.empty() ? words.any_machine : words.this_machine);
  if (terms.not_before) page.line(words.valid_from, core::date_text(*terms.not_before));
  page.line(words.valid_to, core::date_text(terms.not_after));
  std::string confirm = core::date_text(terms.confirm);
  if (standing.confirmation_is_due) ((confirm += " (") += words.confirm_is_due.in(language)) += ')';
  page.line(words.confirm, confirm);
  page.line(words.update_limit, core::date_text(terms.update_limit));

  for (const auto what : core::all_licensed) {
    const auto& usage = figures.usage[what];
    page.head(heading(what));
    page.line(words.allowed, usage.allowed);
    page.line(words.used, std::to_string(usage.used));
    page.line(words.disabled, std::to_string(usage.turned_away));
    page.line(words.left, usage.left());
  }
  return out;
}

void append_licence(JsonWriter& json, const LicenceFigures& figures, Language language) {
  const Standing& standing = *figures.standing;
  const core::Terms& terms = standing.terms;
  json.field("text", licence_text(figures, language))
      .field("product", terms.product)
      .field("version", figures.version)
      .field("state", core::name(standing.kind));
  if (standing.fault) {
    json.key("fault").begin_object().field("value", core::name(standing.fault->kind));
    json.field("name", explained(*standing.fault, language)).end_object();
  }
  json.field("regserial", terms.registration)
      .field("owner", terms.owner)
      .field("issuer", standing.issuer)
      .field("versions", terms.versions)
      .field("machine", terms.machine);
  if (terms.not_before) json.field("validfrom", core::date_text(*terms.not_before));
  json.field("validto", core::date_text(terms.not_after))
      .field("confirmdate", core::date_text(terms.confirm))
      .field("confirmationisdue", standing.confirmation_is_due)
      .field("updatelimitdate", core::date_text(terms.update_limit));
  for (const auto what : core::all_licensed) {
    const auto& usage = figures.usage[what];
    json.key(core::name(what)).begin_object();
    put_limit(json, "allowed", usage.allowed);
    json.field("used", usage.used).field("disabled", usage.turned_away);
    put_limit(json, "left", usage.left());
    json.end_object();
  }
}

Envelope licence_envelope(const core::Standing& standing, Language language) {
  const core::Terms& terms = standing.terms;
  PropertySet set{"license", std::nullopt, {}};
  auto& properties = set.properties;
  properties = {Property::simple("regserial", terms.registration),
                Property::simple("owner", terms.owner),
                Property::simple("product", terms.product),
                Property::simple("version", terms.versions),
                Property::simple("confirmdate", core::date_text(terms.confirm)),
                Property::simple("updatelimitdate", core::date_text(terms.update_limit))};
  for (const auto what : core::all_licensed) {
    properties.push_back(Property::simple(std::string(core::name(what)), limit_value(terms.limits[what])));
  }
  properties.push_back(Property::simple("state", std::string(core::name(standing.kind))));
  if (standing.fault) {
    properties.push_back(
        Property::simple("fault", std::string(core::name(standing.fault->kind)), explained(*standing.fault, language)));
  }
  return {"license", {std::move(set)}, false};
}

Result<net::Response> licence_detail(const core::Standing& standing, std::optional<std::string_view> detail,
                                     bool as_json) {
  if (!detail) return fail(ErrorCode::bad_request, "detail is missing");
  for (const auto& each : details) {
    if (!iequals_ascii(each.name, *detail)) continue;
    std::string value = each.value(standing.terms);
    if (!as_json) return net::Response::text(200, std::move(value), "text/plain; charset=utf-8");
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("license").begin_object().field(each.name, value).end_object().end_object();
    return net::Response::text(200, std::move(out), content_type(json_style));
  }
  return fail(ErrorCode::bad_request, "detail is regserial, confirmdate or updatelimitdate");
}

net::Response no_seat_response(const core::SeatRefusal& refusal, const net::RequestHead& head,
                               const AnswerStyle& style) {
  auto response = error_response(
      503, "licence",
      "The licence allows " + std::to_string(refusal.allowed) + " users at work at once; all these seats are taken",
      head, style);
  response.add("Retry-After", seat_may_be_free_in);
  return response;
}

std::optional<net::Response> seat_refusal(const Services& services, const Method& method, const Entry& entry,
                                          const net::RequestHead& head, const AnswerStyle& style) {
  const bool needs_seat =
      method.seating == Seating::caller && !entry.by_temporary_password && !entry.caller->user.is_nil();
  if (!needs_seat) return std::nullopt;
  const auto seat = services.licensing.note_request(entry.caller->user);
  if (seat) return std::nullopt;
  return no_seat_response(seat.error(), head, style);
}

}  // namespace otklik::web_api
