// The chunked coding: any bytes, the same outcome however they are cut.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http/chunked_decoder.hpp"

namespace {

using namespace otklik::net;

struct Outcome {
  ChunkedDecoder::State state;
  std::size_t taken = 0;
  std::string body;
  bool operator==(const Outcome&) const = default;
};

Outcome decode(std::string_view text, std::size_t piece) {
  ChunkedDecoder decoder;
  Outcome outcome{};
  while (outcome.taken < text.size() && decoder.state() == ChunkedDecoder::State::more) {
    const auto step = decoder.step(text.substr(outcome.taken, piece));
    outcome.taken += step.taken;
    outcome.body += step.data;
  }
  outcome.state = decoder.state();
  if (outcome.body.size() > decoder.announced()) __builtin_trap();
  if (outcome.state == ChunkedDecoder::State::done && outcome.body.size() != decoder.announced()) __builtin_trap();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT
  const auto whole = decode(text, std::max<std::size_t>(1, text.size()));
  if (decode(text, 1) != whole || decode(text, data[0] % 32 + 1) != whole) __builtin_trap();
  return 0;
}
