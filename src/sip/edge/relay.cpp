#include "sip/edge/relay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.hpp"
#include "sip/digest/digest.hpp"

namespace otklik::sip {
namespace {

constexpr std::string_view loopback = "127.0.0.1";
constexpr std::string_view magic = "z9hG4bK";  // RFC 3261 8.1.1.7
constexpr std::string_view sips_mark = "x-sips";

/// What the library gets to see. The less there is of what it parses and nobody needs, the better.
constexpr std::array<std::string_view, 52> let_through{"Via",
                                                       "From",
                                                       "To",
                                                       "Call-ID",
                                                       "CSeq",
                                                       "Contact",
                                                       "Max-Forwards",
                                                       "Record-Route",
                                                       "Require",
                                                       "Supported",
                                                       "Allow",
                                                       "Allow-Events",
                                                       "Event",
                                                       "Expires",
                                                       "Min-SE",
                                                       "Session-Expires",
                                                       "Refer-To",
                                                       "Referred-By",
                                                       "Replaces",
                                                       "Refer-Sub",
                                                       "RAck",
                                                       "RSeq",
                                                       "Reason",
                                                       "Subscription-State",
                                                       "Content-Type",
                                                       "Content-Encoding",
                                                       "User-Agent",
                                                       "Server",
                                                       "Accept",
                                                       "Alert-Info",
                                                       "Call-Info",
                                                       "Diversion",
                                                       "History-Info",
                                                       "Privacy",
                                                       "P-Asserted-Identity",
                                                       "P-Preferred-Identity",
                                                       "Remote-Party-ID",
                                                       "P-Called-Party-ID",
                                                       "P-Early-Media",
                                                       "Warning",
                                                       "Retry-After",
                                                       "Unsupported",
                                                       "Min-Expires",
                                                       "Answer-Mode",
                                                       "Priv-Answer-Mode",
                                                       "Subject",
                                                       "Proxy-Authenticate",
                                                       "WWW-Authenticate",
                                                       "SIP-ETag",
                                                       "Join",
                                                       "Target-Dialog",
                                                       "Timestamp"};

bool passes(std::string_view name) {
  if (iequals_ascii(name, source_header)) return false;
  if (name.size() > 2 && ascii_lower(name[0]) == 'x' && name[1] == '-') return true;
  return std::any_of(let_through.begin(), let_through.end(), [&](auto known) { return iequals_ascii(known, name); });
}

void keep_what_passes(Message& message) {
  std::erase_if(message.fields, [](const Field& field) { return !passes(field.name); });
  for (auto& field : message.fields) {
    for (char& c : field.value) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7F) c = ' ';  // a quoted string may hold them; nobody needs them
    }
  }
}

std::string_view wire_name(Transport transport) noexcept {
  switch (transport) {
    case Transport::udp:
      return "UDP";
    case Transport::tcp:
      return "TCP";
    case Transport::tls:
      return "TLS";
    case Transport::ws:
      return "WS";
    case Transport::wss:
      return "WSS";
  }
  return "UDP";
}

/// The library must not think that it has to speak TLS itself.
void hide_sips(NameAddress& address) {
  if (address.uri.scheme != "sips") return;
  address.uri.scheme = "sip";
  address.uri.parameters.set(sips_mark, "");
}

void hide_sips_in_contacts(Message& message) {
  for (auto& field : message.fields) {
    if (field.name != "Contact" || field.value.find("sips:") == std::string::npos) continue;
    if (auto address = NameAddress::parse(field.value)) {
      hide_sips(*address);
      field.value = address->text();
    }
  }
}

bool forms_dialog(const Message& message) {
  return message.method == "INVITE" || message.method == "SUBSCRIBE" || message.method == "REFER";
}

}  // namespace

std::string Relay::route(const Flow& flow) const {
  const bool datagrams = flow.peer.transport == Transport::udp;
  return fmt::format("<sip:{}@{}:{};transport={};lr>", tokens_.make(flow), loopback,
                     datagrams ? inside_.udp_port : inside_.tcp_port, datagrams ? "udp" : "tcp");
}

