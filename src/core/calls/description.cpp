#include "core/calls/description.hpp"

#include "core/calls/cause.hpp"
#include "core/calls/commands.hpp"
#include "core/calls/states.hpp"

namespace otklik::core {
namespace {

/// A table for people, and the same drawn.
template <class Rows>
void append_machine(std::string& out, std::string_view title, std::string_view about, const Rows& rows) {
  out += "### ";
  out += title;
  out += "\n\n";
  out += about;
  out += "\n\n| in | step | to | events that come out |\n|---|---|---|---|\n";
  for (const auto& row : rows) {
    out += "| ";
    out += name(row.from);
    out += " | ";
    out += name(row.step);
    out += " | ";
    out += name(row.to);
    out += " | ";
    std::string_view events = row.events;
    bool first = true;
    while (!events.empty()) {
      const auto end = events.find(' ');
      if (!first) out += ", ";
      first = false;
      out += '`';
      out += events.substr(0, end);
      out += '`';
      events.remove_prefix(end == std::string_view::npos ? events.size() : end + 1);
    }
    out += " |\n";
  }
  out += "\n```mermaid\nstateDiagram-v2\n";
  for (const auto& row : rows) {
    out += "  ";
    out += name(row.from) == "none" ? "[*]" : name(row.from);
    out += " --> ";
    out += name(row.to);
    out += ": ";
    out += name(row.step);
    out += '\n';
  }
  out += "```\n\n";
}

constexpr std::string_view head = R"(# Life of a call

Printed from the tables in `src/core/calls/`; do not edit. `cmake --build build/dev --target call_lifecycle_docs` writes it
anew. The words are those of the [glossary](glossary.md), the fields of the events are in [events.md](events.md).

A **chain** is everything that happens to one call. It has **legs**, one for each party's connection, and lives as long as one
of them does. A **call** is an attempt to reach somebody on behalf of a leg; it rings other legs. When one answers, the two
legs are joined in a **commutation**; a hold parts it, and the return makes a new one. An **autocall** is a call that the
server makes on behalf of a line, until it is a call like others.

Whatever a thing is in, it can end from there: the tables are checked for that when the server is compiled, and after every
turn of the tests, and once a minute in a running server, that nothing is without an end: no chain without a leg, no
commutation without two live legs, no ringing without a deadline, no user in a call without a leg.

## What happens to the others when a leg goes

| who goes | what becomes of the others |
|---|---|
| who talks | the other party is ended too; one that keeps somebody on hold stays off the hook with him |
| who talks and keeps somebody on hold | the two are joined (not where the leg was lost rather than put down: then both end) |
| who consults, before the other has answered | whoever is on hold waits for the other in his place, and comes back to the one who left if nobody answers |
| who keeps somebody on hold, and talks to nobody | the held party is ended |
| who is on hold | the one who held hears busy; if his phone held by itself, his leg is ended |
| who calls | those who ring stop: they have missed a call |
| who rings | the others ring on; after the last it is the next one's turn, the queue's, or the end |
| who waits in line | leaves the queue |

## Tables

)";

}  // namespace

std::string call_lifecycle_page() {
  std::string out(head);
  append_machine(out, "Leg",
                 "One party's connection with the exchange. `recording_started` and `user_missed_call` only "
                 "where there is something to record or to miss.",
                 leg_table());
  append_machine(out, "Call", "An attempt to reach somebody: a `call` in the trace of a chain.", call_table());
  append_machine(out, "Autocall", "A call that the server makes on behalf of a line.", autocall_table());
  append_machine(out, "Chain", "Everything that happens to one call.", chain_table());
  append_machine(out, "Recording", "Of one commutation. It is finished some time after it was stopped.",
                 recording_table());
  out +=
      "## Causes\n\nWhy a leg, call or chain ended. `Q.850` is sent in a Reason header, `SIP` is the answer to a leg "
      "that "
      "came to us and ends unanswered.\n\n| cause | Q.850 | SIP | meaning |\n|---|---|---|---|\n";
  for (const auto& row : all_causes()) {
    out += "| `" + std::string(row.name) + "` | " + std::to_string(row.q850) + " | " + std::to_string(row.sip) + " | " +
           std::string(row.text) + " |\n";
  }
  out += "\n## Why a command does not apply\n\nAs `X-Action-Result` says it.\n\n| name | meaning |\n|---|---|\n";
  for (const auto refusal : commands::all_refusals) {
    out += "| `" + std::string(name(refusal)) + "` | " + std::string(commands::text(refusal)) + " |\n";
  }
  return out;
}

}  // namespace otklik::core
