#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sip/values.hpp"

/// Session descriptions (RFC 8866) as values: what calls need of them, and every media line in its place.
namespace otklik::sip::sdp {

/// A payload type of an RTP media line, in the order of preference.
struct Codec {
  std::uint8_t payload = 0;
  std::string name;  ///< as spelt by its sender; the names of static types are filled in: `PCMU`
  std::uint32_t rate = 8000;
  std::uint8_t channels = 1;
  std::string parameters;  ///< of `a=fmtp`, without the payload type

  [[nodiscard]] bool is(std::string_view other_name) const noexcept;  ///< without case
  bool operator==(const Codec&) const = default;
};

/// One `a=crypto` line (RFC 4568). Only `inline:` keys are kept.
struct Crypto {
  std::uint32_t tag = 0;
  std::string suite;       ///< `AES_CM_128_HMAC_SHA1_80`
  std::string key;         ///< base64 of master key and salt, as it came: its characters and length are checked
  std::string lifetime;    ///< may be empty: `2^20`
  std::string mki;         ///< may be empty: `1:4`
  std::string parameters;  ///< session parameters after the keys; may be empty

  bool operator==(const Crypto&) const = default;
};

/// `a=fingerprint` (RFC 8122).
struct Fingerprint {
  std::string hash;   ///< `sha-256`
  std::string value;  ///< `AB:CD:…`, upper case

  bool operator==(const Fingerprint&) const = default;
};

enum class Setup : std::uint8_t { none, active, passive, actpass, holdconn };

/// One `m=` line and what belongs to it. Attributes that a session gives for all its media are copied into each.
struct Media {
  std::string kind;  ///< `audio`, `video`, `image` …
  std::uint16_t port = 0;
  std::string protocol;              ///< `RTP/AVP`, `RTP/SAVP`, `UDP/TLS/RTP/SAVPF`, `udptl` …
  std::vector<std::string> formats;  ///< as they stand in the line
  std::vector<Codec> codecs;         ///< those of `formats` that are payload types with a known mapping, in their order

  std::string address;                            ///< of `c=`; a host name is possible; empty where none was given
  std::optional<std::uint16_t> rtcp_port;         ///< of `a=rtcp`
  std::string rtcp_address;                       ///< likewise; empty: `address`
  Direction direction = Direction::send_receive;  ///< hold by `c=0.0.0.0` counts as not wanting to hear
  bool rtcp_mux = false;
  std::uint32_t ptime = 0;  ///< milliseconds; 0: not said
  std::uint32_t maxptime = 0;
  std::vector<Crypto> crypto;

  // Browsers (RFC 8839, 8842)
  std::string mid;
  std::string ice_user;
  std::string ice_password;
  std::vector<std::string> candidates;  ///< values of `a=candidate`
  std::vector<Fingerprint> fingerprints;
  Setup setup = Setup::none;
  bool end_of_candidates = false;

  std::vector<std::string> others;  ///< further `a=` values, as they came (T38Fax…, ssrc, extmap)

  [[nodiscard]] bool is_audio() const noexcept { return kind == "audio"; }
  [[nodiscard]] bool is_refused() const noexcept { return port == 0; }
  [[nodiscard]] bool is_rtp() const noexcept;
  bool operator==(const Media&) const = default;
};

struct Session {
  std::string origin_user = "-";
  std::uint64_t id = 0;       ///< of `o=`: stays for the whole dialog
  std::uint64_t version = 0;  ///< of `o=`: one more each time that something has changed (RFC 3264 8)
  std::string origin_address;
  std::string name = "-";
  std::vector<Media> media;
  std::string bundle;  ///< of `a=group:BUNDLE`: mids with spaces between; empty: none
  bool ice_lite = false;

  /// The first audio line that is not refused; null when there is none.
  [[nodiscard]] const Media* audio() const noexcept;
  bool operator==(const Session&) const = default;
};

/// Reads what a peer sent. Tolerates bare LF, unknown lines and attributes; refuses what is no SDP at all or past the
/// limits (64 kB, 16 media, 64 formats, 512 lines). Errors: `bad_request` with what is wrong and in which line.
Result<Session> parse(std::string_view text);

/// The text of a session, with CRLF. Nothing is checked: what came through parse() or was made here is well-formed.
std::string write(const Session& session);

/// The name, rate and channels of a static payload type (RFC 3551 6); nothing for the others.
std::optional<Codec> static_codec(std::uint8_t payload);

/// The direction of the other side of the same stream: what one only sends, the other only receives.
Direction reversed(Direction direction) noexcept;
/// What is left when both sides have said their part.
Direction narrowed(Direction ours, Direction allowed) noexcept;

}  // namespace otklik::sip::sdp