std::string Relay::outer_route(const Flow& flow, std::string_view host, std::uint16_t port) const {
  return fmt::format("<sip:{}@{}:{};transport={};lr>", tokens_.make(flow), host, port, name_of(flow.peer.transport));
}

std::optional<Flow> Relay::flow_of(std::string_view route) const {
  const auto address = NameAddress::parse(route);
  return address ? tokens_.read(address->uri.user) : std::nullopt;
}

void Relay::note_source(Message& request, const Peer& peer) {
  Via& via = request.via;
  const auto heard = peer.address.text();
  const auto host = via.host.starts_with('[') ? via.host.substr(1, via.host.size() - 2) : via.host;
  if (via.parameters.has("rport")) {
    via.parameters.set("rport", std::to_string(peer.port));
    via.parameters.set("received", heard);
  } else if (host != heard) {
    via.parameters.set("received", heard);
  } else {
    via.parameters.remove("received");
  }
  if (!request.fields.empty() && request.fields.front().name == "Via") request.fields.front().value = via.text();
}

void Relay::inwards(Message& request, const Flow& flow, const Source& source, bool fresh) const {
  // 16.11: the same for a request, its CANCEL, its ACK and everything that comes twice.
  const auto branch = request.via.parameters.get("branch").value_or("");
  std::string identity;
  if (branch.starts_with(magic) && branch.size() > magic.size()) {
    identity = fmt::format("{}|{}|{}", branch, request.via.host, request.via.port);
  } else {  // RFC 2543 has no branches to go by
    identity = fmt::format("{}|{}|{}|{}", request.uri, request.from.parameters.get("tag").value_or(""), request.call_id,
                           request.sequence);
  }
  keep_what_passes(request);
  hide_sips_in_contacts(request);
  if (auto uri = Uri::parse(request.uri); uri && uri->scheme == "sips") {
    uri->scheme = "sip";
    request.uri = uri->text();
  }
  const auto token = tokens_.make(flow);
  const bool datagrams = flow.peer.transport == Transport::udp;
  request.set("Max-Forwards", "70");
  if (forms_dialog(request)) {
    // Before those that are there already: the next hop of the library is always the edge.
    const auto at = std::find_if(request.fields.begin(), request.fields.end(),
                                 [](const Field& field) { return field.name == "Record-Route"; });
    request.fields.insert(at, {"Record-Route", route(flow)});
  }
  if (fresh) {
    request.add(source_header, fmt::format("{} {} {} {} {}:{} {}", secret_, source.line.text(), source.trunk.text(),
                                           name_of(source.peer.transport), source.peer.address.text(), source.peer.port,
                                           escaped_user(source.aor)));
  }
  request.add_first("Via", fmt::format("SIP/2.0/{} {}:{};branch={}.{}.{:016x}", datagrams ? "UDP" : "TCP", loopback,
                                       datagrams ? inside_.udp_port : inside_.tcp_port, magic, token,
                                       std::hash<std::string>{}(identity)));
}

bool Relay::answer_inwards(Message& answer, const Flow& flow) const {
  const auto branch = answer.via.parameters.get("branch");
  if (!branch || !branch->starts_with(magic)) return false;
  const std::string own(*branch);
  answer.remove("Via");
  keep_what_passes(answer);
  hide_sips_in_contacts(answer);
  for (auto& field : answer.fields) {
    if (field.name != "Record-Route") continue;
    std::string routes;
    for (const auto& one : split_list(field.value).value_or(std::vector<std::string_view>{})) {
      if (!routes.empty()) routes += ", ";
      const auto own_flow = flow_of(one);
      routes += own_flow ? route(*own_flow) : std::string(one);
    }
    field.value = routes;
  }
  answer.add_first("Via", fmt::format("SIP/2.0/{} {}:{};branch={};rport={};received={}",
                                      flow.peer.transport == Transport::udp ? "UDP" : "TCP", loopback,
                                      inside_.library_port, own, inside_.library_port, loopback));
  return true;
}

