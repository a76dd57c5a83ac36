#include <spandsp.h>

#include <algorithm>

#include "media/codec/codecs.hpp"
#include "media/codec/concealment.hpp"

namespace otklik::media {
namespace {

struct Release {
  void operator()(g722_decode_state_t* state) const noexcept { g722_decode_free(state); }
  void operator()(g722_encode_state_t* state) const noexcept { g722_encode_free(state); }
};

class G722Decoder final : public Decoder {
 public:
  explicit G722Decoder(g722_decode_state_t* state) : state_(state) {}
  std::size_t decode(Bytes payload, std::span<std::int16_t, most_frame_samples> out) override {
    const std::size_t size = std::min(payload.size(), out.size() / 2);
    const int count = g722_decode(state_.get(), out.data(), payload.data(), static_cast<int>(size));
    if (count <= 0) return 0;
    concealment_.hear(out.data(), static_cast<std::size_t>(count));
    return static_cast<std::size_t>(count);
  }
  void conceal(std::size_t samples, Bytes, std::int16_t* out) override { concealment_.fill(out, samples); }

 private:
  std::unique_ptr<g722_decode_state_t, Release> state_;
  Concealment concealment_;
};

class G722Encoder final : public Encoder {
 public:
  explicit G722Encoder(g722_encode_state_t* state) : state_(state) {}
  std::size_t encode(std::span<const std::int16_t> samples, std::span<std::uint8_t> out) override {
    if (out.size() < samples.size() / 2) return 0;
    return static_cast<std::size_t>(
        g722_encode(state_.get(), out.data(), samples.data(), static_cast<int>(samples.size())));
  }

 private:
  std::unique_ptr<g722_encode_state_t, Release> state_;
};

constexpr int bits_a_second = 64000;

}  // namespace

std::unique_ptr<Decoder> make_g722_decoder() {
  auto* state = g722_decode_init(nullptr, bits_a_second, 0);
  if (state == nullptr) return nullptr;
  return std::make_unique<G722Decoder>(state);
}

std::unique_ptr<Encoder> make_g722_encoder() {
  auto* state = g722_encode_init(nullptr, bits_a_second, 0);
  if (state == nullptr) return nullptr;
  return std::make_unique<G722Encoder>(state);
}

}  // namespace otklik::media
