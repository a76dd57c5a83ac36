#include <algorithm>
#include <tuple>
#include <vector>

#include "base/json_writer.hpp"
#include "web_api/calls/call_answers.hpp"
#include "web_api/calls/json_layout.hpp"
#include "web_api/calls/party_fields.hpp"

namespace otklik::web_api {
namespace {

using core::QueueEntryView;

bool is_wanted(const QueueEntryView& entry, const QueueFilter& filter) {
  if (!filter.rule.is_nil() && entry.rule != filter.rule) return false;
  if (filter.number.empty() || filter.number == entry.number) return true;
  const auto id = Uuid::parse(filter.number);
  return id && *id == entry.number_id;
}

/// Numbers by their digits; at one number by priority, and who came first before who came later.
bool comes_before(const QueueEntryView* one, const QueueEntryView* other) {
  const auto key = [](const QueueEntryView& entry) {
    return std::tie(entry.number, entry.number_id, entry.rule, entry.priority, entry.since, entry.call);
  };
  return key(*one) < key(*other);
}

bool share_number(const QueueEntryView& one, const QueueEntryView& other) {
  return one.number_id == other.number_id && one.rule == other.rule && one.number == other.number;
}

void append_entry(JsonWriter& json, const QueueEntryView& entry, Time now) {
  const auto& caller = entry.caller;
  const auto line = guid(line_of(caller));
  json.begin_object().field("chainid", guid(entry.chain));
  json.field("objecttype", 0).field("objecttypestr", "qotQueueLogic").field("objectid", guid(entry.call));
  json.field("queuesource", static_cast<int>(entry.source)).field("queuesourcestr", name(entry.source));
  json.field("queuepriority", entry.priority).field("callerid", caller.number).field("calledid", entry.number);
  json.field("srclineid", line).field("srclinenumber", caller.line_number).field("srcelementid", line);
  json.field("managedlineid", line).field("managedlinenumber", caller.line_number);
  json.field("department", caller.department).field("isuser", caller.is_user());
  if (caller.is_user()) {
    json.field("userid", guid(caller.user)).field("userlogin", caller.login).field("username", caller.name);
  }
  const auto waited = std::max(Duration::zero(), now - entry.since);
  json.field("istask", false).field("startqueuetime", local_text(entry.since));
  json.field("lenqueue", std::chrono::duration<double>(waited).count()).end_object();
}

}  // namespace

std::string queue_answer(const core::CallsView& calls, const QueueFilter& filter, Time now) {
  std::vector<const QueueEntryView*> entries;
  calls.queue.for_each([&](const Uuid&, const QueueEntryView& entry) {
    if (is_wanted(entry, filter)) entries.push_back(&entry);
  });
  std::ranges::sort(entries, comes_before);
  entries.erase(entries.begin(),
                entries.begin() + static_cast<std::ptrdiff_t>(std::min(filter.offset, entries.size())));
  if (entries.size() > filter.limit) entries.resize(filter.limit);

  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (std::size_t at = 0; at < entries.size();) {
    const auto& first = *entries[at];
    json.begin_object().field("numid", guid(first.number_id)).field("numprefix", first.number);
    json.field("ruleid", guid(first.rule)).field("rulename", first.rule_name).key("queue").begin_array();
    while (at < entries.size() && share_number(*entries[at], first)) append_entry(json, *entries[at++], now);
    json.end_array().end_object();
  }
  json.end_array();
  return laid_out(out, 1);
}

}  // namespace otklik::web_api
