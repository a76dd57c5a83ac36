#pragma once
#include "base/error.hpp"
#include "core/plan/plan.hpp"
#include "db/connection.hpp"
#include "store/plan/secret_box.hpp"

/// Lines, numbers, trunks and rules as rows of the database. Each function runs inside a transaction of its caller;
/// errors are those of the connection, and `failed` when a row holds what nobody wrote.
namespace otklik::store {

/// What the settings say of the plan: no row of the database.
struct PlanOptions {
  std::string realm = "otklik";  ///< of phones' registrations; another one makes other digests
  core::OutsideCalls outside{};
  bool record_by_default = true;
  bool operator==(const PlanOptions&) const = default;
};

/// Everything, with the digests of those lines whose secrets the box opens; the others get none, which is logged.
Result<core::Plan::Content> load_plan(db::Connection& connection, const SecretBox& box, const PlanOptions& options);
Result<std::uint64_t> plan_generation_now(db::Connection& connection);
/// Raises the generation; the first thing of every change, so that changes come one after another.
Result<> begin_plan_change(db::Connection& connection);

Result<> insert_line(db::Connection& connection, const core::Line& line);
Result<> update_line(db::Connection& connection, const core::Line& line);
Result<> delete_line(db::Connection& connection, const Uuid& id);
/// The workplace of a line; an empty name: it has none any more.
Result<> put_workplace(db::Connection& connection, const core::Workplace& workplace);
Result<> insert_number(db::Connection& connection, const core::InternalNumber& number);
Result<> update_number(db::Connection& connection, const core::InternalNumber& number);
Result<> delete_number(db::Connection& connection, const Uuid& id);
Result<> insert_trunk(db::Connection& connection, const core::Trunk& trunk);
Result<> update_trunk(db::Connection& connection, const core::Trunk& trunk);
Result<> delete_trunk(db::Connection& connection, const Uuid& id);
/// New, or in place of the one with its id.
Result<> put_redirect(db::Connection& connection, const core::RedirectRule& rule);
Result<> delete_redirect(db::Connection& connection, const Uuid& id);
/// These and no others.
Result<> replace_recording_rules(db::Connection& connection, const std::vector<core::RecordingRule>& rules);

Result<> insert_secret(db::Connection& connection, const Uuid& id, std::string_view sealed);
Result<> delete_secret(db::Connection& connection, const Uuid& id);
/// Error also: `not_found`.
Result<std::string> sealed_secret(db::Connection& connection, const Uuid& id);

/// `192.0.2.0/24`, `2001:db8::1`.
std::string text_of(const Network& network);

}  // namespace otklik::store
