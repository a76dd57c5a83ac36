#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/event_log/reader.hpp"

namespace otklik::store {

/// `{"sequence":7,"at":"2026-11-22T12:04:05.123456Z","type":"script_started","data":{…}}` and a line feed.
void append_json_line(std::string& out, const RecordView& record);
/// `{"gap":{"from":1,"to":6,"why":"deleted"}}` and a line feed.
void append_json_line(std::string& out, const Gap& gap);

struct PrintOptions {
  std::uint64_t from = 0;   ///< the first event; 0: the oldest that is kept
  std::uint64_t count = 0;  ///< so many at most; 0: all. Gaps do not count
  std::string type;         ///< only this one; empty: all
};

/// Prints a log as JSON lines, what `otklik events` shows, while a server may be writing it.
///
/// `folder` is DATA/events. `print` gets whole lines, many at a time; false ends it (the pipe was closed). `wait` is
/// called when there is nothing more: it waits a little and returns true to go on, or false to end; without it the end
/// of the log is the end. Returns the cursor behind the last event read, to go on from. Error: `failed`.
Result<std::uint64_t> print_events(const std::string& folder, const PrintOptions& options,
                                   const std::function<bool(std::string_view lines)>& print,
                                   const std::function<bool()>& wait = {});

}  // namespace otklik::store
