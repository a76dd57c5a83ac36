#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/error.hpp"

/// What a session description says about media, as values: who reads and writes SDP fills and reads these.
namespace otklik::media {

/// A format of audio as a=rtpmap and a=fmtp give it (RFC 8866 6.6, 6.15). Names compare without case.
struct Codec {
  std::string name;  ///< `PCMU` `PCMA` `G722` `opus` `telephone-event` `CN`
  std::uint32_t clock_rate =
      8000;                       ///< of the RTP time stamps, Hz. G722 says 8000 and samples at 16000 (RFC 3551 4.5.2)
  std::uint8_t payload_type = 0;  ///< 0 to 127
  std::uint8_t channels = 1;      ///< opus says 2 always (RFC 7587 7)
  std::string fmtp;               ///< parameters as they stand after the payload type; empty: none

  bool operator==(const Codec&) const = default;
};

/// What can be offered, best first: opus 96, G722 9, PCMA 8, PCMU 0, telephone-event 101 (8000 Hz) and 102 (48000 Hz,
/// goes with opus: RFC 4733 2.1 wants one for each clock rate), CN 13. The dynamic payload types are a proposal.
std::span<const Codec> supported_codecs();

/// Whether the engine can send and receive it. An audio codec, telephone-event or CN; the payload type does not count.
bool is_supported(const Codec& codec) noexcept;
/// Whether it carries speech, and not events or comfort noise.
bool is_audio(const Codec& codec) noexcept;
/// Whether two descriptions mean one codec: name, clock rate and channels; for an offer and its answer.
bool is_same_codec(const Codec& a, const Codec& b) noexcept;
/// What stands in the static table for a payload type that comes without a=rtpmap (RFC 3551 table 4): 0, 8, 9, 13.
std::optional<Codec> static_codec(std::uint8_t payload_type);

/// The suites of a=crypto (RFC 4568 6.2, RFC 7714 14.2).
enum class SrtpSuite : std::uint8_t {
  aes_cm_128_hmac_sha1_80,
  aes_cm_128_hmac_sha1_32,
  aead_aes_128_gcm,
  aead_aes_256_gcm,
};
/// Best first; all of them unless the library was built without GCM.
std::span<const SrtpSuite> supported_srtp_suites();
/// As a=crypto spells it: `AES_CM_128_HMAC_SHA1_80`, `AEAD_AES_256_GCM`, …
std::string_view name(SrtpSuite suite) noexcept;
std::optional<SrtpSuite> srtp_suite(std::string_view name) noexcept;
/// Bytes of master key and salt together, which a=crypto carries in base64: 30, 30, 28, 44.
std::size_t srtp_key_length(SrtpSuite suite) noexcept;
/// A fresh master key and salt from the system's generator, raw. A secret: never into a log.
std::string make_srtp_key(SrtpSuite suite);

/// SRTP of one leg: one suite, a key for each direction. Session parameters and MKI are not supported: a crypto line
/// that has them is to be passed over.
struct SrtpKeys {
  SrtpSuite suite = SrtpSuite::aes_cm_128_hmac_sha1_80;
  std::string local;   ///< what we protect with: our a=crypto; raw key and salt
  std::string remote;  ///< what we unprotect with: the peer's a=crypto

  bool operator==(const SrtpKeys&) const = default;
};

/// Seen from us: `send_only` is the peer on hold, who hears our music.
enum class Direction : std::uint8_t { inactive = 0, send_only = 1, receive_only = 2, send_receive = 3 };

/// An address and port of a socket.
struct SocketAddress {
  Address address;
  std::uint16_t port = 0;

  bool operator==(const SocketAddress&) const = default;
};

/// The far end of a leg, once offer and answer are together. Given anew after each re-INVITE: what did not change goes
/// on without a gap.
struct Remote {
  SocketAddress rtp;                  ///< c= and m=; the address may be 0.0.0.0 (hold of RFC 2543: nothing is sent)
  std::optional<SocketAddress> rtcp;  ///< a=rtcp; nothing: the port after `rtp`
  bool rtcp_mux = false;              ///< both sides have said a=rtcp-mux (RFC 5761)

  Codec send;  ///< the audio codec we send, with the payload type of the peer's description
  /// What may come, with the payload types of our description: audio codecs, telephone-event, CN.
  std::vector<Codec> receive;
  /// telephone-event as the peer takes it, with his payload type; nothing: digits go as tones in the audio.
  std::optional<Codec> send_events;
  /// CN as the peer takes it; nothing: silence goes as silence.
  std::optional<Codec> send_comfort_noise;
  /// a=ptime of the peer: milliseconds of audio in a packet that we make, 10 to 60 in tens; what is passed through
  /// keeps its own. Anything else is taken as 20.
  std::chrono::milliseconds packet_time{20};

  Direction direction = Direction::send_receive;
  std::optional<SrtpKeys> srtp;  ///< nothing: plain RTP; what comes protected is dropped, and the other way round
};

}  // namespace otklik::media
