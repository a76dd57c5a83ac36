#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "media/engine.hpp"
#include "sip/options.hpp"

namespace otklik::pbx {

/// Where audio flows, and in what form. Changes alive: a leg takes what holds when it begins.
struct AudioOptions {
  std::string address{};           ///< that RTP sockets are bound to; empty: every address, of the peer's family
  std::string external_address{};  ///< of ours as peers outside `local_networks` see it (NAT); empty: no NAT
  /// Whoever is in none of these hears the external address. The private networks of RFC 1918, RFC 4193 and RFC 6598,
  /// the loopback and link-local addresses.
  std::vector<Network> local_networks = private_networks();
  std::vector<std::string> codecs{"g722", "pcma", "pcmu", "opus"};  ///< of lines and trunks that name none; best first
  bool srtp = true;  ///< SDES where the signalling goes by TLS (RFC 4568)
  bool rtcp = true;
  bool inband_digits = true;  ///< listens for tones where the peer cannot send telephone-event
  std::chrono::milliseconds media_timeout{10'000};
  std::chrono::milliseconds jitter_least{20};
  std::chrono::milliseconds jitter_most{300};
  bool follow_source = false;  ///< a phone may change its address within a call, see media::Latching
  std::string music{};         ///< folder of WAV files for whoever waits; missing or empty: a made tune

  static std::vector<Network> private_networks();
  bool operator==(const AudioOptions&) const = default;
};

enum class Tracks : std::uint8_t {
  none,      ///< the mix alone
  separate,  ///< a file for each party beside it
};

/// How talks are recorded. Changes alive.
struct RecordingOptions {
  std::string folder{};  ///< of all recordings, absolute
  media::RecordingFormat format = media::RecordingFormat::wav;
  bool stereo = false;  ///< the first party left, the second right
  Tracks tracks = Tracks::none;
  std::uint32_t sample_rate = 8000;
  int bit_rate = 32'000;  ///< a channel, of Ogg Opus and MP3

  bool operator==(const RecordingOptions&) const = default;
};

/// Everything of the exchange that can be chosen.
struct Options {
  sip::Options sip;
  media::EngineOptions media;
  AudioOptions audio;
  RecordingOptions recording;
  std::size_t most_legs = 4000;  ///< at once; past it a call that comes is refused by 503
};

}  // namespace otklik::pbx
