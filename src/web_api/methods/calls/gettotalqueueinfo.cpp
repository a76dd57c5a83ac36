#include <array>

#include "base/text.hpp"
#include "web_api/call.hpp"
#include "web_api/calls/call_answers.hpp"
#include "web_api/methods/methods.hpp"
#include "web_api/parameters.hpp"

namespace otklik::web_api::methods {
namespace {

/// A count, not below 0.
Result<std::optional<std::size_t>> read_count(const net::Form& form, std::string_view name) {
  const auto given = read_whole(form, name);
  if (!given) return std::unexpected(given.error());
  if (!*given) return std::nullopt;
  if (**given < 0) return fail(ErrorCode::bad_request, std::string(name) + " is not below 0");
  return static_cast<std::size_t>(**given);
}

/// The texts are the form's.
Result<QueueFilter> read_filter(const net::Form& form) {
  QueueFilter filter{.number = trim(form.find("number").value_or(""))};
  if (const auto rule = form.find("ruleid")) {
    const auto id = Uuid::parse(trim(*rule));
    if (!id) return fail(ErrorCode::bad_request, "ruleid is no GUID");
    filter.rule = *id;
  }
  const auto offset = read_count(form, "offset");
  if (!offset) return std::unexpected(offset.error());
  filter.offset = offset->value_or(0);
  const auto limit = read_count(form, "limit");
  if (!limit) return std::unexpected(limit.error());
  filter.limit = limit->value_or(filter.limit);
  return filter;
}

void run(const Services& services, Call call) {
  const auto filter = read_filter(call.parameters());
  if (!filter) return call.refuse(filter.error());
  const auto now = services.company.overview();
  auto response =
      net::Response::text(200, queue_answer(now->calls, *filter, services.clock.now()), content_type(json_style));
  response.add("Cache-Control", "no-cache");
  call.answer(std::move(response));
}

constexpr std::array parameters{
    Parameter{.name = "number",
              .meaning = {"Only who waits at this internal number: its digits or GUID",
                          "Только ожидающие на этом внутреннем номере: цифры или GUID"}},
    Parameter{.name = "ruleid",
              .meaning = {"Only who waits by this rule: a GUID", "Только ожидающие по этому правилу: GUID"}},
    Parameter{.name = "limit",
              .type = ParameterType::whole,
              .meaning = {"At most so many of those who wait", "Не больше стольких ожидающих"}},
    Parameter{.name = "offset",
              .type = ParameterType::whole,
              .default_value = "0",
              .meaning = {"So many of them are passed over", "Сколько из них пропустить"}},
};

constexpr std::array errors{
    ErrorRow{
        400,
        "bad_request",
        {"ruleid is no GUID, or limit or offset is no number", "ruleid — не GUID, либо limit или offset — не число"}},
};

}  // namespace

constinit const Method gettotalqueueinfo{
    .name = "gettotalqueueinfo",
    .summary = {"Everybody who waits in line now, by internal number",
                "Все очереди в настоящее время: внутренние номера и ожидающие на каждом"},
    .details =
        {R"(An array with an object for each internal number at which somebody waits, by digits; nobody: `[]`. At a number by
priority, and then who has waited longest. `userid`, `userlogin` and `username` are there only with `isuser`. Of a caller from
outside, the line is his trunk's. `lenqueue` is in seconds.)",
         R"(Массив с объектом для каждого внутреннего номера, на котором кто-то ждёт, по порядку номеров; если никто не ждёт — `[]`.
На номере — по приоритету, затем по времени ожидания. `userid`, `userlogin` и `username` есть только при `isuser`. У звонящего извне линия —
внешняя. `lenqueue` — в секундах.)"},
    .parameters = parameters,
    .answer = AnswerKind::json,
    .errors = errors,
    .example_request = "/gettotalqueueinfo",
    .example_answer = R"([
 {
  "numid": "5d2965c3-39ce-4929-912e-c97031582fc6",
  "numprefix": "14",
  "ruleid": "bb4c2822-34c8-4bff-9e9b-e2826b904204",
  "rulename": "Петр",
  "queue": [
   {
    "chainid": "dd8466d8-7aa3-4df1-b1b7-b933a11da518",
    "objecttype": 0,
    "objecttypestr": "qotQueueLogic",
    "objectid": "263fb71f-88d2-4787-b16c-e22559336030",
    "queuesource": 2,
    "queuesourcestr": "qsIVR",
    "queuepriority": 10,
    "callerid": "21",
    "calledid": "14",
    "srclineid": "173210d8-fcfc-49f7-b770-d3609445b188",
    "srclinenumber": "17633",
    "srcelementid": "173210d8-fcfc-49f7-b770-d3609445b188",
    "managedlineid": "173210d8-fcfc-49f7-b770-d3609445b188",
    "managedlinenumber": "17633",
    "department": "",
    "isuser": true,
    "userid": "7cf84c23-2736-4fc8-9bf7-bfbb4778fb01",
    "userlogin": "manager2",
    "username": "Виктор Викторыч",
    "istask": false,
    "startqueuetime": "2012-09-28 09:46:33",
    "lenqueue": 41.953125
   }
  ]
 }
])",
    .run = &run,
};

}  // namespace otklik::web_api::methods
