#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "sip/commands.hpp"
#include "sip/dialogs/sofia.hpp"
#include "sip/edge/edge.hpp"
#include "sip/facts.hpp"
#include "sip/options.hpp"
#include "sip/trace.hpp"

namespace otklik::sip {

struct Dialog;

/// One handle of the library: a phone that rings, or the single peer of a dialog. It outlives its dialog while a CANCEL
/// or BYE is on its way.
struct Branch {
  nua_handle_t* handle = nullptr;
  Dialog* dialog = nullptr;  ///< null: the dialog has ended, or another branch has won
  std::uint32_t number = 0;
  bool browser = false;
  bool established = false;  ///< answered
  bool final = false;        ///< its INVITE has had its final answer
  bool challenged = false;   ///< credentials were sent once
  int status = 0;            ///< of the best it said
  std::string contact;
  // Of its INVITE, for a second one with credentials that the library cannot make:
  std::string uri;
  std::string route;
  std::string from;
  std::string to;
  std::string headers;
  std::string replaces;
  std::string early_sdp;
  std::string local_sdp;         ///< what we said last
  std::string offered_sdp;       ///< of a re-INVITE of ours on its way
  std::int64_t gives_up_at = 0;  ///< once without dialog
};

/// A transfer that the peer has asked for.
struct AskedTransfer {
  std::uint32_t number = 0;
  std::string event;         ///< `refer;id=…`
  msg_t* request = nullptr;  ///< until it is answered
  std::int64_t answer_by = 0;
};

struct Dialog {
  Uuid id;
  bool outgoing = false;
  bool answered = false;
  bool confirmed = false;         ///< the ACK of our answer has come
  std::vector<Branch*> branches;  ///< of an outgoing call that is not answered: all that ring
  Branch* branch = nullptr;       ///< the one that counts: incoming, or the one that answered
  Uuid trunk;
  std::optional<Uuid> replaces;  ///< ends when this one is answered
  std::int64_t limit_at = 0;     ///< until the answer
  std::int64_t watchdog_at = 0;
  bool asked_offer = false;  ///< INVITE without SDP: the ACK brings the answer
  bool held = false;
  enum class Reoffer : std::uint8_t { none, invite, update } reoffer = Reoffer::none;  ///< waits for AnswerReoffer
  bool reoffer_asked_offer = false;
  msg_t* reoffer_request = nullptr;
  std::int64_t reoffer_by = 0;
  bool reinviting = false;      ///< ours is on its way
  std::string queued_reinvite;  ///< after glare, or while another is on its way
  std::int64_t reinvite_at = 0;
  std::vector<AskedTransfer> transfers;
  std::string call_id;
  int best_status = 0;
  std::string best_reason;
  int refused_status = 0;  ///< the best of those phones that have refused
  Cause refused_cause = Cause::normal;
};

/// Everything of the SIP library: calls as it sees them, turned into facts; commands turned into its calls. On the SIP
/// thread only, except where it says otherwise.
class Dialogs {
 public:
  using Tell = std::function<void(Fact)>;

  Dialogs(const Options& options, Edge& edge, Trace& trace, Tell tell);
  ~Dialogs();
  Dialogs(const Dialogs&) = delete;
  Dialogs& operator=(const Dialogs&) = delete;

  /// Creates the library's stack on a free port of 127.0.0.1. Errors: `failed`.
  Result<std::uint16_t> open(su_root_t* root);
  /// Ends all dialogs. closed() becomes true when the library has let go.
  void close();
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  void destroy();

  void carry_out(Command& command);
  void tick();
  void event(nua_event_t event, int status, const char* phrase, nua_handle_t* handle, Branch* branch, const sip_t* sip,
             tagi_t* tags);

  /// Any thread.
  [[nodiscard]] std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t watchdog_ended() const noexcept {
    return watchdog_ended_.load(std::memory_order_relaxed);
  }
  void trace(const Uuid& dialog);
  [[nodiscard]] std::vector<std::string> call_ids(const Uuid& dialog) const;

 private:
  // commands (commands.cpp)
  void run(Invite& command);
  void run(Ring& command);
  void run(Answer& command);
  void run(Refuse& command);
  void run(End& command);
  void run(Reinvite& command);
  void run(AnswerReoffer& command);
  void run(RefuseReoffer& command);
  void run(SendDigits& command);
  void run(PressKey& command);
  void run(Refer& command);
  void run(AcceptTransfer& command);
  void run(RefuseTransfer& command);
  void run(TellTransfer& command);
  void run(SetMessages& command);
  void run(SetLamp& command);
  void run(RegisterTrunk& command);
  void run(UnregisterTrunk& command);
  void run(DropContact& command);
  void start_branch(Dialog& dialog, const Invite& command, const std::string& uri, const std::string& route,
                    const std::string& contact, bool browser, const Trunk* trunk);
  /// Sends the INVITE of a branch; `credentials`: a header line more, or nothing.
  void launch(Branch& branch, const std::string& credentials);
  void send_reinvite(Dialog& dialog, const std::string& sdp);

  // events (events.cpp)
  void invited(nua_handle_t* handle, const sip_t* sip);
  void reoffered(Branch& branch, const sip_t* sip, Dialog::Reoffer how);
  void invite_answered(Branch& branch, int status, const char* phrase, const sip_t* sip);
  void reinvite_answered(Branch& branch, int status, const char* phrase, const sip_t* sip);
  void challenged(Branch& branch, const sip_t* sip, int status);
  void branch_refused(Branch& branch, int status, std::string reason, const sip_t* sip);
  void info_came(Branch& branch, const sip_t* sip);
  void refer_came(Branch& branch, const sip_t* sip, tagi_t* tags);
  void notify_came(Branch& branch, const sip_t* sip, tagi_t* tags);

  // states (dialogs.cpp)
  Dialog* find(const Uuid& id);
  Dialog& add(const Uuid& id, bool outgoing);
  Branch* new_branch(Dialog* dialog);
  /// Tells Ended and forgets the dialog; what is left of its branches is sent away.
  void finish(Dialog& dialog, Ended ended);
  /// Lets a branch go: CANCEL, BYE or a refusal as its state needs, unless it is over already.
  void dismiss(Branch& branch, Cause cause, std::string_view text, int status, bool over);
  void drop(Branch& branch);
  void refused(const Uuid& id, std::string_view command, int status, std::string_view reason);
  void keep_call_id(Dialog& dialog, const sip_t* sip);
  [[nodiscard]] std::string contact() const;
  [[nodiscard]] std::string domain() const;
  [[nodiscard]] std::int64_t now() const;

  const Options& options_;
  Edge& edge_;
  Trace& trace_;
  Tell tell_;
  nua_t* nua_ = nullptr;
  std::uint16_t port_ = 0;
  bool closing_ = false;
  bool closed_ = false;
  std::uint32_t next_transfer_ = 1;
  std::unordered_map<Uuid, std::unique_ptr<Dialog>> dialogs_;
  std::unordered_map<Branch*, std::unique_ptr<Branch>> branches_;
  std::atomic<std::size_t> count_ = 0;
  std::atomic<std::uint64_t> watchdog_ended_ = 0;
  mutable std::mutex call_ids_mutex_;
  std::unordered_map<Uuid, std::vector<std::string>> traced_;  ///< dialogs that somebody wants to see
};

}  // namespace otklik::sip
