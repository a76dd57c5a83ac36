#include "sip/edge/edge.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <csignal>
#include <future>

#include "base/log.hpp"
#include "base/random.hpp"
#include "sip/edge/subscriptions.hpp"
#include "sip/edge/tls_client.hpp"
#include "sip/edge/trunk_keeper.hpp"

namespace otklik::sip {
namespace {

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t tick_ms = 100;
constexpr std::int64_t idle_ms = 15 * 60 * 1000;  // phones send something every few minutes, if only an empty line
constexpr std::size_t inner_queued = 16 * 1024 * 1024;
constexpr std::size_t known_ways = 16'384;

}  // namespace

Edge::Edge(Options options, Trace& trace, Tell tell)
    : options_(std::move(options)),
      trace_(trace),
      tell_(std::move(tell)),
      relay_(random_text(192)),
      registrar_(options_.registrar),
      doorman_(std::chrono::milliseconds(options_.registrar.nonce_life).count()),
      throttle_(options_.limits),
      client_([this](Message& request, const Flow& flow) { return send_own(request, flow); }),
      trunks_(std::make_unique<TrunkKeeper>(*this)),
      subscriptions_(std::make_unique<Subscriptions>(*this)),
      second_([](void* self) { static_cast<Edge*>(self)->every_second(); }, this),
      tick_(
          [](void* context) {
            auto& self = *static_cast<Edge*>(context);
            self.client_.tick(self.loop_->now());
            self.loop_->timers().set(self.tick_, self.loop_->now() + tick_ms);
          },
          this) {}

Edge::~Edge() { stop(); }

Result<std::unique_ptr<Edge>> Edge::open(Options options, Trace& trace, Tell tell) {
  std::unique_ptr<Edge> edge(new Edge(std::move(options), trace, std::move(tell)));
  if (auto bound = edge->bind(); !bound) return std::unexpected(bound.error());
  return edge;
}

Result<> Edge::bind() {
  auto loop = net::Loop::make();
  if (!loop) return std::unexpected(loop.error());
  loop_ = std::move(*loop);
  if (options_.tls) {
    auto context = net::TlsContext::load(*options_.tls);
    if (!context) return std::unexpected(context.error());
    tls_.publish(std::move(*context));
  }
  if (options_.listeners.empty()) return fail(ErrorCode::bad_request, "SIP has no listener");
  for (const auto& listener : options_.listeners) {
    Listener bound = listener;
    if (listener.transport == Transport::udp) {
      auto socket = UdpSocket::bind(listener.endpoint, options_.limits.message, *this, udp_.size());
      if (!socket) return std::unexpected(socket.error());
      bound.endpoint = (*socket)->bound();
      udp_.push_back(std::move(*socket));
    } else if (is_browser(listener.transport)) {
      return fail(ErrorCode::bad_request, "Browsers come by the web server's listeners");
    } else {
      if (listener.transport == Transport::tls && !options_.tls) {
        return fail(ErrorCode::bad_request, "A TLS listener of SIP needs a certificate");
      }
      auto socket = AcceptSocket::bind(listener.endpoint, listener.transport, *this);
      if (!socket) return std::unexpected(socket.error());
      bound.endpoint = (*socket)->bound();
      accepting_.push_back(std::move(*socket));
    }
    listening_.push_back(bound);
  }
  auto udp = UdpSocket::bind({"127.0.0.1", 0}, 65'535, *this, SIZE_MAX);
  if (!udp) return std::unexpected(udp.error());
  inner_udp_ = std::move(*udp);
  auto tcp = AcceptSocket::bind({"127.0.0.1", 0}, Transport::tcp, *this);
  if (!tcp) return std::unexpected(tcp.error());
  inner_tcp_ = std::move(*tcp);
  inside_.udp_port = inner_udp_->bound().port;
  inside_.tcp_port = inner_tcp_->bound().port;
  return {};
}

Result<> Edge::start(std::uint16_t library_port) {
  inside_.library_port = library_port;
  relay_.use(inside_);
  for (auto& socket : udp_) {
    if (auto watched = loop_->watch(socket->fd(), EPOLLIN, *socket); !watched) return watched;
  }
  for (auto& socket : accepting_) {
    if (auto watched = loop_->watch(socket->fd(), EPOLLIN, *socket); !watched) return watched;
  }
  if (auto watched = loop_->watch(inner_udp_->fd(), EPOLLIN, *inner_udp_); !watched) return watched;
  if (auto watched = loop_->watch(inner_tcp_->fd(), EPOLLIN, *inner_tcp_); !watched) return watched;
  std::promise<void> ready;  // a trunk that has an address can be called as soon as this returns
  auto accounts_followed = ready.get_future();
  thread_ = std::thread([this, ready = std::move(ready)]() mutable {
    ::pthread_setname_np(::pthread_self(), "sip-edge");
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    follow_accounts();  // before the first request, which may be in the socket already
    ready.set_value();
    loop_->timers().set(second_, loop_->now() + second_ms);
    loop_->timers().set(tick_, loop_->now() + tick_ms);
    loop_->run();
    second_.cancel();
    tick_.cancel();
    client_.clear();
    const auto open = std::move(connections_);
    connections_.clear();
    for (const auto& [id, connection] : open) connection->close();
    if (const auto connection = std::exchange(to_library_, nullptr)) connection->close();
    if (const auto connection = std::exchange(from_library_, nullptr)) connection->close();
  });
  accounts_followed.wait();
  return {};
}

void Edge::stop() {
  if (!thread_.joinable()) return;
  loop_->post([this] { loop_->stop(); });
  thread_.join();
}

void Edge::use(std::shared_ptr<const Accounts> accounts) {
  accounts_.publish(std::move(accounts));
  loop_->post([this] { follow_accounts(); });
}

void Edge::follow_accounts() {
  const auto accounts = accounts_.take();
  doorman_.use(accounts);
  trunks_->use(*accounts, loop_->now());
  std::unordered_map<Uuid, bool> lines;
  for (const auto& [user, account] : accounts->by_user) lines[account.line] = true;
  std::vector<Fact> facts;
  for (const auto& contact : registrar_.contacts().keep_only(lines)) {
    facts.emplace_back(Registrar::gone(contact, Unregistered::Why::dropped));
  }
  tell_all(facts);
}

void Edge::use(const EdgeLimits& limits) {
  loop_->post([this, limits] { throttle_.use(limits); });
}

Result<> Edge::reload_certificates() {
  if (!options_.tls) return {};
  auto context = net::TlsContext::load(*options_.tls);
  if (!context) return std::unexpected(context.error());
  tls_.publish(std::move(*context));
  return {};
}

void Edge::register_trunk(const Uuid& trunk) {
  loop_->post([this, trunk] { trunks_->register_trunk(trunk, loop_->now()); });
}

void Edge::unregister_trunk(const Uuid& trunk) {
  loop_->post([this, trunk] { trunks_->unregister_trunk(trunk, loop_->now()); });
}

void Edge::set_messages(const SetMessages& messages) {
  loop_->post([this, messages] { subscriptions_->set(messages, loop_->now()); });
}

void Edge::set_lamp(const SetLamp& lamp) {
  loop_->post([this, lamp] { subscriptions_->set(lamp, loop_->now()); });
}

void Edge::drop_contact(const std::string& aor, const std::string& contact) {
  loop_->post([this, aor, contact] {
    std::vector<Fact> facts;
    if (contact.empty()) {
      for (const auto& one : registrar_.contacts().remove_all(aor)) {
        facts.emplace_back(Registrar::gone(one, Unregistered::Why::dropped));
      }
    } else if (const auto one = registrar_.contacts().remove(aor, contact)) {
      facts.emplace_back(Registrar::gone(*one, Unregistered::Why::dropped));
    }
    tell_all(facts);
  });
}

std::optional<std::string> Edge::route_to(const Trunk& trunk) const {
  const auto flow = trunks_->flow_to(trunk.id);
  if (!flow) return std::nullopt;
  return relay_.route(*flow);
}

void Edge::tell_all(std::vector<Fact>& facts) {
  for (auto& fact : facts) tell_(std::move(fact));
  facts.clear();
}

void Edge::every_second() {
  const auto now = loop_->now();
  loop_->timers().set(second_, now + second_ms);
  std::vector<Fact> facts;
  for (const auto& contact : registrar_.contacts().expire(now)) {
    facts.emplace_back(Registrar::gone(contact, Unregistered::Why::expired));
  }
  tell_all(facts);
  trunks_->every_second(now);
  subscriptions_->every_second(now);
  if (now / second_ms % 60 == 0) throttle_.sweep(now);
}

// --- connections --------------------------------------------------------------------------------------------------

void Edge::accepted(AcceptSocket& socket, UniqueFd fd, const Peer& from) {
  const bool inner = &socket == inner_tcp_.get();
  if (inner) {
    if (!from.address.is_loopback()) return;
    Connection::Bounds bounds{1 << 20, inner_queued, 0, 0};
    auto connection =
        std::make_shared<Connection>(*loop_, *this, net::Transport(std::move(fd)), Flow{from, next_connection_++},
                                     "127.0.0.1", inside_.tcp_port, bounds, false, true);
    if (connection->start()) connections_[connection->flow().connection] = connection;
    return;
  }
  auto& count = of_address_[from.address.subnet_key()];
  if (connections_.size() >= options_.limits.connections || count >= options_.limits.connections_of_one ||
      throttle_.waits(from.address, loop_->now())) {
    figures_.dropped.fetch_add(1, std::memory_order_relaxed);
    if (count == 0) of_address_.erase(from.address.subnet_key());
    return;
  }
  net::SslPtr ssl;
  if (socket.transport() == Transport::tls) {
    const auto context = tls_.take();
    if (context) ssl = context->accept(fd.get());
    if (!ssl) return;
  }
  Connection::Bounds bounds{options_.limits.message, options_.limits.queued, idle_ms};
  const auto local = local_address_of(fd.get());
  auto connection =
      std::make_shared<Connection>(*loop_, *this, net::Transport(std::move(fd), std::move(ssl)),
                                   Flow{from, next_connection_++}, local, socket.bound().port, bounds, false, false);
  if (!connection->start()) return;
  ++count;
  connections_[connection->flow().connection] = connection;
  figures_.connections.fetch_add(1, std::memory_order_relaxed);
}

std::shared_ptr<Connection> Edge::connect(const Peer& peer) {
  if (connections_.size() >= options_.limits.connections) return nullptr;
  auto fd = connect_socket(peer.address, peer.port);
  if (!fd) return nullptr;
  net::SslPtr ssl;
  if (peer.transport == Transport::tls) {
    const Trunk* trunk = trunks_->at(peer);
    ssl = tls_client(fd->get(), trunk == nullptr ? peer.address.text() : trunk->host,
                     trunk == nullptr || trunk->verify_certificate);
    if (!ssl) return nullptr;
  }
  std::uint16_t port = 5060;
  for (const auto& socket : accepting_) {
    if (socket->transport() == peer.transport) port = socket->bound().port;
  }
  Connection::Bounds bounds{options_.limits.message, options_.limits.queued, idle_ms};
  const auto local = local_address_of(fd->get());
  auto connection = std::make_shared<Connection>(*loop_, *this, net::Transport(std::move(*fd), std::move(ssl)),
                                                 Flow{peer, next_connection_++}, local, port, bounds, true, false);
  if (!connection->start()) return nullptr;
  ++of_address_[peer.address.subnet_key()];
  connections_[connection->flow().connection] = connection;
  outgoing_[peer.text()] = connection->flow().connection;
  figures_.connections.fetch_add(1, std::memory_order_relaxed);
  return connection;
}

std::shared_ptr<Connection> Edge::connect_library() {
  const Peer peer{*Address::parse("127.0.0.1"), inside_.library_port, Transport::tcp};
  auto fd = connect_socket(peer.address, peer.port);
  if (!fd) return nullptr;
  Connection::Bounds bounds{1 << 20, inner_queued, 0, 0};
  auto connection =
      std::make_shared<Connection>(*loop_, *this, net::Transport(std::move(*fd)), Flow{peer, next_connection_++},
                                   "127.0.0.1", inside_.tcp_port, bounds, true, true);
  if (!connection->start()) return nullptr;
  connections_[connection->flow().connection] = connection;
  return connection;
}

void Edge::connection_closed(Connection& connection) {
  const auto flow = connection.flow();
  if (to_library_.get() == &connection) to_library_.reset();
  if (from_library_.get() == &connection) from_library_.reset();
  connections_.erase(flow.connection);
  if (connection.is_inner()) return;
  figures_.connections.fetch_sub(1, std::memory_order_relaxed);
  if (const auto at = of_address_.find(flow.peer.address.subnet_key()); at != of_address_.end() && --at->second == 0) {
    of_address_.erase(at);
  }
  if (const auto at = outgoing_.find(flow.peer.text()); at != outgoing_.end() && at->second == flow.connection) {
    outgoing_.erase(at);
  }
  subscriptions_->drop_flow(flow.connection);
  std::vector<Fact> facts;
  for (const auto& contact : registrar_.contacts().remove_flow(relay_.tokens().make(flow))) {
    facts.emplace_back(Registrar::gone(contact, Unregistered::Why::disconnected));
  }
  tell_all(facts);
}

void Edge::message_came(Connection& connection, std::string_view bytes) {
  if (connection.is_inner()) {
    from_library(bytes, &connection);
  } else {
    from_outside(bytes, connection.flow());
  }
}

void Edge::datagram_came(UdpSocket& socket, std::string_view bytes, const Peer& from) {
  if (&socket == inner_udp_.get()) {
    if (from.address.is_loopback() && from.port == inside_.library_port) from_library(bytes, nullptr);
    return;
  }
  // Which socket it came by stands in the flow, so that the answer leaves by the same.
  from_outside(bytes, Flow{from, socket.index() + 1});
}

// --- what goes out --------------------------------------------------------------------------------------------------

std::pair<std::string, std::uint16_t> Edge::shown_to(const Flow& flow) {
  std::string host = options_.public_address;
  std::uint16_t port = 5060;
  if (flow.peer.transport == Transport::udp) {
    const auto index = flow.connection == 0 ? 0 : flow.connection - 1;
    if (index < udp_.size()) {
      const auto& bound = udp_[index]->bound();
      port = bound.port;
      if (host.empty() && !bound.host.empty() && bound.host != "0.0.0.0" && bound.host != "::") {
        host = bound.host.find(':') == std::string::npos ? bound.host : "[" + bound.host + "]";
      }
    }
  } else {
    auto id = flow.connection;
    if (id == 0) {
      const auto at = outgoing_.find(flow.peer.text());
      if (at != outgoing_.end()) id = at->second;
    }
    if (const auto at = connections_.find(id); at != connections_.end()) {
      port = at->second->local_port();
      if (host.empty()) host = at->second->local_host();
    } else {
      for (const auto& socket : accepting_) {
        if (socket->transport() == flow.peer.transport) port = socket->bound().port;
      }
    }
  }
  if (host.empty()) {
    auto at = local_addresses_.find(flow.peer.address);
    if (at == local_addresses_.end()) {
      if (local_addresses_.size() >= known_ways) local_addresses_.clear();
      at = local_addresses_.emplace(flow.peer.address, UdpSocket::local_address_to(flow.peer.address)).first;
    }
    host = at->second.empty() ? "127.0.0.1" : at->second;
  }
  return {host, port};
}

bool Edge::send(const Message& message, const Flow& flow) {
  const auto text = message.write();
  trace_.note(message.call_id, false, flow.peer, text);
  figures_.out.fetch_add(1, std::memory_order_relaxed);
  if (flow.peer.transport == Transport::udp) {
    const auto index = flow.connection == 0 ? 0 : flow.connection - 1;
    return index < udp_.size() && udp_[index]->send(text, flow.peer.address, flow.peer.port);
  }
  auto id = flow.connection;
  if (id == 0) {
    const auto at = outgoing_.find(flow.peer.text());
    if (at != outgoing_.end()) {
      id = at->second;
    } else {
      const auto made = connect(flow.peer);
      if (!made) return false;
      id = made->flow().connection;
    }
  }
  const auto at = connections_.find(id);
  if (at == connections_.end()) return false;
  const auto connection = at->second;  // send() may close it
  return connection->send(text);
}

bool Edge::send_own(Message& request, const Flow& flow) {
  const auto [host, port] = shown_to(flow);
  relay_.outwards(request, flow, host, port);
  return send(request, flow);
}

void Edge::reply(Message& reply, const Flow& flow) {
  reply.add("Server", options_.product);
  send(reply, flow);
}

void Edge::to_library(const Message& message, bool datagrams) {
  const auto text = message.write();
  if (datagrams) {
    inner_udp_->send(text, *Address::parse("127.0.0.1"), inside_.library_port);
    return;
  }
  if (message.is_request() || !from_library_) {
    if (!to_library_) to_library_ = connect_library();
    if (const auto connection = to_library_) connection->send(text);
  } else if (const auto connection = from_library_) {
    connection->send(text);
  }
}

}  // namespace otklik::sip
