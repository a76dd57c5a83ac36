// What a peer sends as a session: never a crash, what is read can be written and read again, and an answer has a line
// for each line of the offer.
#include <cstdlib>
#include <string_view>

#include "sip/sdp/negotiation.hpp"

using namespace otklik::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT: as libFuzzer hands it
  const auto session = sdp::parse(text);
  if (!session) return 0;
  const auto again = sdp::parse(sdp::write(*session));
  if (!again || again->media.size() != session->media.size()) std::abort();
  sdp::Ours ours;
  ours.address = "192.0.2.1";
  ours.port = 4000;
  ours.codecs = sdp::usual_codecs();
  for (const auto protection : {sdp::Protection::none, sdp::Protection::sdes, sdp::Protection::dtls}) {
    ours.protection = protection;
    if (protection == sdp::Protection::sdes) {
      ours.crypto = {{1, "AES_CM_128_HMAC_SHA1_80", "NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj", {}, {}, {}}};
    }
    ours.fingerprint = {"sha-256", "AB:CD:EF"};
    const auto made = sdp::make_answer(*session, ours, 1, 1);
    if (made && made->session.media.size() != session->media.size()) std::abort();
    if (made && !sdp::parse(sdp::write(made->session))) std::abort();
    static_cast<void>(sdp::read_answer(sdp::make_offer(ours, 1, 1), *session, ours));
  }
  return 0;
}
