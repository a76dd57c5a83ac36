#include "configuration.hpp"

namespace otklik::app {

void Configuration::declare_licence() {
  const auto live = table_.live_rows();
  table_.add(
      "licence.trusted_keys", licence.trusted_keys,
      {"PEM file with the public keys whose licence certificates hold here; default: licence-keys.pem of the data "
       "folder",
       "Файл PEM с открытыми ключами, чьи сертификаты лицензии здесь действуют; по умолчанию licence-keys.pem в "
       "папке данных"});
  table_.add_duration("licence.seat_time", licence.seat_time,
                      {"How long a user counts as at work after a request of the Web-API",
                       "Сколько пользователь считается работающим после запроса Web-API"});
}

}  // namespace otklik::app
