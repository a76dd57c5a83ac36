#pragma once
#include <span>
#include <string_view>

#include "core/states/user_state.hpp"

/// The rules of users' states as tables: what a user's state is, and what may be asked for. The machine walks them, and
/// docs/user-states.md is printed from them. Sources: the vendor's description of wp_setuserstate;
/// oktell-domain 8.1–8.3.
namespace otklik::core {

/// A text for people, in both languages of the product.
struct InBoth {
  std::string_view en, ru;
};

struct StateRow {
  UserState state;
  bool can_be_asked_for;
  InBoth meaning;
};
/// Every state.
std::span<const StateRow> state_rows() noexcept;

/// The state is that of the first row that holds.
struct DerivationRow {
  InBoth when;
  bool (*holds)(const UserStanding& of);
  UserState state;
};
std::span<const DerivationRow> derivation_rows() noexcept;

/// What his state must be by the table, whatever `of.state` says.
UserState derived_state(const UserStanding& of) noexcept;

/// One thing that a request may ask for. Rows are gone through in their order, each on what those before have left.
struct RequestRow {
  std::string_view parameter;  ///< and its value
  bool (*is_asked)(const StateRequest& request);
  InBoth condition;
  bool (*is_possible)(const UserStanding& of);
  StateRefusal otherwise;
  InBoth effect;
  void (*apply)(const StateRequest& request, UserStanding& of);
};
std::span<const RequestRow> request_rows() noexcept;

/// Applies a request: what is possible of it. Its state is then derived anew. Returns why parts were passed over.
std::vector<StateRefusal> apply_request(const StateRequest& request, UserStanding& to);

/// Appends a sentence for each rule that a standing breaks: its state is not the derived one, a mode where it cannot
/// be.
void check_standing(const UserStanding& of, std::vector<std::string>& violations);

}  // namespace otklik::core
