#include "configuration.hpp"

namespace otklik::app {
namespace {

constexpr int a_million = 1'000'000;
constexpr std::uint64_t many = 10'000'000;

}  // namespace

void Configuration::declare_access() {
  declare_hashing();
  declare_guessing();
  const auto live = table_.live_rows();
  table_.add("allow_empty_passwords", directory.allow_empty_passwords,
             {"Whether a user who may have an empty password can log in with it",
              "Можно ли входить с пустым паролем тем, кому он разрешён"});
  table_.add("min_password_length", directory.passwords.least, 1, 128,
             {"Characters a new password has at least", "Наименьшее число знаков нового пароля"});
  table_.add("tokens_per_user", directory.most_tokens_of_a_user, 1, 10'000,
             {"Valid API tokens of one user", "Действующих токенов API у одного пользователя"});
  table_.add_duration(
      "access.remember", access.cache.total,
      {"How long a verified password is remembered at most", "Сколько самое большее помнится проверенный пароль"});
  table_.add_duration("access.remember_idle", access.cache.idle,
                      {"And when it is not used", "И если он не используется"});
  table_.add_size("access.header_size", access.longest_header,
                  {"Longest value of Authorization that is looked at", "Самое длинное рассматриваемое Authorization"});
  table_.add("access.waiting", access.most_waiting, 1, many,
             {"Requests that wait for a check or a slowed answer: 503",
              "Запросов, ждущих проверки или замедленного ответа: 503"});
  table_.add_duration("access.summary_every", access.summary_every,
                      {"How often refusals without a check are summed up for the record",
                       "Как часто отказы без проверки попадают в журнал одной суммой"});
}

void Configuration::declare_hashing() {
  table_.add("access.hash_threads", access.hash_threads, 1, 64,
             {"Passwords checked at once", "Сколько паролей проверяется одновременно"});
  table_.add("access.queue_known", access.most_queued_known, 1, many,
             {"Checks that wait for a thread, of callers who succeeded before: 503",
              "Проверок в очереди от тех, кто уже входил: 503"});
  table_.add("access.queue_strangers", access.most_queued_strangers, 1, many,
             {"Likewise, of all others", "То же от всех остальных"});
  table_.add("access.remembered", access.cache.capacity, 8, many,
             {"Verified credentials that are remembered", "Сколько проверенных паролей помнится"});
  table_.add("access.wrong_remembered", access.most_known_wrong, 4, many,
             {"Wrong ones that are remembered, so that a repeated one costs no check",
              "Сколько помнится неверных, чтобы не проверять их повторно"});

  const auto live = table_.live_rows();
  table_.add("access.hash_memory", argon2.memory_kib, 8, 4U << 20,
             {"KiB of memory that one check takes (argon2id); kept passwords follow at their next login",
              "КиБ памяти на одну проверку (argon2id); сохранённые пароли переходят на неё при следующем входе"});
  table_.add("access.hash_passes", argon2.passes, 1, 100,
             {"Passes of argon2id, likewise", "Проходов argon2id, так же"});
}

void Configuration::declare_guessing() {
  auto& limits = access.guessing;
  table_.add(
      "access.tracked", limits.tracked, 8, many,
      {"Callers whose failures are counted, of each kind", "Скольких обратившихся неудачи считаются, каждого вида"});
  table_.add("access.trusted", limits.most_trusted, 8, many,
             {"Pairs of login and address that are known as good", "Сколько помнится надёжных пар логина и адреса"});
  table_.add("access.refusals_told", access.refusals_told_burst, 0, a_million,
             {"Refusals recorded one by one at once; more are summed up",
              "Отказов, записываемых подряд по одному; остальные — суммой"});
  table_.add_duration("access.refusals_told_each", access.refusals_told_each,
                      {"How often one more may be", "Как часто можно записать ещё один"});

  const auto live = table_.live_rows();
  table_.add("access.login_free", limits.pair_free, 0, a_million,
             {"Failures of one login from one address before answers come later and later",
              "Неудач одного логина с одного адреса, после которых ответы замедляются"});
  table_.add("access.login_failures", limits.pair_burst, 1, a_million,
             {"Failures of one login from one address after which it is refused for a while",
              "Неудач одного логина с одного адреса, после которых он на время отвергается"});
  table_.add_duration("access.login_forget", limits.pair_forget,
                      {"One of them is forgotten each", "За сколько забывается одна из них"});
  table_.add("access.address_free", limits.address_free, 0, a_million,
             {"Failures of one address before answers come later", "Неудач с одного адреса до замедления"});
  table_.add("access.address_failures", limits.address_burst, 1, a_million,
             {"Failures of one address after which it is refused for a while",
              "Неудач с одного адреса, после которых он на время отвергается"});
  table_.add_duration("access.address_forget", limits.address_forget,
                      {"One of them is forgotten each", "За сколько забывается одна из них"});
  table_.add("access.everywhere_free", limits.login_free, 0, a_million,
             {"Failures of one login from everywhere before answers come later; it is never refused for them",
              "Неудач одного логина отовсюду до замедления; отказа за них не бывает"});
  table_.add_duration("access.everywhere_forget", limits.login_forget,
                      {"One of them is forgotten each", "За сколько забывается одна из них"});
  table_.add_duration(
      "access.slow_step", limits.slow_step,
      {"The first delay; it doubles with each failure more", "Первое замедление; удваивается с каждой неудачей"});
  table_.add_duration("access.slow_most", limits.slow_most, {"The longest delay", "Самое долгое замедление"});
  table_.add_duration("access.trusted_for", limits.trusted_for,
                      {"How long a login is known as good at an address after its last success",
                       "Сколько логин считается надёжным для адреса после последнего входа"});
}

}  // namespace otklik::app
