#include "store/event_log/call_event_json.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/json_writer.hpp"
#include "store/event_log/call_event_fields.hpp"

namespace otklik::store {
namespace {

using namespace core;

class Writing {
 public:
  explicit Writing(std::string& out) : out_(out), json_(out) { json_.begin_object(); }
  ~Writing() { json_.end_object(); }
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  void operator()(std::string_view key, const std::string& value) {
    if (!value.empty()) json_.field(key, std::string_view(value));
  }
  void operator()(std::string_view key, const Uuid& value) {
    if (value.is_nil()) return;
    json_.key(key).raw("\"");  // the rest of the string goes past the writer: it needs no escapes
    value.append_to(out_);
    out_ += '"';
  }
  void operator()(std::string_view key, bool value) { json_.field(key, value); }
  template <std::unsigned_integral Number>
  void operator()(std::string_view key, Number value) {
    json_.field(key, static_cast<std::uint64_t>(value));
  }
  void operator()(std::string_view key, Time value) {
    if (value != Time{}) json_.field(key, static_cast<std::int64_t>(value.time_since_epoch().count()));
  }
  void operator()(std::string_view key, std::chrono::milliseconds value) {
    json_.field(key, static_cast<std::int64_t>(value.count()));
  }
  template <class Enumeration>
    requires std::is_enum_v<Enumeration>
  void operator()(std::string_view key, Enumeration value) {
    json_.field(key, name(value));
  }
  void operator()(std::string_view key, const Party& value) {
    if (value == Party{}) return;
    json_.key(key);
    std::string inner;
    {
      Writing fields(inner);
      party_fields(fields, value);
    }
    json_.raw(inner);
  }

 private:
  std::string& out_;
  JsonWriter json_;
};

class FieldsIn {
 public:
  FieldsIn(simdjson::dom::object object, bool& well_formed) : object_(object), well_formed_(well_formed) {}

  void operator()(std::string_view key, std::string& value) {
    std::string_view text;
    if (has(object_[key].get(text))) value = text;
  }
  void operator()(std::string_view key, Uuid& value) {
    std::string_view text;
    if (!has(object_[key].get(text))) return;
    const auto id = Uuid::parse(text);
    if (!id) well_formed_ = false;
    value = id.value_or(Uuid{});
  }
  void operator()(std::string_view key, bool& value) {
    bool read = false;
    if (has(object_[key].get(read))) value = read;
  }
  template <std::unsigned_integral Number>
  void operator()(std::string_view key, Number& value) {
    std::uint64_t read = 0;
    if (!has(object_[key].get(read))) return;
    if (read > std::numeric_limits<Number>::max()) well_formed_ = false;
    value = static_cast<Number>(read);
  }
  void operator()(std::string_view key, Time& value) {
    std::int64_t read = 0;
    if (has(object_[key].get(read))) value = Time(Duration(read));
  }
  void operator()(std::string_view key, std::chrono::milliseconds& value) {
    std::int64_t read = 0;
    if (has(object_[key].get(read))) value = std::chrono::milliseconds(read);
  }
  void operator()(std::string_view key, Cause& value) {
    for (const auto& row : all_causes()) try_name(key, value, row.cause);
    end_of_names(key);
  }
  void operator()(std::string_view key, ChainOrigin& value) {
    for (const auto each : {ChainOrigin::line, ChainOrigin::trunk, ChainOrigin::autocall}) try_name(key, value, each);
    end_of_names(key);
  }
  void operator()(std::string_view key, HoldEnd& value) {
    for (const auto each : {HoldEnd::returned, HoldEnd::broken, HoldEnd::left, HoldEnd::handed_over,
                            HoldEnd::conference, HoldEnd::swapped}) {
      try_name(key, value, each);
    }
    end_of_names(key);
  }
  void operator()(std::string_view key, ConnectionType& value) {
    for (int each = 0; each <= static_cast<int>(ConnectionType::ivr_inner); ++each) {
      try_name(key, value, static_cast<ConnectionType>(each));
    }
    end_of_names(key);
  }
  void operator()(std::string_view key, LineState& value) {
    for (unsigned bit = 0; bit < 13; ++bit) {
      const auto each = static_cast<LineState>(1U << bit);
      if (!name(each).empty()) try_name(key, value, each);
    }
    end_of_names(key);
  }
  void operator()(std::string_view key, Party& value) {
    simdjson::dom::object inner;
    if (!has(object_[key].get(inner))) return;
    FieldsIn fields(inner, well_formed_);
    party_fields(fields, value);
  }

