#include "web_api/calls/call_answers.hpp"
#include "web_api/methods/calls/call_command.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  const auto taken = read_line(services.company, call.parameters());
  if (!taken) return call.refuse(taken.error());
  const auto now = services.company.overview();
  const auto& line = taken->line();
  auto response = net::Response::text(200, abonent_answer(line, now->calls.lines.find(line.id), AbonentAbilities{}),
                                      content_type(json_style));
  response.add("Cache-Control", "no-cache");
  call.answer(std::move(response));
}

}  // namespace

constinit const Method wp_getabonentinfo{
    .name = "wp_getabonentinfo",
    .summary = {"The party at the other end of the line's call",
                "Информация о противоположном абоненте в коммутации, в которой участвует линия"},
    .details =
        {R"(Who talks with the line, rings at it or is called by it; `commutationid` is empty until they can talk. Without anybody
`abonentinfo` is `{}`; the state of the line is there in any case: 1 `lsDisconnected`, 2 `lsOff`, 4 `lsReady`, 8 `lsHookUp`, 16
`lsRinging`, 32 `lsCommutated`, 64 `lsWaiting`, 128 `lsFlash`, 512 `lsBusy`, 1024 `lsUndefined`, 2048 `lsReserved`, 4096
`lsReservedTask`. Of a party outside, `callerlineid` and `callerlinenum` are its trunk's, and `isextline` is true.)",
         R"(Кто говорит с линией, звонит ей или вызывается ею; `commutationid` пуст, пока соединения нет. Если абонента нет,
`abonentinfo` — `{}`; состояние линии есть всегда: 1 `lsDisconnected`, 2 `lsOff`, 4 `lsReady`, 8 `lsHookUp`, 16 `lsRinging`, 32
`lsCommutated`, 64 `lsWaiting`, 128 `lsFlash`, 512 `lsBusy`, 1024 `lsUndefined`, 2048 `lsReserved`, 4096 `lsReservedTask`. У
внешнего абонента `callerlineid` и `callerlinenum` принадлежат внешней линии, а `isextline` — true.)"},
    .parameters = line_parameters,
    .answer = AnswerKind::json,
    .errors = line_errors,
    .example_request = "/wp_getabonentinfo?user=ivan",
    .example_answer = R"({
  "currentlinestate": 32,
  "currentlinestatestr": "lsCommutated",
  "abonentinfo": {
    "cansendfiles": false,
    "isconference": false,
    "callerlineid": "070aafb0-f47c-4df5-a01f-7bb08ceee269",
    "callercomment": "",
    "isuser": true,
    "callername": "Виктор Викторыч",
    "canswitchtoconf": false,
    "callerusername": "Виктор Викторыч",
    "commutationid": "21164dde-0c43-46cf-b00f-77bd51cbe284",
    "calleruserlogin": "VIKTIRICH",
    "callerdescription": "",
    "callerlinenum": "17001",
    "isivr": false,
    "callerid": "183",
    "callersimple": "Виктор Викторыч",
    "calleruserid": "7cf84c23-2736-4fc8-9bf7-bfbb4778fb01",
    "canfax": false,
    "canvideo": false,
    "chainid": "b8b552d1-7cb9-4469-a45d-451f27516af1",
    "isextline": false
  }
})",
    .run = &run,
};

}  // namespace otklik::web_api::methods
