#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sip/commands.hpp"
#include "sip/edge/relay.hpp"
#include "sip/facts.hpp"
#include "sip/message/message.hpp"

namespace otklik::sip {

class Edge;

/// The lamps of phones: who subscribed to messages waiting (RFC 3842) and to the state of numbers (RFC 4235, 6665), and
/// what they are to see. On the edge's loop only.
class Subscriptions {
 public:
  explicit Subscriptions(Edge& edge) : edge_(edge) {}

  /// SUBSCRIBE of an account that has proved itself.
  void open(const Message& request, const Flow& flow, const Source& source, std::int64_t now);
  /// SUBSCRIBE within a subscription: refresh or end. False: it is none of these.
  bool refresh(const Message& request, const Flow& flow, std::int64_t now);
  void set(const SetMessages& messages, std::int64_t now);
  void set(const SetLamp& lamp, std::int64_t now);
  void every_second(std::int64_t now);
  /// Ends those of phones that came by a connection that is gone.
  void drop_flow(std::uint64_t connection);
  void close_all(std::int64_t now);
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

 private:
  struct Subscription {
    Uuid id;
    Uuid line;
    std::string event;
    std::string event_id;  ///< `;id=` of Event
    std::string subject;
    std::string call_id;
    std::string own_tag;
    std::string peer_tag;
    std::string own;  ///< To of the request: From of our notifications
    std::string peer;
    std::string target;  ///< its Contact
    std::vector<std::string> routes;
    Flow flow;
    std::uint32_t sequence = 0;
    std::uint32_t peer_sequence = 0;
    std::uint32_t version = 0;  ///< of dialog-info
    std::int64_t until = 0;
    bool asking = false;   ///< a NOTIFY is under way
    bool changed = false;  ///< and something new has come meanwhile
  };
  void notify(Subscription& one, std::int64_t now, std::string_view reason_of_end = {});
  void answered(const std::string& tag, const Message* answer, bool last);
  [[nodiscard]] std::string body(const Subscription& one) const;
  void close(const std::string& tag);

  Edge& edge_;
  std::unordered_map<std::string, Subscription> all_;  ///< by own_tag
  std::unordered_map<std::string, SetMessages> messages_;
  std::unordered_map<std::string, SetLamp> lamps_;
};

}  // namespace otklik::sip
