#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/description.hpp"

/// Which codec a leg uses. Two legs with one codec pass packets through; two with different ones cost a decoder and an
/// encoder each way, which G.711 makes cheapest.
namespace otklik::pbx {

/// The engine's codecs by the names that lines and trunks use (`opus`, `g722`, `pcma`, `pcmu`), in that order; names
/// that the engine does not know are left out, and none left means all of the engine's.
std::vector<media::Codec> codecs_named(std::span<const std::string> names);

/// What is known of the party that a leg will talk with.
struct OtherLeg {
  std::optional<media::Codec> uses{};   ///< it is settled
  std::vector<media::Codec> can_use{};  ///< it has offered these and we have not chosen yet
};

/// The order of an offer: what the other leg uses or can use first, each group in the order of `allowed`.
std::vector<media::Codec> order_for_offer(std::vector<media::Codec> allowed, const OtherLeg& other);

/// What to answer with. `offered`: the audio codecs of the peer, with his payload types; what comes back has them too.
/// The codec of the other leg where it can be, else G.711 if the two cannot be alike, else the first of `allowed`.
/// Nothing: none in common.
std::optional<media::Codec> choose_for_answer(std::span<const media::Codec> allowed,
                                              std::span<const media::Codec> offered, const OtherLeg& other);

}  // namespace otklik::pbx
