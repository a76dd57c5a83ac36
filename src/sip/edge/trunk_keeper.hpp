#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/strand.hpp"
#include "sip/accounts.hpp"
#include "sip/edge/flow_token.hpp"
#include "sip/message/message.hpp"

namespace otklik::sip {

class Edge;

/// Keeps trunks: resolves their hosts, registers with them, asks whether they are there. On the edge's loop, except
/// where it says otherwise.
class TrunkKeeper {
 public:
  explicit TrunkKeeper(Edge& edge) : edge_(edge) {}
  ~TrunkKeeper();

  void use(const Accounts& accounts, std::int64_t now);
  void register_trunk(const Uuid& trunk, std::int64_t now);
  void unregister_trunk(const Uuid& trunk, std::int64_t now);
  void every_second(std::int64_t now);

  /// Any thread: where a trunk is.
  [[nodiscard]] std::optional<Flow> flow_to(const Uuid& trunk) const;
  /// Which trunk calls: by the mark in the Contact that we registered, else by the address it calls from. `user`: of
  /// the request's URI, tells trunks of one address apart.
  [[nodiscard]] const Trunk* find(std::string_view mark, const Address& from, std::string_view user) const;
  /// The trunk behind an address, for its certificate's name.
  [[nodiscard]] const Trunk* at(const Peer& peer) const;

 private:
  struct State {
    Trunk trunk;
    std::string mark;     ///< `;line=` of our Contact: nobody else knows it
    std::string call_id;  ///< of our registrations
    std::string tag;
    std::uint32_t sequence = 0;
    std::vector<Peer> found;  ///< addresses of the host
    std::int64_t resolve_at = 0;
    bool resolving = false;
    bool wanted = false;  ///< RegisterTrunk
    bool registered = false;
    bool asking = false;  ///< a REGISTER is under way
    std::int64_t register_at = 0;
    std::size_t failures = 0;
    std::int64_t ping_at = 0;
    bool pinging = false;
    std::optional<bool> reachable;
  };
  void resolve(State& state);
  void resolved(const Uuid& trunk, std::vector<Peer> found);
  void send_register(State& state, std::int64_t now, std::uint64_t expires, const std::string& authorization,
                     bool proxy, int round);
  void registered(const Uuid& trunk, const Message* answer, std::uint64_t expires, const std::string& uri, int round);
  void failed(State& state, int status, std::string_view reason);
  void ping(State& state, std::int64_t now);

  Edge& edge_;
  std::unordered_map<Uuid, State> states_;
  mutable std::mutex mutex_;  ///< guards flows_
  std::unordered_map<Uuid, Flow> flows_;
  Strand resolver_{"sip-resolver", 1024};
};

}  // namespace otklik::sip
