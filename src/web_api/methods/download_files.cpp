#include <array>

#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"

namespace otklik::web_api::methods {
namespace {

void run(const Services& services, Call call) {
  const auto attachment = read_attachment(call);
  if (!attachment) return call.refuse(attachment.error());
  const auto path = call.parameters().find("path");
  if (!path) return call.refuse({ErrorCode::bad_request, "path is required"});
  const bool storage_only = call.by_temporary_password();
  services.stored.open_path(std::string(*path), storage_only, answer_with(std::move(call), *attachment));
}

constexpr std::array parameters{
    Parameter{.name = "path",
              .required = true,
              .meaning = {"Absolute, or relative to the data folder or to the file storage; a path from an answer of "
                          "`upload` as it stands",
                          "Абсолютный либо относительно каталога данных или хранилища файлов; подходит путь из ответа "
                          "`upload` как есть"}},
    attachment_parameter};

constexpr std::array errors{
    ErrorRow{403,
             "forbidden",
             {"The path lies outside of temp and storage, whether it exists or not",
              "Путь вне временной папки и хранилища, существует он или нет"}},
    ErrorRow{404, "not_found", {"No such file", "Файла нет"}},
    busy_error,
};

}  // namespace

constinit const Method download_files{
    .name = "download/files",
    .summary = {"Sends a file of the temporary folder or the file storage by its path",
                "Отдаёт файл временной папки или хранилища по его пути"},
    .details =
        {R"(The path is resolved first and must then lie in the temporary folder or the file storage; with the setting
`AllowDownloadFilesDirectlyOnlyFromTemp = false` it may lie anywhere, except that settings, database, event log, keys, licence,
scenarios, plugins and hooks stay closed. Windows spellings (`\`, a drive letter, any case) are understood where their meaning is
clear. With `temppass` only the storage is open. Range, ETag and Last-Modified work as HTTP has them.)",
         R"(Сначала путь разрешается, и затем он должен лежать во временной папке или в хранилище файлов; при настройке
`AllowDownloadFilesDirectlyOnlyFromTemp = false` — где угодно, но настройки, база данных, журнал событий, ключи, лицензия, сценарии,
плагины и файлы-хуки закрыты всегда. Записи в стиле Windows (`\`, буква диска, любой регистр) понимаются там, где их смысл
однозначен. С `temppass` открыто только хранилище. Range, ETag и Last-Modified работают по правилам HTTP.)"},
    .parameters = parameters,
    .answer = AnswerKind::file,
    .temppass = core::TemporaryUse::file,
    .is_download = true,
    .errors = errors,
    .example_request = "/download/files?path=LocalStorage/Shared/price.pdf&attachment=0",
    .example_answer = "",
    .run = &run,
};

}  // namespace otklik::web_api::methods
