#pragma once
#include "core/calls/events.hpp"

/// The fields of call events in the log, once for writing and reading: `visit(fields, event)` shows each field to
/// `fields(key, value)`, which writes it or reads it. A field without a value is left out, so new ones may come.
namespace otklik::store {

template <class Fields, class Event>
void call_event_fields(Fields& f, Event& e) {
  using namespace core;
  using E = std::remove_const_t<Event>;
  if constexpr (std::is_same_v<E, ChainBegan>) {
    f("chain", e.chain), f("origin", e.origin), f("caller", e.caller), f("dialled", e.dialled);
  } else if constexpr (std::is_same_v<E, ChainEnded>) {
    f("chain", e.chain), f("cause", e.cause), f("began_us", e.began), f("talked_ms", e.talked), f("into", e.into);
  } else if constexpr (std::is_same_v<E, LegBegan>) {
    f("leg", e.leg), f("chain", e.chain), f("placed", e.placed), f("party", e.party);
  } else if constexpr (std::is_same_v<E, LegAnswered>) {
    f("leg", e.leg), f("chain", e.chain), f("party", e.party);
  } else if constexpr (std::is_same_v<E, LegMoved>) {
    f("leg", e.leg), f("chain", e.chain), f("from", e.from);
  } else if constexpr (std::is_same_v<E, LegEnded>) {
    f("leg", e.leg), f("chain", e.chain), f("party", e.party), f("cause", e.cause), f("began_us", e.began);
    f("answered", e.answered);
  } else if constexpr (std::is_same_v<E, CallBegan>) {
    f("call", e.call), f("chain", e.chain), f("caller", e.caller), f("number", e.number), f("number_id", e.number_id);
    f("rule", e.rule), f("rule_name", e.rule_name), f("redirected_from", e.redirected_from);
  } else if constexpr (std::is_same_v<E, CallEnded>) {
    f("call", e.call), f("chain", e.chain), f("answered", e.answered), f("party", e.party), f("cause", e.cause);
    f("began_us", e.began);
  } else if constexpr (std::is_same_v<E, RingStarted>) {
    f("call", e.call), f("chain", e.chain), f("leg", e.leg), f("party", e.party), f("caller", e.caller);
    f("number", e.number), f("callback", e.callback);
  } else if constexpr (std::is_same_v<E, RingStopped>) {
    f("call", e.call), f("chain", e.chain), f("leg", e.leg), f("party", e.party), f("caller", e.caller);
    f("answered", e.answered), f("cause", e.cause), f("began_us", e.began);
  } else if constexpr (std::is_same_v<E, UserMissedCall>) {
    f("user", e.user), f("login", e.login), f("line", e.line), f("call", e.call), f("chain", e.chain);
    f("caller", e.caller), f("number", e.number), f("rule", e.rule), f("began_us", e.began);
  } else if constexpr (std::is_same_v<E, CommutationBegan>) {
    f("commutation", e.commutation), f("chain", e.chain), f("a_leg", e.a_leg), f("b_leg", e.b_leg), f("a", e.a);
    f("b", e.b), f("connection", e.type), f("dialled", e.dialled), f("recorded", e.recorded);
  } else if constexpr (std::is_same_v<E, CommutationEnded>) {
    f("commutation", e.commutation), f("chain", e.chain), f("a_leg", e.a_leg), f("b_leg", e.b_leg), f("a", e.a);
    f("b", e.b), f("cause", e.cause), f("began_us", e.began);
  } else if constexpr (std::is_same_v<E, HoldBegan>) {
    f("chain", e.chain), f("holder_leg", e.holder_leg), f("held_leg", e.held_leg), f("holder", e.holder);
    f("held", e.held), f("by_phone", e.by_phone), f("swapped", e.swapped);
  } else if constexpr (std::is_same_v<E, HoldEnded>) {
    f("chain", e.chain), f("holder_leg", e.holder_leg), f("held_leg", e.held_leg), f("holder", e.holder);
    f("held", e.held), f("how", e.how), f("began_us", e.began);
  } else if constexpr (std::is_same_v<E, QueueEntered>) {
    f("call", e.call), f("chain", e.chain), f("caller", e.caller), f("number", e.number), f("number_id", e.number_id);
    f("rule", e.rule), f("rule_name", e.rule_name), f("priority", e.priority);
  } else if constexpr (std::is_same_v<E, QueueLeft>) {
    f("call", e.call), f("chain", e.chain), f("caller", e.caller), f("number", e.number), f("number_id", e.number_id);
    f("answered", e.answered), f("cause", e.cause), f("began_us", e.began);
  } else if constexpr (std::is_same_v<E, CallTransferred>) {
    f("chain", e.chain), f("by", e.by), f("party", e.party), f("number", e.number), f("target", e.target);
    f("attended", e.attended);
  } else if constexpr (std::is_same_v<E, AutocallStarted>) {
    f("autocall", e.autocall), f("chain", e.chain), f("owner", e.owner), f("number", e.number);
    f("sequence", e.sequence);
  } else if constexpr (std::is_same_v<E, AutocallEnded>) {
    f("autocall", e.autocall), f("chain", e.chain), f("owner", e.owner), f("number", e.number);
    f("connected", e.connected), f("cause", e.cause), f("began_us", e.began);
  } else if constexpr (std::is_same_v<E, RecordingStarted>) {
    f("recording", e.recording), f("chain", e.chain), f("commutation", e.commutation), f("a", e.a), f("b", e.b);
  } else if constexpr (std::is_same_v<E, RecordingFinished>) {
    f("recording", e.recording), f("chain", e.chain), f("commutation", e.commutation), f("file", e.file);
    f("path", e.path), f("size", e.size), f("length_ms", e.length), f("trouble", e.trouble), f("began_us", e.began);
  } else if constexpr (std::is_same_v<E, LineStateChanged>) {
    f("line", e.line), f("number", e.number), f("user", e.user), f("login", e.login), f("state", e.state);
    f("chain", e.chain);
  } else {
    static_assert(false, "a call event without fields");
  }
}

template <class Fields, class Party>
void party_fields(Fields& f, Party& p) {
  f("line", p.line), f("line_number", p.line_number), f("user", p.user), f("login", p.login), f("name", p.name);
  f("department", p.department), f("number", p.number), f("trunk", p.trunk);
}

}  // namespace otklik::store
