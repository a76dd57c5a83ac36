#include <array>

#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) { send_by_code(services, std::move(call), core::FileArea::fax); }

constexpr std::array parameters{attachment_parameter};
constexpr std::array errors{no_such_code_error, busy_error};

}  // namespace

constinit const Method download_fax{
    .name = "download/fax",
    .tail = &code_tail,
    .summary = {"Sends a received fax", "Отдаёт полученный факс"},
    .details =
        {R"(Signed codes open only together with Basic, Bearer or `temppass`, and last until the setting `link_lifetime` says otherwise.
Range, ETag and Last-Modified work as HTTP has them.)",
         R"(Подписанный код действует только вместе с Basic, Bearer или `temppass` и бессрочно, если настройка `link_lifetime` не говорит
иного. Range, ETag и Last-Modified работают по правилам HTTP.)"},
    .parameters = parameters,
    .answer = AnswerKind::file,
    .temppass = core::TemporaryUse::file,
    .is_download = true,
    .errors = errors,
    .example_request = "/download/fax/cgBpJx0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA?attachment=0",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
