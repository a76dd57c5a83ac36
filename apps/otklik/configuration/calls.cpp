#include "configuration.hpp"

namespace otklik::app {

void Configuration::declare_calls() {
  table_.add_duration("calls.ring_limit", calls.ring_limit,
                      {"How long somebody inside rings, where his number says nothing shorter",
                       "Сколько звонит телефон внутри, если у номера не задано меньше"});
  table_.add_duration("calls.outside_ring_limit", calls.outside_ring_limit,
                      {"How long a number outside rings", "Сколько ждать ответа внешнего номера"});
  table_.add_duration("calls.callback_ring_limit", calls.callback_ring_limit,
                      {"How long the line's own phone rings when a program calls on its behalf, or a call is picked "
                       "up",
                       "Сколько звонит собственный телефон линии, когда от её имени звонит программа или перехвачен "
                       "вызов"});
  table_.add_duration("calls.tone", calls.tone,
                      {"How long a phone off the hook with nobody on the line hears busy, until the call is ended",
                       "Сколько слышит «занято» снятая трубка без собеседника, прежде чем звонок завершится"});
  table_.add_duration("calls.longest_hold", calls.longest_hold,
                      {"How long somebody may be on hold", "Сколько абонент может оставаться на удержании"});
  table_.add_duration(
      "calls.longest_echo", calls.longest_echo,
      {"How long a call to the echo number lasts at most", "Сколько не дольше длится звонок на номер эха"});
  table_.add_duration("calls.media_patience", calls.media_patience,
                      {"How long nothing is heard of a phone, after its sound was lost, until its call is ended",
                       "Сколько ждать после пропажи звука от телефона, прежде чем завершить его звонок"});
  table_.add_duration(
      "calls.longest_chain", calls.longest_chain,
      {"How long a call lasts at most, with all its transfers", "Сколько не дольше длится звонок со всеми переводами"});
  table_.add_duration("calls.queue_retry", calls.queue_retry,
                      {"How long one who did not answer a waiting call is left alone",
                       "Сколько не беспокоить того, кто не ответил на вызов из очереди"});
  table_.add("calls.most_outside_of_line", calls.most_outside_of_line, 0, 100'000,
             {"Calls to outside that one line may have at once; 0: no limit",
              "Сколько одновременных звонков наружу может иметь одна линия; 0 — без предела"});
  table_.add("calls.most_outside", calls.most_outside, 0, 100'000,
             {"Calls to outside at once, of all lines together; 0: no limit",
              "Сколько одновременных звонков наружу у всех линий вместе; 0 — без предела"});
  table_.add("calls.most_hops", calls.most_hops, 1, 1'000,
             {"How often one call is redirected at most", "Сколько раз не больше переадресуется один звонок"});
  table_.add("calls.most_targets", calls.most_targets, 1, 1'000,
             {"Phones that ring at once for one call", "Сколько телефонов звонит одновременно на один вызов"});
  table_.add("calls.most_legs_of_line", calls.most_legs_of_line, 1, 1'000,
             {"Calls that one line may be in at once, ringing ones too",
              "В скольких звонках, считая звонящие, может быть одна линия сразу"});
}

}  // namespace otklik::app
