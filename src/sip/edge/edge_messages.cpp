// What the edge does with a message: which are refused, who has to prove himself, what goes on to the library.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/random.hpp"
#include "base/text.hpp"
#include "sip/edge/edge.hpp"
#include "sip/edge/subscriptions.hpp"
#include "sip/edge/trunk_keeper.hpp"

namespace otklik::sip {
namespace {

constexpr std::string_view own_tag = "edge-";  // of answers that the edge gives itself: their ACK ends here
constexpr std::string_view allow =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, SUBSCRIBE, NOTIFY, REFER, INFO, UPDATE, PRACK";
constexpr std::array<std::string_view, 12> taken{"INVITE",    "ACK",    "CANCEL", "BYE",  "OPTIONS", "REGISTER",
                                                 "SUBSCRIBE", "NOTIFY", "REFER",  "INFO", "UPDATE",  "PRACK"};
constexpr std::array<std::string_view, 2> known{"MESSAGE", "PUBLISH"};
constexpr std::array<std::string_view, 8> extensions{"100rel",   "timer",      "replaces",    "path",
                                                     "outbound", "norefersub", "from-change", "tdialog"};

template <class List>
bool holds(const List& list, std::string_view one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

std::string new_tag() { return std::string(own_tag) + random_text(64); }

std::string media_type_of(const Message& message) {
  const auto* type = message.find("Content-Type");
  if (type == nullptr) return {};
  return lower_utf8(trim(std::string_view(*type).substr(0, type->find(';'))));
}

/// Where an answer goes: back to where the request was heard from, except that an address without NAT in between that
/// does not ask for the port gets it at the port of its Via (RFC 3261 18.2.2).
Flow way_of_answers(const Message& request, Flow flow) {
  if (flow.peer.transport != Transport::udp || request.via.parameters.has("rport")) return flow;
  if (request.via.host == flow.peer.address.text()) flow.peer.port = request.via.port == 0 ? 5060 : request.via.port;
  return flow;
}

}  // namespace

void Edge::from_outside(std::string_view bytes, const Flow& flow) {
  const auto now = loop_->now();
  const auto& from = flow.peer.address;
  figures_.in.fetch_add(1, std::memory_order_relaxed);
  if (flow.peer.transport == Transport::udp && trim(bytes).empty())
    return;  // a keep-alive (RFC 5626 3.5.1 asks no answer of UDP)
  if (!bytes.empty() && static_cast<unsigned char>(bytes.front()) < 4) return;  // STUN and other noise
  const bool answer_like = bytes.starts_with("SIP/2.0");
  // Before anything is parsed: what a flood costs is decided here.
  const bool begins_something = !answer_like && (bytes.starts_with("REGISTER") || bytes.starts_with("OPTIONS") ||
                                                 bytes.starts_with("SUBSCRIBE") || bytes.starts_with("INVITE"));
  if ((begins_something && throttle_.waits(from, now)) || !throttle_.lets_in(from, now)) {
    figures_.dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Message partly;
  auto message = Message::parse(bytes, options_.limits.headers, &partly);
  if (!message) {
    figures_.malformed.fetch_add(1, std::memory_order_relaxed);
    throttle_.failed(from, now);
    if (partly.has_reply_fields()) {
      const auto way = way_of_answers(partly, flow);
      Relay::note_source(partly, flow.peer);
      auto answer = reply_to(partly, message.error().status, message.error().reason, new_tag());
      reply(answer, way);
    }
    return;
  }
  trace_.note(message->call_id, true, flow.peer, bytes);
  if (message->is_request()) {
    const auto way = way_of_answers(*message, flow);
    Relay::note_source(*message, flow.peer);
    request_from_outside(*message, way);
  } else {
    answer_from_outside(*message, flow);
  }
}

void Edge::refuse(const Message& request, const Flow& flow, int status, std::string_view reason,
                  std::vector<Field> more) {
  if (request.method == "ACK") return;
  auto answer = reply_to(request, status, reason, new_tag());
  for (auto& field : more) answer.fields.push_back(std::move(field));
  reply(answer, flow);
}

void Edge::challenge(const Message& request, const Flow& flow, bool stale) {
  if (request.method == "ACK" || request.method == "CANCEL") return;
  figures_.challenges.fetch_add(1, std::memory_order_relaxed);
  auto answer = reply_to(request, 401, {}, new_tag());
  doorman_.challenge(answer, stale, loop_->now());
  reply(answer, flow);
}

bool Edge::is_acceptable(const Message& request, const Flow& flow) {
  if (!holds(taken, request.method)) {
    refuse(request, flow, holds(known, request.method) ? 405 : 501, {}, {{"Allow", std::string(allow)}});
    return false;
  }
  const auto uri = Uri::parse(request.uri);
  if (!uri || (!uri->is_sip() && uri->scheme != "tel")) {
    refuse(request, flow, 416);
    return false;
  }
  if (request.method == "ACK" || request.method == "CANCEL") return true;
  std::string unsupported;
  for (const std::string_view header : {"Require", "Proxy-Require"}) {
    for (const auto& option : request.list(header)) {
      const auto name = lower_utf8(option);
      if (header == "Require" && holds(extensions, name)) continue;
      if (!unsupported.empty()) unsupported += ", ";
      unsupported += option;
    }
  }
  if (!unsupported.empty()) {
    refuse(request, flow, 420, {}, {{"Unsupported", unsupported}});
    return false;
  }
  const auto type = media_type_of(request);
  const bool session = request.method == "INVITE" || request.method == "UPDATE" || request.method == "PRACK";
  const auto* encoding = request.find("Content-Encoding");
  const bool encoded = encoding != nullptr && !encoding->empty() && !iequals_ascii(*encoding, "identity");
  if (!request.body.empty() && (type.starts_with("multipart/") || encoded || (session && type != "application/sdp"))) {
    refuse(request, flow, 415, {}, {{"Accept", "application/sdp"}, {"Accept-Encoding", "identity"}});
    return false;
  }
  if (request.method == "INVITE" && request.count("Accept") != 0) {
    const auto accepted = request.list("Accept");
    const bool fits = accepted.empty() || std::any_of(accepted.begin(), accepted.end(), [](const auto& one) {
                        const auto name = lower_utf8(trim(std::string_view(one).substr(0, one.find(';'))));
                        return name == "application/sdp" || name == "application/*" || name == "*/*";
                      });
    if (!fits) {
      refuse(request, flow, 406);
      return false;
    }
  }
  return true;
}

void Edge::request_from_outside(Message& request, const Flow& flow) {
  const auto now = loop_->now();
  if (const auto* agent = request.find("User-Agent"); agent != nullptr && is_scanner(*agent, options_.scanners)) {
    throttle_.failed(flow.peer.address, now);
    figures_.dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (!is_acceptable(request, flow)) return;
  const auto tag = request.to.parameters.get("tag").value_or("");
  if (request.method == "ACK" && tag.starts_with(own_tag)) return;
  if (request.method == "CANCEL" || !tag.empty()) {
    if (subscriptions_->refresh(request, flow, now)) return;
    // Part of something that was let in before. The library knows what belongs together; the rest it answers by 481.
    relay_.inwards(request, flow, {}, false);
    to_library(request, flow.peer.transport == Transport::udp);
    return;
  }
  if (request.method == "ACK") return;
  if (request.method == "REGISTER") return register_request(request, flow);
  if (request.method == "OPTIONS") {
    return refuse(request, flow, 200, {},
                  {{"Allow", std::string(allow)},
                   {"Accept", "application/sdp"},
                   {"Supported", "replaces, timer, path, outbound"},
                   {"Allow-Events", "message-summary, dialog, talk, hold"}});
  }
  if (request.method == "INVITE" || request.method == "SUBSCRIBE") return fresh_request(request, flow);
  if (request.method == "REFER") return refuse(request, flow, 403, "Outside of a call");
  refuse(request, flow, 481);
}

void Edge::register_request(const Message& request, const Flow& flow) {
  const auto now = loop_->now();
  const auto verdict = doorman_.look_at(request, flow.peer.transport, now);
  switch (verdict.what) {
    case Doorman::Verdict::What::challenge:
      throttle_.challenged(flow.peer.address, now);
      return challenge(request, flow, verdict.stale);
    case Doorman::Verdict::What::wrong:
      figures_.wrong.fetch_add(1, std::memory_order_relaxed);
      throttle_.failed(flow.peer.address, now);
      return challenge(request, flow, false);
    case Doorman::Verdict::What::not_allowed:
      return refuse(request, flow, 403, "Not by this transport");
    case Doorman::Verdict::What::proven:
      break;
  }
  throttle_.proven(flow.peer.address, now);
  std::vector<Fact> facts;
  const Registrar::Way way{flow.peer, relay_.tokens().make(flow),
                           std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()), now};
  auto answer = registrar_.answer(request, *verdict.account, way, facts);
  answer.to.parameters.set("tag", new_tag());
  for (auto& field : answer.fields) {
    if (field.name == "To") field.value = answer.to.text();
  }
  if (answer.status == 200) {
    figures_.registers.fetch_add(1, std::memory_order_relaxed);
    if (const auto at = connections_.find(flow.connection);
        at != connections_.end() && flow.peer.transport != Transport::udp) {
      at->second->settle();
    }
  }
  reply(answer, flow);
  tell_all(facts);
}

std::optional<Source> Edge::trunk_of(const Message& request, const Flow& flow) const {
  const auto uri = Uri::parse(request.uri);
  const auto mark = uri ? uri->parameters.get("line").value_or("") : std::string_view{};
  const auto user = uri ? unescaped(uri->user).value_or("") : std::string{};
  const Trunk* trunk = trunks_->find(mark, flow.peer.address, user);
  if (trunk == nullptr) return std::nullopt;
  return Source{{}, trunk->id, {}, flow.peer};
}

void Edge::fresh_request(Message& request, const Flow& flow) {
  const auto now = loop_->now();
  Source source;
  const auto verdict = doorman_.look_at(request, flow.peer.transport, now);
  if (verdict.what == Doorman::Verdict::What::proven) {
    throttle_.proven(flow.peer.address, now);
    source = {verdict.account->line, {}, verdict.account->aor, flow.peer};
  } else if (verdict.what == Doorman::Verdict::What::not_allowed) {
    return refuse(request, flow, 403, "Not by this transport");
  } else if (auto trunk = trunk_of(request, flow); trunk && verdict.what == Doorman::Verdict::What::challenge &&
                                                   !verdict.stale && request.method == "INVITE") {
    throttle_.proven(flow.peer.address, now);
    source = std::move(*trunk);
  } else {
    if (verdict.what == Doorman::Verdict::What::wrong) {
      figures_.wrong.fetch_add(1, std::memory_order_relaxed);
      throttle_.failed(flow.peer.address, now);
    } else {
      throttle_.challenged(flow.peer.address, now);
    }
    return challenge(request, flow, verdict.stale);
  }
  if (const auto at = connections_.find(flow.connection);
      at != connections_.end() && flow.peer.transport != Transport::udp) {
    at->second->settle();
  }
  if (request.method == "SUBSCRIBE") return subscriptions_->open(request, flow, source, now);
  relay_.inwards(request, flow, source, true);
  to_library(request, flow.peer.transport == Transport::udp);
}

void Edge::answer_from_outside(Message& answer, const Flow& flow) {
  if (client_.take(answer)) return;
  if (relay_.answer_inwards(answer, flow)) to_library(answer, flow.peer.transport == Transport::udp);
}

void Edge::from_library(std::string_view bytes, Connection* connection) {
  auto message = Message::parse(bytes, 1000);
  if (!message) return;
  if (!message->is_request()) {
    const auto flow = relay_.way_back(*message);
    if (!flow) return;
    const auto [host, port] = shown_to(*flow);
    relay_.answer_outwards(*message, *flow, host, port);
    send(*message, *flow);
    return;
  }
  const Message asked = *message;
  const auto flow = relay_.way_out(*message);
  bool sent = false;
  if (flow) {
    // The library's own connection is known by the routes that it takes: nobody else of this machine has one.
    if (connection != nullptr && from_library_.get() != connection) {
      from_library_ = connection->shared_from_this();
    }
    // A connection that has to be made is made first: our address in the message depends on it.
    if (flow->peer.transport != Transport::udp && flow->connection == 0 && !outgoing_.contains(flow->peer.text())) {
      connect(flow->peer);
    }
    const auto [host, port] = shown_to(*flow);
    relay_.outwards(*message, *flow, host, port);
    sent = send(*message, *flow);
  }
  if (sent || asked.method == "ACK") return;
  // RFC 5626 5.3: the flow is gone; whoever registered by it has to come again.
  const auto answer = reply_to(asked, 430, {}, new_tag());
  const auto text = answer.write();
  if (connection != nullptr) {
    connection->send(text);
  } else {
    inner_udp_->send(text, *Address::parse("127.0.0.1"), inside_.library_port);
  }
}

}  // namespace otklik::sip
