#pragma once
#include <algorithm>
#include <memory>
#include <ranges>

#include "core/calls/work.hpp"

namespace otklik::core::calls {

/// Changes the newest element of this kind and id; elements are shared with snapshots, so a new one takes its place.
/// One that was cut off the trace is gone.
template <class Change>
void Work::retrace(const Uuid& chain_id, TraceElement::Kind kind, const Uuid& id, Change change) {
  auto& elements = chain(chain_id).trace;
  const auto found = std::ranges::find_if(elements.rbegin(), elements.rend(),
                                          [&](const auto& one) { return one->kind == kind && one->id == id; });
  if (found == elements.rend()) return;
  auto changed = **found;
  change(changed);
  *found = std::make_shared<const TraceElement>(std::move(changed));
  touch_chain(chain_id);
}

}  // namespace otklik::core::calls