 private:
  bool has(simdjson::error_code error) {
    if (error == simdjson::NO_SUCH_FIELD) return false;
    if (error) well_formed_ = false;
    return !error;
  }
  template <class Enumeration>
  void try_name(std::string_view key, Enumeration& value, Enumeration each) {
    std::string_view text;
    if (object_[key].get(text) || text != name(each)) return;
    value = each;
    named_ = true;
  }
  /// A name that this version does not know is no name: an event with a wrong cause would lie.
  void end_of_names(std::string_view key) {
    std::string_view text;
    if (has(object_[key].get(text)) && !named_) well_formed_ = false;
    named_ = false;
  }

  simdjson::dom::object object_;
  bool& well_formed_;
  bool named_ = false;
};

/// Reads it as an `Event` where the type's name is that of `Event`.
template <CallEvent Event>
bool try_read(std::string_view type, simdjson::dom::object object, bool& well_formed, std::optional<EventBody>& out) {
  Event event;
  if (name(EventBody(event)) != type) return false;
  FieldsIn fields(object, well_formed);
  call_event_fields(fields, event);
  out = std::move(event);
  return true;
}

template <CallEvent... Events>
void read_one_of(std::string_view type, simdjson::dom::object object, bool& well_formed,
                 std::optional<EventBody>& out) {
  static_cast<void>((try_read<Events>(type, object, well_formed, out) || ...));
}

}  // namespace

template <CallEvent Event>
void append_call_event(std::string& out, const Event& event) {
  Writing fields(out);
  call_event_fields(fields, event);
}

std::optional<EventBody> read_call_event(std::string_view type, simdjson::dom::object object, bool& well_formed) {
  std::optional<EventBody> out;
  read_one_of<ChainBegan, ChainEnded, LegBegan, LegAnswered, LegMoved, LegEnded, CallBegan, CallEnded, RingStarted,
              RingStopped, UserMissedCall, CommutationBegan, CommutationEnded, HoldBegan, HoldEnded, QueueEntered,
              QueueLeft, CallTransferred, AutocallStarted, AutocallEnded, RecordingStarted, RecordingFinished,
              LineStateChanged>(type, object, well_formed, out);
  return out;
}

template void append_call_event(std::string&, const ChainBegan&);
template void append_call_event(std::string&, const ChainEnded&);
template void append_call_event(std::string&, const LegBegan&);
template void append_call_event(std::string&, const LegAnswered&);
template void append_call_event(std::string&, const LegMoved&);
template void append_call_event(std::string&, const LegEnded&);
template void append_call_event(std::string&, const CallBegan&);
template void append_call_event(std::string&, const CallEnded&);
template void append_call_event(std::string&, const RingStarted&);
template void append_call_event(std::string&, const RingStopped&);
template void append_call_event(std::string&, const UserMissedCall&);
template void append_call_event(std::string&, const CommutationBegan&);
template void append_call_event(std::string&, const CommutationEnded&);
template void append_call_event(std::string&, const HoldBegan&);
template void append_call_event(std::string&, const HoldEnded&);
template void append_call_event(std::string&, const QueueEntered&);
template void append_call_event(std::string&, const QueueLeft&);
template void append_call_event(std::string&, const CallTransferred&);
template void append_call_event(std::string&, const AutocallStarted&);
template void append_call_event(std::string&, const AutocallEnded&);
template void append_call_event(std::string&, const RecordingStarted&);
template void append_call_event(std::string&, const RecordingFinished&);
template void append_call_event(std::string&, const LineStateChanged&);

}  // namespace otklik::store
