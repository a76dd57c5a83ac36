#include "web_api/calls/call_answers.hpp"
#include "web_api/methods/calls/call_command.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

/// The chain of the line's call; of the held one where the line has nothing else.
const core::ChainView* chain_of(const core::CallsView& calls, const Uuid& line) {
  const auto* view = calls.lines.find(line);
  if (view == nullptr) return nullptr;
  return calls.chains.find(view->chain.is_nil() ? view->held_chain : view->chain);
}

void run(const Services& services, Call call) {
  const auto taken = read_line(services.company, call.parameters());
  if (!taken) return call.refuse(taken.error());
  const auto now = services.company.overview();
  auto response =
      net::Response::text(200, chain_answer(chain_of(now->calls, taken->line().id)), content_type(json_style));
  response.add("Cache-Control", "no-cache");
  call.answer(std::move(response));
}

}  // namespace

constinit const Method wp_getchaincontent{
    .name = "wp_getchaincontent",
    .summary = {"The chain that the line takes part in, and all that has happened in it",
                "Текущий контент цепочки, в которой участвует линия"},
    .details =
        {R"(`trace` has an element for each attempt to reach somebody (`call`) and for each talk (`commutation`), in order; also
`hold`, `transfer` and `recording`, with the fields of a commutation's sides. `timestop` is there once an element has ended.
`pbxdirection` is `internal` or `external`. Of a party outside, `…lineid` and `…linenumber` are its trunk's. Without a call all
texts are empty and `trace` is `[]`. Times are the server's local ones.)",
         R"(В `trace` по порядку: попытки вызова (`call`) и разговоры (`commutation`), а также `hold`, `transfer` и `recording` с
полями сторон как у коммутации. `timestop` появляется, когда элемент завершён. `pbxdirection` — `internal` или `external`. У
внешнего абонента `…lineid` и `…linenumber` принадлежат внешней линии. Если звонка нет, все строки пусты, а `trace` — `[]`. Время —
местное время сервера.)"},
    .parameters = line_parameters,
    .answer = AnswerKind::json,
    .errors = line_errors,
    .example_request = "/wp_getchaincontent?user=DA803F01-EA77-40FA-BC9D-E2EFB36FD5A8",
    .example_answer = R"({
  "createtime": "2011-07-27 14:41:28",
  "chainid": "c7b333a5-93b3-4277-8c60-9844d63a4732",
  "customfield": "",
  "trace": [
    {
      "contentelementtype": "call",
      "pbxdirection": "internal",
      "objectid": "63d38304-3bff-4e8e-8c42-8f2f11b57c73",
      "objecttype": 0,
      "objecttypestr": "qotQueueLogic",
      "queuesource": 1,
      "queuesourcestr": "qsLineLogic",
      "queuepriority": 10,
      "istask": false,
      "managedlineid": "e76c86ea-a28a-4519-b4ff-8879a92c62b7",
      "isuser": true,
      "userlogin": "Dima",
      "startqueuetime": "2011-07-27 14:41:29",
      "department": "Программисты",
      "callerid": "#999",
      "calledid": "183",
      "srcelementid": "e76c86ea-a28a-4519-b4ff-8879a92c62b7",
      "srclineid": "e76c86ea-a28a-4519-b4ff-8879a92c62b7",
      "srclinenumber": "17002",
      "managedlinenumber": "17002",
      "userid": "2a594b51-bb89-4da6-a69f-f48761baf0d9",
      "username": "Дмитрий Евгеньевич"
    },
    {
      "contentelementtype": "commutation",
      "commutationid": "8fc371f2-ae36-4744-ae7f-bee8c79385a8",
      "connectiontype": 3,
      "connectiontypestr": "ctInnerInner",
      "alineid": "e76c86ea-a28a-4519-b4ff-8879a92c62b7",
      "alinenumber": "17002",
      "aisuser": true,
      "auserid": "2a594b51-bb89-4da6-a69f-f48761baf0d9",
      "auserlogin": "Dima",
      "ausername": "Дмитрий Евгеньевич",
      "aoutnumber": "#999",
      "anumberdialed": "183",
      "atext": "Дмитрий Евгеньевич",
      "blineid": "070aafb0-f47c-4df5-a01f-7bb08ceee269",
      "blinenumber": "17001",
      "bisuser": true,
      "buserid": "7cf84c23-2736-4fc8-9bf7-bfbb4778fb01",
      "buserlogin": "VIKTIRICH",
      "busername": "Виктор Викторыч",
      "boutnumber": "183",
      "bnumberdialed": "",
      "btext": "Виктор Викторыч",
      "timestart": "2011-07-27 14:41:29",
      "timeanswer": "2011-07-27 14:41:31",
      "isrecorded": true
    }
  ]
})",
    .run = &run,
};

}  // namespace otklik::web_api::methods
