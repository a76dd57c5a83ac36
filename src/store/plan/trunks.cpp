#include "core/plan/rules.hpp"
#include "store/plan/plan_change.hpp"

namespace otklik::store {

using core::Plan;
using core::Trunk;

namespace {

constexpr int first_trunk_number = 13001;

std::string free_number(const Plan& plan) {
  for (int number = first_trunk_number;; ++number) {
    std::string text = std::to_string(number);
    if (plan.trunk_by_name(text) == nullptr && plan.line_by_number(text) == nullptr) return text;
  }
}

Result<> take_rules(std::vector<core::RewriteRule>& rules, const std::optional<std::string>& given) {
  if (!given) return {};
  auto parsed = core::parse_rewrite_rules(*given);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  rules = std::move(*parsed);
  return {};
}

}  // namespace

Result<> PlanStore::fill(Trunk& trunk, const TrunkCard& card, const Plan& before) const {
  take(trunk.name, card.name);
  take(trunk.number, card.number);
  if (trunk.number.empty()) trunk.number = free_number(before);
  take(trunk.order, card.order);
  take(trunk.enabled, card.enabled);
  take(trunk.kind, card.kind);
  take(trunk.server, card.server);
  take(trunk.transport, card.transport);
  take(trunk.domain, card.domain);
  take(trunk.login, card.login);
  take(trunk.caller_id_rule, card.caller_id_rule);
  take(trunk.caller_id, card.caller_id);
  take(trunk.prefixes, card.prefixes);
  take(trunk.codecs, card.codecs);
  take(trunk.most_calls, card.most_calls);
  take(trunk.most_calls_an_hour, card.most_calls_an_hour);
  take(trunk.incoming_number, card.incoming_number);
  if (auto read = take_rules(trunk.outgoing, card.outgoing); !read) return read;
  if (auto read = take_rules(trunk.incoming, card.incoming); !read) return read;
  if (card.sources) {
    trunk.sources.clear();
    for (const auto& text : *card.sources) {
      const auto network = Network::parse(text);
      if (!network) return fail(ErrorCode::bad_request, fmt::format("\"{}\" is no address and no network", text));
      trunk.sources.push_back(*network);
    }
  }
  if (auto fits = check_trunk(trunk); !fits) return fits;
  for (const std::string& called : {trunk.name, trunk.number}) {
    const Trunk* other = before.trunk_by_name(called);
    if (other != nullptr && other->id != trunk.id) return taken(fmt::format("a trunk \"{}\"", called));
  }
  return {};
}

Result<> PlanStore::keep_trunk(db::Connection& connection, Trunk& trunk, const TrunkCard& card, bool is_new) const {
  const Uuid last_secret = trunk.secret;
  if (card.secret) {
    trunk.secret = {};
    if (!card.secret->empty()) {
      auto kept = keep_secret(connection, *card.secret);
      if (!kept) return std::unexpected(std::move(kept.error()));
      trunk.secret = *kept;
    }
  }
  trunk.changed = clock_.now();
  auto done = is_new ? insert_trunk(connection, trunk) : update_trunk(connection, trunk);
  if (!done || !card.secret) return done;
  return delete_secret(connection, last_secret);
}

Result<Trunk> PlanStore::add_trunk(TrunkCard card, std::string_view by) {
  if (card.secret && !card.secret->empty()) {
    if (auto fits = core::check_sip_secret(*card.secret); !fits) return std::unexpected(std::move(fits.error()));
  }
  Trunk trunk{.id = Uuid::random(), .name = {}, .number = {}, .server = {}};
  auto changed =
      change("trunk.add", card.name.value_or(""), by, [&](db::Connection& connection, const Plan& before) -> Result<> {
        if (before.trunks().size() >= most_of_a_kind) return fail(ErrorCode::too_many, "too many trunks");
        if (auto filled = fill(trunk, card, before); !filled) return filled;
        trunk.created = clock_.now();
        return keep_trunk(connection, trunk, card, true);
      });
  if (card.secret) wipe(*card.secret);
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *(*changed)->trunk(trunk.id);
}

Result<Trunk> PlanStore::set_trunk(std::string_view which, TrunkCard card, std::string_view by) {
  if (card.secret && !card.secret->empty()) {
    if (auto fits = core::check_sip_secret(*card.secret); !fits) return std::unexpected(std::move(fits.error()));
  }
  Uuid id;
  auto changed = change("trunk.set", which, by, [&](db::Connection& connection, const Plan& before) -> Result<> {
    const Trunk* found = named_trunk(before, which);
    if (found == nullptr) return none_such("trunk", which);
    Trunk trunk = *found;
    id = trunk.id;
    if (auto filled = fill(trunk, card, before); !filled) return filled;
    return keep_trunk(connection, trunk, card, false);
  });
  if (card.secret) wipe(*card.secret);
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *(*changed)->trunk(id);
}

Result<Trunk> PlanStore::remove_trunk(std::string_view which, std::string_view by) {
  Trunk removed{.id = {}, .name = {}, .number = {}, .server = {}};
  auto changed = change("trunk.remove", which, by, [&](db::Connection& connection, const Plan& before) -> Result<> {
    const Trunk* found = named_trunk(before, which);
    if (found == nullptr) return none_such("trunk", which);
    removed = *found;
    if (auto gone = delete_trunk(connection, removed.id); !gone) return gone;
    return delete_secret(connection, removed.secret);
  });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return removed;
}

}  // namespace otklik::store
