#include <array>
#include <string>
#include <vector>

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "web_api/call.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

struct Group {
  std::string name;
  std::size_t ready = 0;
  std::size_t busy = 0;
  std::vector<std::string> elements;  ///< direct numbers of those who are ready
};

/// Ready is who may be rung, busy who is in states 5 and 6; the rest count in neither.
Group look(const core::Plan& plan, const core::StatesView& states, const core::InternalNumber& number) {
  Group group{.name = number.digits, .elements = {}};
  for (const Uuid& user : plan.users_of(number)) {
    const core::UserStanding* standing = states.users.find(user);
    if (standing == nullptr) continue;
    if (standing->is_ready()) {
      ++group.ready;
      if (const auto* direct = plan.direct_number(user)) group.elements.push_back(direct->digits);
    } else if (standing->state == core::UserState::busy || standing->state == core::UserState::reserved) {
      ++group.busy;
    }
  }
  return group;
}

/// As the description prints it: its prolog says utf-8, and `/>` has no blank before it. Digits need no escapes.
std::string xml_of(const Group& group, XmlEncoding encoding) {
  std::string out = R"(<?xml version="1.0" encoding=")";
  out += encoding == XmlEncoding::utf_16 ? "utf-16" : "utf-8";
  out += "\"?>\n<group name=\"" + group.name + "\" ready=\"" + std::to_string(group.ready) + "\" busy=\"" +
         std::to_string(group.busy) + "\"";
  if (group.elements.empty()) {
    out += "/>";
  } else {
    out += ">\n";
    for (const auto& element : group.elements) out += "  <element name=\"" + element + "\"/>\n";
    out += "</group>";
  }
  return encoding == XmlEncoding::utf_16 ? utf_16_from_utf_8(out) : out;
}

std::string json_of(const Group& group) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("group").begin_object().field("name", group.name).field("ready", group.ready);
  json.field("busy", group.busy).key("elements").begin_array();
  for (const auto& element : group.elements) json.value(element);
  json.end_array().end_object().end_object();
  return out;
}

void run(const Services& services, Call call) {
  const auto given = call.parameters().find("number");
  if (!given) return call.refuse({ErrorCode::bad_request, "number is missing"});
  const auto plan = services.company.plan();
  const auto digits = core::dialled_digits(*given);
  const auto* number = digits ? plan->number_by_digits(*digits) : nullptr;
  if (number == nullptr || number->kind != core::NumberKind::standard) {
    return call.refuse({ErrorCode::not_found, "there is no such standard internal number"});
  }
  const auto group = look(*plan, services.company.overview()->states, *number);
  auto response = net::Response::text(200, call.style().json ? json_of(group) : xml_of(group, call.style().encoding),
                                      content_type(call.style()));
  response.add("Cache-Control", "no-cache");
  call.answer(std::move(response));
}

constexpr std::array parameters{
    Parameter{.name = "number",
              .required = true,
              .meaning = {"A standard internal number, of a user or of a group",
                          "Стандартный внутренний номер, пользователя или группы"}},
};

constexpr std::array errors{
    ErrorRow{404,
             "not_found",
             {"There is no such internal number, or it is no standard one",
              "Такого внутреннего номера нет, или он не стандартный"}},
};

}  // namespace

constinit const Method tst_getintnumberreadyusers{
    .name = "tst_getintnumberreadyusers",
    .summary = {"Who is free behind an internal number", "Кто свободен за внутренним номером"},
    .details =
        {R"(`ready` counts who may be rung now (state 1 with a working phone and no call), `busy` who is in state 5 or 6;
the rest count in neither. Each ready user is listed by the direct number he is called by; one without such a number is
counted and not listed. The order is that of the number's rule.)",
         R"(`ready` — сколько пользователей можно вызвать сейчас (состояние 1, работающий телефон, нет звонка), `busy` —
сколько в состояниях 5 и 6; остальные не входят ни в то, ни в другое. Каждый свободный назван прямым номером, по которому его
можно вызвать; свободный без прямого номера учтён, но не назван. Порядок — как в правиле номера.)"},
    .parameters = parameters,
    .answer = AnswerKind::xml,
    .errors = errors,
    .example_request = "/tst_getintnumberreadyusers?number=120",
    .example_answer = R"(<?xml version="1.0" encoding="utf-8"?>
<group name="120" ready="2" busy="3">
  <element name="223"/>
  <element name="227"/>
</group>)",
    .run = &run,
};

}  // namespace otklik::web_api::methods
