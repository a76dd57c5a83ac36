#include "store/plan/plan_store.hpp"

#include "store/plan/plan_change.hpp"

namespace otklik::store {
namespace {

/// Whether anything of it differs that somebody could see.
bool is_the_same(const core::Plan::Content& a, const core::Plan::Content& b) {
  return a.generation == b.generation && a.lines == b.lines && a.workplaces == b.workplaces && a.numbers == b.numbers &&
         a.trunks == b.trunks && a.redirects == b.redirects && a.recording_rules == b.recording_rules &&
         a.outside == b.outside && a.record_by_default == b.record_by_default;
}

}  // namespace

Result<std::unique_ptr<PlanStore>> PlanStore::open(db::Database& database, SecretBox box, People people,
                                                   const Clock& clock, PlanOptions options) {
  std::unique_ptr<PlanStore> store(new PlanStore(database, box, std::move(people), clock, options));
  auto plan = database.read([&](db::Connection& connection) { return store->load(connection); });
  if (!plan) return std::unexpected(std::move(plan.error()));
  store->snapshot_.publish(std::move(*plan));
  return store;
}

Result<std::shared_ptr<const core::Plan>> PlanStore::load(db::Connection& connection) const {
  auto content = load_plan(connection, box_, *options_);
  if (!content) return std::unexpected(std::move(content.error()));
  return std::make_shared<const core::Plan>(std::move(*content));
}

Result<> PlanStore::use(const PlanOptions& options, std::string_view by) {
  const PlanOptions before = *options_;
  if (before == options) return {};
  options_.publish(options);
  auto loaded = reload(by);
  if (loaded) return {};
  options_.publish(before);
  return std::unexpected(std::move(loaded.error()));
}

Result<std::shared_ptr<const core::Plan>> PlanStore::reload(std::string_view by) {
  auto plan = database_.read([&](db::Connection& connection) { return load(connection); });
  if (plan) publish(*plan, {.what = "reload", .key = {}, .by = std::string(by)}, true);
  return plan;
}

void PlanStore::publish(std::shared_ptr<const core::Plan> plan, const core::PlanChanged& fact, bool only_if_new) {
  const std::lock_guard lock(publishing_);
  const auto newest = snapshot_.take();
  if (only_if_new && is_the_same(plan->content(), newest->content())) return;
  // Two changes may come here in the other order: what is newest then holds both.
  if (plan->generation() >= newest->generation()) snapshot_.publish(std::move(plan));
  for (const auto& listener : listeners_) listener(snapshot_.take(), fact);
}

Result<Uuid> PlanStore::keep_secret(db::Connection& connection, std::string_view secret) const {
  const Uuid id = Uuid::random();
  auto sealed = box_.seal(secret, id.text());
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  if (auto done = insert_secret(connection, id, *sealed); !done) return std::unexpected(std::move(done.error()));
  return id;
}

Result<std::string> PlanStore::secret(const Uuid& id) {
  auto sealed = database_.read([&](db::Connection& connection) { return sealed_secret(connection, id); });
  if (!sealed) return sealed;
  return box_.unseal(*sealed, id.text());
}

}  // namespace otklik::store
