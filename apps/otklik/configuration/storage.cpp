#include <fmt/format.h>

#include "configuration.hpp"

namespace otklik::app {

void Configuration::declare_files() {
  table_.add(
      "storage", files.storage_folder,
      {"The file storage, no folder that holds the data folder; default: LocalStorage of the data folder",
       "Хранилище файлов, но не папка, внутри которой лежит папка данных; по умолчанию LocalStorage в папке данных"});
  table_.add("file_threads", opener.threads, 1, 64,
             {"Threads that open files for sending", "Потоков, открывающих файлы для отдачи"});
  table_.add("files_waiting", opener.most_waiting, 1, 1'000'000,
             {"Requests that wait for one of them: 503 past it", "Запросов, ждущих такого потока; сверх них 503"});

  const auto live = table_.live_rows();
  table_.add("AllowDownloadFilesDirectlyOnlyFromTemp", opener.only_temp_and_storage,
             {"download/files opens temp and the storage only; off: any file of this machine that the server can read, "
              "except its own settings, database, event log, keys, licence, scenarios, plugins and hooks",
              "download/files открывает только временную папку и хранилище; выключено — любой файл машины, доступный "
              "серверу, кроме его собственных настроек, базы, журнала событий, ключей, лицензии, сценариев, плагинов и "
              "хуков"});
  table_.add("shared_uploads", opener.shared_uploads,
             {"getsharedfile opens uploads in temp too, without authorization, to whoever knows their path",
              "getsharedfile открывает и загрузки во временной папке, без авторизации, тому, кто знает их путь"});
  table_.add_duration("link_lifetime", link_lifetime,
                      {"How long a link to a recording or fax lasts from when it was handed out; 0: for ever",
                       "Сколько действует ссылка на запись или факс с момента выдачи; 0 — бессрочно"});
  table_.add(
      "script_zones", files.script_zones,
      {"Where scenarios may read: temp, storage, recordings, faxes, voicemail, absolute folders; \"*\": any file",
       "Где сценарии могут читать: temp, storage, recordings, faxes, voicemail, папки с полным путём; \"*\" — "
       "любой файл"});
  table_.add("script_writable", files.script_writable, {"Where they may also write", "Где они могут и писать"});
  table_.add_size(
      "script.written_file_size", files.script_file_size,
      {"What a file that scenarios write grows to at most", "До какого размера растёт файл, который пишут сценарии"});
  table_.add("script.list_count", files.script_list_count, 1, 10'000'000,
             {"Entries of one listing of a folder", "Записей в одном списке файлов папки"});
}

void Configuration::declare_retention() {
  using core::FileArea;
  const auto live = table_.live_rows();
  struct Words {
    FileArea area;
    const char* en;
    const char* ru;
  };
  for (const auto& words :
       {Words{FileArea::temp, "uploads in temp", "загрузок во временной папке"},
        Words{FileArea::script, "files brought for scenarios", "файлов, принятых для сценариев"},
        Words{FileArea::storage, "files of the storage", "файлов хранилища"},
        Words{FileArea::shared, "files of the shared folder", "файлов открытой папки"},
        Words{FileArea::recording, "recordings", "записей разговоров"}, Words{FileArea::fax, "faxes", "факсов"},
        Words{FileArea::voicemail, "voicemails", "голосовых сообщений"}}) {
    auto& rule = keeper.rules[words.area];
    const std::string key = "retention." + std::string(core::name(words.area));
    table_.add_duration(key + ".age", rule.age,
                        {fmt::format("Age at which {} are deleted; 0: never", words.en),
                         fmt::format("Срок хранения {}; 0 — бессрочно", words.ru)});
    table_.add_size(key + ".size", rule.size,
                    {fmt::format("Size of all {} together, past which the oldest are deleted; 0: no limit", words.en),
                     fmt::format("Общий объём {}, сверх которого удаляются старейшие; 0 — без предела", words.ru)});
  }
  table_.add_duration("retention.every", keeper.every,
                      {"How often the rules are applied", "Как часто применяются эти правила"});
  table_.add("retention.at_once", keeper.most_at_once, 1, 1'000'000,
             {"Files deleted in one go, before a pause", "Файлов, удаляемых подряд до паузы"});
  table_.add_duration("retention.pause", keeper.between, {"That pause", "Эта пауза"});
}

void Configuration::declare_uploads() {
  table_.add("upload.threads", uploads.threads, 1, 256,
             {"Threads that write uploads to the disk", "Потоков, записывающих загрузки на диск"});

  const auto live = table_.live_rows();
  table_.add_size("upload.free_space", uploads.free_space,
                  {"Room on a disk that uploads leave free: 507", "Место на диске, которое загрузки не занимают: 507"});
  table_.add_size("upload.file_size", uploads.file_size,
                  {"One uploaded file; 0: as the body", "Один загруженный файл; 0 — как тело"});
  table_.add("upload.at_once", uploads.at_once, 1, files::UploadOptions::most_at_once,
             {"Uploads under way at once: 503", "Одновременных загрузок: 503"});
  table_.add_size("upload.user_quota", uploads.user_quota,
                  {"All that one user uploaded and that is still there: 507; 0: no quota",
                   "Всё загруженное одним пользователем и ещё не удалённое: 507; 0 — без квоты"});
  table_.add("upload.user_files", uploads.user_files, 0, 1'000'000'000,
             {"Files of one user, likewise", "Число файлов одного пользователя, так же"});
  table_.add_size("upload.storage_quota", uploads.storage_quota,
                  {"All uploads in the storage, likewise", "Все загрузки в хранилище, так же"});
  table_.add_size("upload.shared_quota", uploads.shared_quota,
                  {"All uploads in its shared folder, likewise", "Все загрузки в его открытой папке, так же"});
  table_.add_size("upload.temp_quota", uploads.temp_quota,
                  {"All temporary uploads, likewise", "Все временные загрузки, так же"});
  table_.add_size("upload.script_quota", uploads.script_quota,
                  {"All uploads that wait for a scenario, likewise", "Все загрузки, ожидающие сценария, так же"});
  table_.add_size("upload.body_size", web.upload_body_size,
                  {"Body of an upload: 413; 0: what the disk has room for",
                   "Тело запроса загрузки: 413; 0 — сколько поместится на диск"});
  table_.add("upload.files", web.upload_files, 1, 10'000, {"Files of one upload: 413", "Файлов в одной загрузке: 413"});
}

void Configuration::declare_avatars() {
  const auto live = table_.live_rows();
  table_.add_choice(
      "default_avatar", default_avatar_, {"none", "silhouette", "initials"},
      {"What getavatar sends for a user without a picture: 404, a drawn figure (for unknown users too), or the first "
       "letters of the name, which anybody may then see",
       "Что отдаёт getavatar, если у пользователя нет изображения: 404, нарисованный силуэт (и для неизвестных тоже) "
       "или первые буквы имени, которые тогда может прочесть кто угодно"});
  table_.add_size("avatar.file_size", avatars.file_size,
                  {"A file that a user's picture is made of", "Файл, из которого делается изображение пользователя"});
  table_.add("avatar.pixels", avatars.limits.pixels, 1, 1'000'000'000,
             {"Pixels of such a picture, width times height: more is refused before it is decoded",
              "Пикселей в таком изображении, ширина на высоту: больше — отказ до распаковки"});
  table_.add_size("avatar.memory", avatars.limits.memory,
                  {"Memory that decoding one may take", "Память на распаковку одного изображения"});
  table_.add_duration("avatar.time", avatars.longest,
                      {"Time that decoding one may take", "Время на распаковку одного изображения"});
}

void Configuration::declare_storage() {
  table_.add_choice("database.backend", database.connection.backend, {"sqlite3", "postgresql"},
                    {"The database of users and settings", "База данных пользователей и настроек"});
  table_.add("database.connect", database.connection.connect,
             {"PostgreSQL: how to connect, host=… dbname=… user=… password=…",
              "PostgreSQL: как подключиться, host=… dbname=… user=… password=…"},
             true);
  table_.add("database.readers", database.readers, 1, 64,
             {"Connections that read, besides the one that writes", "Соединений для чтения, кроме пишущего"});
  table_.add("database.queue", database.most_queued, 1, 1'000'000,
             {"Operations that wait for a connection", "Операций в очереди к соединению"});
  table_.add_duration(
      "database.busy_timeout", database.connection.busy_timeout,
      {"SQLite: how long another program's lock is waited for", "SQLite: сколько ждать блокировку другой программы"});
  table_.add("events.queue", events.queue, 1024, 16'777'216,
             {"Events that may wait to be written; past the half, new work is refused",
              "Событий в очереди на запись; сверх половины новая работа отвергается"});
  table_.add("events.backlog", events.backlog, 0, 16'777'216,
             {"Events that are kept in memory while the disk is full", "Событий в памяти, пока диск переполнен"});
  table_.add_duration("call_records.keep_for", records.keep_for,
                      {"How long call records and the history of users' states are kept; 0: for ever",
                       "Сколько хранятся записи о звонках и история состояний пользователей; 0 — бессрочно"});

  const auto live = table_.live_rows();
  table_.add_size("events.segment_size", events.segment_bytes,
                  {"Size of one file of the event log", "Размер одного файла журнала событий"});
  table_.add_size("events.keep_size", events.keep_bytes,
                  {"The oldest events go past this size; 0: never",
                   "Старейшие события удаляются сверх этого размера; 0 — никогда"});
  table_.add_duration("events.keep_for", events.keep_for,
                      {"Events older than this go; 0: never", "События старше этого удаляются; 0 — никогда"});
  table_.add_duration("events.sync_every", events.sync_every,
                      {"How much of what was only written the death of the whole machine may cost",
                       "Сколько записанного может стоить гибель всей машины"});
  table_.add_duration("events.probe_every", events.probe_every,
                      {"How often a full disk is tried again", "Как часто переполненный диск проверяется снова"});
}

}  // namespace otklik::app
