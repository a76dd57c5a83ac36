#pragma once
#include <memory>
#include <string_view>

#include "media/codec/codec.hpp"

/// Codecs with a library behind them, each in a file of its own. Only codec.cpp and they include this.
namespace otklik::media {

std::unique_ptr<Decoder> make_g722_decoder();
std::unique_ptr<Encoder> make_g722_encoder();
std::unique_ptr<Decoder> make_opus_decoder();
std::unique_ptr<Encoder> make_opus_encoder(std::string_view fmtp);

}  // namespace otklik::media
