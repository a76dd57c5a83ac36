// Commands, as calls of the SIP library.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "sip/dialogs/causes.hpp"
#include "sip/dialogs/dialogs.hpp"

namespace otklik::sip {
namespace {

constexpr std::int64_t watchdog_ms = 40'000;  // past the limit of a call
constexpr const char* sdp_type = "application/sdp";

/// Headers that a command may not set: the agent or the library writes them.
constexpr std::array<std::string_view, 22> reserved{"Via",
                                                    "From",
                                                    "To",
                                                    "Call-ID",
                                                    "CSeq",
                                                    "Contact",
                                                    "Route",
                                                    "Record-Route",
                                                    "Max-Forwards",
                                                    "Content-Length",
                                                    "Content-Type",
                                                    "Authorization",
                                                    "Proxy-Authorization",
                                                    "Require",
                                                    "Supported",
                                                    "Allow",
                                                    "Session-Expires",
                                                    "Min-SE",
                                                    "Replaces",
                                                    "Privacy",
                                                    "P-Asserted-Identity",
                                                    source_header};

/// `Name: value\r\n…` of the headers that may be set.
std::string header_text(const std::vector<Header>& headers) {
  std::string out;
  for (const auto& header : headers) {
    const bool taken =
        std::any_of(reserved.begin(), reserved.end(), [&](auto name) { return iequals_ascii(name, header.name); });
    if (taken || !is_token(header.name) || header.value.find_first_of("\r\n") != std::string::npos ||
        header.value.contains('\0')) {
      continue;
    }
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  return out;
}

std::string address_text(const Party& party, std::string_view host) {
  NameAddress address;
  address.display = party.display;
  address.uri.scheme = "sip";
  address.uri.user = escaped_user(party.number);
  address.uri.host = party.host.empty() ? std::string(host) : party.host;
  return address.text();
}

/// The library must not think that it has to speak TLS itself: see Relay.
std::string inner_uri(const std::string& uri) {
  return uri.starts_with("sips:") ? "sip:" + uri.substr(5) + ";x-sips" : uri;
}

std::string dtmf(char digit, std::chrono::milliseconds each) {
  return fmt::format("Signal={}\r\nDuration={}\r\n", digit, each.count());
}

}  // namespace

void Dialogs::carry_out(Command& command) {
  if (closing_) return;
  std::visit([this](auto& one) { run(one); }, command);
}

// --- calling ---------------------------------------------------------------------------------------------------------

void Dialogs::run(Invite& command) {
  if (find(command.dialog) != nullptr) return refused(command.dialog, "invite", 409, "There is such a dialog already");
  if (dialogs_.size() >= options_.dialogs) {
    tell_(Ended{command.dialog, Cause::congestion, Ended::By::agent, 503, "Too many dialogs", false});
    return;
  }
  Dialog& dialog = add(command.dialog, true);
  const auto limit = std::clamp(command.limit, std::chrono::seconds(1), options_.ring_longest);
  dialog.limit_at = now() + std::chrono::milliseconds(limit).count();
  dialog.watchdog_at = dialog.limit_at + watchdog_ms;
  dialog.replaces = command.replaces;
  Ended nobody{command.dialog, Cause::absent, Ended::By::agent, 480, "Nobody is registered there", false};
  if (const auto* to = std::get_if<ToTrunk>(&command.to)) {
    const auto accounts = edge_.accounts();
    const auto trunk = std::find_if(accounts->trunks.begin(), accounts->trunks.end(),
                                    [&](const Trunk& t) { return t.id == to->trunk; });
    if (trunk == accounts->trunks.end()) {
      return finish(dialog, {command.dialog, Cause::no_route, Ended::By::agent, 404, "There is no such trunk", false});
    }
    const auto route = edge_.route_to(*trunk);
    if (!route) {
      return finish(dialog, {command.dialog, Cause::network_failure, Ended::By::agent, 503,
                             "The trunk's host cannot be resolved", false});
    }
    dialog.trunk = trunk->id;
    const auto host = trunk->domain.empty() ? trunk->host : trunk->domain;
    const auto port = trunk->domain.empty() && trunk->port != 0 ? fmt::format(":{}", trunk->port) : std::string();
    start_branch(dialog, command, fmt::format("sip:{}@{}{}", escaped_user(command.called.number), host, port), *route,
                 {}, false, &*trunk);
    return;
  }
  const auto* line = std::get_if<ToLine>(&command.to);
  const auto* single = std::get_if<ToContact>(&command.to);
  for (const auto& contact : edge_.registrar().contacts().of(line != nullptr ? line->aor : single->aor)) {
    if (single != nullptr && contact.uri != single->contact) continue;
    const bool browser = is_browser(contact.received.transport);
    if (browser ? command.browser_sdp.empty() : command.sdp.empty()) continue;
    auto route = edge_.relay().route(edge_.relay().tokens().read(contact.flow).value_or(Flow{contact.received, 0}));
    for (const auto& path : contact.path) route += ", " + path;
    start_branch(dialog, command, inner_uri(contact.uri), route, contact.uri, browser, nullptr);
  }
  if (dialog.branches.empty()) finish(dialog, std::move(nobody));
}

void Dialogs::start_branch(Dialog& dialog, const Invite& command, const std::string& uri, const std::string& route,
                           const std::string& contact_uri, bool browser, const Trunk* trunk) {
  Branch* branch = new_branch(&dialog);
  branch->number = static_cast<std::uint32_t>(dialog.branches.size());
  branch->browser = browser;
  branch->contact = contact_uri;
  branch->uri = uri;
  branch->local_sdp = browser ? command.browser_sdp : command.sdp;
  const auto host = trunk == nullptr ? domain() : trunk->domain.empty() ? trunk->host : trunk->domain;
  Party from = command.from;
  if (trunk != nullptr && from.number.empty()) from.number = trunk->user;
  const auto real_from = address_text(from, host);
  const auto from_text = command.anonymous ? std::string("\"Anonymous\" <sip:anonymous@anonymous.invalid>") : real_from;
  const auto to_text = address_text(command.called, host);
  auto headers = header_text(command.headers);
  if (command.anonymous) headers += "Privacy: id\r\n";
  if ((command.anonymous && trunk != nullptr) || (trunk != nullptr && trunk->caller_in_p_asserted)) {
    headers += "P-Asserted-Identity: " + real_from + "\r\n";
  }
  if (command.answer_at_once) {
    // No two makers agree on how this is asked for; each takes what it knows.
    headers += fmt::format(
        "Call-Info: <sip:{}>;answer-after=0\r\nAlert-Info: <http://127.0.0.1>;info=alert-autoanswer\r\n"
        "Answer-Mode: Auto\r\n",
        host);
  }
  std::string replaces;
  if (command.replaces) {
    if (Dialog* old = find(*command.replaces);
        old != nullptr && old->branch != nullptr && old->branch->handle != nullptr) {
      su_home_t home[1] = {SU_HOME_INIT(home)};
      su_home_init(home);
      if (const auto* made = nua_handle_make_replaces(old->branch->handle, home, 0)) {
        replaces = fmt::format("{};to-tag={};from-tag={}", made->rp_call_id, made->rp_to_tag, made->rp_from_tag);
      }
      su_home_deinit(home);
    }
  }
  branch->route = route;
  branch->from = from_text;
  branch->to = to_text;
  branch->headers = std::move(headers);
  branch->replaces = std::move(replaces);
  dialog.branches.push_back(branch);
  launch(*branch, {});
}

void Dialogs::launch(Branch& branch, const std::string& credentials) {
  branch.handle =
      nua_handle(nua_, &branch, SIPTAG_FROM_STR(branch.from.c_str()), SIPTAG_TO_STR(branch.to.c_str()), TAG_END());
  const auto own = contact();
  const auto headers = branch.headers + credentials;
  nua_invite(branch.handle, NUTAG_URL(branch.uri.c_str()), NUTAG_INITIAL_ROUTE_STR(branch.route.c_str()),
             SIPTAG_CONTACT_STR(own.c_str()), SIPTAG_CONTENT_TYPE_STR(sdp_type),
             SIPTAG_PAYLOAD_STR(branch.local_sdp.c_str()),
             TAG_IF(!branch.replaces.empty(), SIPTAG_REPLACES_STR(branch.replaces.c_str())),
             TAG_IF(!headers.empty(), SIPTAG_HEADER_STR(headers.c_str())), TAG_END());
}

// --- being called ----------------------------------------------------------------------------------------------------

void Dialogs::run(Ring& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  if (dialog->outgoing || dialog->answered)
    return refused(command.dialog, "ring", 409, "Not an incoming call that waits");
  const int status = command.ringing || command.sdp.empty() ? 180 : 183;
  const auto own = contact();
  const bool media = !command.sdp.empty();
  dialog->best_status = std::max(dialog->best_status, status);
  if (media) dialog->branch->local_sdp = command.sdp;
  nua_respond(dialog->branch->handle, status, status == 180 ? "Ringing" : "Session Progress",
              SIPTAG_CONTACT_STR(own.c_str()), TAG_IF(media, SIPTAG_CONTENT_TYPE_STR(sdp_type)),
              TAG_IF(media, SIPTAG_PAYLOAD_STR(command.sdp.c_str())), TAG_END());
}

void Dialogs::run(Answer& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  if (dialog->outgoing || dialog->answered)
    return refused(command.dialog, "answer", 409, "Not an incoming call that waits");
  if (command.sdp.empty()) return refused(command.dialog, "answer", 400, "An answer wants an SDP");
  dialog->answered = true;
  dialog->branch->established = true;
  dialog->branch->local_sdp = command.sdp;
  const auto own = contact();
  nua_respond(dialog->branch->handle, 200, "OK", SIPTAG_CONTACT_STR(own.c_str()), SIPTAG_CONTENT_TYPE_STR(sdp_type),
              SIPTAG_PAYLOAD_STR(command.sdp.c_str()), TAG_END());
  if (!dialog->replaces) return;
  const Uuid old_id = *dialog->replaces;
  if (Dialog* old = find(old_id)) {
    tell_(Replaced{old_id, command.dialog});
    old = find(old_id);
    if (old != nullptr) finish(*old, {old_id, Cause::normal, Ended::By::replaced, 0, "Replaced", old->answered});
  }
}

void Dialogs::run(Refuse& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  if (dialog->outgoing || dialog->answered)
    return refused(command.dialog, "refuse", 409, "Not an incoming call that waits");
  const int status = command.status >= 300 && command.status < 700 ? command.status : status_of_cause(command.cause);
  // Where it does not name a place to call, the answer goes without: finish() sends it.
  if (const auto to = Uri::parse(command.redirect_to); status < 400 && to && (to->is_sip() || to->scheme == "tel")) {
    const auto target = "<" + to->text() + ">";
    nua_respond(dialog->branch->handle, status, phrase_of(status).data(), SIPTAG_CONTACT_STR(target.c_str()),
                TAG_END());
    dialog->branch->final = true;
  }
  Cause cause = command.status != 0 && command.cause == Cause::normal ? cause_of_status(status) : command.cause;
  finish(*dialog, {command.dialog, cause, Ended::By::us, status, std::string(phrase_of(status)), false});
}

void Dialogs::run(End& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  finish(*dialog, {command.dialog, command.cause, Ended::By::us, 0, command.text, dialog->answered});
}

// --- within a call ---------------------------------------------------------------------------------------------------

void Dialogs::send_reinvite(Dialog& dialog, const std::string& sdp) {
  dialog.reinviting = true;
  dialog.branch->offered_sdp = sdp;
  const auto own = contact();
  nua_invite(dialog.branch->handle, SIPTAG_CONTACT_STR(own.c_str()), SIPTAG_CONTENT_TYPE_STR(sdp_type),
             SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
}

void Dialogs::run(Reinvite& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  if (!dialog->answered || command.sdp.empty()) return refused(command.dialog, "reinvite", 409, "Not an answered call");
  if (dialog->reinviting || dialog->reoffer != Dialog::Reoffer::none) {
    dialog->queued_reinvite = command.sdp;  // the latest wish counts
    return;
  }
  send_reinvite(*dialog, command.sdp);
}

void Dialogs::run(AnswerReoffer& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  if (dialog->reoffer == Dialog::Reoffer::none)
    return refused(command.dialog, "answer_reoffer", 409, "Nothing was offered");
  const auto own = contact();
  dialog->branch->local_sdp = command.sdp;
  msg_t* request = std::exchange(dialog->reoffer_request, nullptr);
  dialog->reoffer = Dialog::Reoffer::none;
  nua_respond(dialog->branch->handle, 200, "OK", TAG_IF(request != nullptr, NUTAG_WITH(request)),
              SIPTAG_CONTACT_STR(own.c_str()), SIPTAG_CONTENT_TYPE_STR(sdp_type),
              SIPTAG_PAYLOAD_STR(command.sdp.c_str()), TAG_END());
  if (request != nullptr) msg_destroy(request);
}

void Dialogs::run(RefuseReoffer& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr || dialog->reoffer == Dialog::Reoffer::none) return;
  msg_t* request = std::exchange(dialog->reoffer_request, nullptr);
  dialog->reoffer = Dialog::Reoffer::none;
  dialog->reoffer_asked_offer = false;
  const int status = command.status >= 400 && command.status < 700 ? command.status : 488;
  nua_respond(dialog->branch->handle, status, phrase_of(status).data(),
              TAG_IF(request != nullptr, NUTAG_WITH(request)), TAG_END());
  if (request != nullptr) msg_destroy(request);
}

void Dialogs::run(SendDigits& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  if (!dialog->answered) return refused(command.dialog, "send_digits", 409, "Not an answered call");
  for (const char digit : command.digits.substr(0, 64)) {
    if (std::string_view("0123456789*#ABCDabcd").find(digit) == std::string_view::npos) {
      return refused(command.dialog, "send_digits", 400, "Not a digit");
    }
    const auto body = dtmf(digit, command.each);
    nua_info(dialog->branch->handle, SIPTAG_CONTENT_TYPE_STR("application/dtmf-relay"),
             SIPTAG_PAYLOAD_STR(body.c_str()), TAG_END());
  }
}

void Dialogs::run(PressKey& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  Branch* branch = dialog->branch != nullptr  ? dialog->branch
                   : dialog->branches.empty() ? nullptr
                                              : dialog->branches.front();
  if (branch == nullptr || (dialog->best_status < 180 && !dialog->answered)) {
    return refused(command.dialog, "press_key", 409, "The phone does not ring yet");
  }
  nua_method(branch->handle, NUTAG_METHOD("NOTIFY"), SIPTAG_EVENT_STR(command.talk ? "talk" : "hold"),
             SIPTAG_SUBSCRIPTION_STATE_STR("active"), TAG_END());
}

void Dialogs::run(Refer& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  if (!dialog->answered) return refused(command.dialog, "refer", 409, "Not an answered call");
  std::string target = command.target;
  if (!target.starts_with("sip:") && !target.starts_with("sips:") && !target.starts_with("tel:")) {
    target = fmt::format("sip:{}@{}", escaped_user(target), domain());
  }
  if (command.replacing) {
    Dialog* other = find(*command.replacing);
    if (other == nullptr || !other->answered) return refused(command.dialog, "refer", 404, "The other call is over");
    const sip_to_t* remote = nua_handle_remote(other->branch->handle);
    su_home_t home[1] = {SU_HOME_INIT(home)};
    su_home_init(home);
    if (const auto* made = nua_handle_make_replaces(other->branch->handle, home, 0); made != nullptr) {
      const auto value = fmt::format("{};to-tag={};from-tag={}", made->rp_call_id, made->rp_to_tag, made->rp_from_tag);
      if (remote != nullptr && command.target.empty())
        target = fmt::format("sip:{}@{}", remote->a_url->url_user != nullptr ? remote->a_url->url_user : "", domain());
      std::string escaped;
      for (const char c : value) {
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
            c == '_') {
          escaped += c;
        } else {
          fmt::format_to(std::back_inserter(escaped), "%{:02X}", static_cast<unsigned char>(c));
        }
      }
      target += "?Replaces=" + escaped;
    }
    su_home_deinit(home);
  }
  if (!Uri::parse(target)) return refused(command.dialog, "refer", 400, "The target is no number and no URI");
  const auto refer_to = "<" + target + ">";
  const auto referred_by = fmt::format("<sip:otklik@{}>", domain());
  nua_refer(dialog->branch->handle, SIPTAG_REFER_TO_STR(refer_to.c_str()), SIPTAG_REFERRED_BY_STR(referred_by.c_str()),
            TAG_END());
}

void Dialogs::run(AcceptTransfer& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  for (auto& transfer : dialog->transfers) {
    if (transfer.number != command.transfer || transfer.request == nullptr) continue;
    msg_t* request = std::exchange(transfer.request, nullptr);
    nua_respond(dialog->branch->handle, 202, "Accepted", NUTAG_WITH(request), TAG_END());
    msg_destroy(request);
    return;
  }
  refused(command.dialog, "accept_transfer", 404, "There is no such transfer");
}

void Dialogs::run(RefuseTransfer& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  const auto at = std::find_if(dialog->transfers.begin(), dialog->transfers.end(), [&](const AskedTransfer& t) {
    return t.number == command.transfer && t.request != nullptr;
  });
  if (at == dialog->transfers.end()) return;
  const int status = command.status >= 400 && command.status < 700 ? command.status : 603;
  nua_respond(dialog->branch->handle, status, phrase_of(status).data(), NUTAG_WITH(at->request),
              TAG_END());
  msg_destroy(at->request);
  dialog->transfers.erase(at);
}

void Dialogs::run(TellTransfer& command) {
  Dialog* dialog = find(command.dialog);
  if (dialog == nullptr) return;
  const auto at = std::find_if(dialog->transfers.begin(), dialog->transfers.end(), [&](const AskedTransfer& t) {
    return t.number == command.transfer && t.request == nullptr;
  });
  if (at == dialog->transfers.end()) return;
  const int status = std::clamp(command.status, 100, 699);
  const auto body = fmt::format("SIP/2.0 {} {}\r\n", status, phrase_of(status));
  const bool last = status >= 200;
  nua_notify(dialog->branch->handle, SIPTAG_EVENT_STR(at->event.c_str()),
             SIPTAG_CONTENT_TYPE_STR("message/sipfrag;version=2.0"), SIPTAG_PAYLOAD_STR(body.c_str()),
             NUTAG_SUBSTATE(last ? nua_substate_terminated : nua_substate_active), TAG_END());
  if (last) dialog->transfers.erase(at);
}

// --- what is the edge's
// ------------------------------------------------------------------------------------------------

void Dialogs::run(SetMessages& command) { edge_.set_messages(command); }
void Dialogs::run(SetLamp& command) { edge_.set_lamp(command); }
void Dialogs::run(RegisterTrunk& command) { edge_.register_trunk(command.trunk); }
void Dialogs::run(UnregisterTrunk& command) { edge_.unregister_trunk(command.trunk); }
void Dialogs::run(DropContact& command) { edge_.drop_contact(command.aor, command.contact); }

}  // namespace otklik::sip
