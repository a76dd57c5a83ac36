#include "pbx/codec_choice.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.hpp"

namespace otklik::pbx {
namespace {

using media::Codec;

bool holds(std::span<const Codec> codecs, const Codec& codec) {
  return std::ranges::any_of(codecs, [&](const Codec& one) { return media::is_same_codec(one, codec); });
}

bool is_g711(const Codec& codec) { return iequals_ascii(codec.name, "PCMA") || iequals_ascii(codec.name, "PCMU"); }

}  // namespace

std::vector<Codec> codecs_named(std::span<const std::string> names) {
  std::vector<Codec> found;
  for (const auto& name : names) {
    for (const auto& codec : media::supported_codecs()) {
      if (media::is_audio(codec) && iequals_ascii(codec.name, name) && !holds(found, codec)) found.push_back(codec);
    }
  }
  if (!found.empty()) return found;
  for (const auto& codec : media::supported_codecs()) {
    if (media::is_audio(codec)) found.push_back(codec);
  }
  return found;
}

std::vector<Codec> order_for_offer(std::vector<Codec> allowed, const OtherLeg& other) {
  std::vector<Codec> later;
  for (auto& codec : std::exchange(allowed, {})) {
    const bool suits = other.uses ? media::is_same_codec(*other.uses, codec) : holds(other.can_use, codec);
    (suits ? allowed : later).push_back(std::move(codec));
  }
  std::ranges::move(later, std::back_inserter(allowed));
  return allowed;
}

std::optional<Codec> choose_for_answer(std::span<const Codec> allowed, std::span<const Codec> offered,
                                       const OtherLeg& other) {
  std::vector<Codec> common;
  for (const auto& codec : allowed) {
    for (const auto& theirs : offered) {
      if (media::is_same_codec(codec, theirs)) {
        common.push_back(theirs);
        break;
      }
    }
  }
  if (common.empty()) return std::nullopt;
  if (other.uses) {
    for (const auto& codec : common) {
      if (media::is_same_codec(codec, *other.uses)) return codec;
    }
    const auto cheap = std::ranges::find_if(common, is_g711);
    return cheap == common.end() ? common.front() : *cheap;
  }
  return common.front();
}

}  // namespace otklik::pbx
