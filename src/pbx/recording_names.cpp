#include "pbx/recording_names.hpp"

#include <ctime>

namespace otklik::pbx {
namespace {

constexpr std::size_t longest_number = 32;

bool may_stand_in_a_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-';
}

std::string plain(std::string_view number) {
  std::string kept;
  for (const char c : number) {
    if (may_stand_in_a_name(c) && kept.size() < longest_number) kept += c;
  }
  return kept.empty() ? "0" : kept;
}

}  // namespace

RecordingPlace recording_place(std::string_view a_line, std::string_view b_line, Time began) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(began);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(began - seconds).count();
  const std::time_t since_epoch = seconds.time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&since_epoch, &local);
  const std::string day = fmt::format("{:04}{:02}{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
  const std::string moment =
      fmt::format("{:04}_{:02}_{:02}__{:02}_{:02}_{:02}_{:03}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                  local.tm_hour, local.tm_min, local.tm_sec, milliseconds);
  const std::string a = plain(a_line);
  const std::string b = plain(b_line);
  return {.folder = fmt::format("{}/{:02}{:02}", day, local.tm_hour, local.tm_min),
          .mix = fmt::format("mix_{}_{}__{}", std::min(a, b), std::max(a, b), moment),
          .track_a = fmt::format("leg_{}_1__{}", a, moment),
          .track_b = fmt::format("leg_{}_2__{}", b, moment)};
}

std::string_view suffix(media::RecordingFormat format) noexcept {
  switch (format) {
    case media::RecordingFormat::ogg_opus:
      return ".ogg";
    case media::RecordingFormat::mp3:
      return ".mp3";
    case media::RecordingFormat::wav:
      break;
  }
  return ".wav";
}

}  // namespace otklik::pbx
