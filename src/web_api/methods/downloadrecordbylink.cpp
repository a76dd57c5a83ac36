#include <array>

#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  const auto attachment = read_attachment(call);
  if (!attachment) return call.refuse(attachment.error());
  const auto link = call.parameters().find("recordlink");
  if (!link) return call.refuse({ErrorCode::bad_request, "recordlink is required"});
  services.stored.open_code(core::FileArea::recording, std::string(*link), answer_with(std::move(call), *attachment));
}

constexpr std::array parameters{
    Parameter{.name = "recordlink",
              .required = true,
              .meaning = {"The bare code, or the whole link that holds it, with or without the server's address",
                          "Сам код либо ссылка с ним целиком, с адресом сервера или без него"}},
    attachment_parameter};

constexpr std::array errors{no_such_code_error, busy_error};

}  // namespace

constinit const Method downloadrecordbylink{
    .name = "downloadrecordbylink",
    .summary = {"Sends the recording that a link stands for", "Отдаёт запись разговора по полученной ссылке"},
    .details = {R"(As `download/rec`, with the code in a parameter.)", R"(Как `download/rec`, с кодом в параметре.)"},
    .parameters = parameters,
    .answer = AnswerKind::file,
    .temppass = core::TemporaryUse::file,
    .is_download = true,
    .errors = errors,
    .example_request = "/downloadrecordbylink?recordlink=cgBpJx0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
