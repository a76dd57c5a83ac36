#include "sip/edge/subscriptions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.hpp"
#include "base/text.hpp"
#include "sip/edge/edge.hpp"

namespace otklik::sip {
namespace {

constexpr std::string_view tag_prefix = "lamp-";
constexpr std::size_t subscriptions_most = 100'000;
constexpr std::size_t of_one_line = 200;
constexpr std::size_t lamps_most = 100'000;
constexpr std::int64_t shortest = 60;
constexpr std::int64_t usual = 600;
constexpr std::int64_t longest = 7200;

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : to_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

std::int64_t expires_of(const Message& request) {
  const auto* field = request.find("Expires");
  const auto value = field == nullptr ? std::nullopt : number_of(*field, UINT64_MAX);
  return static_cast<std::int64_t>(std::min<std::uint64_t>(value.value_or(usual), longest));
}

}  // namespace

void Subscriptions::open(const Message& request, const Flow& flow, const Source& source, std::int64_t now) {
  const auto* header = request.find("Event");
  const std::string_view event_value = header == nullptr ? std::string_view{} : std::string_view(*header);
  const auto semicolon = std::min(event_value.find(';'), event_value.size());
  const auto event = lower_utf8(trim(event_value.substr(0, semicolon)));
  if (event != "message-summary" && event != "dialog") {
    return edge_.refuse(request, flow, 489, {}, {{"Allow-Events", "message-summary, dialog"}});
  }
  const auto uri = Uri::parse(request.uri);
  const auto contacts = request.list("Contact");
  const auto contact = contacts.size() == 1 ? NameAddress::parse(contacts.front()) : std::nullopt;
  const auto subject = uri ? unescaped(uri->user) : std::nullopt;
  if (!contact || !contact->uri.is_sip() || !subject || subject->empty())
    return edge_.refuse(request, flow, 400, "No contact or no subject");
  const auto expires = expires_of(request);
  if (expires != 0 && expires < shortest) {
    return edge_.refuse(request, flow, 423, {}, {{"Min-Expires", std::to_string(shortest)}});
  }
  const auto mine =
      std::count_if(all_.begin(), all_.end(), [&](const auto& one) { return one.second.line == source.line; });
  if (all_.size() >= subscriptions_most || mine >= static_cast<std::ptrdiff_t>(of_one_line))
    return edge_.refuse(request, flow, 503, "Too many subscriptions");
  // The same request once more, because its answer was lost.
  for (auto& [tag, one] : all_) {
    if (one.call_id != request.call_id || one.peer_tag != request.from.parameters.get("tag").value_or("")) continue;
    auto again = reply_to(request, 200, {}, tag);
    const auto [again_host, again_port] = edge_.shown_to(flow);
    again.add("Contact", fmt::format("<sip:lamps@{}:{}>", again_host, again_port));
    again.add("Expires", std::to_string(std::max<std::int64_t>((one.until - now) / 1000, 0)));
    return edge_.reply(again, flow);
  }
  Subscription one;
  one.id = Uuid::random();
  one.line = source.line;
  one.event = event;
  if (const auto parameters = Parameters::parse(event_value.substr(semicolon)))
    one.event_id = parameters->get("id").value_or("");
  one.subject = *subject;
  one.call_id = request.call_id;
  one.own_tag = std::string(tag_prefix) + random_text(96);
  one.peer_tag = request.from.parameters.get("tag").value_or("");
  one.peer = request.from.text();
  NameAddress own = request.to;
  own.parameters.set("tag", one.own_tag);
  one.own = own.text();
  one.target = contact->uri.text();
  for (const auto& route : request.list("Record-Route")) one.routes.push_back(route);
  one.flow = flow;
  one.peer_sequence = request.sequence;
  one.until = now + expires * 1000;
  auto answer = reply_to(request, 200, {}, one.own_tag);
  const auto [host, port] = edge_.shown_to(flow);
  answer.add("Contact", fmt::format("<sip:lamps@{}:{}{}>", host, port,
                                    flow.peer.transport == Transport::udp
                                        ? ""
                                        : fmt::format(";transport={}", name_of(flow.peer.transport))));
  answer.add("Expires", std::to_string(expires));
  for (const auto& route : one.routes) answer.add("Record-Route", route);
  edge_.reply(answer, flow);
  const auto tag = one.own_tag;
  auto& kept = all_.emplace(tag, std::move(one)).first->second;
  if (expires == 0) {  // a look only (RFC 6665 4.4.3)
    notify(kept, now, "timeout");
    all_.erase(tag);
    return;
  }
  edge_.tell_(SubscriptionOpened{kept.id, kept.line, kept.event, kept.subject});
  notify(kept, now);
}

bool Subscriptions::refresh(const Message& request, const Flow& flow, std::int64_t now) {
  const auto tag = request.to.parameters.get("tag").value_or("");
  if (!tag.starts_with(tag_prefix)) return false;
  const auto at = all_.find(std::string(tag));
  if (at == all_.end() || at->second.call_id != request.call_id ||
      at->second.peer_tag != request.from.parameters.get("tag").value_or("") || request.method != "SUBSCRIBE") {
    edge_.refuse(request, flow, 481);
    return true;
  }
  Subscription& one = at->second;
  if (request.sequence < one.peer_sequence) {
    edge_.refuse(request, flow, 500, "An older request came late");
    return true;
  }
  one.peer_sequence = request.sequence;
  const auto expires = expires_of(request);
  if (expires != 0 && expires < shortest) {
    edge_.refuse(request, flow, 423, {}, {{"Min-Expires", std::to_string(shortest)}});
    return true;
  }
  one.flow = flow;
  one.until = now + expires * 1000;
  edge_.refuse(request, flow, 200, {}, {{"Expires", std::to_string(expires)}});
  if (expires == 0) {
    notify(one, now, "timeout");
    close(one.own_tag);
  } else {
    notify(one, now);
  }
  return true;
}

std::string Subscriptions::body(const Subscription& one) const {
  if (one.event == "message-summary") {
    const auto at = messages_.find(one.subject);
    const SetMessages none{one.subject};
    const SetMessages& state = at == messages_.end() ? none : at->second;
    return fmt::format("Messages-Waiting: {}\r\nMessage-Account: sip:{}@{}\r\nVoice-Message: {}/{} ({}/{})\r\n",
                       state.fresh + state.urgent_fresh == 0 ? "no" : "yes", escaped_user(one.subject),
                       edge_.options_.domain.empty() ? "otklik.invalid" : edge_.options_.domain, state.fresh, state.old,
                       state.urgent_fresh, state.urgent_old);
  }
  const auto at = lamps_.find(one.subject);
  const SetLamp none{one.subject, SetLamp::State::idle, {}, {}};
  const SetLamp& lamp = at == lamps_.end() ? none : at->second;
  const auto host = edge_.options_.domain.empty() ? std::string("otklik.invalid") : edge_.options_.domain;
  const auto entity = xml(fmt::format("sip:{}@{}", escaped_user(one.subject), host));
  std::string out = fmt::format(
      "<?xml version=\"1.0\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" "
      "version=\"{}\" state=\"full\" entity=\"{}\">\n",
      one.version, entity);
  const bool ringing = lamp.state == SetLamp::State::ringing;
  const bool early = ringing || lamp.state == SetLamp::State::calling;
  if (lamp.state != SetLamp::State::idle) {
    fmt::format_to(std::back_inserter(out), "<dialog id=\"{}\" direction=\"{}\">\n<state>{}</state>\n",
                   lamp.dialog.is_nil() ? "1" : lamp.dialog.text(), ringing ? "recipient" : "initiator",
                   early ? "early" : "confirmed");
    if (!lamp.remote.number.empty()) {
      fmt::format_to(std::back_inserter(out), "<remote><identity display=\"{}\">{}</identity></remote>\n",
                     xml(lamp.remote.display), xml(fmt::format("sip:{}@{}", escaped_user(lamp.remote.number), host)));
    }
    fmt::format_to(std::back_inserter(out),
                   "<local><identity>{}</identity><target uri=\"{}\">{}</target></local>\n</dialog>\n", entity, entity,
                   lamp.state == SetLamp::State::held ? "<param pname=\"+sip.rendering\" pval=\"no\"/>" : "");
  } else {
    out += "<dialog id=\"1\"><state>terminated</state></dialog>\n";
  }
  return out += "</dialog-info>\n";
}

void Subscriptions::notify(Subscription& one, std::int64_t now, std::string_view reason_of_end) {
  const bool last = !reason_of_end.empty();
  if (one.asking && !last) {  // one at a time, so that none overtakes another; the next says it all
    one.changed = true;
    return;
  }
  one.changed = false;
  Message request;
  request.method = "NOTIFY";
  request.uri = one.target;
  request.call_id = one.call_id;
  request.add("Max-Forwards", "70");
  for (const auto& route : one.routes) request.add("Route", route);
  request.add("From", one.own);
  request.add("To", one.peer);
  request.add("Call-ID", one.call_id);
  request.add("CSeq", fmt::format("{} NOTIFY", ++one.sequence));
  const auto [host, port] = edge_.shown_to(one.flow);
  request.add("Contact", fmt::format("<sip:lamps@{}:{}>", host, port));
  request.add("Event", one.event_id.empty() ? one.event : fmt::format("{};id={}", one.event, one.event_id));
  request.add("Subscription-State",
              last ? fmt::format("terminated;reason={}", reason_of_end)
                   : fmt::format("active;expires={}", std::max<std::int64_t>((one.until - now) / 1000, 0)));
  request.add("Content-Type",
              one.event == "dialog" ? "application/dialog-info+xml" : "application/simple-message-summary");
  request.add("User-Agent", edge_.options_.product);
  request.body = body(one);
  ++one.version;
  one.asking =
      edge_.client_.ask(std::move(request), one.flow, now,
                        [this, tag = one.own_tag, last](const Message* answer) { answered(tag, answer, last); });
}

void Subscriptions::answered(const std::string& tag, const Message* answer, bool last) {
  const auto at = all_.find(tag);
  if (at == all_.end() || last) return;
  Subscription& one = at->second;
  one.asking = false;
  // RFC 6665 4.2.2: whoever does not know it any more, or is not there, is not told any more.
  if (answer == nullptr || answer->status == 481 || answer->status == 404 || answer->status == 410 ||
      answer->status == 405)
    return close(tag);
  if (one.changed) notify(one, edge_.loop_->now());
}

void Subscriptions::close(const std::string& tag) {
  const auto at = all_.find(tag);
  if (at == all_.end()) return;
  const auto id = at->second.id;
  all_.erase(at);
  edge_.tell_(SubscriptionClosed{id});
}

void Subscriptions::set(const SetMessages& messages, std::int64_t now) {
  if (messages_.size() >= lamps_most && !messages_.contains(messages.aor)) return;
  messages_[messages.aor] = messages;
  for (auto& [tag, one] : all_) {
    if (one.event == "message-summary" && one.subject == messages.aor) notify(one, now);
  }
}

void Subscriptions::set(const SetLamp& lamp, std::int64_t now) {
  if (lamp.state == SetLamp::State::idle) {
    lamps_.erase(lamp.number);
  } else if (lamps_.size() < lamps_most || lamps_.contains(lamp.number)) {
    lamps_[lamp.number] = lamp;
  }
  for (auto& [tag, one] : all_) {
    if (one.event == "dialog" && one.subject == lamp.number) notify(one, now);
  }
}

void Subscriptions::every_second(std::int64_t now) {
  std::vector<std::string> over;
  for (auto& [tag, one] : all_) {
    if (now >= one.until) over.push_back(tag);
  }
  for (const auto& tag : over) {
    notify(all_.at(tag), now, "timeout");
    close(tag);
  }
}

void Subscriptions::drop_flow(std::uint64_t connection) {
  std::vector<std::string> over;
  for (auto& [tag, one] : all_) {
    if (one.flow.peer.transport != Transport::udp && one.flow.connection == connection) over.push_back(tag);
  }
  for (const auto& tag : over) close(tag);
}

void Subscriptions::close_all(std::int64_t now) {
  for (auto& [tag, one] : all_) notify(one, now, "deactivated");
  all_.clear();
}

}  // namespace otklik::sip
