#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "sip/edge/flow_token.hpp"
#include "sip/message/message.hpp"

namespace otklik::sip {

/// Requests of the edge's own (REGISTER to trunks, OPTIONS), each with its one answer: the non-INVITE client
/// transaction of RFC 3261 17.1.2. On the edge's loop only.
class EdgeClient {
 public:
  /// Sends a message that way; false when it cannot be.
  using Send = std::function<bool(Message& request, const Flow& flow)>;
  /// Nothing: no answer came, or the request could not be sent.
  using Answered = std::function<void(const Message* answer)>;

  explicit EdgeClient(Send send) : send_(std::move(send)) {}

  /// `request` without Via; its branch is made here. `patience_ms`: until the wait is given up, at most 32 s.
  /// False: too many are under way.
  bool ask(Message request, const Flow& flow, std::int64_t now, Answered answered, std::int64_t patience_ms = 32'000);
  /// Takes an answer that is to one of these; true if it was.
  bool take(const Message& answer);
  /// Sends again what is due, gives up what has waited too long.
  void tick(std::int64_t now);
  /// Forgets all of them; nobody is told.
  void clear();

 private:
  struct Waiting {
    Message request;
    Flow flow;
    Answered answered;
    std::int64_t until = 0;
    std::int64_t interval = 500;  ///< T1
    std::multimap<std::int64_t, std::string>::iterator due;
  };
  void finish(const std::string& branch, const Message* answer);

  Send send_;
  std::unordered_map<std::string, Waiting> waiting_;  ///< by branch
  std::multimap<std::int64_t, std::string> due_;
};

}  // namespace otklik::sip
