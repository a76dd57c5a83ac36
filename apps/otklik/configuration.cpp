#include "configuration.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"

namespace otklik::app {
namespace {

constexpr std::uint64_t a_billion = 1'000'000'000;

Result<> read_networks(std::string_view key, const std::vector<std::string>& texts, std::vector<Network>& into) {
  into.clear();
  for (const auto& text : texts) {
    const auto network = Network::parse(text);
    if (!network) {
      return fail(ErrorCode::bad_request, fmt::format("\"{}\": \"{}\" is no address and no network", key, text));
    }
    into.push_back(*network);
  }
  return {};
}

}  // namespace

Configuration::Configuration() {
  declare_general();
  declare_http();
  declare_web();
  declare_access();
  declare_script();
  declare_files();
  declare_retention();
  declare_storage();
}

void Configuration::declare_general() {
  table_.add_choice(
      "language", language, {"ru", "en"},
      {"The server's language: texts of the API and of the licence", "Язык сервера: тексты API и лицензии"});
  table_.add_choice("log.format", log_format, {"text", "json"}, {"Form of the log", "Вид журнала"});
  table_.add_choice("log.level", log_level, {"trace", "debug", "info", "warn", "error", "off"},
                    {"The least important messages that are logged", "Наименее важные сообщения, попадающие в журнал"});
  table_.add_duration("stop_time", stop_time,
                      {"How long running requests and scenarios may go on after SIGTERM",
                       "Сколько могут продолжаться запросы и сценарии после SIGTERM"});
}

void Configuration::declare_http() {
  auto& limits = http.limits;
  table_.add(
      "http.listen", http_listen,
      {"Where HTTP is served: host:port; * is every address", "Где обслуживается HTTP: адрес:порт; * — все адреса"});
  table_.add("https.listen", https_listen,
             {"Where HTTPS is served, when there is a certificate", "Где обслуживается HTTPS, если есть сертификат"});
  table_.add("admin.listen", admin_listen,
             {"Where /healthz, /readyz and /metrics are served; empty: nowhere",
              "Где доступны /healthz, /readyz и /metrics; пусто — нигде"});
  table_.add("https.certificate", http.tls.certificate_chain,
             {"PEM file with the certificate chain; default: tls/certificate.pem of the data folder, when it is there",
              "Файл PEM с цепочкой сертификатов; по умолчанию tls/certificate.pem в папке данных, если он есть"});
  table_.add("https.key", http.tls.private_key,
             {"PEM file with the private key; default: tls/key.pem of the data folder",
              "Файл PEM с закрытым ключом; по умолчанию tls/key.pem в папке данных"});
  table_.add(
      "http.threads", http.threads, 0, 256,
      {"Loops that serve connections; 0: one for each core", "Потоков обслуживания соединений; 0 — по числу ядер"});
  table_.add("http.access_log", http.access_log, {"A log line for each request", "Строка журнала на каждый запрос"});
  table_.add("http.trusted_proxies", trusted_proxies_,
             {"Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses and networks",
              "Прокси, чьим X-Forwarded-For и X-Forwarded-Proto верят: адреса и сети"});
  table_.add("http.cors_origins", http.cors_origins,
             {"Origins that browsers may call from; \"*\": any, without credentials; empty: CORS is off",
              "Источники, которым браузер разрешит обращаться; \"*\" — любые, без пароля; пусто — CORS выключен"});
  table_.add("http.cors_exposed", http.cors_exposed,
             {"Headers of answers that a page of such an origin may read",
              "Заголовки ответов, видимые странице такого источника"});
  table_.add_size("http.target_size", limits.target_size, {"Longest URL of a request: 414", "Самый длинный URL: 414"});
  table_.add_size("http.header_size", limits.header_size,
                  {"Request line and headers together: 431", "Строка запроса вместе с заголовками: 431"});
  table_.add("http.header_count", limits.header_count, 1, 10'000,
             {"Headers of a request: 431", "Число заголовков: 431"});
  table_.add_size("http.body_size", limits.body_size, {"Body of a request: 413", "Тело запроса: 413"});
  table_.add_duration("http.header_time", limits.header_time,
                      {"From the first byte of a request's head to its last: 408",
                       "От первого байта заголовка запроса до последнего: 408"});
  table_.add_duration("http.body_time", limits.body_time,
                      {"Between two pieces of a body: 408", "Между двумя частями тела: 408"});
  table_.add_duration("http.idle_time", limits.idle_time,
                      {"Between requests of a kept connection", "Между запросами одного соединения"});
  table_.add_duration("http.write_time", limits.write_time,
                      {"Without the client taking anything of an answer", "Пока клиент не принимает ответ"});
  table_.add("http.minimum_rate", limits.minimum_rate, 0, a_billion,
             {"Bytes a second of a body, on average: 408", "Байт тела в секунду, в среднем: 408"});
  table_.add_duration("http.rate_time", limits.rate_time,
                      {"From when on that rate is asked for", "С какого времени эта скорость требуется"});
  table_.add_duration("http.handshake_time", limits.handshake_time, {"Of a TLS handshake", "Время рукопожатия TLS"});
  table_.add("http.connections", limits.connections, 1, 10'000'000,
             {"Connections in all: 503", "Всего соединений: 503"});
  table_.add(
      "http.connections_per_address", limits.connections_per_address, 1, 10'000'000,
      {"Connections of one address, loopback excepted: 429", "Соединений с одного адреса, кроме локальных: 429"});
  table_.add("http.requests_per_connection", limits.requests_per_connection, 0, a_billion,
             {"Requests of one connection; 0: as many as come", "Запросов в одном соединении; 0 — сколько угодно"});
}

void Configuration::declare_web() {
  table_.add(
      "auth_challenge", web.auth_challenge,
      {"Answer 401 with a challenge when a request has no Authorization: for .NET, wget and browsers, which send "
       "nothing until asked; otherwise 403",
       "Отвечать 401 с приглашением, если нет Authorization: для .NET, wget и браузеров, которые ничего не "
       "посылают без приглашения; иначе 403"});
  table_.add_choice("auth", auth_, {"on", "off"},
                    {"off: the addresses of auth_off.from need no authorization and count as auth_off.user",
                     "off: адресам из auth_off.from авторизация не нужна, они считаются пользователем auth_off.user"});
  table_.add("auth_realm", web.realm,
             {"What a browser calls the place it asks a password for",
              "Как браузер назовёт место, для которого просит пароль"});
  table_.add("auth_off.from", auth_off_from,
             {"Addresses and networks for auth = \"off\"", "Адреса и сети для auth = \"off\""});
  table_.add("auth_off.user", auth_off_user, {"The login they count as", "Логин, которым они считаются"});
  table_.add("allowed_origins", web.allowed_origins,
             {"Origins whose pages may call with the password that a browser keeps, when auth_challenge is on",
              "Источники, страницам которых можно обращаться с сохранённым в браузере паролем при auth_challenge"});
  table_.add_choice("xml_prolog", xml_prolog_, {"utf-16", "utf-8"},
                    {"What the prolog of XML answers says; the bytes are UTF-8 either way",
                     "Что написано в прологе XML-ответов; байты в любом случае UTF-8"});
  table_.add_choice("returnvalue", returnvalue_, {"attribute", "cdata"},
                    {"Where execsvcscript puts the return value", "Куда execsvcscript помещает возвращаемое значение"});
  table_.add_duration("script_timeout", web.script_timeout,
                      {"How long a request waits for its scenario when it does not say",
                       "Сколько запрос ждёт сценарий, если не сказано иначе"});
  table_.add_duration("script_timeout_ceiling", web.script_timeout_ceiling,
                      {"The longest wait a request may ask for", "Самое долгое ожидание, о котором можно попросить"});
  table_.add_size("hook_body_size", web.hook_body_size,
                  {"Body of a request to a hook: 413", "Тело запроса к хуку: 413"});
  table_.add("www.index", web.index_files, {"Index files of a folder, in order", "Индексные файлы папки по порядку"});
  table_.add_size("www.cached_file_size", web.cached_file_size,
                  {"Files of www up to this size are kept in memory", "Файлы www до этого размера держатся в памяти"});
  table_.add_size("www.cache_size", web.file_cache_size,
                  {"All kept files together; 0: none", "Все такие файлы вместе; 0 — не держать"});
}

void Configuration::declare_access() {
  table_.add("allow_empty_passwords", directory.allow_empty_passwords,
             {"Whether a user who may have an empty password can log in with it",
              "Можно ли входить с пустым паролем тем, кому он разрешён"});
  table_.add("min_password_length", directory.passwords.least, 1, 128,
             {"Characters a new password has at least", "Наименьшее число знаков нового пароля"});
  table_.add("access.hash_threads", access.hash_threads, 1, 64,
             {"Passwords checked at once", "Сколько паролей проверяется одновременно"});
  table_.add("access.hash_memory", argon2.memory_kib, 8, 4U << 20,
             {"KiB of memory that one check takes (argon2id)", "КиБ памяти на одну проверку (argon2id)"});
  table_.add("access.hash_passes", argon2.passes, 1, 100, {"Passes of argon2id", "Проходов argon2id"});
  table_.add_duration(
      "access.remember", access.cache.total,
      {"How long a verified password is remembered at most", "Сколько самое большее помнится проверенный пароль"});
  table_.add_duration("access.remember_idle", access.cache.idle,
                      {"And when it is not used", "И если он не используется"});
  table_.add("access.address_failures", access.guessing.address_burst, 1, 1'000'000,
             {"Failures of one address after which it is refused for a while",
              "Неудач с одного адреса, после которых он на время отвергается"});
  table_.add("access.login_failures", access.guessing.pair_burst, 1, 1'000'000,
             {"Failures of one login from one address, likewise", "То же для одного логина с одного адреса"});
}

void Configuration::declare_script() {
  table_.add_size("script.memory", script.limits.memory, {"Memory of one run", "Память одного запуска"});
  table_.add("script.instructions", script.limits.instructions, 1000, a_billion * a_billion,
             {"Instructions of one run", "Инструкций за один запуск"});
  table_.add_duration("script.time", script.limits.time,
                      {"Time of one run, waiting included", "Время одного запуска вместе с ожиданием"});
  table_.add("script.runs", script.most_runs, 1, 10'000'000, {"Runs at once", "Одновременных запусков"});
  table_.add("script.anonymous_runs", script.most_anonymous, 0, 10'000'000,
             {"Of these, without authorization (hooks)", "Из них без авторизации (хуки)"});
  table_.add("script.anonymous_runs_per_address", script.most_for_caller, 1, 10'000'000,
             {"Without authorization, of one address", "Без авторизации с одного адреса"});
  table_.add("script.queue", script.most_queued, 1, 10'000'000, {"Runs that wait to begin", "Запусков, ждущих начала"});
  table_.add("script.call_depth", script.call_depth, 1, 100, {"Scenarios calling scenarios", "Вложенность сценариев"});
  table_.add_size("script.file_size", script.file_bytes,
                  {"A file read or written by one call", "Файл, читаемый или записываемый одним вызовом"});
  table_.add("script.log_lines", script.log_lines, 0, a_billion, {"Log lines of one run", "Строк журнала за запуск"});
  table_.add("script.http.allow", script_http_allow_,
             {"Addresses and networks that scenarios may call; empty: any",
              "Адреса и сети, доступные сценариям; пусто — любые"});
  table_.add("script.http.deny", script_http_deny_,
             {"Addresses and networks that scenarios may not call, besides "
              "link-local ones",
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
  table_.add_size("script.http.answer_size", script.http.most_bytes, {"Of one answer", "Размер одного ответа"});
  table_.add_named_sections("script.http.certificate",
                            [this](const std::string& name) { return declare_certificate(name); });
  table_.add_named_sections("datasource", [this](const std::string& name) { return declare_source(name); });
}

Result<> Configuration::declare_certificate(const std::string& name) {
  auto& certificate = script.http.certificates[name];
  const std::string key = "script.http.certificate." + name;
  table_.add(key + ".certificate", certificate.certificate,
             {"PEM file of a client certificate", "Файл PEM клиентского сертификата"});
  table_.add(key + ".key", certificate.key, {"PEM file of its key", "Файл PEM его ключа"});
  return {};
}

Result<> Configuration::declare_source(const std::string& name) {
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

void Configuration::declare_files() {
  table_.add(
      "script_zones", files.script_zones,
      {"Where scenarios may read: temp, storage, recordings, faxes, voicemail, absolute folders; \"*\": any file",
       "Где сценарии могут читать: temp, storage, recordings, faxes, voicemail, папки с полным путём; \"*\" — "
       "любой файл"});
  table_.add("script_writable", files.script_writable, {"Where they may also write", "Где они могут и писать"});
  table_.add("storage", files.storage_folder,
             {"The file storage; default: LocalStorage of the data folder",
              "Хранилище файлов; по умолчанию LocalStorage в папке данных"});
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
  table_.add("file_threads", opener.threads, 1, 64,
             {"Threads that open files for sending", "Потоков, открывающих файлы для отдачи"});
}

void Configuration::declare_retention() {
  using core::FileArea;
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
}

void Configuration::declare_storage() {
  table_.add_size("events.segment_size", events.segment_bytes,
                  {"Size of one file of the event log", "Размер одного файла журнала событий"});
  table_.add_size("events.keep_size", events.keep_bytes,
                  {"The oldest events go past this size; 0: never",
                   "Старейшие события удаляются сверх этого размера; 0 — никогда"});
  table_.add_duration("events.sync_every", events.sync_every,
                      {"How much of what was only written the death of the whole machine may cost",
                       "Сколько записанного может стоить гибель всей машины"});
  table_.add_choice("database.backend", database.connection.backend, {"sqlite3", "postgresql"},
                    {"The database of users and settings", "База данных пользователей и настроек"});
  table_.add("database.connect", database.connection.connect,
             {"PostgreSQL: how to connect", "PostgreSQL: как подключиться"}, true);
}

void Configuration::bind_to_loopback() {
  http_listen = {"127.0.0.1:4055"};
  https_listen = {};
}

Result<> Configuration::load(const DataFolder& folder, const std::string& file,
                             const std::vector<std::string>& assignments) {
  const std::string path = file.empty() ? folder.settings() : file;
  if (!file.empty() || ::access(path.c_str(), F_OK) == 0) {
    const auto text = read_file(path, 1024 * 1024);
    if (!text) return fail(text.error().code, path + ": " + text.error().message);
    const auto slash = path.rfind('/');
    if (auto loaded = table_.load(*text, slash == std::string::npos ? path : path.substr(slash + 1)); !loaded) {
      return loaded;
    }
  }
  for (const auto& assignment : assignments) {
    if (auto set = table_.set(assignment); !set) return set;
  }
  return derive(folder);
}

Result<> Configuration::derive(const DataFolder& folder) {
  web.xml_prolog = xml_prolog_ == "utf-8" ? web_api::XmlProlog::utf_8 : web_api::XmlProlog::utf_16;
  web.return_value = returnvalue_ == "cdata" ? web_api::ReturnValueShape::cdata : web_api::ReturnValueShape::attribute;
  web.www = folder.www();
  web.body_size = http.limits.body_size;
  access.allow_empty_passwords = directory.allow_empty_passwords;
  script.folder = folder.scenarios();
  files.data_folder = folder.path();
  events.folder = folder.events();
  database.connection.file = folder.database();

  if (auto read = read_networks("http.trusted_proxies", trusted_proxies_, http.trusted_proxies); !read) return read;
  if (auto read = read_networks("script.http.allow", script_http_allow_, script.http.allow); !read) return read;
  std::vector<Network> denied;
  if (auto read = read_networks("script.http.deny", script_http_deny_, denied); !read) return read;
  script.http.deny = scenario::HttpOptions::default_deny();
  script.http.deny.insert(script.http.deny.end(), denied.begin(), denied.end());

  web.auth_off.from.clear();
  if (auth_ == "off") {
    if (auth_off_from.empty() || auth_off_user.empty()) {
      return fail(ErrorCode::bad_request,
                  "auth = \"off\" needs auth_off.from (whose requests) and auth_off.user (as whom)");
    }
    if (auto read = read_networks("auth_off.from", auth_off_from, web.auth_off.from); !read) return read;
  }

  if (http.tls.certificate_chain.empty() && ::access((folder.tls() + "/certificate.pem").c_str(), R_OK) == 0) {
    http.tls = {folder.tls() + "/certificate.pem", folder.tls() + "/key.pem"};
  }
  for (const auto& secret : {http.tls.private_key, http.tls.certificate_chain}) {
    if (!secret.empty()) files.secret_paths.push_back(secret);
  }
  for (const auto& [name, source] : sources) {
    if (source.backend.empty() || source.connect.empty()) {
      return fail(ErrorCode::bad_request, fmt::format("datasource.{} needs both backend and connect", name));
    }
  }
  for (const auto& [name, certificate] : script.http.certificates) {
    files.secret_paths.push_back(certificate.key);
  }
  return {};
}

}  // namespace otklik::app
