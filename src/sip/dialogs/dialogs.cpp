#include "sip/dialogs/dialogs.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/log.hpp"
#include "sip/dialogs/causes.hpp"

namespace otklik::sip {
namespace {

constexpr std::int64_t farewell_ms = 40'000;  // a little more than 64*T1: then the library has given up itself
constexpr std::int64_t settle_ms = 1'000;
constexpr std::size_t traced_most = 256;

/// A port of 127.0.0.1 that is free for UDP and TCP, as far as one can know.
std::uint16_t free_port() {
  for (int i = 0; i < 50; ++i) {
    const UniqueFd udp(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const UniqueFd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);  // NOLINT: as the calls want it
    if (::bind(udp.get(), generic, size) != 0 || ::getsockname(udp.get(), generic, &size) != 0) continue;
    if (::bind(tcp.get(), generic, size) == 0) return ntohs(address.sin_port);
  }
  return 0;
}

void on_event(nua_event_t event, int status, const char* phrase, nua_t*, Dialogs* dialogs, nua_handle_t* handle,
              Branch* branch, const sip_t* sip, tagi_t* tags) {
  dialogs->event(event, status, phrase, handle, branch, sip, tags);
}

}  // namespace

Dialogs::Dialogs(const Options& options, Edge& edge, Trace& trace, Tell tell)
    : options_(options), edge_(edge), trace_(trace), tell_(std::move(tell)) {}

Dialogs::~Dialogs() = default;

std::int64_t Dialogs::now() const { return net::steady_milliseconds(); }

Result<std::uint16_t> Dialogs::open(su_root_t* root) {
  for (auto* log : {su_log_default, su_log_global}) su_log_set_level(log, 0);
  for (int attempt = 0; attempt < 20 && nua_ == nullptr; ++attempt) {
    port_ = free_port();
    if (port_ == 0) break;
    const auto url = fmt::format("sip:127.0.0.1:{};transport=udp,tcp", port_);
    nua_ = nua_create(root, on_event, this, NUTAG_URL(url.c_str()), NUTAG_MEDIA_ENABLE(0), NUTAG_AUTOALERT(0),
                      NUTAG_AUTOANSWER(0), NUTAG_AUTOACK(0), NUTAG_ENABLEMESSAGE(0), NUTAG_ENABLEMESSENGER(0),
                      NUTAG_EARLY_MEDIA(0), NUTAG_APPL_METHOD("INFO"), NUTAG_APPL_METHOD("UPDATE"),
                      NUTAG_APPL_METHOD("REFER"), NUTAG_APPL_METHOD("NOTIFY"),
                      NUTAG_ALLOW("INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, SUBSCRIBE"),
                      NUTAG_SUPPORTED("timer, replaces, 100rel"), NUTAG_USER_AGENT(options_.product.c_str()),
                      NUTAG_SESSION_TIMER(static_cast<unsigned>(options_.session.count())), NUTAG_MIN_SE(90),
                      NUTAG_SESSION_REFRESHER(nua_any_refresher), NUTAG_UPDATE_REFRESH(1), NUTAG_REFRESH_WITHOUT_SDP(1),
                      NUTAG_OUTBOUND("no-outbound no-validate no-natify no-options-keepalive"), NUTAG_PATH_ENABLE(0),
                      NUTAG_SERVICE_ROUTE_ENABLE(0), NUTAG_DETECT_NETWORK_UPDATES(0), NUTAG_REFER_WITH_ID(1),
                      // A phone that sends a call elsewhere is for the server to follow, not for the library.
                      NUTAG_AUTO302(0), NUTAG_AUTO305(0),
                      NTATAG_UDP_MTU(65'000), NTATAG_MAXSIZE(256 * 1024), NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0),
                      NTATAG_MAX_FORWARDS(70), NTATAG_EXTRA_100(0), NTATAG_PASS_408(0), NTATAG_SERVER_RPORT(0),
                      NTATAG_BLACKLIST(0), NTATAG_GRAYLIST(0), TPTAG_QUEUESIZE(16'384), TPTAG_UDP_RMEM(4 * 1024 * 1024),
                      TPTAG_UDP_WMEM(4 * 1024 * 1024), TPTAG_LOG(0), TAG_END());
  }
  if (nua_ == nullptr) return fail(ErrorCode::failed, "The SIP library cannot be started");
  return port_;
}

void Dialogs::close() {
  if (closing_) return;
  closing_ = true;
  std::vector<Dialog*> all;
  for (const auto& [id, dialog] : dialogs_) all.push_back(dialog.get());
  for (Dialog* dialog : all) {
    Ended ended{dialog->id, Cause::normal, Ended::By::agent, 0, "The server stops", dialog->answered};
    finish(*dialog, std::move(ended));
  }
  nua_shutdown(nua_);
}

void Dialogs::destroy() {
  branches_.clear();
  if (nua_ != nullptr) nua_destroy(std::exchange(nua_, nullptr));
}

Dialog* Dialogs::find(const Uuid& id) {
  const auto at = dialogs_.find(id);
  return at == dialogs_.end() ? nullptr : at->second.get();
}

Dialog& Dialogs::add(const Uuid& id, bool outgoing) {
  auto& slot = dialogs_[id];
  slot = std::make_unique<Dialog>();
  slot->id = id;
  slot->outgoing = outgoing;
  count_.store(dialogs_.size(), std::memory_order_relaxed);
  return *slot;
}

Branch* Dialogs::new_branch(Dialog* dialog) {
  auto owned = std::make_unique<Branch>();
  Branch* branch = owned.get();
  branch->dialog = dialog;
  branches_.emplace(branch, std::move(owned));
  return branch;
}

void Dialogs::drop(Branch& branch) {
  if (branch.handle != nullptr) {
    nua_handle_bind(branch.handle, nullptr);
    nua_handle_destroy(std::exchange(branch.handle, nullptr));
  }
  branches_.erase(&branch);
}

void Dialogs::dismiss(Branch& branch, Cause cause, std::string_view text, int status, bool over) {
  branch.dialog = nullptr;
  // What is over still has an answer or an ACK on its way, which the library sends after we have been told.
  branch.gives_up_at = now() + (over ? settle_ms : farewell_ms);
  if (over || branch.handle == nullptr) return;
  const auto reason = cause == Cause::answered_elsewhere
                          ? std::string("SIP;cause=200;text=\"Call completed elsewhere\"")
                          : write_reason(cause, text);
  if (branch.established) {
    nua_bye(branch.handle, SIPTAG_REASON_STR(reason.c_str()), TAG_END());
  } else if (status != 0) {
    nua_respond(branch.handle, status, phrase_of(status).data(), SIPTAG_REASON_STR(reason.c_str()),
                TAG_END());
  } else {
    nua_cancel(branch.handle, SIPTAG_REASON_STR(reason.c_str()), TAG_END());
  }
}

void Dialogs::finish(Dialog& dialog, Ended ended) {
  const bool by_peer = ended.by == Ended::By::peer || ended.by == Ended::By::network;
  // The branches first: telling may post commands for other dialogs, and must find this one gone.
  std::vector<Branch*> left = dialog.branches;
  if (dialog.branch != nullptr && std::find(left.begin(), left.end(), dialog.branch) == left.end()) {
    left.push_back(dialog.branch);
  }
  for (auto& transfer : dialog.transfers) {
    if (transfer.request != nullptr) msg_destroy(transfer.request);
  }
  if (dialog.reoffer_request != nullptr) msg_destroy(dialog.reoffer_request);
  for (Branch* branch : left) {
    int status = 0;
    if (!dialog.outgoing && !branch->established) {
      status = ended.status >= 300 ? ended.status : status_of_cause(ended.cause);
    }
    dismiss(*branch, ended.cause, ended.reason, status,
            (by_peer && branch == dialog.branch) || (branch->final && !branch->established));
  }
  dialogs_.erase(ended.dialog);
  count_.store(dialogs_.size(), std::memory_order_relaxed);
  tell_(std::move(ended));
}

void Dialogs::refused(const Uuid& id, std::string_view command, int status, std::string_view reason) {
  tell_(Refused{id, std::string(command), status, std::string(reason)});
}

std::string Dialogs::contact() const { return fmt::format("<sip:otklik@127.0.0.1:{}>", port_); }

std::string Dialogs::domain() const {
  if (!options_.domain.empty()) return options_.domain;
  if (!options_.public_address.empty()) return options_.public_address;
  return "otklik.invalid";
}

void Dialogs::keep_call_id(Dialog& dialog, const sip_t* sip) {
  if (sip == nullptr || sip->sip_call_id == nullptr || !dialog.call_id.empty()) return;
  dialog.call_id = sip->sip_call_id->i_id;
  const std::lock_guard lock(call_ids_mutex_);
  if (const auto at = traced_.find(dialog.id); at != traced_.end()) {
    at->second.push_back(dialog.call_id);
    trace_.want(dialog.call_id);
  }
}

void Dialogs::trace(const Uuid& dialog) {
  const std::lock_guard lock(call_ids_mutex_);
  if (traced_.size() >= traced_most) traced_.erase(traced_.begin());
  traced_.try_emplace(dialog);
}

std::vector<std::string> Dialogs::call_ids(const Uuid& dialog) const {
  const std::lock_guard lock(call_ids_mutex_);
  const auto at = traced_.find(dialog);
  return at == traced_.end() ? std::vector<std::string>{} : at->second;
}

void Dialogs::tick() {
  const auto moment = now();
  std::vector<Branch*> gone;
  for (const auto& [key, branch] : branches_) {
    if (branch->dialog == nullptr && branch->gives_up_at != 0 && moment >= branch->gives_up_at) gone.push_back(key);
  }
  for (Branch* branch : gone) drop(*branch);

  std::vector<Uuid> due;
  for (const auto& [id, dialog] : dialogs_) due.push_back(id);
  for (const auto& id : due) {
    Dialog* dialog = find(id);
    if (dialog == nullptr) continue;
    for (auto& transfer : dialog->transfers) {
      if (transfer.request == nullptr || moment < transfer.answer_by) continue;
      RefuseTransfer refusal{id, transfer.number, 480};
      run(refusal);
      break;
    }
    if (dialog->reoffer != Dialog::Reoffer::none && moment >= dialog->reoffer_by) {
      RefuseReoffer refusal{id, 500};
      run(refusal);
    }
    if (!dialog->queued_reinvite.empty() && !dialog->reinviting && dialog->reinvite_at <= moment &&
        dialog->reoffer == Dialog::Reoffer::none) {
      send_reinvite(*dialog, std::exchange(dialog->queued_reinvite, {}));
    }
    if (dialog->answered) continue;
    if (dialog->limit_at != 0 && moment >= dialog->limit_at) {
      const bool rang = dialog->best_status >= 180;
      finish(*dialog,
             {id, rang ? Cause::no_answer : Cause::no_response, Ended::By::limit, 0, "Not answered in time", false});
    } else if (dialog->watchdog_at != 0 && moment >= dialog->watchdog_at) {
      watchdog_ended_.fetch_add(1, std::memory_order_relaxed);
      log::warn("sip: the watchdog ended dialog {}", id.text());
      finish(*dialog, {id, Cause::timer_expired, Ended::By::agent, 408, "Watchdog", false});
    }
  }
}

}  // namespace otklik::sip
