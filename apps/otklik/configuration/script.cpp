#include "configuration.hpp"

namespace otklik::app {
namespace {

constexpr std::uint64_t a_billion = 1'000'000'000;
constexpr std::uint64_t many = 10'000'000;

}  // namespace

void Configuration::declare_script() {
  table_.add("script.threads", script.threads, 0, 256,
             {"Threads that run scenarios; 0: one for each core", "Потоков, исполняющих сценарии; 0 — по числу ядер"});
  table_.add("script.file_threads", script.file_threads, 1, 64,
             {"Threads that read and write files for scenarios", "Потоков чтения и записи файлов для сценариев"});
  table_.add("script.file_queue", script.file_queue, 1, many,
             {"File operations that wait for one", "Файловых операций в очереди к ним"});
  table_.add(
      "script.sql_queue", script.sql_queue, 1, many,
      {"Queries that wait for a connection, of one data source", "Запросов в очереди к одному источнику данных"});
  table_.add("script.http.connections", script.http.connections, 1, 100'000,
             {"Connections of scenarios to other servers; further requests wait",
              "Соединений сценариев с другими серверами; остальные запросы ждут"});
  table_.add("script.http.connections_per_host", script.http.connections_per_host, 1, 100'000,
             {"Of these, to one host", "Из них с одним узлом"});

  const auto live = table_.live_rows();
  table_.add_size("script.memory", script.limits.memory, {"Memory of one run", "Память одного запуска"});
  table_.add("script.instructions", script.limits.instructions, 1000, a_billion * a_billion,
             {"Instructions of one run", "Инструкций за один запуск"});
  table_.add_duration("script.time", script.limits.time,
                      {"Time of one run, waiting included", "Время одного запуска вместе с ожиданием"});
  table_.add("script.runs", script.most_runs, 1, many, {"Runs at once", "Одновременных запусков"});
  table_.add("script.anonymous_runs", script.most_anonymous, 0, many,
             {"Of these, without authorization (hooks)", "Из них без авторизации (хуки)"});
  table_.add("script.anonymous_runs_per_address", script.most_for_caller, 1, many,
             {"Without authorization, of one address", "Без авторизации с одного адреса"});
  table_.add("script.queue", script.most_queued, 1, many, {"Runs that wait to begin", "Запусков, ждущих начала"});
  table_.add("script.call_depth", script.call_depth, 1, 100, {"Scenarios calling scenarios", "Вложенность сценариев"});
  table_.add_duration("script.slice", script.slice,
                      {"Processor time of one run while others wait for it",
                       "Процессорное время одного запуска подряд, пока другие ждут"});
  table_.add_size("script.parameter_size", script.parameter_bytes, {"One start parameter", "Один стартовый параметр"});
  table_.add_size("script.scenario_size", script.scenario_bytes, {"The file of a scenario", "Файл сценария"});
  table_.add_duration(
      "script.recheck", script.recheck,
      {"How long a scenario's file is taken as unchanged", "Сколько файл сценария считается неизменным"});
  table_.add("script.global_variables", script.global_variables, 0, many,
             {"Global variables of all scenarios", "Глобальных переменных всех сценариев"});
  table_.add_size("script.global_size", script.global_bytes,
                  {"Names and values of all global variables", "Имена и значения всех глобальных переменных"});
  table_.add("script.once_keys", script.once_keys, 0, many, {"Run-once keys", "Ключей однократности"});
  table_.add_size("script.event_size", script.event_bytes,
                  {"Data of one posted event", "Данные одного посланного события"});
  table_.add_size("script.file_size", script.file_bytes,
                  {"A file read or written by one call", "Файл, читаемый или записываемый одним вызовом"});
  table_.add("script.log_lines", script.log_lines, 0, a_billion, {"Log lines of one run", "Строк журнала за запуск"});
  declare_script_http();
  table_.add_named_sections("datasource", [this](const std::string& name) { return declare_source(name); });
}

void Configuration::declare_script_http() {
  table_.add("script.http.allow", script_http_allow_,
             {"Addresses and networks that scenarios may call; empty: any",
              "Адреса и сети, доступные сценариям; пусто — любые"});
  table_.add("script.http.deny", script_http_deny_,
             {"Addresses and networks that scenarios may not call, besides link-local ones",
              "Адреса и сети, недоступные сценариям, кроме link-local"});
  table_.add("script.http.proxy", script.http.proxy,
             {"http://host:port for all calls of scenarios", "http://адрес:порт для всех запросов сценариев"});
  table_.add(
      "script.http.ca_file", script.http.ca_file,
      {"PEM bundle of trusted certificates; empty: the system's", "Доверенные сертификаты PEM; пусто — системные"});
  table_.add("script.http.allow_insecure", script.http.allow_insecure,
             {"Whether a scenario may leave a certificate unchecked", "Можно ли сценарию не проверять сертификат"});
  table_.add_duration("script.http.timeout", script.http.timeout,
                      {"Of a request that names none", "Запроса, который своего не назвал"});
  table_.add_duration("script.http.connect_timeout", script.http.connect_timeout,
                      {"Of connecting, within it", "Из него на соединение"});
  table_.add("script.http.redirects", script.http.redirects, 0, 100,
             {"Redirects that are followed at most", "Сколько перенаправлений выполняется самое большее"});
  table_.add_size("script.http.answer_size", script.http.most_bytes, {"Of one answer", "Размер одного ответа"});
  table_.add_size("script.http.answers_size", script.http.most_bytes_in_all,
                  {"Of all answers on their way together", "Размер всех принимаемых ответов вместе"});
  table_.add("script.http.requests", script.http.most_requests, 1, many,
             {"Requests under way at once", "Одновременных запросов"});
  table_.add_named_sections("script.http.certificate",
                            [this](const std::string& name) { return declare_certificate(name); });
}

Result<> Configuration::declare_certificate(const std::string& name) {
  const auto live = table_.live_rows();
  auto& certificate = script.http.certificates[name];
  const std::string key = "script.http.certificate." + name;
  table_.add(key + ".certificate", certificate.certificate,
             {"PEM file of a client certificate", "Файл PEM клиентского сертификата"});
  table_.add(key + ".key", certificate.key, {"PEM file of its key", "Файл PEM его ключа"});
  return {};
}

Result<> Configuration::declare_source(const std::string& name) {
  const auto live = table_.live_rows();
  auto& source = sources[name];
  const std::string key = "datasource." + name;
  table_.add_choice(key + ".backend", source.backend, {"sqlite3", "postgresql"},
                    {"Kind of database", "Вид базы данных"});
  table_.add(key + ".connect", source.connect, {"How to connect", "Как подключиться"}, true);
  table_.add(key + ".connections", source.connections, 1, 1000, {"Connections at once", "Одновременных подключений"});
  table_.add(key + ".read_only", source.read_only, {"Whether writing is refused", "Запрещена ли запись"});
  table_.add_duration(key + ".timeout", source.timeout,
                      {"Of a query that names none", "Запроса, который своего не назвал"});
  table_.add(key + ".rows", source.most_rows, 1, a_billion, {"Rows of one answer", "Строк в одном ответе"});
  table_.add_size(key + ".answer_size", source.most_bytes, {"Bytes of one answer", "Байт в одном ответе"});
  return {};
}

}  // namespace otklik::app
