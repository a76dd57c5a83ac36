#include "licence/registration.hpp"

#include <array>
#include <cstdint>

#include "base/beneath.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/new_file.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace otklik::licence {
namespace {

constexpr std::string_view file_name = "otklik.registration";
constexpr std::string_view broken_name = "otklik.registration.broken";
constexpr std::size_t number_digits = 7;
constexpr int most_tries = 3;

/// Without a zero in front: some read it as a number.
std::string random_number() {
  constexpr std::uint64_t least = 1'000'000;
  constexpr std::uint64_t count = 9'000'000;
  std::array<std::uint8_t, 8> bytes{};
  random_bytes(bytes);
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = value << 8 | byte;
  return std::to_string(least + value % count);
}

bool is_number(std::string_view text) {
  return text.size() == number_digits && text.find_first_not_of("0123456789") == std::string_view::npos &&
         text.front() != '0';
}

/// `conflict` when another start was quicker.
Result<> keep(const Folder& folder, const std::string& number) {
  auto holder = folder.holder_of(file_name);
  if (!holder) return std::unexpected(holder.error());
  auto file = NewFile::create(std::move(holder->first));
  if (!file) return std::unexpected(file.error());
  if (auto written = file->write(number + "\n"); !written) return written;
  return file->commit(file_name, NewFile::Existing::keep);
}

}  // namespace

Result<std::string> registration_number(const std::string& data_folder) {
  const auto folder = Folder::open(data_folder);
  if (!folder) return std::unexpected(folder.error());
  for (int tries = 0; tries < most_tries; ++tries) {
    const auto fd = folder->open_file(file_name);
    if (fd) {
      const auto text = read_whole(fd->get(), 64);
      if (!text && text.error().code != ErrorCode::too_large) return std::unexpected(text.error());
      if (text && is_number(trim(*text))) return std::string(trim(*text));
      log::error("{}/{} does not hold seven digits: it is put aside, and a new registration number is made",
                 data_folder, file_name);
      if (auto removed = folder->remove(broken_name); !removed && removed.error().code != ErrorCode::not_found) {
        return std::unexpected(removed.error());
      }
      if (auto moved = folder->rename(file_name, *folder, broken_name); !moved) return std::unexpected(moved.error());
    } else if (fd.error().code != ErrorCode::not_found) {
      return std::unexpected(fd.error());
    }
    std::string number = random_number();
    const auto kept = keep(*folder, number);
    if (kept) return number;
    if (kept.error().code != ErrorCode::conflict) return std::unexpected(kept.error());
  }
  return fail(ErrorCode::failed, data_folder + "/" + std::string(file_name) + " can neither be read nor made");
}

}  // namespace otklik::licence
