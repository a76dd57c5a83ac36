#include "base/random.hpp"
#include "core/directory/rules.hpp"
#include "core/plan/rules.hpp"
#include "store/plan/plan_change.hpp"

namespace otklik::store {

using core::Line;
using core::Plan;

std::string PlanStore::random_secret() { return random_text(128); }

Result<> PlanStore::fill(Line& line, const LineCard& card, const Plan& before) const {
  take(line.number, card.number);
  take(line.name, card.name);
  take(line.sip_user, card.sip_user);
  if (line.sip_user.empty()) line.sip_user = line.number;
  take(line.enabled, card.enabled);
  take(line.calls_outside, card.calls_outside);
  take(line.caller_id_outside, card.caller_id);
  take(line.recording, card.recording);
  take(line.codecs, card.codecs);
  take(line.answers_by_server, card.answers_by_server);
  if (card.user) {
    const core::User* user = card.user->empty() ? nullptr : people_()->find_user(*card.user);
    if (user == nullptr && !card.user->empty()) return none_such("user", *card.user);
    line.user = user == nullptr ? Uuid{} : user->id;
  }
  if (auto fits = check_line(line); !fits) return fits;
  if (const Line* other = before.line_by_number(line.number); other != nullptr && other->id != line.id) {
    return taken(fmt::format("a line {}", other->number));
  }
  if (const Line* other = before.line_by_sip_user(line.sip_user); other != nullptr && other->id != line.id) {
    return taken(fmt::format("a line with the SIP user name {}", other->sip_user));
  }
  if (!card.workplace || card.workplace->empty()) return {};
  if (auto fits = core::check_workplace({.id = {}, .name = *card.workplace, .line = line.id}); !fits) return fits;
  const core::Workplace* place = before.workplace_by_name(*card.workplace);
  if (place != nullptr && place->line != line.id) return taken(fmt::format("a workplace \"{}\"", place->name));
  return {};
}

Result<> PlanStore::keep_line(db::Connection& connection, Line& line, const LineCard& card, const Plan& before,
                              bool is_new) const {
  const Uuid last_secret = line.secret;
  if (card.secret) {
    auto kept = keep_secret(connection, *card.secret);
    if (!kept) return std::unexpected(std::move(kept.error()));
    line.secret = *kept;
  }
  line.changed = clock_.now();
  auto done = is_new ? insert_line(connection, line) : update_line(connection, line);
  if (!done) return done;
  if (card.secret) {
    if (auto gone = delete_secret(connection, last_secret); !gone) return gone;
  }
  if (!card.workplace) return {};
  const core::Workplace* place = before.workplace_of_line(line.id);
  return put_workplace(connection,
                       {.id = place == nullptr ? Uuid::random() : place->id, .name = *card.workplace, .line = line.id});
}

Result<Line> PlanStore::add_line(LineCard card, std::string_view by) {
  if (!card.secret) card.secret = random_secret();
  if (auto fits = core::check_sip_secret(*card.secret); !fits) return std::unexpected(std::move(fits.error()));
  Line line{.id = Uuid::random(), .number = {}, .sip_user = {}};
  auto changed =
      change("line.add", card.number.value_or(""), by, [&](db::Connection& connection, const Plan& before) -> Result<> {
        if (before.lines().size() >= most_of_a_kind) return fail(ErrorCode::too_many, "too many lines");
        if (auto filled = fill(line, card, before); !filled) return filled;
        line.created = clock_.now();
        return keep_line(connection, line, card, before, true);
      });
  wipe(*card.secret);
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *(*changed)->line(line.id);
}

Result<Line> PlanStore::set_line(std::string_view which, LineCard card, std::string_view by) {
  if (card.secret) {
    if (auto fits = core::check_sip_secret(*card.secret); !fits) return std::unexpected(std::move(fits.error()));
  }
  Uuid id;
  auto changed = change(card.secret ? "line.secret" : "line.set", which, by,
                        [&](db::Connection& connection, const Plan& before) -> Result<> {
                          const Line* found = named_line(before, which);
                          if (found == nullptr) return none_such("line", which);
                          Line line = *found;
                          id = line.id;
                          if (auto filled = fill(line, card, before); !filled) return filled;
                          return keep_line(connection, line, card, before, false);
                        });
  if (card.secret) wipe(*card.secret);
  if (!changed) return std::unexpected(std::move(changed.error()));
  return *(*changed)->line(id);
}

Result<Line> PlanStore::remove_line(std::string_view which, std::string_view by) {
  Line removed{.id = {}, .number = {}, .sip_user = {}};
  auto changed = change("line.remove", which, by, [&](db::Connection& connection, const Plan& before) -> Result<> {
    const Line* found = named_line(before, which);
    if (found == nullptr) return none_such("line", which);
    removed = *found;
    if (auto gone = delete_line(connection, removed.id); !gone) return gone;
    return delete_secret(connection, removed.secret);
  });
  if (!changed) return std::unexpected(std::move(changed.error()));
  return removed;
}

}  // namespace otklik::store
