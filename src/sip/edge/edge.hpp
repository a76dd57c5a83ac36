#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/snapshot.hpp"
#include "base/strand.hpp"
#include "net/loop/loop.hpp"
#include "net/transport/tls.hpp"
#include "sip/accounts.hpp"
#include "sip/commands.hpp"
#include "sip/edge/client.hpp"
#include "sip/edge/connection.hpp"
#include "sip/edge/relay.hpp"
#include "sip/edge/sockets.hpp"
#include "sip/edge/throttle.hpp"
#include "sip/facts.hpp"
#include "sip/options.hpp"
#include "sip/registrar/doorman.hpp"
#include "sip/registrar/registrar.hpp"
#include "sip/trace.hpp"

namespace otklik::sip {

class Subscriptions;
class TrunkKeeper;

/// Counters, written by the edge's thread and read by any.
struct EdgeFigures {
  std::atomic<std::uint64_t> in = 0, out = 0, malformed = 0, dropped = 0, challenges = 0, wrong = 0, registers = 0;
  std::atomic<std::size_t> connections = 0;
};

/// Everything that faces the network: sockets, parsing, limits, who may come in, the registrar. What is left for the
/// SIP library (calls, subscriptions) goes to it over the loopback address, written anew. One thread.
class Edge final : public ConnectionOwner, public SocketOwner {
 public:
  using Tell = std::function<void(Fact)>;

  /// Binds everything. Errors: `failed`, with the port or certificate.
  static Result<std::unique_ptr<Edge>> open(Options options, Trace& trace, Tell tell);
  ~Edge();
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;

  /// Begins to work, with a library that listens on that port of 127.0.0.1, UDP and TCP.
  Result<> start(std::uint16_t library_port);
  /// Ends the thread and closes everything. Idempotent.
  void stop();

  // Any thread:
  void use(std::shared_ptr<const Accounts> accounts);
  void use(const EdgeLimits& limits);
  Result<> reload_certificates();
  void register_trunk(const Uuid& trunk);
  void unregister_trunk(const Uuid& trunk);
  void set_messages(const SetMessages& messages);
  void set_lamp(const SetLamp& lamp);
  void drop_contact(const std::string& aor, const std::string& contact);
  [[nodiscard]] const std::vector<Listener>& listening() const noexcept { return listening_; }
  [[nodiscard]] const Registrar& registrar() const noexcept { return registrar_; }
  [[nodiscard]] const EdgeFigures& figures() const noexcept { return figures_; }
  [[nodiscard]] const Relay& relay() const noexcept { return relay_; }
  [[nodiscard]] std::shared_ptr<const Accounts> accounts() const { return accounts_.take(); }
  /// Where a trunk is, as a value for Route; nothing while its host is not resolved.
  [[nodiscard]] std::optional<std::string> route_to(const Trunk& trunk) const;
  /// Inner sockets, for the library's requests.
  [[nodiscard]] const Relay::Inside& inside() const noexcept { return inside_; }

 private:
  friend class Subscriptions;
  friend class TrunkKeeper;
  Edge(Options options, Trace& trace, Tell tell);
  Result<> bind();

  // what comes
  void message_came(Connection& connection, std::string_view bytes) override;
  void connection_closed(Connection& connection) override;
  void datagram_came(UdpSocket& socket, std::string_view bytes, const Peer& from) override;
  void accepted(AcceptSocket& socket, UniqueFd fd, const Peer& from) override;

  void from_outside(std::string_view bytes, const Flow& flow);
  void request_from_outside(Message& request, const Flow& flow);
  bool is_acceptable(const Message& request, const Flow& flow);
  void register_request(const Message& request, const Flow& flow);
  void fresh_request(Message& request, const Flow& flow);
  std::optional<Source> trunk_of(const Message& request, const Flow& flow) const;
  void answer_from_outside(Message& answer, const Flow& flow);
  void from_library(std::string_view bytes, Connection* connection);

  // what goes
  void refuse(const Message& request, const Flow& flow, int status, std::string_view reason = {},
              std::vector<Field> more = {});
  void challenge(const Message& request, const Flow& flow, bool stale);
  void reply(Message& reply, const Flow& flow);
  bool send(const Message& message, const Flow& flow);
  void to_library(const Message& message, bool datagrams);
  std::shared_ptr<Connection> connect(const Peer& peer);
  std::shared_ptr<Connection> connect_library();
  [[nodiscard]] std::pair<std::string, std::uint16_t> shown_to(const Flow& flow);
  bool send_own(Message& request, const Flow& flow);

  void every_second();
  void follow_accounts();
  void tell_all(std::vector<Fact>& facts);

  Options options_;
  Trace& trace_;
  Tell tell_;
  Relay relay_;
  Registrar registrar_;
  Relay::Inside inside_;
  EdgeFigures figures_;
  SnapshotHolder<Accounts> accounts_;
  SnapshotHolder<net::TlsContext> tls_{nullptr};
  std::vector<Listener> listening_;

  // On the loop only, from start() to stop():
  std::unique_ptr<net::Loop> loop_;
  Doorman doorman_;
  Throttle throttle_;
  EdgeClient client_;
  std::unique_ptr<TrunkKeeper> trunks_;
  std::unique_ptr<Subscriptions> subscriptions_;
  std::vector<std::unique_ptr<UdpSocket>> udp_;
  std::vector<std::unique_ptr<AcceptSocket>> accepting_;
  std::unique_ptr<UdpSocket> inner_udp_;
  std::unique_ptr<AcceptSocket> inner_tcp_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::unordered_map<std::string, std::uint64_t> outgoing_;  ///< by Peer::text()
  std::unordered_map<Address, std::size_t> of_address_;
  std::shared_ptr<Connection> to_library_;    ///< ours to it: requests
  std::shared_ptr<Connection> from_library_;  ///< its own to us: its requests, and answers to them
  std::unordered_map<Address, std::string> local_addresses_;
  std::uint64_t next_connection_ = 1;
  net::Timer second_;
  net::Timer tick_;
  std::thread thread_;
};

}  // namespace otklik::sip
