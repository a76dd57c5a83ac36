#include "media/sound/tone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace otklik::media {
namespace {

constexpr std::size_t most_stretches = 32;

std::unexpected<Error> wrong(std::string_view stretch, std::string_view why) {
  return fail(ErrorCode::bad_request, fmt::format("A tone's stretch \"{}\" {}", stretch, why));
}

bool read_number(std::string_view text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

Result<ToneStretch> parse_stretch(std::string_view one) {
  const auto slash = one.find('/');
  if (slash == std::string_view::npos) return wrong(one, "is not written as hertz/milliseconds");
  std::string_view tone = one.substr(0, slash);
  int first = 0;
  int second = 0;
  int time = 0;
  if (const auto plus = tone.find('+'); plus != std::string_view::npos) {
    if (!read_number(tone.substr(plus + 1), second)) return wrong(one, "has a second frequency that is no number");
    tone = tone.substr(0, plus);
  }
  if (!read_number(tone, first)) return wrong(one, "has a frequency that is no number");
  if (!read_number(one.substr(slash + 1), time)) return wrong(one, "has a time that is no number");
  if (first < 0 || first > 3400 || second < 0 || second > 3400) return wrong(one, "has a frequency past 3400 Hz");
  if (time < 1 || time > 60'000) return wrong(one, "is not between 1 and 60000 ms long");
  return ToneStretch{static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(second),
                     std::chrono::milliseconds(time)};
}

}  // namespace

Result<Cadence> parse_cadence(std::string_view text) {
  Cadence cadence;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.empty()) continue;
    if (one == "!" && text.empty() && !cadence.stretches.empty()) {
      cadence.repeats = false;
      break;
    }
    if (cadence.stretches.size() == most_stretches) {
      return fail(ErrorCode::bad_request, fmt::format("A tone has at most {} stretches", most_stretches));
    }
    auto stretch = parse_stretch(one);
    if (!stretch) return std::unexpected(stretch.error());
    cadence.stretches.push_back(*stretch);
  }
  if (cadence.stretches.empty()) return fail(ErrorCode::bad_request, "A tone needs stretches, as in 425/1000 0/4000");
  return cadence;
}

std::string text(const Cadence& cadence) {
  std::string out;
  for (const auto& stretch : cadence.stretches) {
    if (!out.empty()) out += ' ';
    out += fmt::format("{}", stretch.hertz);
    if (stretch.second_hertz != 0) out += fmt::format("+{}", stretch.second_hertz);
    out += fmt::format("/{}", stretch.time.count());
  }
  if (!cadence.repeats) out += " !";
  return out;
}

const Cadence& ToneOptions::of(ToneKind kind) const noexcept {
  switch (kind) {
    case ToneKind::dial:
      return dial;
    case ToneKind::ring_back:
      return ring_back;
    case ToneKind::busy:
      return busy;
    case ToneKind::congestion:
      return congestion;
    case ToneKind::call_waiting:
      return call_waiting;
    case ToneKind::unobtainable:
      return unobtainable;
    case ToneKind::beep:
      return beep;
  }
  return busy;
}

}  // namespace otklik::media
