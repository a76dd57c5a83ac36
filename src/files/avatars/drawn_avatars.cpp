#include "files/avatars/drawn_avatars.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <array>

#include "base/file.hpp"
#include "base/text.hpp"
#include "files/lookup.hpp"
#include "pictures/encode.hpp"
#include "pictures/monogram.hpp"

namespace otklik::files {
namespace {

// Muted enough for white letters on them (contrast above 4.5 to 1 by WCAG 2.1), and apart from each other.
constexpr std::array colours{
    pictures::Colour{0x6B, 0x72, 0x7E},  // of the figure
    pictures::Colour{0x3B, 0x6E, 0xA8}, pictures::Colour{0x2F, 0x7D, 0x6D}, pictures::Colour{0x8A, 0x5A, 0x9E},
    pictures::Colour{0xB0, 0x4E, 0x5A}, pictures::Colour{0x95, 0x65, 0x2C}, pictures::Colour{0x4F, 0x78, 0x3C},
    pictures::Colour{0x5B, 0x63, 0xA9}, pictures::Colour{0x9C, 0x4F, 0x83}, pictures::Colour{0x4A, 0x6A, 0x7C},
};

constexpr std::size_t figures_colour = 0;

/// FNV-1a, so that a user keeps his colour across starts and machines.
std::size_t colour_of(const Uuid& user) {
  std::uint32_t hash = 2166136261U;
  for (const char c : user.text()) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return 1 + hash % (colours.size() - 1);
}

}  // namespace

std::string initials_of(std::string_view name) {
  std::string out;
  int letters = 0;
  bool at_word = true;
  bool drawable = true;
  for_each_code_point(lower_utf8(name), [&](char32_t c) {
    const bool blank = c == U' ' || c == U'\t' || c == 0xA0;
    if (!blank && at_word && letters < 2) {
      drawable = drawable && pictures::has_glyph(c);
      append_utf8(out, c);
      ++letters;
    }
    at_word = blank;
  });
  return drawable ? out : std::string();
}

Result<core::OpenedFile> DrawnAvatars::open_figure() { return open(figures_colour, ""); }

Result<core::OpenedFile> DrawnAvatars::open_initials(std::string_view initials, const Uuid& user) {
  return initials.empty() ? open_figure() : open(colour_of(user), initials);
}

Result<core::OpenedFile> DrawnAvatars::open(std::size_t colour, std::string_view initials) {
  const std::string wanted = std::to_string(colour) + std::string(initials);
  const auto hand_out = [](const Kept& kept) -> Result<core::OpenedFile> {
    UniqueFd fd(::fcntl(kept.fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!fd) return std::unexpected(last_system_error("open a drawn picture"));
    auto file = opened(std::move(fd), "avatar.png");
    if (file) file->address = core::OpenedFile::Address::changing;  // he may have a picture tomorrow
    return file;
  };
  const std::lock_guard lock(mutex_);
  if (const auto found = kept_.find(wanted); found != kept_.end()) return hand_out(found->second);

  std::u32string letters;
  for_each_code_point(initials, [&](char32_t c) { letters += c; });
  const auto drawn = pictures::draw_monogram(letters, colours[colour], 288);
  if (!drawn) return std::unexpected(drawn.error());
  const auto file = pictures::encode_png(*drawn);
  if (!file) return std::unexpected(file.error());
  Kept kept;
  kept.fd.reset(::memfd_create("avatar", MFD_CLOEXEC));
  if (!kept.fd) return std::unexpected(last_system_error("keep a drawn picture"));
  if (auto written = write_all(kept.fd.get(), *file); !written) return std::unexpected(written.error());
  if (kept_.size() >= most_kept) kept_.erase(kept_.begin());
  return hand_out(kept_.emplace(wanted, std::move(kept)).first->second);
}

}  // namespace otklik::files