std::optional<Flow> Relay::way_out(Message& request) const {
  const auto routes = request.list("Route");
  if (routes.empty()) return std::nullopt;
  const auto flow = flow_of(routes.front());
  request.remove("Route");
  for (std::size_t i = 1; i < routes.size(); ++i) request.add("Route", routes[i]);
  return flow;
}

void Relay::show_contact(Message& message, const Flow& flow, std::string_view host, std::uint16_t port) const {
  for (auto& field : message.fields) {
    if (field.name != "Contact" || field.value == "*") continue;
    auto address = NameAddress::parse(field.value);
    if (!address || address->uri.host != loopback || address->uri.port != inside_.library_port) continue;
    address->uri.host = host;
    address->uri.port = port;
    address->uri.parameters.remove("transport");
    if (flow.peer.transport != Transport::udp) address->uri.parameters.set("transport", name_of(flow.peer.transport));
    field.value = address->text();
  }
}

void Relay::outwards(Message& request, const Flow& flow, std::string_view host, std::uint16_t port) const {
  const std::string branch(request.via.parameters.get("branch").value_or(""));
  request.remove("Via");
  request.remove(source_header);
  show_contact(request, flow, host, port);
  if (auto uri = Uri::parse(request.uri); uri && uri->parameters.has(sips_mark)) {
    uri->parameters.remove(sips_mark);
    uri->scheme = "sips";
    request.uri = uri->text();
  }
  if (forms_dialog(request)) request.add_first("Record-Route", outer_route(flow, host, port));
  request.add_first(
      "Via", fmt::format("SIP/2.0/{} {}:{};branch={};rport", wire_name(flow.peer.transport), host, port, branch));
}

std::optional<Flow> Relay::way_back(Message& answer) const {
  const auto branch = answer.via.parameters.get("branch").value_or("");
  if (!branch.starts_with(magic) || branch.size() < magic.size() + 2 || branch[magic.size()] != '.')
    return std::nullopt;
  const auto rest = branch.substr(magic.size() + 1);
  const auto flow = tokens_.read(rest.substr(0, rest.find('.')));
  if (!flow || answer.fields.empty() || answer.fields.front().name != "Via") return std::nullopt;
  answer.fields.erase(answer.fields.begin());
  return flow;
}

void Relay::answer_outwards(Message& answer, const Flow& flow, std::string_view host, std::uint16_t port) const {
  show_contact(answer, flow, host, port);
  for (auto& field : answer.fields) {
    if (field.name != "Record-Route") continue;
    std::string routes;
    for (const auto& one : split_list(field.value).value_or(std::vector<std::string_view>{})) {
      if (!routes.empty()) routes += ", ";
      const auto own_flow = flow_of(one);
      routes += own_flow ? outer_route(*own_flow, host, port) : std::string(one);
    }
    field.value = routes;
  }
}

std::optional<Source> Relay::source(std::string_view value) const {
  std::array<std::string_view, 6> words{};
  for (auto& one : words) {
    const auto end = std::min(value.find(' '), value.size());
    one = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  if (!digest::equal(words[0], secret_)) return std::nullopt;
  const auto line = Uuid::parse(words[1]);
  const auto trunk = Uuid::parse(words[2]);
  const auto colon = words[4].rfind(':');
  if (!line || !trunk || colon == std::string_view::npos) return std::nullopt;
  Source source{*line, *trunk, unescaped(words[5]).value_or(""), {}};
  for (const auto transport : {Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss}) {
    if (name_of(transport) == words[3]) source.peer.transport = transport;
  }
  const auto address = Address::parse(words[4].substr(0, colon));
  const auto port = number_of(words[4].substr(colon + 1), 65535);
  if (!address || !port) return std::nullopt;
  source.peer.address = *address;
  source.peer.port = static_cast<std::uint16_t>(*port);
  return source;
}

}  // namespace otklik::sip
