#include "figures.hpp"

#include <fmt/format.h>

#include <limits>

#include "base/build_info.hpp"

namespace otklik::app {
namespace {

using Kind = web_api::Figure::Kind;

class Gathering {
 public:
  void counter(std::string name, std::string help, std::uint64_t value, std::string labels = {}) {
    add(std::move(name), std::move(help), Kind::counter, static_cast<double>(value), std::move(labels));
  }
  void gauge(std::string name, std::string help, double value, std::string labels = {}) {
    add(std::move(name), std::move(help), Kind::gauge, value, std::move(labels));
  }
  void gauge(std::string name, std::string help, std::size_t value) {
    gauge(std::move(name), std::move(help), static_cast<double>(value));
  }
  std::vector<web_api::Figure> take() { return std::move(figures_); }

 private:
  void add(std::string name, std::string help, Kind kind, double value, std::string labels) {
    figures_.push_back({"otklik_" + std::move(name), std::move(help), kind, std::move(labels), value});
  }
  std::vector<web_api::Figure> figures_;
};

void add_listeners(Gathering& to, const std::vector<net::ListenerFigures>& listeners) {
  const auto labelled = [](const net::ListenerFigures& one) {
    const auto& [endpoint, tls, admin] = one.listener;
    return web_api::metric_label("listener", fmt::format("{}://{}", tls ? "https" : "http", endpoint.text()));
  };
  for (const auto& one : listeners) {
    to.counter("http_listener_accepted_total", "Connections accepted, by listener", one.accepted, labelled(one));
  }
  for (const auto& one : listeners) {
    to.counter("http_listener_refused_total", "Connections past a limit, by listener", one.refused, labelled(one));
  }
  for (const auto& one : listeners) {
    to.gauge("http_listener_open", "Connections open now, by listener", static_cast<double>(one.open), labelled(one));
  }
}

void add_http(Gathering& to, const net::ServerFigures& http) {
  to.counter("http_connections_accepted_total", "Connections accepted", http.connections_accepted);
  to.counter("http_connections_refused_total", "Connections past a limit", http.connections_refused);
  to.gauge("http_connections_open", "Connections open now", http.connections_open);
  to.counter("http_requests_total", "Requests answered, by status", http.status_2xx, R"(status="2xx")");
  to.counter("http_requests_total", "Requests answered, by status", http.status_3xx, R"(status="3xx")");
  to.counter("http_requests_total", "Requests answered, by status", http.status_4xx, R"(status="4xx")");
  to.counter("http_requests_total", "Requests answered, by status", http.status_5xx, R"(status="5xx")");
  to.counter("http_malformed_requests_total", "Requests that were not HTTP", http.malformed);
  to.counter("http_timed_out_requests_total", "Requests that came too slowly", http.timed_out);
  to.counter("http_received_bytes_total", "Bytes received", http.bytes_in);
  to.counter("http_sent_bytes_total", "Bytes sent", http.bytes_out);
  add_listeners(to, http.listeners);
}

void add_calls(Gathering& to, const web_api::Counters& counters) {
  const auto value = [](const std::atomic<std::uint64_t>& count) { return count.load(std::memory_order_relaxed); };
  to.counter("api_calls_total", "Authorized calls of methods", value(counters.calls));
  to.counter("api_refused_total", "Calls that were not let in", value(counters.refused));
  to.counter("www_hooks_total", "Requests that a hook answered", value(counters.hooks));
  to.counter("www_broken_hooks_total", "Requests to a hook whose file is broken", value(counters.broken_hooks));
  to.counter("www_files_total", "Files of www/ sent, 304 included", value(counters.files));
  to.counter("script_waits_timed_out_total", "Waits for a scenario broken off while it ran on",
             value(counters.script_timeouts));
  to.counter("script_refusals_total", "Requests whose scenario could not be started", value(counters.script_refusals));
}

void add_access(Gathering& to, const access::DoorkeeperFigures& door) {
  const auto refused = [&](std::uint64_t count, std::string_view reason) {
    to.counter("access_refused_total", "Credentials refused, by reason", count,
               web_api::metric_label("reason", reason));
  };
  refused(door.refused.wrong, "wrong");
  refused(door.refused.guessing, "guessing");
  refused(door.refused.busy, "busy");
  to.gauge("access_waiting", "Requests that wait for a check or a slowed answer", door.waiting);
  to.gauge("access_hash_queue", "Passwords that wait for a thread", door.queued);
}

void add_scripts(Gathering& to, const scenario::Figures& scripts) {
  to.gauge("script_runs", "Scenarios that run now, waiting ones included", scripts.running);
  to.gauge("script_memory_bytes", "Memory of their Lua states", scripts.memory);
  to.counter("script_runs_started_total", "Runs started", scripts.started);
  for (std::size_t kind = 0; kind < scripts.ended.size(); ++kind) {
    to.counter("script_runs_ended_total", "Runs ended, by how", scripts.ended[kind],
               web_api::metric_label("how", core::name(static_cast<core::ScriptEnd::Kind>(kind))));
  }
  for (std::size_t refusal = 1; refusal < scripts.refused.size(); ++refusal) {
    to.counter("script_starts_refused_total", "Starts refused, by reason", scripts.refused[refusal],
               web_api::metric_label("reason", core::name(static_cast<core::StartRefusal>(refusal))));
  }
  to.counter("script_instructions_total", "Instructions of ended runs", scripts.instructions);
  to.gauge("script_http_requests", "HTTP requests of scenarios under way", scripts.http_requests);
  to.gauge("script_sql_queued", "Queries of scenarios waiting for a connection", scripts.sql_queued);
}

void add_licence(Gathering& to, const licence::Keeper& licence) {
  const auto standing = licence.standing();
  for (const auto kind : core::all_standings) {
    to.gauge("licence", "Which licence holds: 1 for that one", standing->kind == kind ? 1.0 : 0.0,
             web_api::metric_label("state", core::name(kind)));
  }
  const auto usage = licence.usage();
  const auto of = [](core::Licensed what) { return web_api::metric_label("of", core::name(what)); };
  for (const auto what : core::all_licensed) {
    const auto& limit = usage[what].allowed;
    to.gauge("licence_seats_allowed", "Seats that the licence allows",
             limit ? static_cast<double>(*limit) : std::numeric_limits<double>::infinity(), of(what));
  }
  for (const auto what : core::all_licensed) {
    to.gauge("licence_seats_used", "Seats taken now", static_cast<double>(usage[what].used), of(what));
  }
  for (const auto what : core::all_licensed) {
    to.gauge("licence_seats_turned_away", "Who was refused a seat a little while ago and has none since",
             static_cast<double>(usage[what].turned_away), of(what));
  }
  for (const auto what : core::all_licensed) {
    to.counter("licence_refusals_total", "Seats refused", usage[what].refusals, of(what));
  }
}

void add_plugins(Gathering& to, const plugins::HostFigures& plugins) {
  to.gauge("plugins", "Plugins that are there", plugins.plugins);
  to.gauge("plugin_processes", "Their processes", plugins.running);
  to.gauge("plugin_calls_queued", "Calls that wait for a plugin", plugins.queued);
  to.gauge("plugin_calls_under_way", "Calls that a plugin works on", plugins.under_way);
  to.counter("plugin_calls_total", "Calls sent to plugins", plugins.calls.calls);
  to.counter("plugin_calls_ended_total", "Calls ended, by how", plugins.calls.answered, R"(how="answered")");
  to.counter("plugin_calls_ended_total", "Calls ended, by how", plugins.calls.failed, R"(how="failed")");
  to.counter("plugin_calls_ended_total", "Calls ended, by how", plugins.calls.timeouts, R"(how="timeout")");
  to.counter("plugin_starts_total", "Programs of plugins started", plugins.starts);
  to.counter("plugin_failures_total", "Programs of plugins that ended unasked", plugins.ends);
}

void add_telephony(Gathering& to, const pbx::PbxFigures& pbx) {
  to.gauge("call_legs", "Parties of all calls now", pbx.legs);
  to.gauge("lines_connected", "Lines that have a phone", pbx.lines_connected);
  to.gauge("trunks_down", "Trunks that do not work", pbx.trunks_down);
  to.gauge("telephony_queue", "Orders and facts of calls that wait", pbx.waiting);
  const auto& legs = pbx.switchboard;
  to.counter("call_legs_total", "Parties of calls, by who called", legs.legs_offered, R"(direction="in")");
  to.counter("call_legs_total", "Parties of calls, by who called", legs.legs_placed, R"(direction="out")");
  to.counter("call_legs_answered_total", "Parties that were answered", legs.legs_answered);
  to.counter("call_legs_refused_total", "Calls refused before anybody was called: codec, licence, limit",
             legs.legs_refused);
  to.counter("call_media_lost_total", "Parties whose audio ceased in a call", legs.media_lost);
  to.counter("call_watchdog_total", "Parties that nothing else would have ended: a mistake of ours",
             legs.watchdog + pbx.sip.watchdog);
}

void add_sip(Gathering& to, const sip::AgentFigures& sip) {
  to.gauge("sip_phones_registered", "Registered phones", sip.contacts);
  to.gauge("sip_dialogs", "SIP dialogs", sip.dialogs);
  to.gauge("sip_connections", "TCP and TLS connections of SIP", sip.connections);
  to.counter("sip_messages_total", "SIP messages", sip.messages_in, R"(direction="in")");
  to.counter("sip_messages_total", "SIP messages", sip.messages_out, R"(direction="out")");
  to.counter("sip_malformed_total", "Messages that were not SIP", sip.malformed);
  to.counter("sip_dropped_total", "Messages past a limit", sip.dropped);
  to.counter("sip_challenges_total", "Requests that were asked for credentials", sip.challenges);
  to.counter("sip_wrong_credentials_total", "Wrong or unknown credentials", sip.wrong_credentials);
  to.counter("sip_registers_total", "Registrations accepted, refreshes too", sip.registers);
}

void add_media(Gathering& to, const media::EngineFigures& media) {
  to.gauge("media_legs", "Streams of audio", static_cast<double>(media.legs));
  to.gauge("media_bridges", "Talks that are carried", static_cast<double>(media.bridges));
  to.gauge("media_recordings", "Recordings that run", static_cast<double>(media.recordings));
  to.counter("media_packets_total", "RTP packets", media.packets_received, R"(direction="in")");
  to.counter("media_packets_total", "RTP packets", media.packets_sent, R"(direction="out")");
  to.counter("media_packets_refused_total", "Packets from elsewhere, or that were no RTP", media.packets_refused);
  to.counter("media_late_ticks_total", "Rounds of 20 ms that began late: the machine is overloaded", media.late_ticks);
}

void add_core(Gathering& to, const core::Core& core) {
  const auto figures = core.figures();
  const auto overview = core.overview();
  to.counter("core_turns_total", "Facts and questions the core has taken", figures.turns);
  to.counter("core_slow_turns_total", "Turns of more than 20 ms", figures.slow_turns);
  to.gauge("core_queue", "Facts waiting for the core", figures.queued);
  to.counter("core_impossible_facts_total", "Facts that cannot have happened: repaired, and a mistake of ours",
             overview->impossible);
  to.counter("logins_total", "Credentials checked, by verdict", overview->logins.succeeded, R"(verdict="right")");
  to.counter("logins_total", "Credentials checked, by verdict", overview->logins.refused, R"(verdict="refused")");
}

void add_events(Gathering& to, const store::EventLogFigures& events) {
  to.counter("events_last_sequence", "Sequence number of the newest event", events.last_sequence);
  to.counter("events_written_total", "Events written since the start", events.written);
  to.counter("events_lost_total", "Events that could not be kept", events.lost);
  to.counter("event_log_writes_total", "System calls, and copies into mapped memory, that wrote them", events.writes);
  to.counter("event_log_syncs_total", "Times the disk was waited for", events.syncs);
  to.gauge("event_log_bytes", "Size of the event log", static_cast<double>(events.bytes));
  to.gauge("event_log_queue", "Events waiting to be written", events.queued);
}

}  // namespace

std::vector<web_api::Figure> gather_figures(const FigureSources& from) {
  Gathering to;
  to.gauge("build_info", "The program itself", 1.0,
           web_api::metric_label("version", build::version) + "," + web_api::metric_label("commit", build::commit));
  add_http(to, from.http.figures());
  add_calls(to, from.web_api.counters());
  add_access(to, from.doorkeeper.figures());
  auto scripts = from.scenarios.figures();
  scripts.refused[static_cast<std::size_t>(core::StartRefusal::licence)] += from.seated_scripts.refused();
  add_scripts(to, scripts);
  add_licence(to, from.licence);
  add_plugins(to, from.plugins.figures());
  add_core(to, from.core);
  const auto telephony = from.pbx.figures();
  add_telephony(to, telephony);
  add_sip(to, telephony.sip);
  add_media(to, telephony.media);
  add_events(to, from.events.figures());
  return to.take();
}

}  // namespace otklik::app
