#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

struct evp_md_ctx_st;

namespace otklik::files {

/// SHA-256 of what comes in pieces. Source: FIPS 180-4.
class Digest {
 public:
  Digest();
  Digest(Digest&&) noexcept = default;
  Digest& operator=(Digest&&) noexcept = default;
  ~Digest() = default;

  void add(std::string_view piece);
  /// Lower-case hexadecimal, 64 digits. Once; nothing may be added afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

struct FileDigest {
  std::uint64_t size = 0;  ///< bytes that were read
  std::string sha256;
};

/// Reads the whole of an open file, without keeping what it reads in the system's cache. Errors: `failed`.
Result<FileDigest> digest_of(int fd);

}  // namespace otklik::files
