#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/live.hpp"
#include "base/snapshot.hpp"
#include "core/directory/directory.hpp"
#include "core/events.hpp"
#include "core/plan/plan.hpp"
#include "core/ports/sip_secrets.hpp"
#include "db/database.hpp"
#include "store/plan/plan_rows.hpp"
#include "store/plan/secret_box.hpp"

namespace otklik::store {

/// Of a new line, or what of one is to change: what is set; the rest stays, or is as core::Line has it.
struct LineCard {
  std::optional<std::string> number{};  ///< a new line needs one
  std::optional<std::string> name{};
  std::optional<std::string> user{};       ///< login or GUID; empty: nobody
  std::optional<std::string> workplace{};  ///< its name; empty: none
  std::optional<std::string> sip_user{};   ///< of a new line: its number
  std::optional<std::string> secret{};     ///< of a new line: a random one
  std::optional<bool> enabled{};
  std::optional<bool> calls_outside{};
  std::optional<std::string> caller_id{};
  std::optional<core::LineRecording> recording{};
  std::optional<std::vector<std::string>> codecs{};
  std::optional<bool> answers_by_server{};
};

/// Of an internal number, likewise. `targets` are logins (or `user:LOGIN`), `line:NUMBER`, `number:DIGITS`.
struct NumberCard {
  std::optional<std::string> digits{};
  std::optional<std::string> name{};
  std::optional<core::NumberKind> kind{};
  std::optional<core::SpecialKind> special{};
  std::optional<std::string> rule_name{};  ///< of a new one: the number's name, or its digits
  std::optional<core::Hunting> hunting{};
  std::optional<std::vector<std::string>> targets{};
  std::optional<std::chrono::seconds> ring_time{};
  std::optional<std::uint32_t> queue_limit{};
  std::optional<std::chrono::seconds> longest_wait{};
  std::optional<std::string> target{};
  std::optional<std::string> scenario{};
};

/// Of a trunk, likewise.
struct TrunkCard {
  std::optional<std::string> name{};
  std::optional<std::string> number{};  ///< of a new one: the first free one from 13001 on
  std::optional<std::uint32_t> order{};
  std::optional<bool> enabled{};
  std::optional<core::TrunkKind> kind{};
  std::optional<std::string> server{};
  std::optional<std::string> transport{};
  std::optional<std::string> domain{};
  std::optional<std::string> login{};
  std::optional<std::string> secret{};  ///< empty: none
  std::optional<std::vector<std::string>> sources{};
  std::optional<core::CallerIdRule> caller_id_rule{};
  std::optional<std::string> caller_id{};
  std::optional<std::vector<std::string>> prefixes{};
  std::optional<std::string> outgoing{};  ///< as core::parse_rewrite_rules() reads it
  std::optional<std::string> incoming{};
  std::optional<std::vector<std::string>> codecs{};
  std::optional<std::uint32_t> most_calls{};
  std::optional<std::uint32_t> most_calls_an_hour{};
  std::optional<std::string> incoming_number{};
};

/// Lines with their workplaces, internal numbers, trunks and rules, kept in the database. It works as DirectoryStore
/// does: each operation is one transaction; when it returns a value, that is on the disk, and every listener has been
/// told. Operations block; any thread.
///
/// Lines are named by number, numbers by digits, trunks by name or number, all by GUID. Errors: `bad_request`,
/// `not_found`, `conflict` (taken), `state_not_allowed` (a number that others lead to), `too_many`, and those of the
/// database.
class PlanStore final : public core::SipSecrets {
 public:
  /// Called after each change, one at a time, with the newest plan, on the thread that made the change. Quick; must not
  /// call back into the store.
  using Listener = std::function<void(std::shared_ptr<const core::Plan>, const core::PlanChanged&)>;
  using People = std::function<std::shared_ptr<const core::Directory>()>;

