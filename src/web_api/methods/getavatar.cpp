#include <array>

#include "core/ports/avatars.hpp"
#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  const auto attachment = read_attachment(call);
  if (!attachment) return call.refuse(attachment.error());
  const auto given = [&call](std::string_view name) { return std::string(call.parameters().find(name).value_or("")); };
  std::string path = given("path");
  std::string user = given("userid");
  if (path.empty() && user.empty()) return call.refuse({ErrorCode::bad_request, "path or userid is required"});
  services.avatars.open(std::move(path), std::move(user), answer_with(std::move(call), *attachment));
}

constexpr std::array parameters{
    Parameter{.name = "path",
              .meaning = {"A link to a picture, its path or its file name, of any size; nothing but users' pictures is "
                          "opened. Absent or wrong: see `userid`",
                          "Ссылка на изображение, его путь или имя файла, любого размера; кроме изображений "
                          "пользователей ничего не открывается. Если не задан или неверен, см. `userid`"}},
    Parameter{
        .name = "userid",
        .meaning = {"Whose full picture to send: GUID or login", "Чьё полное изображение отдать: GUID или логин"}},
    Parameter{
        .name = "attachment",
        .type = ParameterType::flag,
        .default_value = "1",
        .meaning = {"1: as an attachment, 0: as an image to be shown", "1 — вложением, 0 — изображением для показа"}}};

constexpr std::array errors{
    ErrorRow{404,
             "not_found",
             {"No such picture, no such user, or he has no picture and the setting `default_avatar` draws none",
              "Изображения или пользователя нет либо у него нет изображения, а настройка `default_avatar` его не "
              "рисует"}},
    busy_error,
};

}  // namespace

constinit const Method getavatar{
    .name = "getavatar",
    .summary = {"Sends the picture of a user, without authorization",
                "Отдаёт изображение пользователя без авторизации"},
    .details =
        {R"(A picture is kept in three sizes: at most 352x288 pixels with its proportions, and squares of 96x96 and 32x32. Links to
them hold a name that cannot be guessed and stays as long as the picture does, so that they may be cached for a day; what comes
by `userid` is to be asked about each time. Range, ETag and Last-Modified work as HTTP has them.)",
         R"(Изображение хранится в трёх размерах: не больше 352x288 пикселей с сохранением пропорций и квадраты 96x96 и 32x32. Имя в
ссылке нельзя угадать, и оно не меняется, пока не сменится изображение, поэтому ответ по ссылке кэшируется на сутки, а по `userid`
проверяется каждый раз. Range, ETag и Last-Modified работают по правилам HTTP.)"},
    .parameters = parameters,
    .answer = AnswerKind::file,
    .entrance = Entrance::anybody,
    .is_download = true,
    .errors = errors,
    .example_request = "/getavatar?userid=ivan&attachment=0",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
