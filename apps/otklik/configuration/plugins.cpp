#include "base/uuid.hpp"
#include "configuration.hpp"

namespace otklik::app {
namespace {

constexpr unsigned most_unsigned = 1'000'000;

}  // namespace

void Configuration::declare_plugins() {
  table_.add("plugins.cgroup", plugins.cgroup,
             {"A cgroup (version 2) that belongs to the server; empty: the one that the service manager hands over",
              "Группа cgroup (версии 2), отданная серверу; пусто — та, что передал менеджер служб"});
  table_.add("plugins.first_user", plugins.first_user, 1000U, 4'000'000'000U,
             {"When the server runs as root: the first of a million user ids of plugins",
              "Если сервер запущен от root: первый из миллиона идентификаторов пользователей для плагинов"});

  const auto live = table_.live_rows();
  table_.add("plugins.require_sandbox", plugins.require_sandbox,
             {"Whether a plugin may not start where this machine cannot lock it in (otklik plugin check)",
              "Не запускать плагины, если эта машина не может их изолировать (otklik plugin check)"});
  table_.add_duration("plugins.timeout", plugins.timeout,
                      {"Of a call whose form names none", "Времени на вызов, если форма не назвала своего"});
  table_.add_duration("plugins.timeout_ceiling", plugins.timeout_ceiling,
                      {"The longest a call may take", "Самое долгое время вызова"});
  table_.add_duration("plugins.start_time", plugins.start_time,
                      {"Until a started plugin is ready", "Время на запуск плагина"});
  table_.add_duration(
      "plugins.stop_time", plugins.stop_time,
      {"From being asked to stop until it is killed", "От просьбы остановиться до принудительного завершения"});
  table_.add_duration("plugins.restart_first", plugins.restart_first,
                      {"Rest after a first failure; twice as long after each further one",
                       "Пауза после первого сбоя; после каждого следующего — вдвое дольше"});
  table_.add_duration("plugins.restart_most", plugins.restart_most,
                      {"The longest such rest", "Самая долгая такая пауза"});
  table_.add_duration(
      "plugins.good_life", plugins.good_life,
      {"A life of this length ends the counting of failures", "После такой жизни сбои считаются заново"});
  table_.add_duration("plugins.recheck", plugins.recheck,
                      {"How often the folder is looked at", "Как часто просматривается папка"});
  table_.add("plugins.in_flight", plugins.in_flight, 1U, 10'000U,
             {"Calls under way in one plugin", "Одновременных вызовов одного плагина"});
  table_.add("plugins.queue", plugins.queue, 1U, most_unsigned,
             {"Calls that wait for one plugin: 503", "Вызовов, ждущих один плагин: 503"});
  table_.add_size(
      "plugins.message_size", plugins.message_size,
      {"A message to or from a plugin; at least 64 KiB", "Сообщение плагину или от него; не меньше 64 КиБ"});
  table_.add_size("plugins.memory", plugins.memory,
                  {"Memory of a plugin (of each of its processes, without a cgroup)",
                   "Память плагина (каждого его процесса, если нет cgroup)"});
  table_.add("plugins.cpu", plugins.cpu, 1U, 100'000U,
             {"Per cent of one core, with a cgroup", "Процентов одного ядра, если есть cgroup"});
  table_.add("plugins.processes", plugins.processes, 1U, most_unsigned,
             {"Processes and threads of a plugin", "Процессов и потоков плагина"});
  table_.add("plugins.open_files", plugins.open_files, 16U, most_unsigned,
             {"Open files of each of its processes", "Открытых файлов в каждом его процессе"});
  table_.add_size("plugins.file_size", plugins.file_size,
                  {"The largest file it may write", "Самый большой файл, который он может записать"});
  table_.add("plugins.log_lines", plugins.log_lines, 0U, most_unsigned,
             {"Log lines of one plugin a minute", "Строк журнала от одного плагина в минуту"});
  table_.add_size(
      "plugins.log_line", plugins.log_line,
      {"Longest line of a plugin's standard error in the log", "Самая длинная строка из его потока ошибок"});
  table_.add_size("plugins.chatter", plugins.chatter,
                  {"Bytes a second that a plugin may say unasked: its requests, its standard error; then it waits",
                   "Байт в секунду, которые плагин говорит без спроса: запросы и поток ошибок; дальше он ждёт"});
  table_.add_named_sections("plugin", [this](const std::string& id) { return declare_grant(id); });
}

Result<> Configuration::declare_grant(const std::string& id) {
  const auto live = table_.live_rows();
  const auto plugin = Uuid::parse(id);
  if (!plugin) return fail(ErrorCode::bad_request, "the id of a plugin is a GUID");
  if (plugins.grants.contains(*plugin)) return fail(ErrorCode::bad_request, "this plugin has a section already");
  auto& grant = plugins.grants[*plugin];
  const std::string key = "plugin." + id;
  table_.add(key + ".network", grant.network, {"Whether it may have the network", "Разрешена ли сеть"});
  table_.add(
      key + ".folders", grant.folders,
      {"Folders that it may read, of those its manifest asks for", "Папки для чтения из тех, что просит манифест"});
  table_.add(key + ".writable_folders", grant.writable_folders,
             {"Folders that it may write too, where its manifest asks for that",
              "Папки и для записи, если манифест её просит"});
  table_.add(key + ".role", grant.role,
             {"Whose privileges its calls back have", "Роль, с правами которой он обращается к серверу"});
  table_.add_size(key + ".memory", grant.memory, {"Its memory; 0: plugins.memory", "Его память; 0 — plugins.memory"});
  table_.add(key + ".processes", grant.processes, 0U, most_unsigned,
             {"Its processes; 0: plugins.processes", "Его процессы; 0 — plugins.processes"});
  table_.add(key + ".open_files", grant.open_files, 0U, most_unsigned,
             {"Its open files; 0: plugins.open_files", "Его открытые файлы; 0 — plugins.open_files"});
  table_.add_size(key + ".file_size", grant.file_size,
                  {"Its largest file; 0: plugins.file_size", "Его самый большой файл; 0 — plugins.file_size"});
  return {};
}

}  // namespace otklik::app
