#include <algorithm>

#include "core/plan/rules.hpp"
#include "store/plan/plan_change.hpp"

namespace otklik::store {
namespace {

constexpr std::ptrdiff_t most_redirects_of_a_user = 20;
constexpr std::size_t most_recording_rules = 1000;

}  // namespace

Result<> PlanStore::user_removed(std::string_view login, std::string_view by) {
  auto changed = change("user.remove", login, by, [](db::Connection&, const core::Plan&) -> Result<> { return {}; });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return {};
}

Result<core::RedirectRule> PlanStore::save_redirect(core::RedirectRule rule, std::string_view by) {
  if (auto fits = core::check_redirect(rule); !fits) return std::unexpected(std::move(fits.error()));
  if (rule.id.is_nil()) rule.id = Uuid::random();
  const core::User* user = people_()->user(rule.user);
  if (user == nullptr) return none_such("user", rule.user.text());
  auto changed =
      change("redirect.save", user->login, by, [&](db::Connection& connection, const core::Plan& before) -> Result<> {
        std::ptrdiff_t others = 0;
        for (const auto& other : before.redirects()) {
          if (other.id == rule.id && other.user != rule.user) {
            return fail(ErrorCode::forbidden, "the redirection rule is another user's");
          }
          if (other.user == rule.user && other.id != rule.id) ++others;
        }
        if (others >= most_redirects_of_a_user) {
          return fail(ErrorCode::too_many, "a user has at most 20 redirection rules");
        }
        return put_redirect(connection, rule);
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return rule;
}

Result<> PlanStore::remove_redirect(const Uuid& id, std::string_view by) {
  auto changed =
      change("redirect.remove", id.text(), by, [&](db::Connection& connection, const core::Plan& before) -> Result<> {
        if (std::ranges::find(before.redirects(), id, &core::RedirectRule::id) == before.redirects().end()) {
          return none_such("redirection rule", id.text());
        }
        return delete_redirect(connection, id);
      });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return {};
}

Result<> PlanStore::set_recording_rules(std::vector<core::RecordingRule> rules, std::string_view by) {
  if (rules.size() > most_recording_rules) return fail(ErrorCode::too_many, "there are at most 1000 recording rules");
  std::uint32_t order = 0;
  for (auto& rule : rules) {
    if (rule.id.is_nil()) rule.id = Uuid::random();
    rule.order = order++;
    if (auto fits = core::check_recording_rule(rule); !fits) return fits;
  }
  auto changed = change("recording_rules.set", "", by, [&](db::Connection& connection, const core::Plan&) {
    return replace_recording_rules(connection, rules);
  });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return {};
}

}  // namespace otklik::store
