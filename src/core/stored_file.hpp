#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/uuid.hpp"

namespace otklik::core {

/// What a stored file is, and with it where it lies and who may open it how. Stored and spoken of by name.
enum class FileArea : std::uint8_t {
  temp,       ///< uploads without a lasting place: `Temp/UploadData`, emptied at every start
  storage,    ///< the file storage, except the two folders below
  shared,     ///< `LocalStorage/Shared`: anybody who knows the path
  script,     ///< brought for a scenario: `Temp/ScriptData`, which `getsharedfile` does not open; emptied likewise
  avatar,     ///< pictures of users: `LocalStorage/Avatars`
  recording,  ///< of calls: `RecordedFiles/yyyyMMdd/HHmm`
  fax,        ///< received: `Fax`
  voicemail,  ///< `VoiceMail`
};
inline constexpr std::array all_file_areas{FileArea::temp,   FileArea::storage,  FileArea::shared,
                                           FileArea::script, FileArea::avatar,   FileArea::recording,
                                           FileArea::fax,    FileArea::voicemail};

std::string_view name(FileArea area) noexcept;
std::optional<FileArea> file_area_named(std::string_view name) noexcept;
/// Whether its files go at every start.
constexpr bool is_emptied_at_start(FileArea area) noexcept {
  return area == FileArea::temp || area == FileArea::script;
}

/// How far a file has got. What is neither `whole` nor `growing` is looked at once more at the next start.
enum class FileState : std::uint8_t {
  arriving,  ///< written down before it gets its name: after a crash it is there or it is not
  growing,   ///< lies under its name and is still being written: a recording of a call that goes on
  whole,
  leaving,  ///< about to be deleted
};
std::string_view name(FileState state) noexcept;
std::optional<FileState> file_state_named(std::string_view name) noexcept;

/// What is known of one stored file.
struct StoredFile {
  Uuid id;
  FileArea area = FileArea::temp;
  std::string path{};      ///< below the area's folder, `/` between its parts; UTF-8
  std::string name{};      ///< what whoever brought it called it; UTF-8
  std::uint64_t size = 0;  ///< bytes
  std::string sha256{};    ///< lower-case hexadecimal; empty: not known
  Uuid user;               ///< who brought it; of a voicemail, whose it is; nil: nobody
  std::string login{};     ///< his, at that time
  Time stored_at{};
  Uuid chain;  ///< the call it belongs to; nil: none
  FileState state = FileState::whole;
  bool held = false;  ///< never deleted by a rule
  bool operator==(const StoredFile&) const = default;
};

}  // namespace otklik::core
