// What comes from the network: never a crash; what is let through is written so that it reads the same again, holds no
// second header end, and can be cut out of a stream.
#include <cstdlib>
#include <string_view>

#include "sip/message/framer.hpp"
#include "sip/message/message.hpp"

using namespace otklik::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);  // NOLINT: as libFuzzer hands it
  Framer framer(8192);
  framer.feed(bytes.substr(0, size / 2));
  framer.feed(bytes.substr(size / 2));
  for (auto found = framer.next(); found != Framer::Found::nothing && found != Framer::Found::broken;)
    found = framer.next();

  Message partly;
  const auto message = Message::parse(bytes, 64, &partly);
  if (!message) {
    if (partly.has_reply_fields()) {
      const auto reply = reply_to(partly, message.error().status, message.error().reason, "tag").write();
      if (reply.find("\r\n\r\n") == std::string::npos) std::abort();
    }
    return 0;
  }
  const auto text = message->write();
  const auto again = Message::parse(text, 1000);
  if (!again || again->write() != text || again->body != message->body) std::abort();
  Framer whole(1 << 20);
  whole.feed(text);
  if (whole.next() != Framer::Found::message || whole.message().size() != text.size()) std::abort();
  static_cast<void>(NameAddress::parse(message->from.text()));
  return 0;
}
