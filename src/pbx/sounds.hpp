#pragma once
#include <string>

#include "core/ports/telephony.hpp"
#include "media/engine.hpp"

namespace otklik::pbx {

/// What a sound of the core is to the engine. `music`: the folder; empty: the made tune.
media::Play playing(core::telephony::Sound sound, const std::string& music);

/// What whoever waits hears where there is no music: a quiet broken chord, without end.
media::Cadence made_tune();

}  // namespace otklik::pbx
