#include "configuration.hpp"

namespace otklik::app {
namespace {

constexpr std::uint64_t a_billion = 1'000'000'000;

}  // namespace

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
  table_.add(
      "http.threads", http.threads, 0, 256,
      {"Loops that serve connections; 0: one for each core", "Потоков обслуживания соединений; 0 — по числу ядер"});

  const auto live = table_.live_rows();
  table_.add("https.certificate", http.tls.certificate_chain,
             {"PEM file with the certificate chain; default: tls/certificate.pem of the data folder, when it is there",
              "Файл PEM с цепочкой сертификатов; по умолчанию tls/certificate.pem в папке данных, если он есть"});
  table_.add("https.key", http.tls.private_key,
             {"PEM file with the private key; default: tls/key.pem of the data folder",
              "Файл PEM с закрытым ключом; по умолчанию tls/key.pem в папке данных"});
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

}  // namespace otklik::app
