#include <array>

#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  // The description: whatever is amiss, 404.
  const auto attachment = read_attachment(call);
  const auto path = call.parameters().find("path");
  if (!attachment || !path) return call.refuse(ErrorCode::not_found);
  services.stored.open_shared(std::string(*path), answer_with(std::move(call), *attachment));
}

constexpr std::array parameters{
    Parameter{.name = "path",
              .required = true,
              .meaning = {"Absolute, or relative to the data folder, to the file storage or to its folder `Shared`",
                          "Абсолютный либо относительно каталога данных, хранилища файлов или его папки `Shared`"}},
    attachment_parameter};

constexpr std::array errors{
    ErrorRow{404,
             "not_found",
             {"No such file, or anything else amiss with the path or a parameter",
              "Файла нет либо что-то не так с путём или параметром"}},
    busy_error,
};

}  // namespace

constinit const Method getsharedfile{
    .name = "getsharedfile",
    .summary = {"Sends a file of the shared folder, without authorization",
                "Отдаёт файл из открытой папки без авторизации"},
    .details =
        {R"(Open are the folder `LocalStorage/Shared` and, unless the setting `shared_uploads` closes them, finished uploads in the
temporary folder: each lies in a folder of random name, so its path cannot be guessed. Range, ETag and Last-Modified work as HTTP
has them.)",
         R"(Открыты папка `LocalStorage/Shared` и, если их не закрывает настройка `shared_uploads`, завершённые загрузки во
временной папке: каждая лежит в папке со случайным именем, поэтому её путь нельзя угадать. Range, ETag и Last-Modified работают по
правилам HTTP.)"},
    .parameters = parameters,
    .answer = AnswerKind::file,
    .entrance = Entrance::anybody,
    .is_download = true,
    .errors = errors,
    .example_request = "/getsharedfile?path=price.pdf",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
