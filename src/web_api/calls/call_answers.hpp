#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "core/calls/views.hpp"
#include "core/plan/plan.hpp"

/// What calls look like in JSON: the fields in the order and spelling of the vendor's examples, which clients rely on.
namespace otklik::web_api {

/// What can be done with the other party besides talking.
struct AbonentAbilities {
  bool fax = false;
  bool video = false;
  bool files = false;
};

/// wp_getchaincontent: the chain and all that has happened in it. Null: the line is in none, and every text is empty.
std::string chain_answer(const core::ChainView* chain);

/// wp_getabonentinfo: the state of the line and who is at its other end; nobody: `{}`. Null: the line has neither a
/// phone nor a call.
std::string abonent_answer(const core::Line& line, const core::LineView* view, const AbonentAbilities& abilities);

/// Which of those who wait are wanted.
struct QueueFilter {
  std::string_view number{};  ///< digits or GUID of an internal number; empty: all
  Uuid rule{};                ///< nil: all
  std::size_t offset = 0;     ///< so many of those who wait are passed over, in the order of the answer
  std::size_t limit = static_cast<std::size_t>(-1);  ///< and at most so many shown
};

/// gettotalqueueinfo: by internal number those who wait at it, by priority and then the longest first; numbers by their
/// digits.
std::string queue_answer(const core::CallsView& calls, const QueueFilter& filter, Time now);

}  // namespace otklik::web_api
