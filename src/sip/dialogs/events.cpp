// What the SIP library reports, as facts.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "sip/dialogs/causes.hpp"
#include "sip/dialogs/dialogs.hpp"
#include "sip/dialogs/reading.hpp"
#include "sip/digest/digest.hpp"
#include "sip/sdp/session.hpp"

namespace otklik::sip {
namespace {

constexpr std::int64_t reoffer_ms = 20'000;
constexpr std::int64_t transfer_ms = 10'000;
constexpr std::int64_t farewell_ms = 40'000;
constexpr std::size_t transfers_most = 8;

Direction direction_in(const std::string& sdp) {
  const auto session = sdp::parse(sdp);
  const auto* audio = session ? session->audio() : nullptr;
  return audio == nullptr ? Direction::send_receive : audio->direction;
}

bool is_hold(Direction direction) { return direction == Direction::send_only || direction == Direction::inactive; }

std::string reason_of(const sip_t* sip, const char* phrase) {
  if (sip != nullptr && sip->sip_reason != nullptr) {
    const auto text = unquoted(text_of(sip->sip_reason->re_text)).value_or("");
    if (!text.empty()) return clean(text);
  }
  return clean(text_of(phrase));
}

std::optional<Cause> cause_in(const sip_t* sip) {
  std::optional<Cause> found;
  if (sip == nullptr) return found;
  for (const auto* one = sip->sip_reason; one != nullptr; one = one->re_next) {
    const auto number = number_of(text_of(one->re_cause), 999);
    if (!number) continue;
    const auto protocol = text_of(one->re_protocol);
    if (iequals_ascii(protocol, "Q.850")) return cause_of_q850(static_cast<int>(*number));
    if (iequals_ascii(protocol, "SIP")) {
      found = *number == 200 ? Cause::answered_elsewhere : cause_of_status(static_cast<int>(*number));
    }
  }
  return found;
}

std::optional<digest::Challenge> challenge_of(const msg_auth_t* asked) {
  std::string text = text_of(asked->au_scheme) + " ";
  for (const auto* one = asked->au_params; one != nullptr && *one != nullptr; ++one) {
    if (one != asked->au_params) text += ", ";
    text += *one;
  }
  return digest::Challenge::parse(text);
}

/// Answers by which the phones of one line are compared, if all refuse (RFC 3261 16.7): the lower the better.
int rank(int status) {
  if (status >= 600) return 0;
  if (status == 486 || status == 603) return 1;
  if (status >= 300 && status < 400) return 2;
  if (status == 480) return 3;
  return status >= 500 || status == 408 || status == 430 ? 5 : 4;
}

}  // namespace

void Dialogs::event(nua_event_t event, int status, const char* phrase, nua_handle_t* handle, Branch* branch,
                    const sip_t* sip, tagi_t* tags) {
  if (event == nua_r_shutdown) {
    if (status >= 200) closed_ = true;
    return;
  }
  if (branch == nullptr) {
    if (event == nua_i_invite && !closing_) {
      invited(handle, sip);
    } else if (event == nua_i_fork) {
      return;  // a second answer to a call that has one: the library ends it when its handle goes
    } else if (handle != nullptr && nua_event_is_incoming_request(event) != 0 && event != nua_i_ack &&
               event != nua_i_cancel && event != nua_i_prack && event != nua_i_bye && event != nua_i_options) {
      if (status < 200)
        nua_respond(handle, event == nua_i_invite ? 503 : 481, "No Such Call", NUTAG_WITH_THIS(nua_), TAG_END());
      if (handle != nua_default(nua_)) nua_handle_destroy(handle);
    }
    return;
  }
  if (!branches_.contains(branch)) return;
  Dialog* dialog = branch->dialog;
  switch (event) {
    case nua_r_invite:
      if (dialog != nullptr && (dialog->answered && dialog->branch == branch)) {
        reinvite_answered(*branch, status, phrase, sip);
      } else {
        invite_answered(*branch, status, phrase, sip);
      }
      return;
    case nua_i_invite:  // on a handle that has one: a new offer
      if (dialog == nullptr) {
        nua_respond(handle, 481, "No Such Call", TAG_END());
      } else {
        reoffered(*branch, sip, Dialog::Reoffer::invite);
      }
      return;
    case nua_i_update:
      if (status >= 200) return;
      if (dialog == nullptr) {
        nua_respond(handle, 481, "No Such Call", NUTAG_WITH_THIS(nua_), TAG_END());
      } else if (sdp_of(sip).empty()) {
        nua_respond(handle, 200, "OK", NUTAG_WITH_THIS(nua_), TAG_END());  // a session timer
      } else if (!dialog->answered) {
        nua_respond(handle, 500, "Not Yet", NUTAG_WITH_THIS(nua_), SIPTAG_RETRY_AFTER_STR("5"), TAG_END());
      } else {
        reoffered(*branch, sip, Dialog::Reoffer::update);
      }
      return;
    case nua_i_ack:
      if (dialog == nullptr) return;
      if (dialog->asked_offer) {
        dialog->asked_offer = false;
        dialog->confirmed = true;
        tell_(Confirmed{dialog->id, sdp_of(sip)});
      } else if (dialog->reoffer_asked_offer) {
        dialog->reoffer_asked_offer = false;
        tell_(ReofferAnswered{dialog->id, sdp_of(sip)});
      } else if (!dialog->outgoing && !dialog->confirmed) {
        dialog->confirmed = true;
        tell_(Confirmed{dialog->id, {}});
      }
      return;
    case nua_i_bye:
      branch->final = true;
      if (dialog != nullptr) {
        const auto id = dialog->id;
        finish(*dialog, {id, cause_in(sip).value_or(Cause::normal), Ended::By::peer, 0, reason_of(sip, nullptr),
                         dialog->answered});
      }
      return;
    case nua_i_cancel:
      if (dialog != nullptr) {
        const auto id = dialog->id;
        finish(*dialog,
               {id, cause_in(sip).value_or(Cause::normal), Ended::By::peer, 487, reason_of(sip, nullptr), false});
      }
      return;
    case nua_i_info:
      return info_came(*branch, sip);
    case nua_i_refer:
      return refer_came(*branch, sip, tags);
    case nua_i_notify:
      return notify_came(*branch, sip, tags);
    case nua_r_refer:
      if (dialog == nullptr || status < 200) return;
      if (status == 401 || status == 407) return challenged(*branch, sip, status);
      tell_(TransferProgressed{dialog->id, status, status >= 300});
      return;
    case nua_r_info:
    case nua_r_method:
      if (dialog != nullptr && status >= 300) {
        refused(dialog->id, event == nua_r_info ? "send_digits" : "press_key", status, clean(text_of(phrase)));
      }
      return;
    case nua_r_bye:
    case nua_r_cancel:
      if (status >= 200 && dialog == nullptr && event == nua_r_bye) drop(*branch);
      return;
    case nua_i_state: {
      int state = nua_callstate_init;
      tl_gets(tags, NUTAG_CALLSTATE_REF(state), TAG_END());
      if (state != nua_callstate_terminated) return;
      [[fallthrough]];
    }
    case nua_i_terminated:
      if (dialog == nullptr) {
        if (branch->final || branch->established || event == nua_i_terminated) drop(*branch);
        return;
      }
      // Whatever it was that none of the above has told: a session timer that ran out, a BYE of the library's own.
      if (!dialog->answered && dialog->outgoing)
        return branch_refused(*branch, status == 0 ? 500 : status, clean(text_of(phrase)), sip);
      {
        const auto id = dialog->id;
        branch->final = true;
        finish(*dialog, {id, status < 300 ? Cause::normal : cause_of_status(status), Ended::By::network,
                         status < 300 ? 0 : status, clean(text_of(phrase)), dialog->answered});
      }
      return;
    case nua_i_fork: {
      nua_handle_t* second = nullptr;
      tl_gets(tags, NUTAG_HANDLE_REF(second), TAG_END());
      if (second != nullptr) nua_handle_destroy(second);
      return;
    }
    default:
      return;
  }
}

// --- incoming
// ----------------------------------------------------------------------------------------------------------

void Dialogs::invited(nua_handle_t* handle, const sip_t* sip) {
  const auto refuse = [&](int status, const char* phrase) {
    nua_respond(handle, status, phrase, TAG_END());
    nua_handle_destroy(handle);
  };
  // Whatever reaches the library without passing the edge is from another program of this machine.
  const auto source = edge_.relay().source(header_of(sip, source_header));
  if (!source || sip == nullptr || sip->sip_request == nullptr) return refuse(403, "Forbidden");
  if (dialogs_.size() >= options_.dialogs) return refuse(503, "Service Unavailable");
  Invited fact;
  if (sip->sip_replaces != nullptr) {
    nua_handle_t* old = nua_handle_by_replaces(nua_, sip->sip_replaces);
    const Branch* branch = old == nullptr ? nullptr : nua_handle_magic(old);
    if (old != nullptr) nua_handle_unref(old);
    if (branch == nullptr || branch->dialog == nullptr) return refuse(481, "Call/Transaction Does Not Exist");
    fact.replaces = branch->dialog->id;
  }
  fact.sdp = sdp_of(sip);
  if (!fact.sdp.empty() && !sdp::parse(fact.sdp)) return refuse(488, "Not Acceptable Here");
  fact.dialog = Uuid::random();
  fact.line = source->line;
  fact.trunk = source->trunk;
  fact.aor = source->aor;
  fact.peer = source->peer;
  fact.from = party_of(sip->sip_from);
  fact.called.number = clean(unescaped(text_of(sip->sip_request->rq_url->url_user)).value_or(""));
  fact.called.host = clean(text_of(sip->sip_request->rq_url->url_host));
  if (sip->sip_request->rq_url->url_type == url_tel)
    fact.called.number = clean(text_of(sip->sip_request->rq_url->url_host));
  const auto identity = header_of(sip, "P-Asserted-Identity");
  if (!source->trunk.is_nil()) {
    if (!identity.empty()) {
      const auto parts = split_list(identity);
      if (parts && !parts->empty()) {
        if (auto asserted = party_of(parts->front()); !asserted.number.empty()) fact.from = asserted;
      }
    }
    // The provider calls the Contact that we registered, and says in To which number was dialled.
    const auto parameters = text_of(sip->sip_request->rq_url->url_params);
    if (parameters.find("line=") != std::string::npos) {
      if (auto dialled = party_of(sip->sip_to); !dialled.number.empty()) fact.called = dialled;
    }
  }
  const auto privacy = header_of(sip, "Privacy");
  fact.anonymous =
      (!privacy.empty() && privacy != "none") || (sip->sip_privacy != nullptr) ||
      (sip->sip_from != nullptr && iequals_ascii(text_of(sip->sip_from->a_url->url_host), "anonymous.invalid"));
  fact.call_id = text_of(sip->sip_call_id->i_id);
  fact.user_agent = user_agent_of(sip);
  fact.headers = interesting_headers(sip);

  Dialog& dialog = add(fact.dialog, false);
  Branch* branch = new_branch(&dialog);
  branch->handle = handle;
  branch->browser = is_browser(source->peer.transport);
  nua_handle_bind(handle, branch);
  dialog.branch = branch;
  dialog.trunk = source->trunk;
  dialog.replaces = fact.replaces;
  dialog.asked_offer = fact.sdp.empty();
  dialog.watchdog_at = now() + std::chrono::milliseconds(options_.ring_longest).count();
  keep_call_id(dialog, sip);
  tell_(std::move(fact));
}

// --- outgoing
// ------------------------------------------------------------------------------------------------------------

void Dialogs::invite_answered(Branch& branch, int status, const char* phrase, const sip_t* sip) {
  Dialog* dialog = branch.dialog;
  if (dialog == nullptr) {  // dismissed meanwhile
    if (status >= 200 && status < 300) {
      branch.established = true;
      nua_ack(branch.handle, TAG_END());
      nua_bye(branch.handle, TAG_END());
      branch.gives_up_at = now() + farewell_ms;
    } else if (status >= 300) {
      branch.final = true;
    }
    return;
  }
  keep_call_id(*dialog, sip);
  if (status == 401 || status == 407) return challenged(branch, sip, status);
  if (status >= 300) return branch_refused(branch, status, reason_of(sip, phrase), sip);
  const auto sdp = sdp_of(sip);
  const auto id = dialog->id;
  dialog->best_status = std::max(dialog->best_status, std::min(status, 199));
  if (status < 200) {
    if (status == 180 || status == 182) tell_(Ringing{id, branch.number});
    if (find(id) == nullptr || branch.dialog == nullptr) return;
    if (!sdp.empty() && sdp != branch.early_sdp) {
      branch.early_sdp = sdp;
      tell_(EarlyMedia{id, branch.number, sdp, branch.browser});
    }
    return;
  }
  branch.established = true;
  branch.final = true;
  nua_ack(branch.handle, TAG_END());
  dialog->answered = true;
  dialog->branch = &branch;
  const auto others = std::exchange(dialog->branches, {});
  for (Branch* other : others) {
    if (other != &branch) dismiss(*other, Cause::answered_elsewhere, "Call completed elsewhere", 0, other->final);
  }
  Answered fact{id, branch.number, sdp, branch.browser, {}, branch.contact, user_agent_of(sip)};
  const auto identity = header_of(sip, "P-Asserted-Identity");
  if (!identity.empty()) fact.connected = party_of(std::string_view(identity));
  const auto replaces = dialog->replaces;
  tell_(std::move(fact));
  if (replaces) {
    if (Dialog* old = find(*replaces)) {
      tell_(Replaced{*replaces, id});
      old = find(*replaces);
      if (old != nullptr) finish(*old, {*replaces, Cause::normal, Ended::By::replaced, 0, "Replaced", old->answered});
    }
  }
}

void Dialogs::challenged(Branch& branch, const sip_t* sip, int status) {
  Dialog* dialog = branch.dialog;
  const auto accounts = edge_.accounts();
  const Trunk* trunk = nullptr;
  for (const auto& one : accounts->trunks) {
    if (dialog != nullptr && one.id == dialog->trunk) trunk = &one;
  }
  const msg_auth_t* asked = sip == nullptr  ? nullptr
                            : status == 401 ? sip->sip_www_authenticate
                                            : sip->sip_proxy_authenticate;
  if (trunk == nullptr || trunk->password.empty() || branch.challenged || asked == nullptr) {
    return branch_refused(branch, status, "The peer wants other credentials", sip);
  }
  branch.challenged = true;
  const auto& user = trunk->auth_user.empty() ? trunk->user : trunk->auth_user;
  std::optional<digest::Challenge> stronger;
  for (const auto* one = asked; one != nullptr; one = one->au_next) {
    const auto challenge = challenge_of(one);
    if (!challenge) continue;
    if (challenge->algorithm == digest::Algorithm::sha256) {
      stronger = challenge;
      continue;
    }
    const auto credentials = fmt::format("Digest:{}:{}:{}", quoted(challenge->realm), user, trunk->password);
    nua_authenticate(branch.handle, NUTAG_AUTH(credentials.c_str()), TAG_END());
    return;
  }
  if (!stronger || dialog->answered) return branch_refused(branch, status, "The peer wants other credentials", sip);
  // The library knows MD5 only: a second INVITE, with credentials of our own making.
  const auto shown = digest::answer(*stronger, user, trunk->password, "INVITE", branch.uri, 1).text();
  nua_handle_bind(branch.handle, nullptr);
  nua_handle_destroy(std::exchange(branch.handle, nullptr));
  dialog->call_id.clear();
  launch(branch, fmt::format("{}: {}\r\n", status == 401 ? "Authorization" : "Proxy-Authorization", shown));
}

void Dialogs::branch_refused(Branch& branch, int status, std::string reason, const sip_t* sip) {
  Dialog* dialog = branch.dialog;
  if (dialog == nullptr) return;
  const auto id = dialog->id;
  branch.final = true;
  if (status >= 300 && status < 400 && sip != nullptr) {
    Redirected fact{id, {}, status == 301};
    for (const auto* one = sip->sip_contact; one != nullptr && fact.to.size() < 8; one = one->m_next) {
      Party party;
      party.number = clean(unescaped(text_of(one->m_url->url_user)).value_or(""));
      party.host = clean(text_of(one->m_url->url_host));
      party.display = clean(text_of(one->m_display));
      if (!party.number.empty()) fact.to.push_back(std::move(party));
    }
    tell_(std::move(fact));
    dialog = find(id);
    if (dialog == nullptr) return;
  }
  if (dialog->refused_status == 0 || rank(status) < rank(dialog->refused_status)) {
    dialog->refused_status = status;
    dialog->refused_cause = cause_in(sip).value_or(cause_of_status(status));
    dialog->best_reason = reason.empty() ? std::string(phrase_of(status)) : std::move(reason);
  }
  std::erase(dialog->branches, &branch);
  const bool decisive = status >= 600;  // 16.7: nobody else is asked any more
  if (!dialog->branches.empty() && !decisive) {
    dismiss(branch, Cause::normal, "", 0, true);
    return;
  }
  dismiss(branch, Cause::normal, "", 0, true);
  const bool silent = dialog->refused_status == 408 && (sip == nullptr || sip->sip_status == nullptr);
  finish(*dialog, {id, silent ? Cause::no_response : dialog->refused_cause,
                   silent || dialog->refused_status == 430 ? Ended::By::network : Ended::By::peer,
                   dialog->refused_status, dialog->best_reason, false});
}

// --- within a call
// -------------------------------------------------------------------------------------------------------

void Dialogs::reinvite_answered(Branch& branch, int status, const char* phrase, const sip_t* sip) {
  Dialog& dialog = *branch.dialog;
  if (status < 200) return;
  const auto id = dialog.id;
  if (status == 401 || status == 407) {
    branch.challenged = false;
    return challenged(branch, sip, status);
  }
  if (status < 300) {
    const auto sdp = sdp_of(sip);
    if (!dialog.reinviting) {
      // The library's own, of the session timer, without an offer: the peer has made one, and gets what holds already.
      nua_ack(branch.handle, TAG_IF(!sdp.empty(), SIPTAG_CONTENT_TYPE_STR("application/sdp")),
              TAG_IF(!sdp.empty(), SIPTAG_PAYLOAD_STR(branch.local_sdp.c_str())), TAG_END());
      return;
    }
    nua_ack(branch.handle, TAG_END());
    dialog.reinviting = false;
    branch.local_sdp = branch.offered_sdp;
    tell_(ReofferAnswered{id, sdp});
    return;
  }
  const bool ours = std::exchange(dialog.reinviting, false);
  if (status == 491 && ours && dialog.queued_reinvite.empty()) {
    // RFC 3261 14.1: whoever made the Call-ID waits longer.
    std::uint8_t chance = 0;
    random_bytes({&chance, 1});
    dialog.queued_reinvite = branch.offered_sdp;
    dialog.reinvite_at = now() + (dialog.outgoing ? 2100 + chance * 7 : chance * 7);
    return;
  }
  if (status == 481 || status == 408) {
    finish(dialog, {id, cause_of_status(status), Ended::By::network, status, clean(text_of(phrase)), true});
    return;
  }
  if (ours) tell_(ReofferRefused{id, status, reason_of(sip, phrase)});
}

void Dialogs::reoffered(Branch& branch, const sip_t* sip, Dialog::Reoffer how) {
  Dialog& dialog = *branch.dialog;
  const auto id = dialog.id;
  const auto sdp = sdp_of(sip);
  const bool update = how == Dialog::Reoffer::update;
  const auto refuse = [&](int status, const char* phrase) {
    nua_respond(branch.handle, status, phrase, TAG_IF(update, NUTAG_WITH_THIS(nua_)), TAG_END());
  };
  if (dialog.reinviting || dialog.reoffer != Dialog::Reoffer::none) return refuse(491, "Request Pending");
  if (!sdp.empty() && !sdp::parse(sdp)) return refuse(488, "Not Acceptable Here");
  dialog.reoffer = how;
  dialog.reoffer_by = now() + reoffer_ms;
  dialog.reoffer_asked_offer = sdp.empty();
  if (update) {
    dialog.reoffer_request = msg_ref(nua_current_request(nua_));
  }
  const auto direction = sdp.empty() ? Direction::send_receive : direction_in(sdp);
  if (!sdp.empty() && is_hold(direction) != dialog.held) {
    dialog.held = !dialog.held;
    if (dialog.held) {
      tell_(Held{id});
    } else {
      tell_(Resumed{id});
    }
  }
  if (find(id) != nullptr) tell_(Reoffered{id, sdp, direction});
}

void Dialogs::info_came(Branch& branch, const sip_t* sip) {
  Dialog* dialog = branch.dialog;
  if (dialog == nullptr) {
    nua_respond(branch.handle, 481, "No Such Call", NUTAG_WITH_THIS(nua_), TAG_END());
    return;
  }
  const auto type =
      sip->sip_content_type == nullptr ? std::string() : lower_utf8(text_of(sip->sip_content_type->c_type));
  const auto body = body_of(sip);
  DigitsCame fact{dialog->id, {}, std::chrono::milliseconds(0)};
  if (type == "application/dtmf-relay") {
    for (std::size_t at = 0; at < body.size();) {
      const auto end = std::min(body.find('\n', at), body.size());
      const auto line = trim(std::string_view(body).substr(at, end - at));
      at = end + 1;
      const auto equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      const auto value = trim(line.substr(equals + 1));
      if (iequals_ascii(trim(line.substr(0, equals)), "Signal")) fact.digits = clean(value);
      if (iequals_ascii(trim(line.substr(0, equals)), "Duration")) {
        fact.duration = std::chrono::milliseconds(number_of(value, 60'000).value_or(0));
      }
    }
  } else if (type == "application/dtmf") {
    fact.digits = clean(trim(body));
  } else {
    nua_respond(branch.handle, body.empty() ? 200 : 415, body.empty() ? "OK" : "Unsupported Media Type",
                NUTAG_WITH_THIS(nua_), TAG_END());
    return;
  }
  // 10 and 11 stand for star and hash in the numbering of events (RFC 4733), and some phones write that.
  if (fact.digits == "10") fact.digits = "*";
  if (fact.digits == "11") fact.digits = "#";
  const bool good = !fact.digits.empty() && fact.digits.size() <= 32 &&
                    fact.digits.find_first_not_of("0123456789*#ABCDabcd") == std::string::npos;
  nua_respond(branch.handle, good ? 200 : 400, good ? "OK" : "Bad Request", NUTAG_WITH_THIS(nua_), TAG_END());
  if (good) tell_(std::move(fact));
}

void Dialogs::refer_came(Branch& branch, const sip_t* sip, tagi_t* tags) {
  Dialog* dialog = branch.dialog;
  const auto refuse = [&](int status, const char* phrase) {
    nua_respond(branch.handle, status, phrase, NUTAG_WITH_THIS(nua_), TAG_END());
  };
  if (dialog == nullptr) return refuse(481, "No Such Call");
  if (!dialog->answered) return refuse(403, "Not Answered Yet");
  if (sip->sip_refer_to == nullptr) return refuse(400, "Bad Request");
  if (dialog->transfers.size() >= transfers_most) return refuse(486, "Busy Here");
  TransferAsked fact;
  fact.dialog = dialog->id;
  const url_t* url = sip->sip_refer_to->r_url;
  fact.target.number = clean(unescaped(text_of(url->url_user)).value_or(""));
  fact.target.host = clean(text_of(url->url_host));
  if (url->url_type == url_tel) fact.target.number = clean(text_of(url->url_host));
  fact.target.display = clean(text_of(sip->sip_refer_to->r_display));
  if (url->url_headers != nullptr) {
    std::string_view rest = url->url_headers;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('&'), rest.size());
      const auto header = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const auto equals = header.find('=');
      if (equals == std::string_view::npos || !iequals_ascii(header.substr(0, equals), "Replaces")) continue;
      const auto value = unescaped(header.substr(equals + 1));
      fact.unknown_replaces = true;
      if (!value || value->find_first_of("\r\n") != std::string::npos) continue;
      su_home_t home[1] = {SU_HOME_INIT(home)};
      su_home_init(home);
      if (const auto* replaces = sip_replaces_make(home, value->c_str())) {
        nua_handle_t* other = nua_handle_by_replaces(nua_, replaces);
        const Branch* found = other == nullptr ? nullptr : nua_handle_magic(other);
        if (other != nullptr) nua_handle_unref(other);
        if (found != nullptr && found->dialog != nullptr) {
          fact.replaces = found->dialog->id;
          fact.unknown_replaces = false;
        }
      }
      su_home_deinit(home);
    }
  }
  if (fact.target.number.empty() && !fact.replaces) return refuse(400, "Bad Request");
  if (sip->sip_referred_by != nullptr) fact.referred_by = clean(text_of(sip->sip_referred_by->b_url->url_user));
  AskedTransfer transfer;
  transfer.number = fact.transfer = next_transfer_++;
  const sip_event_t* refer_event = nullptr;
  tl_gets(tags, NUTAG_REFER_EVENT_REF(refer_event), TAG_END());
  transfer.event =
      refer_event != nullptr && refer_event->o_id != nullptr ? fmt::format("refer;id={}", refer_event->o_id) : "refer";
  transfer.request = msg_ref(nua_current_request(nua_));
  transfer.answer_by = now() + transfer_ms;
  dialog->transfers.push_back(std::move(transfer));
  tell_(std::move(fact));
}

void Dialogs::notify_came(Branch& branch, const sip_t* sip, tagi_t* tags) {
  nua_respond(branch.handle, 200, "OK", NUTAG_WITH_THIS(nua_), TAG_END());
  Dialog* dialog = branch.dialog;
  if (dialog == nullptr || sip == nullptr || sip->sip_event == nullptr ||
      !iequals_ascii(text_of(sip->sip_event->o_type), "refer"))
    return;
  const auto body = body_of(sip);
  int state = nua_substate_active;
  tl_gets(tags, NUTAG_SUBSTATE_REF(state), TAG_END());
  int status = 0;
  if (body.starts_with("SIP/2.0 ") && body.size() >= 11)
    status = static_cast<int>(number_of(std::string_view(body).substr(8, 3), 699).value_or(0));
  if (status == 0) return;
  tell_(TransferProgressed{dialog->id, status, status >= 200 || state == nua_substate_terminated});
}

}  // namespace otklik::sip
