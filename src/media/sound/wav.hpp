#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace otklik::media {

/// One channel of sound.
struct Waveform {
  std::uint32_t rate = 8000;
  std::vector<std::int16_t> samples;
};

/// What a WAV file says about its sound, and where that lies.
struct WavLayout {
  enum class Code : std::uint8_t { pcm, alaw, ulaw };
  Code code = Code::pcm;
  std::uint16_t bits = 16;
  std::uint16_t channels = 1;
  std::uint32_t rate = 8000;
  std::size_t data_begin = 0;
  std::size_t data_size = 0;  ///< as far as the file goes, whatever the header claims
};

/// Reads the chunks of a file up to its sound. `begin`: the first bytes of the file, `whole`: how long it is. A size of
/// 0 or of all ones means the rest of the file: it was being written. Errors: `bad_request`, with what is wrong with
/// it.
Result<WavLayout> parse_wav(std::string_view begin, std::size_t whole);

/// The sound of a whole file, its channels together. Errors: as parse_wav.
Result<Waveform> read_wav(std::string_view file);

inline constexpr std::size_t wav_header_size = 44;
/// The header of a file of 16-bit PCM with `data_size` bytes of sound; as much as 32 bits can say of more.
std::array<char, wav_header_size> wav_header(std::uint32_t rate, std::uint16_t channels,
                                             std::uint64_t data_size) noexcept;

}  // namespace otklik::media
