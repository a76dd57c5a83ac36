#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/edge/flow_token.hpp"
#include "sip/message/message.hpp"

namespace otklik::sip {

/// Who a request is from, as the edge has found out: the agent believes it because of the secret.
struct Source {
  Uuid line;
  Uuid trunk;
  std::string aor;
  Peer peer;

  bool operator==(const Source&) const = default;
};

/// The name of the header that carries a Source inwards; taken out of everything that comes from outside.
inline constexpr std::string_view source_header = "X-Otklik-Edge";

/// Turns messages of the outer network into those that the SIP library sees, and back. To the library the whole world
/// is one proxy on the loopback address; to the world we are one user agent. It holds no state: what a message needs on
/// its way back stands, signed, in its Via and Record-Route.
class Relay {
 public:
  struct Inside {
    std::uint16_t library_port = 0;  ///< of the library, UDP and TCP
    std::uint16_t udp_port = 0;      ///< of the edge on the loopback address
    std::uint16_t tcp_port = 0;
  };
  explicit Relay(std::string secret) : secret_(std::move(secret)) {}
  void use(const Inside& inside) noexcept { inside_ = inside; }

  [[nodiscard]] const FlowTokens& tokens() const noexcept { return tokens_; }
  /// A value for Route that leads the library's requests there: `<sip:TOKEN@127.0.0.1:…;lr>`.
  [[nodiscard]] std::string route(const Flow& flow) const;

  /// Adds what Via wants to say of where the request was heard from (RFC 3581). To be done before anything answers it.
  static void note_source(Message& request, const Peer& peer);

  /// A request for the library. Source says who it is from; `fresh`: outside of any dialog.
  void inwards(Message& request, const Flow& flow, const Source& source, bool fresh) const;
  /// An answer for the library. False: it answers nothing of ours.
  [[nodiscard]] bool answer_inwards(Message& answer, const Flow& flow) const;

  /// Where a request of the library leads, by its topmost Route, which is taken off. Nothing: no route of ours.
  [[nodiscard]] std::optional<Flow> way_out(Message& request) const;
  /// A request of the library for the world. `host`: ours as the peer is to see it, `address[:port]`.
  void outwards(Message& request, const Flow& flow, std::string_view host, std::uint16_t port) const;
  /// Where an answer of the library leads, by its topmost Via, which is taken off.
  [[nodiscard]] std::optional<Flow> way_back(Message& answer) const;
  void answer_outwards(Message& answer, const Flow& flow, std::string_view host, std::uint16_t port) const;

  /// Reads the Source of a request that came inwards: the header's value. Nothing without the right secret.
  [[nodiscard]] std::optional<Source> source(std::string_view value) const;

 private:
  [[nodiscard]] std::string outer_route(const Flow& flow, std::string_view host, std::uint16_t port) const;
  [[nodiscard]] std::optional<Flow> flow_of(std::string_view route) const;
  void show_contact(Message& message, const Flow& flow, std::string_view host, std::uint16_t port) const;

  std::string secret_;
  Inside inside_;
  FlowTokens tokens_;
};

}  // namespace otklik::sip
