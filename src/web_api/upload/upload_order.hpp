#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "core/ports/upload_store.hpp"
#include "net/http/form.hpp"

namespace otklik::web_api {

enum class StorageMode : std::uint8_t { temp, storage, storageshared, script, scriptplain };

inline constexpr std::array<std::string_view, 5> storage_modes{"temp", "storage", "storageshared", "script",
                                                               "scriptplain"};
inline constexpr std::array<std::string_view, 2> path_modes{"relative", "absolute"};

/// What the parameters of an upload say of its files.
struct UploadOrder {
  StorageMode mode = StorageMode::temp;
  core::UploadPlace place;
  bool with_absolute_paths = false;  ///< in the answer, or in what the script gets

  [[nodiscard]] bool runs_script() const noexcept {
    return mode == StorageMode::script || mode == StorageMode::scriptplain;
  }
};

/// Reads `storagemode`, `pathmode` and `subfolder`. Errors: `bad_request`; `forbidden` for a subfolder that leads out
/// of its base.
Result<UploadOrder> read_upload_order(const net::Form& parameters, const core::UploadStore& store);

}  // namespace otklik::web_api
