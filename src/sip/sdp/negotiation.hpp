#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sip/sdp/session.hpp"

/// Offer and answer (RFC 3264) for calls with one audio stream; everything else is refused in its place.
namespace otklik::sip::sdp {

/// How media are to be protected.
enum class Protection : std::uint8_t { none, sdes, dtls };

/// What we can do, and where. Codecs in our order of preference; `telephone-event` is added for each rate in use.
struct Ours {
  std::string address;        ///< of `c=` and `o=`
  std::uint16_t port = 0;     ///< of RTP; RTCP is multiplexed or at port + 1
  std::vector<Codec> codecs;  ///< payload types of dynamic ones as we would offer them
  std::uint32_t ptime = 20;
  Direction direction = Direction::send_receive;
  Protection protection = Protection::none;
  std::vector<Crypto> crypto;  ///< sdes: the key we send with, one for each suite that we can do, best first
  std::string ice_user;        ///< dtls
  std::string ice_password;
  Fingerprint fingerprint;
  std::vector<std::string> candidates;
  bool rtcp_mux = true;  ///< offered, and accepted where offered
};

/// The codecs that Otklik can do, in the order that suits a telephone: PCMA PCMU G722 opus telephone-event.
std::vector<Codec> usual_codecs();

/// What both sides have agreed upon, seen from us.
struct Agreed {
  std::size_t line = 0;                ///< which `m=` line
  Codec codec;                         ///< the first that both can do; payload type as the other side expects it
  std::optional<std::uint8_t> events;  ///< payload type of telephone-event of the codec's clock rate, else of 8000
  std::string address;                 ///< where to send
  std::uint16_t port = 0;
  std::optional<std::uint16_t> rtcp_port;
  bool rtcp_mux = false;
  std::uint32_t ptime = 20;
  Direction direction = Direction::send_receive;  ///< what we may do
  Protection protection = Protection::none;
  Crypto send;                         ///< sdes: our key
  Crypto receive;                      ///< sdes: theirs
  bool profile_with_feedback = false;  ///< SAVPF, AVPF
};

/// Makes an offer. `id` and `version` go into `o=`.
Session make_offer(const Ours& ours, std::uint64_t id, std::uint64_t version);

struct MadeAnswer {
  Session session;
  Agreed agreed;
};
/// Answers line for line. Errors: `bad_request` ("…") when no audio line of the offer fits: to be refused by 488.
Result<MadeAnswer> make_answer(const Session& offer, const Ours& ours, std::uint64_t id, std::uint64_t version);

/// Reads the answer to an offer of ours. Errors: `bad_request` when it has another number of lines, takes a codec that
/// was not offered, lacks a key, or refuses our audio.
Result<Agreed> read_answer(const Session& offer, const Session& answer, const Ours& ours);

/// The next offer of a dialog: its version grows when anything but the version differs.
void version_after(const Session& before, Session& next);

}  // namespace otklik::sip::sdp