  /// The schema must be up to date. Reads the plan. `people` gives the newest directory. References outlive the store.
  static Result<std::unique_ptr<PlanStore>> open(db::Database& database, SecretBox box, People people,
                                                 const Clock& clock, PlanOptions options);

  /// Before the first change.
  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }
  /// These hold from now on: digests are made anew where the realm is another. Error: of the database; then the plan
  /// stays as it was.
  Result<> use(const PlanOptions& options, std::string_view by);

  /// The newest, without asking the database.
  [[nodiscard]] std::shared_ptr<const core::Plan> plan() const { return snapshot_.take(); }
  /// Read anew, as when users have gone or another program has changed something. Listeners are told of what differs.
  Result<std::shared_ptr<const core::Plan>> reload(std::string_view by);

  /// A user has gone, and out of lines and rules with him: a plan of its own, which no older one read meanwhile can
  /// overtake.
  Result<> user_removed(std::string_view login, std::string_view by);

  /// A password that nobody guesses: 128 bits.
  static std::string random_secret();

  Result<core::Line> add_line(LineCard card, std::string_view by);
  Result<core::Line> set_line(std::string_view which, LineCard card, std::string_view by);
  /// Returns what it was. It goes out of every rule.
  Result<core::Line> remove_line(std::string_view which, std::string_view by);

  Result<core::InternalNumber> add_number(NumberCard card, std::string_view by);
  Result<core::InternalNumber> set_number(std::string_view which, NumberCard card, std::string_view by);
  /// `force` takes it out of the rules that lead to it.
  Result<core::InternalNumber> remove_number(std::string_view which, bool force, std::string_view by);

  Result<core::Trunk> add_trunk(TrunkCard card, std::string_view by);
  Result<core::Trunk> set_trunk(std::string_view which, TrunkCard card, std::string_view by);
  Result<core::Trunk> remove_trunk(std::string_view which, std::string_view by);

  /// New, or in place of the one with its id; a user has 20 at most, and nobody changes another's.
  Result<core::RedirectRule> save_redirect(core::RedirectRule rule, std::string_view by);
  Result<> remove_redirect(const Uuid& id, std::string_view by);
  /// These and no others, at most 1,000; their order is that of the list.
  Result<> set_recording_rules(std::vector<core::RecordingRule> rules, std::string_view by);

  Result<std::string> secret(const Uuid& id) override;

 private:
  PlanStore(db::Database& database, SecretBox box, People people, const Clock& clock, const PlanOptions& options)
      : database_(database), box_(box), people_(std::move(people)), clock_(clock), options_(options) {}

  /// `body(Connection&, const Plan& before)` makes the change.
  template <class Body>
  Result<std::shared_ptr<const core::Plan>> change(std::string what, std::string_view key, std::string_view by,
                                                   Body body);
  void publish(std::shared_ptr<const core::Plan> plan, const core::PlanChanged& fact, bool only_if_new);
  [[nodiscard]] Result<std::shared_ptr<const core::Plan>> load(db::Connection& connection) const;
  /// Seals and keeps it; gives its id.
  Result<Uuid> keep_secret(db::Connection& connection, std::string_view secret) const;
  Result<> fill(core::Line& line, const LineCard& card, const core::Plan& before) const;
  Result<> fill(core::InternalNumber& number, const NumberCard& card, const core::Plan& before) const;
  Result<> fill(core::Trunk& trunk, const TrunkCard& card, const core::Plan& before) const;
  Result<> keep_line(db::Connection& connection, core::Line& line, const LineCard& card, const core::Plan& before,
                     bool is_new) const;
  Result<> keep_trunk(db::Connection& connection, core::Trunk& trunk, const TrunkCard& card, bool is_new) const;

  db::Database& database_;
  const SecretBox box_;
  const People people_;
  const Clock& clock_;
  Live<PlanOptions> options_;
  std::vector<Listener> listeners_;
  std::mutex publishing_;
  SnapshotHolder<core::Plan> snapshot_;
};

}  // namespace otklik::store
