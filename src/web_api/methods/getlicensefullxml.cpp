#include "web_api/call.hpp"
#include "web_api/licence_answer.hpp"
#include "web_api/methods/licence_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  const auto standing = services.licensing.standing();
  const auto detail = call.parameters().find("detail");
  auto response = detail ? licence_detail(*standing, detail, call.style().json)
                         : envelope_response(licence_envelope(*standing, services.options->language), call.style());
  if (!response) return call.refuse(response.error());
  response->add("Cache-Control", "no-cache");
  call.answer(std::move(*response));
}

constexpr std::array parameters{
    Parameter{
        .name = "detail", .type = ParameterType::choice, .choices = licence_details, .meaning = licence_detail_meaning},
};

}  // namespace

constinit const Method getlicensefullxml{
    .name = "getlicensefullxml",
    .summary = {"The licence certificate in XML", "Лицензионный сертификат в XML"},
    .details =
        {R"(`version` names the versions that the certificate covers, `*` all of them; a limit is a number or `unlimited`;
`state` is `open` without a certificate, `certificate` while it holds, `refused` when there is one that does not hold: then
`fault` says why, and the rest is the open licence. With `detail` the method answers as `getlicenseinfo` does.)",
         R"(`version` — версии, на которые распространяется сертификат, `*` — все; предел — число или `unlimited`; `state` —
`open` без сертификата, `certificate`, пока он действует, `refused`, если он есть, но не действует: тогда `fault` говорит почему, а
остальное — открытая лицензия. С параметром `detail` метод отвечает как `getlicenseinfo`.)"},
    .parameters = parameters,
    .answer = AnswerKind::xml,
    .errors = {},
    .seating = Seating::none,
    .example_request = "/getlicensefullxml",
    .example_answer = R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="license" count="1">
    <property_set name="license">
      <property_simple key="regserial" value="4815162" />
      <property_simple key="owner" value="" />
      <property_simple key="product" value="Otklik" />
      <property_simple key="version" value="*" />
      <property_simple key="confirmdate" value="31.12.9999" />
      <property_simple key="updatelimitdate" value="31.12.9999" />
      <property_simple key="users" value="unlimited" />
      <property_simple key="operators" value="unlimited" />
      <property_simple key="lines_inner" value="unlimited" />
      <property_simple key="lines_outer" value="unlimited" />
      <property_simple key="state" value="open" />
    </property_set>
  </data>
</oktellxmlmapper>)",
    .run = &run,
};

}  // namespace otklik::web_api::methods
