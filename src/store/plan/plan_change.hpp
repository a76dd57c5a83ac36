#pragma once
#include <fmt/format.h>

#include "store/plan/plan_store.hpp"

/// The frame of every change of the plan. Only the store's own sources include this.
namespace otklik::store {

template <class Body>
Result<std::shared_ptr<const core::Plan>> PlanStore::change(std::string what, std::string_view key, std::string_view by,
                                                            Body body) {
  auto changed = database_.write([&](db::Connection& connection) -> Result<std::shared_ptr<const core::Plan>> {
    if (auto begun = begin_plan_change(connection); !begun) return std::unexpected(std::move(begun.error()));
    const auto before = load(connection);
    if (!before) return std::unexpected(before.error());
    if (Result<> done = body(connection, **before); !done) return std::unexpected(std::move(done.error()));
    return load(connection);
  });
  if (changed) publish(*changed, {.what = std::move(what), .key = std::string(key), .by = std::string(by)}, false);
  return changed;
}

/// What is set goes in.
template <class Field, class Given>
void take(Field& field, const std::optional<Given>& given) {
  if (given) field = *given;
}

/// By GUID, or by what people call it.
inline const core::Line* named_line(const core::Plan& plan, std::string_view which) {
  if (const core::Line* line = plan.line_by_number(which)) return line;
  const auto id = Uuid::parse(which);
  return id ? plan.line(*id) : nullptr;
}
inline const core::InternalNumber* named_number(const core::Plan& plan, std::string_view which) {
  if (const core::InternalNumber* number = plan.number_by_digits(which)) return number;
  const auto id = Uuid::parse(which);
  return id ? plan.number(*id) : nullptr;
}
inline const core::Trunk* named_trunk(const core::Plan& plan, std::string_view which) {
  if (const core::Trunk* trunk = plan.trunk_by_name(which)) return trunk;
  const auto id = Uuid::parse(which);
  return id ? plan.trunk(*id) : nullptr;
}
inline std::unexpected<Error> none_such(std::string_view kind, std::string_view which) {
  return fail(ErrorCode::not_found, fmt::format("there is no {} \"{}\"", kind, which));
}
inline std::unexpected<Error> taken(std::string_view what) {
  return fail(ErrorCode::conflict, fmt::format("there is {} already", what));
}

/// How many of each kind there may be: a plan is read and shown as a whole.
inline constexpr std::size_t most_of_a_kind = 20'000;

}  // namespace otklik::store
