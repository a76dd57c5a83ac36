#include <array>

#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  const auto attachment = read_attachment(call);
  if (!attachment) return call.refuse(attachment.error());
  std::string code = call.tail();
  if (code.empty()) return call.refuse({ErrorCode::bad_request, "The code is missing"});
  services.stored.open_code(core::FileArea::recording, std::move(code), answer_with(std::move(call), *attachment));
}

constexpr Parameter tail{.name = "CODE", .required = true, .meaning = {"The code of its link", "Код из ссылки на неё"}};
constexpr std::array parameters{attachment_parameter};
constexpr std::array errors{
    ErrorRow{404, "not_found", {"No such code, or its recording is gone", "Такого кода нет, или запись удалена"}},
    busy_error,
};

}  // namespace

constinit const Method download_rec{
    .name = "download/rec",
    .tail = &tail,
    .summary = {"Sends the recording of a call", "Отдаёт запись разговора"},
    .details =
        {R"(Signed codes open only together with Basic, Bearer or `temppass`, and last until the setting `link_lifetime` says otherwise.
Range, ETag and Last-Modified work as HTTP has them. A recording that is still being written is sent as far as it has got, without
length, ETag and ranges, and is not to be kept.)",
         R"(Подписанный код действует только вместе с Basic, Bearer или `temppass` и бессрочно, если настройка `link_lifetime` не говорит
иного. Range, ETag и Last-Modified работают по правилам HTTP. Запись, которая ещё пишется, отдаётся до того места, до которого
дошла: без длины, ETag и диапазонов, и хранить её нельзя.)"},
    .parameters = parameters,
    .answer = AnswerKind::file,
    .temppass = core::TemporaryUse::file,
    .is_download = true,
    .errors = errors,
    .example_request = "/download/rec/cgBpJx0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA?attachment=0",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
