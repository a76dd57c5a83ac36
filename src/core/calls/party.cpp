#include "core/calls/party.hpp"

#include "core/calls/events.hpp"
#include "core/calls/views.hpp"

namespace otklik::core {

std::string_view name(ConnectionType type) noexcept {
  switch (type) {
    case ConnectionType::none:
      return "ctNone";
    case ConnectionType::inner_outer:
      return "ctInnerOuter";
    case ConnectionType::inner_ivr:
      return "ctInnerIVR";
    case ConnectionType::inner_inner:
      return "ctInnerInner";
    case ConnectionType::outer_ivr:
      return "ctOuterIVR";
    case ConnectionType::outer_inner:
      return "ctOuterInner";
    case ConnectionType::outer_outer:
      return "ctOuterOuter";
    case ConnectionType::ivr_outer:
      return "ctIVROuter";
    case ConnectionType::ivr_inner:
      return "ctIVRInner";
  }
  return {};
}

ConnectionType connection_type(const Party& a, const Party& b) noexcept {
  if (a.is_outside()) return b.is_outside() ? ConnectionType::outer_outer : ConnectionType::outer_inner;
  return b.is_outside() ? ConnectionType::inner_outer : ConnectionType::inner_inner;
}

std::string_view name(LineState state) noexcept {
  switch (state) {
    case LineState::disconnected:
      return "lsDisconnected";
    case LineState::off:
      return "lsOff";
    case LineState::ready:
      return "lsReady";
    case LineState::hook_up:
      return "lsHookUp";
    case LineState::ringing:
      return "lsRinging";
    case LineState::commutated:
      return "lsCommutated";
    case LineState::waiting:
      return "lsWaiting";
    case LineState::flash:
      return "lsFlash";
    case LineState::busy:
      return "lsBusy";
    case LineState::undefined:
      return "lsUndefined";
    case LineState::reserved:
      return "lsReserved";
    case LineState::reserved_by_task:
      return "lsReservedTask";
  }
  return {};
}

std::string_view name(ChainOrigin origin) noexcept {
  switch (origin) {
    case ChainOrigin::line:
      return "line";
    case ChainOrigin::trunk:
      return "trunk";
    case ChainOrigin::autocall:
      return "autocall";
  }
  return {};
}

std::string_view name(HoldEnd end) noexcept {
  switch (end) {
    case HoldEnd::returned:
      return "returned";
    case HoldEnd::broken:
      return "broken";
    case HoldEnd::left:
      return "left";
    case HoldEnd::handed_over:
      return "handed_over";
    case HoldEnd::conference:
      return "conference";
    case HoldEnd::swapped:
      return "swapped";
  }
  return {};
}

std::string_view name(TraceElement::Kind kind) noexcept {
  switch (kind) {
    case TraceElement::Kind::call:
      return "call";
    case TraceElement::Kind::commutation:
      return "commutation";
    case TraceElement::Kind::hold:
      return "hold";
    case TraceElement::Kind::transfer:
      return "transfer";
    case TraceElement::Kind::recording:
      return "recording";
    case TraceElement::Kind::ivr:
      return "ivr";
    case TraceElement::Kind::conference:
      return "conference";
    case TraceElement::Kind::fax:
      return "fax";
    case TraceElement::Kind::voicemail:
      return "voicemail";
  }
  return {};
}

}  // namespace otklik::core
