// Payloads of events from JSON and back; the first byte chooses the type. What is read is written the same again.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "store/event_log/event_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  static constexpr std::array<std::string_view, 12> types{
      "server_started",    "server_stopping", "script_started", "script_ended", "login_succeeded", "login_refused",
      "directory_changed", "custom_event",    "events_lost",    "file_stored",  "file_deleted",    "unknown"};
  if (size == 0) return 0;
  const std::string payload(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT: bytes as libFuzzer has them
  const auto type = types[data[0] % types.size()];
  const auto event = store::event_from_json(type, payload);
  std::string written;
  if (event) {
    store::append_json(written, *event);
    const auto again = store::event_from_json(type, written);
    if (!again) std::abort();
    std::string twice;
    store::append_json(twice, *again);
    if (twice != written) std::abort();
  }
  // And as the data that a script posts: always one line of JSON, never more.
  written.clear();
  store::append_json(written, core::CustomEvent{.name = payload, .data = payload, .run = {}});
  if (written.find('\n') != std::string::npos || !store::event_from_json("custom_event", written)) std::abort();
  return 0;
}
