#include "licence/seated_scripts.hpp"

#include <utility>

namespace otklik::licence {

std::expected<Uuid, core::StartRefusal> SeatedScripts::start(core::ScriptStart start,
                                                             std::move_only_function<void(core::ScriptEnd)> ended) {
  if (start.user.is_nil()) return scripts_.start(std::move(start), std::move(ended));
  auto seat = licensing_.take(core::Licensed::users, start.user);
  if (!seat) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return std::unexpected(core::StartRefusal::licence);
  }
  // He has a seat, so this one is not refused.
  static_cast<void>(licensing_.note_request(start.user));
  return scripts_.start(std::move(start),
                        [seat = std::move(*seat), ended = std::move(ended)](core::ScriptEnd end) mutable {
                          {
                            const core::HeldSeat gone = std::move(seat);
                          }  // before anybody hears of the end
                          if (ended) ended(std::move(end));
                        });
}

}  // namespace otklik::licence
