#include <fmt/format.h>

#include "configuration.hpp"

// How phones and trunks reach the exchange: listeners, limits of the edge, registration.
namespace otklik::app {
namespace {

constexpr std::uint64_t a_million = 1'000'000;
constexpr std::uint64_t a_thousand = 1000;

}  // namespace

void Configuration::declare_sip() {
  auto& sip = pbx.sip;
  table_.add("sip.udp", sip_udp,
             {"Where SIP is taken by UDP: host:port; * is every address",
              "Где принимается SIP по UDP: адрес:порт; * — все адреса"});
  table_.add("sip.tcp", sip_tcp, {"Where SIP is taken by TCP", "Где принимается SIP по TCP"});
  table_.add(
      "sip.tls", sip_tls,
      {"Where SIP is taken by TLS, when there is a certificate", "Где принимается SIP по TLS, если есть сертификат"});
  table_.add("sip.certificate", sip_tls_files_.certificate_chain,
             {"PEM file with the certificate chain of SIP over TLS; default: that of HTTPS",
              "Файл PEM с цепочкой сертификатов для SIP по TLS; по умолчанию тот же, что у HTTPS"});
  table_.add("sip.key", sip_tls_files_.private_key,
             {"PEM file with its private key", "Файл PEM с его закрытым ключом"});
  table_.add("sip.domain", sip.domain,
             {"Host of the server's own SIP addresses; empty: the address that a phone reached it at",
              "Имя в собственных SIP-адресах сервера; пусто — адрес, по которому обратился телефон"});
  table_.add("sip.external_address", sip.public_address,
             {"The server's address as phones and trunks outside see it, behind NAT: in Contact, and in the audio "
              "addresses told to whoever is in none of sip.local_networks; empty: no NAT",
              "Адрес сервера, каким его видят телефоны и транки снаружи, за NAT: в Contact и в адресах звука для тех, "
              "кто вне sip.local_networks; пусто — без NAT"});
  table_.add("sip.product", sip.product, {"Name in Server and User-Agent", "Имя в полях Server и User-Agent"});
  table_.add("sip.scanners", sip.scanners,
             {"Further beginnings of User-Agent that are never answered",
              "Другие начала User-Agent, которым сервер не отвечает никогда"});
  table_.add_duration("sip.expires", sip.registrar.expires,
                      {"How long a registration lasts where the phone does not say",
                       "Срок регистрации, если телефон не назвал своего"});
  table_.add_duration("sip.shortest_expires", sip.registrar.shortest,
                      {"The shortest that a phone may ask for: 423 below",
                       "Наименьший срок, о котором может просить телефон: иначе 423"});
  table_.add_duration("sip.longest_expires", sip.registrar.longest,
                      {"The longest that it is given", "Наибольший срок, который ему дают"});
  table_.add_duration(
      "sip.nonce_life", sip.registrar.nonce_life,
      {"How long a challenge of the digest may be answered", "Сколько действует вызов дайджест-аутентификации"});
  table_.add("sip.contacts", sip.registrar.contacts, std::uint64_t{1}, 10 * a_million,
             {"Registered phones, all together", "Зарегистрированных телефонов, всего"});
  table_.add_duration(
      "sip.session", sip.session,
      {"Session timer (RFC 4028) that is proposed; 0: none", "Предлагаемый таймер сессии (RFC 4028); 0 — нет"});
  table_.add_duration("sip.ring_longest", sip.ring_longest,
                      {"How long a call may go unanswered, whatever else is set",
                       "Сколько вызов может оставаться без ответа, что бы ни было задано ещё"});
  table_.add("sip.dialogs", sip.dialogs, std::uint64_t{1}, a_million,
             {"SIP dialogs at once: 503 past it", "Одновременных диалогов SIP: сверх них 503"});
  table_.add("sip.commands", sip.commands, a_thousand, a_million,
             {"Commands to signalling that may wait", "Команд сигнализации в очереди"});
  table_.add_size("sip.trace_bytes", sip.trace_bytes,
                  {"Memory for the messages of traced calls", "Память под сообщения трассируемых звонков"});
  table_.add("telephony.most_legs", pbx.most_legs, std::uint64_t{2}, 100 * a_thousand,
             {"Parties of all calls at once; past it a call that comes is refused by 503",
              "Сторон всех звонков одновременно; сверх них новый звонок получает 503"});
  declare_sip_limits();
}

void Configuration::declare_sip_limits() {
  auto& limits = pbx.sip.limits;
  const auto live = table_.live_rows();
  table_.add_size("sip.message_size", limits.message,
                  {"One SIP message, head and body", "Одно сообщение SIP, заголовки и тело"});
  table_.add("sip.headers", limits.headers, std::uint64_t{8}, 10 * a_thousand,
             {"Header fields of one message", "Полей заголовка в одном сообщении"});
  table_.add("sip.connections", limits.connections, std::uint64_t{1}, a_million,
             {"TCP and TLS connections, all together", "Соединений TCP и TLS, всего"});
  table_.add("sip.connections_of_one", limits.connections_of_one, std::uint64_t{1}, a_million,
             {"Of them from one address", "Из них с одного адреса"});
  table_.add_size(
      "sip.queued", limits.queued,
      {"Bytes on their way to one peer that does not read", "Байт в пути к одному узлу, который не читает"});
  table_.add("sip.messages_of_one", limits.messages_of_one, std::uint64_t{1}, a_million,
             {"Messages a second from one address that has not proved itself; more are dropped",
              "Сообщений в секунду с одного адреса, который себя не подтвердил; остальные отбрасываются"});
  table_.add("sip.failures_of_one", limits.failures_of_one, std::uint64_t{1}, a_million,
             {"Wrong credentials from one address before it has to wait",
              "Неверных паролей с одного адреса, после которых он ждёт"});
  table_.add_duration(
      "sip.wait_first", limits.wait_first,
      {"That wait, doubled for each further failure", "Это ожидание, вдвое дольше после каждой новой ошибки"});
  table_.add_duration("sip.wait_most", limits.wait_most, {"The longest such wait", "Самое долгое такое ожидание"});
  table_.add("sip.trusted", sip_trusted_,
             {"Addresses and networks that are never made to wait", "Адреса и сети, которые не ждут никогда"});
}

Result<> Configuration::use_sip_address(const std::string& text) {
  auto endpoint = Endpoint::parse(text);
  if (!endpoint) return fail(ErrorCode::bad_request, "\"" + text + "\" is no address for SIP: --sip takes host:port");
  sip_udp = {text};
  sip_tcp = {text};
  if (endpoint->port != 0) ++endpoint->port;
  sip_tls = {endpoint->text()};
  return {};
}

Result<> Configuration::derive_sip(const DataFolder& folder) {
  auto& sip = pbx.sip;
  sip.listeners.clear();
  for (const auto& [texts, transport] :
       {std::pair(&sip_udp, sip::Transport::udp), std::pair(&sip_tcp, sip::Transport::tcp),
        std::pair(&sip_tls, sip::Transport::tls)}) {
    for (const auto& text : *texts) {
      const auto endpoint = Endpoint::parse(text);
      if (!endpoint) {
        return fail(ErrorCode::bad_request,
                    fmt::format("\"sip.{}\": \"{}\" is no address to listen on: it takes host:port",
                                sip::name_of(transport), text));
      }
      sip.listeners.push_back({*endpoint, transport});
    }
  }
  if (sip_tls_files_.certificate_chain.empty() != sip_tls_files_.private_key.empty()) {
    return fail(ErrorCode::bad_request, "sip.certificate and sip.key go together");
  }
  const auto& files = sip_tls_files_.certificate_chain.empty() ? http.tls : sip_tls_files_;
  if (files.certificate_chain.empty()) {
    sip.tls.reset();
  } else {
    sip.tls = files;
  }
  if (sip.registrar.shortest > sip.registrar.longest) {
    return fail(ErrorCode::bad_request, "sip.shortest_expires is more than sip.longest_expires");
  }
  return derive_audio(folder);
}

}  // namespace otklik::app
