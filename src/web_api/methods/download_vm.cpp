#include <array>

#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  const auto attachment = read_attachment(call);
  if (!attachment) return call.refuse(attachment.error());
  std::string id = call.tail();
  if (id.empty()) return call.refuse({ErrorCode::bad_request, "The id is missing"});
  services.stored.open_voicemail(std::move(id), call.caller(), answer_with(std::move(call), *attachment));
}

constexpr Parameter tail{.name = "ID", .required = true, .meaning = {"Its id", "Его идентификатор"}};
constexpr std::array parameters{attachment_parameter};
constexpr std::array errors{
    ErrorRow{
        404, "not_found", {"No such voicemail, or it is for somebody else", "Такого сообщения нет, или оно не вам"}},
    busy_error,
};

}  // namespace

constinit const Method download_vm{
    .name = "download/vm",
    .tail = &tail,
    .summary = {"Sends a voicemail", "Отдаёт голосовое сообщение"},
    .details =
        {R"(To the one it was left for, and to holders of the privilege `supervise` or `admin.manage`; to anybody else it is not there.
Range, ETag and Last-Modified work as HTTP has them.)",
         R"(Тому, кому оно оставлено, и обладателям привилегии `supervise` или `admin.manage`; для остальных его нет.
Range, ETag и Last-Modified работают по правилам HTTP.)"},
    .parameters = parameters,
    .answer = AnswerKind::file,
    .temppass = core::TemporaryUse::file,
    .is_download = true,
    .errors = errors,
    .example_request = "/download/vm/7b1a6a2c-0a7e-4d58-9f0a-3a4f4f1e2d11",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
