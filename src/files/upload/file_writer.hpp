#pragma once
#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace otklik::files {

/// Writes a file from its beginning on. Large pieces that lie on block boundaries, in memory and in the file, go past
/// the system's cache where the file system allows that: most uploads are not read soon, and copying them there costs
/// more than everything else about them (docs/adr/0018).
class FileWriter {
 public:
  /// Of memory and file offsets, for pieces that are to go past the cache.
  static constexpr std::size_t block = 4096;

  /// `fd` outlives the writer; nobody else writes to it.
  explicit FileWriter(int fd) noexcept : fd_(fd) {}

  /// Behind what was written before. Errors: `storage_full`, `failed`.
  [[nodiscard]] Result<> write(std::string_view bytes);

 private:
  [[nodiscard]] std::size_t direct_part(std::string_view bytes) const noexcept;
  bool go_direct(bool direct) noexcept;

  int fd_;
  std::uint64_t offset_ = 0;
  bool may_be_direct_ = true;
  bool is_direct_ = false;
};

}  // namespace otklik::files
