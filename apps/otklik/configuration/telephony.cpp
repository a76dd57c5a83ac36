#include "configuration.hpp"
#include "core/plan/digits.hpp"

namespace otklik::app {

void Configuration::declare_telephony() {
  const auto live = table_.live_rows();
  table_.add(
      "telephony.realm", plan.realm,
      {"The realm that phones register in: with another one each makes its answers anew, and one that has kept "
       "them must be given its password again",
       "Область (realm), в которой регистрируются телефоны: с другой каждый вычисляет ответы заново, а тому, кто "
       "их запомнил, пароль нужно задать ещё раз"});
  table_.add(
      "telephony.sip_server", sip_server,
      {"host or host:port that phones are told to register at, as `otklik line list` shows it; empty: the "
       "address that SIP is listened at",
       "host или host:port, где регистрироваться телефонам, как показывает `otklik line list`; пусто — адрес, на "
       "котором слушается SIP"});
  table_.add("telephony.outside_prefix", plan.outside.prefix,
             {"What is dialled before a number outside; empty: what is no internal number is a number outside",
              "Что набирают перед внешним номером; пусто — внешним считается всё, чего нет среди внутренних"});
  table_.add("telephony.outside_shortest", plan.outside.shortest, 1, core::longest_number,
             {"Digits that a number outside has at least, without the prefix",
              "Сколько цифр во внешнем номере не меньше, без префикса"});
  table_.add("telephony.outside_forbidden", plan.outside.forbidden,
             {"Prefixes of numbers outside that nobody may call, such as \"810\"",
              "Начала внешних номеров, куда никому нельзя звонить, например \"810\""});
  table_.add("telephony.outside_calls_an_hour", plan.outside.most_calls_of_line_an_hour, 0, 100'000,
             {"Calls to outside that one line may make in an hour; 0: no limit",
              "Сколько звонков наружу может сделать одна линия за час; 0 — без предела"});
  table_.add("telephony.record", plan.record_by_default,
             {"Whether talks are recorded where neither the line nor a recording rule says otherwise",
              "Записывать ли разговоры, если ни линия, ни правило записи не говорят иного"});
}

Result<> Configuration::derive_telephony() const {
  if (plan.realm.empty() || plan.realm.size() > 128 || plan.realm.find_first_of("\":\\") != std::string::npos) {
    return fail(ErrorCode::bad_request, "telephony.realm takes 1 to 128 characters without \" : and \\");
  }
  if (!plan.outside.prefix.empty()) {
    if (auto fits = core::check_digits("telephony.outside_prefix", plan.outside.prefix); !fits) return fits;
  }
  for (const auto& prefix : plan.outside.forbidden) {
    if (auto fits = core::check_digits("telephony.outside_forbidden", prefix); !fits) return fits;
  }
  return {};
}

}  // namespace otklik::app
