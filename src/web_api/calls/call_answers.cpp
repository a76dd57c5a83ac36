#include "web_api/calls/call_answers.hpp"

#include "base/json_writer.hpp"
#include "web_api/calls/json_layout.hpp"
#include "web_api/calls/party_fields.hpp"

namespace otklik::web_api {
namespace {

using core::Party;
using core::TraceElement;
using Kind = TraceElement::Kind;

/// One side of a commutation: `alineid`, `alinenumber`, ….
void append_side(JsonWriter& json, char side, const Party& party, std::string_view dialled) {
  const auto key = [side](std::string_view name) { return std::string(1, side).append(name); };
  json.field(key("lineid"), guid(line_of(party))).field(key("linenumber"), party.line_number);
  json.field(key("isuser"), party.is_user()).field(key("userid"), guid(party.user));
  json.field(key("userlogin"), party.login).field(key("username"), user_name(party));
  json.field(key("outnumber"), party.number).field(key("numberdialed"), dialled);
  json.field(key("text"), shown(party));
}

void append_call(JsonWriter& json, const TraceElement& element) {
  const Party& caller = element.a;
  const auto line = guid(line_of(caller));
  json.field("pbxdirection", element.outside ? "external" : "internal").field("objectid", guid(element.id));
  json.field("objecttype", 0).field("objecttypestr", "qotQueueLogic");
  json.field("queuesource", static_cast<int>(element.source)).field("queuesourcestr", name(element.source));
  json.field("queuepriority", element.priority);
  json.field("istask", false).field("managedlineid", line).field("isuser", caller.is_user());
  json.field("userlogin", caller.login).field("startqueuetime", local_text(element.began));
  json.field("department", caller.department).field("callerid", caller.number).field("calledid", element.number);
  json.field("srcelementid", line).field("srclineid", line).field("srclinenumber", caller.line_number);
  json.field("managedlinenumber", caller.line_number).field("userid", guid(caller.user));
  json.field("username", user_name(caller));
}

void append_commutation(JsonWriter& json, const TraceElement& element) {
  json.field("commutationid", guid(element.id));
  json.field("connectiontype", static_cast<int>(element.connection));
  json.field("connectiontypestr", core::name(element.connection));
  append_side(json, 'a', element.a, element.number);
  append_side(json, 'b', element.b, {});
  json.field("timestart", local_text(element.began));
  json.field("timeanswer", element.answered ? local_text(*element.answered) : std::string{});
  json.field("isrecorded", element.recorded);
}

/// What the description has no example of: both sides and the times.
void append_other(JsonWriter& json, const TraceElement& element) {
  json.field("objectid", guid(element.id)).field("calledid", element.number);
  append_side(json, 'a', element.a, {});
  append_side(json, 'b', element.b, {});
  json.field("timestart", local_text(element.began));
}

void append_element(JsonWriter& json, const TraceElement& element) {
  json.begin_object().field("contentelementtype", core::name(element.kind));
  if (element.kind == Kind::call) {
    append_call(json, element);
  } else if (element.kind == Kind::commutation) {
    append_commutation(json, element);
  } else {
    append_other(json, element);
  }
  if (element.ended) json.field("timestop", local_text(*element.ended));
  json.end_object();
}

core::LineState state_of(const core::Line& line, const core::LineView* view) {
  if (view != nullptr) return view->state;
  return line.enabled ? core::LineState::disconnected : core::LineState::off;
}

void append_abonent(JsonWriter& json, const core::LineView& view, const AbonentAbilities& abilities) {
  const Party& party = *view.party;
  json.field("cansendfiles", abilities.files).field("isconference", false);
  json.field("callerlineid", guid(line_of(party))).field("callercomment", "").field("isuser", party.is_user());
  json.field("callername", party.name).field("canswitchtoconf", false).field("callerusername", user_name(party));
  json.field("commutationid", guid(view.commutation)).field("calleruserlogin", party.login);
  json.field("callerdescription", "").field("callerlinenum", party.line_number).field("isivr", false);
  json.field("callerid", party.number).field("callersimple", shown(party)).field("calleruserid", guid(party.user));
  json.field("canfax", abilities.fax).field("canvideo", abilities.video).field("chainid", guid(view.chain));
  json.field("isextline", party.is_outside());
}

}  // namespace

std::string chain_answer(const core::ChainView* chain) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.field("createtime", chain != nullptr ? local_text(chain->began) : std::string{});
  json.field("chainid", chain != nullptr ? guid(chain->chain) : std::string{});
  json.field("customfield", chain != nullptr ? std::string_view(chain->custom_field) : std::string_view{});
  json.key("trace").begin_array();
  if (chain != nullptr) {
    for (const auto& element : chain->trace) append_element(json, *element);
  }
  json.end_array().end_object();
  return laid_out(out, 2);
}

std::string abonent_answer(const core::Line& line, const core::LineView* view, const AbonentAbilities& abilities) {
  std::string out;
  JsonWriter json(out);
  const auto state = state_of(line, view);
  json.begin_object().field("currentlinestate", static_cast<int>(state));
  json.field("currentlinestatestr", core::name(state)).key("abonentinfo").begin_object();
  if (view != nullptr && view->party) append_abonent(json, *view, abilities);
  json.end_object().end_object();
  return laid_out(out, 2);
}

}  // namespace otklik::web_api
