#include "configuration.hpp"

namespace otklik::app {

void Configuration::declare_web() {
  const auto live = table_.live_rows();
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
  table_.add("auth_off.from", auth_off_from_,
             {"Addresses and networks for auth = \"off\"", "Адреса и сети для auth = \"off\""});
  table_.add("auth_off.user", web.auth_off.user, {"The login they count as", "Логин, которым они считаются"});
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
  table_.add_size(
      "unauthorized_body_size", web.unknown_body_size,
      {"Body that is read from a caller without Authorization before he is refused; a larger one is cut off",
       "Тело, которое дочитывается у обратившегося без Authorization перед отказом; большее обрывается"});
  table_.add("www.index", web.index_files, {"Index files of a folder, in order", "Индексные файлы папки по порядку"});
  table_.add_size("www.cached_file_size", web.cached_file_size,
                  {"Files of www up to this size are kept in memory", "Файлы www до этого размера держатся в памяти"});
  table_.add_size("www.cache_size", web.file_cache_size,
                  {"All kept files together; 0: none", "Все такие файлы вместе; 0 — не держать"});
}

}  // namespace otklik::app
