// What the edge hands to the library, whatever a stranger has sent: well-formed again, with one source of ours, and
// without what only the edge may see.
#include <cstdlib>
#include <string_view>

#include "sip/edge/relay.hpp"

using namespace otklik::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Relay relay("secret");
  relay.use({5000, 5001, 5002});
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);  // NOLINT: as libFuzzer hands it
  auto message = Message::parse(bytes, 64);
  if (!message) return 0;
  const Flow flow{{{}, 5060, Transport::tcp}, 7};
  if (!message->is_request()) {
    if (!relay.answer_inwards(*message, flow)) return 0;
    const auto inner = Message::parse(message->write(), 1000);
    if (!inner || inner->count("Via") != 1 || inner->find(source_header) != nullptr) std::abort();
    return 0;
  }
  Relay::note_source(*message, flow.peer);
  relay.inwards(*message, flow, {}, true);
  auto inner = Message::parse(message->write(), 1000);
  if (!inner || inner->count(source_header) != 1 || inner->find("Authorization") != nullptr) std::abort();
  if (!relay.source(*inner->find(source_header))) std::abort();
  auto answer = reply_to(*inner, 200, {}, "tag");
  if (relay.way_back(answer) != flow) std::abort();
  static_cast<void>(relay.way_out(*inner));
  relay.outwards(*inner, flow, "192.0.2.1", 5060);
  return 0;
}
