#include <algorithm>
#include <future>

#include "administration/operations.hpp"
#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "core/ports/call_control.hpp"

namespace otklik::app {
namespace {

using core::ChainView;
using core::LegView;

/// `101 Иван Петров`; of a nameless party the number, of a numberless one the line.
std::string shown(const core::Party& party) {
  std::string out = party.number.empty() ? party.line_number : party.number;
  if (!party.name.empty()) out += (out.empty() ? "" : " ") + party.name;
  return out;
}

/// What goes on in it, the most telling first.
std::string_view state_of(const ChainView& chain, const core::CallsView& calls) {
  const auto any = [&](core::LegState state) {
    return std::ranges::any_of(chain.legs, [state](const LegView& leg) { return leg.state == state; });
  };
  if (any(core::LegState::talking)) return "talking";
  if (any(core::LegState::ringing)) return "ringing";
  bool waits = false;
  calls.queue.for_each([&](const Uuid&, const core::QueueEntryView& entry) { waits |= entry.chain == chain.chain; });
  if (waits) return "waiting";
  if (any(core::LegState::held)) return "held";
  return "dialling";
}

/// When its legs last changed.
Time changed(const ChainView& chain) {
  Time last = chain.began;
  for (const auto& leg : chain.legs) last = std::max(last, leg.since);
  return last;
}

void append_legs(JsonWriter& json, const ChainView& chain) {
  json.key("legs").begin_array();
  for (const auto& leg : chain.legs) {
    json.begin_object().field("leg", leg.leg.text()).field("state", core::name(leg.state)).field("placed", leg.placed);
    json.field("since", local_text(leg.since)).field("line", leg.party.line_number).field("user", leg.party.login);
    json.field("name", leg.party.name).field("number", leg.party.number).field("outside", leg.party.is_outside());
    json.end_object();
  }
  json.end_array();
}

/// A chain by its GUID, or by a beginning of it that no other has. Errors: `not_found`, `conflict`.
Result<Uuid> find_chain(const core::CallsView& calls, std::string_view named) {
  std::string wanted;
  for (const char c : trim(named)) wanted += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  std::vector<Uuid> found;
  calls.chains.for_each([&](const Uuid& id, const ChainView&) {
    if (!wanted.empty() && id.text().starts_with(wanted)) found.push_back(id);
  });
  if (found.empty()) return fail(ErrorCode::not_found, "there is no such call");
  if (found.size() > 1) return fail(ErrorCode::conflict, "several calls begin so");
  return found.front();
}

}  // namespace

Result<std::string> list_calls(AdministrationParts& parts, const Operation& operation) {
  const auto overview = parts.plan.overview();
  std::vector<const ChainView*> chains;
  overview->calls.chains.for_each([&](const Uuid&, const ChainView& chain) { chains.push_back(&chain); });
  std::ranges::sort(chains, {}, [](const ChainView* chain) { return std::pair(chain->began, chain->chain); });
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto* chain : chains) {
    std::string others;
    for (const auto& leg : chain->legs) {
      if (leg.party != chain->caller) others += (others.empty() ? "" : ", ") + shown(leg.party);
    }
    json.begin_object().field("chain", chain->chain.text()).field("caller", shown(chain->caller));
    json.field("with", others).field("dialled", chain->dialled).field("state", state_of(*chain, overview->calls));
    json.field("since", local_text(changed(*chain))).field("began", local_text(chain->began));
    if (operation.flag("legs").value_or(false)) append_legs(json, *chain);
    json.end_object();
  }
  json.end_array();
  return out;
}

Result<std::string> end_call(AdministrationParts& parts, const Operation& operation) {
  const auto named = required(operation, "chain");
  if (!named) return named;
  const auto chain = find_chain(parts.plan.overview()->calls, *named);
  if (!chain) return std::unexpected(chain.error());
  std::promise<core::commands::Outcome> decided;
  auto waiting = decided.get_future();
  parts.calls.command(core::commands::EndChain{*chain},
                      [decided = std::move(decided)](core::commands::Outcome outcome) mutable {
                        decided.set_value(std::move(outcome));
                      });
  const auto outcome = waiting.get();
  if (!outcome) {
    const bool gone = outcome.error() == core::commands::Refusal::unknown_chain;
    return fail(gone ? ErrorCode::not_found : ErrorCode::unavailable,
                gone ? "it has ended already" : "refused: " + std::string(name(outcome.error())));
  }
  std::string out;
  JsonWriter(out).begin_object().field("ended", chain->text()).end_object();
  return out;
}

}  // namespace otklik::app
