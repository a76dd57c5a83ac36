#include "web_api/call.hpp"
#include "web_api/methods/methods.hpp"
#include "web_api/version.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) { call.answer(services.version.response(call.style())); }

}  // namespace

constinit const Method getversion{
    .name = "getversion",
    .summary = {"Version of the server", "Версия сервера"},
    .details =
        {R"(Every figure comes from the build. `text` is the sentence of the original server; `environment` is the compiler
and runtime; `date` and `haldate` are yyMMdd; `hal…` is the media layer.)",
         R"(Все значения берутся из сборки. `text` — фраза исходного сервера; `environment` — компилятор и среда; `date` и
`haldate` — в виде yyMMdd; `hal…` — медиаслой.)"},
    .parameters = {},
    .answer = AnswerKind::xml,
    .errors = {},
    .example_request = "/getversion",
    .example_answer = R"(<?xml version="1.0" encoding="utf-16"?>
<oktellxmlmapper version="80710">
  <data name="version" count="1">
    <property_set name="version">
      <property_cdata key="text"><![CDATA[Версия программы: 0.1.261122(9822.26860). Версия БД: 261122.]]></property_cdata>
      <property_cdata key="environment"><![CDATA[Clang 19.1.7, glibc 2.36]]></property_cdata>
      <property_cdata key="build"><![CDATA[0.1.9822.26860]]></property_cdata>
      <property_simple key="date" value="261122" />
      <property_cdata key="halbuild"><![CDATA[0.1.9822.26860]]></property_cdata>
      <property_simple key="haldate" value="261122" />
    </property_set>
  </data>
</oktellxmlmapper>)",
    .run = &run,
};

}  // namespace otklik::web_api::methods
